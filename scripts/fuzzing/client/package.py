"""A generated client package, bound to the document that it was generated from.

What a method is called and what its arguments are is learnt from the package: each of its operation
modules says method and path, and the arguments of the client's methods are named after what the
document names.
"""

from __future__ import annotations

import base64
import copy
import datetime
import importlib
import inspect
import json
import pkgutil
import re
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import quote

from scripts.fuzzing.client.schema_values import branches, merged, types
from scripts.fuzzing.target import Target
from scripts.openapi import overlay, yaml_source
from scripts.openapi.binary import without_texts_as_files
from scripts.openapi.json_value import is_array
from scripts.openapi.operations import OperationView, media_kind, operations, properties, resolve
from scripts.openapi.origin import Origins

SECRET = "fuzz:s3cret/key+of=runs"
"""A credential with characters that URLs, JSON and Base64 spell otherwise."""

SPELLINGS = (SECRET, quote(SECRET, safe=""), json.dumps(SECRET).replace("/", "\\/")[1:-1])
"""How a server may show it again."""

PICTURE = base64.b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    b"rkJggg=="
)

_OF_A_CALL = frozenset({"self", "extra_headers", "extra_query", "timeout", "on_progress"})


class Unbound(Exception):
    """The package has no client that this document describes; the message says what is missing."""


@dataclass(frozen=True)
class Place:
    """An argument of a method: the parameter, form field or body that it fills.

    `where` is path, query, header, cookie, field, or body. `schema` is merged; `media` are the
    media types of a body. `option` is set for what the client takes once, not per call.
    """

    argument: str
    name: str
    where: str
    schema: dict[str, Any]
    required: bool
    media: tuple[str, ...] = ()
    option: bool = False
    parameter: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Bound:
    """An operation of the document and the client's method for it; `takes` are the names of all
    arguments, those that no document knows too.
    """

    view: OperationView
    resource: str
    method: str
    places: tuple[Place, ...]
    module: ModuleType
    takes: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        return f"{self.view.method.upper()} {self.view.path}"


class Package:
    """The client package of a target's document. Raises Unbound."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.document = copy.deepcopy(target.document)
        without_texts_as_files(self.document)
        name = f"{target.name.replace('-', '_')}_client"
        folder = target.root / "generated" / target.name
        if not (folder / name).is_dir():
            raise Unbound(f"there is no generated client in {folder}; run scripts/codegen.py")
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
        self.module = importlib.import_module(name)
        self.errors: Any = importlib.import_module(f"{name}.errors")
        self.models: Any = importlib.import_module(f"{name}.models")
        self._encoding: Any = importlib.import_module(f"{name}._runtime.encoding")
        service: Any = importlib.import_module(f"{name}.service")
        self._service: Any = service.SERVICE
        self.sync: Any = getattr(service, self._service.name)
        self.asynchronous: Any = getattr(service, f"Async{self._service.name}")
        self.schemes: dict[str, Any] = dict(self._service.schemes)
        self.spellings = SPELLINGS if self._service.environment else ()
        self.unbound: list[str] = []
        named = copy.deepcopy(_named(target))
        without_texts_as_files(named)
        self.bound = list(self._bind(named))

    def _bind(self, named: dict[str, Any]) -> Iterator[Bound]:
        modules = {
            (module.OPERATION.method, module.OPERATION.path): module
            for module in _operation_modules(self.module)
        }
        views = {(view.method, view.path): view for view in self.target.operations}
        for view in operations(named):
            module = modules.get((view.method.upper(), view.path))
            ours = views.get((view.method, view.path))
            if module is None or ours is None:
                continue
            resource, _, method = module.OPERATION.name.partition(".")
            with self.client("sync", "http://127.0.0.1:9", {}) as client:
                function = getattr(getattr(client, resource, None), method, None)
            if function is None:
                label = f"{view.method.upper()} {view.path}"
                self.unbound.append(f"{label}: the client has no {resource}.{method}")
                continue
            names = [name for name in inspect.signature(function).parameters if name not in
                     _OF_A_CALL]  # fmt: skip
            required = [
                name
                for name, found in inspect.signature(function).parameters.items()
                if found.default is found.empty
            ]
            places = tuple(self._places(named, view, names))
            missing = set(required) - {place.argument for place in places}
            if missing:
                label = f"{view.method.upper()} {view.path}"
                self.unbound.append(f"{label}: nothing fills {', '.join(sorted(missing))}")
                continue
            takes = frozenset(inspect.signature(function).parameters)
            yield Bound(ours, resource, method, places, module, takes)

    def _places(
        self, named: dict[str, Any], view: OperationView, names: list[str]
    ) -> Iterator[Place]:
        free = {_plain(name): name for name in names}
        constructor = {_plain(name): name for name in inspect.signature(self.sync).parameters}
        for parameter in view.parameters:
            name, where = str(parameter["name"]), str(parameter["in"])
            schema = merged(named, parameter.get("schema", {}))
            if not schema and "content" in parameter:
                schema = merged(named, next(iter(parameter["content"].values())).get("schema", {}))
            option = parameter.get("x-client-option")
            among = free if option is None else constructor
            wanted = _plain(str(option or parameter.get("x-client-name", name)))
            argument = among.pop(f"{wanted}{where}", None) or among.pop(wanted, None)
            if argument is not None:
                must = bool(parameter.get("required", False))
                yield Place(argument, name, where, schema, must, (), option is not None, parameter)
        raw = view.operation.get("requestBody")
        if raw is None:
            return
        body = resolve(named, raw)
        content: dict[str, Any] = body.get("content", {})
        must = bool(body.get("required", False))
        if "body" in free:
            for media, described in content.items():
                schema = merged(named, described.get("schema", {}))
                yield Place(
                    "body", "", "body", schema, must, (str(media),), False, _shown(named, described)
                )
            return
        kinds = {media_kind(media) for media in content}
        if kinds <= {"raw"}:
            schema = merged(named, next(iter(content.values())).get("schema", {}))
            argument = free.get(_plain(str(body.get("x-client-argument", "file"))))
            if argument is not None:
                yield Place(argument, "", "body", schema, must, tuple(map(str, content)))
            return
        media, described = next(iter(content.items()))
        form = merged(named, described.get("schema", {}))
        needed = set(form.get("required", []))
        choice = form.get("x-version-field")
        chosen = {str(item["name"]) for item in choice["fields"]} if choice else set[str]()
        for name, schema in properties(named, form):
            argument = free.pop(_plain(name), None) if name not in chosen else None
            if argument is not None:
                found = merged(named, schema)
                part = described.get("encoding", {}).get(name, {}).get("contentType", "text/plain")
                if not found and media_kind(str(part)) == "raw":
                    found = {"type": "string", "format": "binary"}
                yield Place(argument, name, "field", found, name in needed, (str(media),))
        if choice and _plain(str(choice["argument"])) in free:
            argument = free[_plain(str(choice["argument"]))]
            schema = {"type": "string", "format": "binary"}
            yield Place(argument, argument, "field", schema, True, (str(media),))

    def options(self) -> dict[str, Place]:
        """What the constructor takes of the document's parameters, by keyword."""
        return {place.argument: place for one in self.bound for place in one.places if place.option}

    def betrayed(self, text: str) -> str:
        """The place of a text that shows the credential, empty if none does."""
        at = min((text.find(one) for one in self.spellings if one in text), default=-1)
        return text[max(0, at - 40) :][:120] if at >= 0 else ""

    def client(self, mode: str, base_url: str | None, given: Mapping[str, Any], **more: Any) -> Any:
        """A client with the test credential, without retries unless `more` says otherwise."""
        kind = self.sync if mode == "sync" else self.asynchronous
        secrets = dict.fromkeys(self._service.environment, SECRET)
        needed = {
            name: 1
            for name, found in inspect.signature(kind).parameters.items()
            if found.default is found.empty
        }
        settings = {"base_url": base_url, "timeout": 5.0, "max_retries": 0}
        return kind(**{**needed, **secrets, **settings, **given, **more})

    def encoded(self, value: Any) -> Any:
        """The JSON that the client makes of a value."""
        return json.loads(self._encoding.to_json(value))

    def minimal(self, bound: Bound) -> dict[str, Any]:
        """Arguments that the method cannot do without."""
        given: dict[str, Any] = {}
        for place in bound.places:
            if place.option or not place.required or place.argument in given:
                continue
            given[place.argument] = argument(place, example(self.document, place))
        return given


def is_file(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of a file's bytes."""
    return schema.get("format") == "binary" or (
        "contentMediaType" in schema and "contentEncoding" not in schema
    )


def example(document: dict[str, Any], place: Place) -> Any:
    """A JSON value for a place: the document's example, else the simplest of its type; bytes for a
    file.
    """
    kinds = {media_kind(media) for media in place.media}
    if is_file(place.schema) or (place.where == "body" and kinds == {"raw"}):
        # a client declares a picture as what it is, wherever it is put
        pictures = ("*/*", "application/octet-stream", "application/*", "image/")
        fits = not place.media or any(media.startswith(pictures) for media in place.media)
        return PICTURE if fits else b"bytes"
    if "example" in place.parameter:
        return place.parameter["example"]
    return simplest(document, place.schema)


def simplest(document: dict[str, Any], schema: Any, depth: int = 0) -> Any:
    """The simplest JSON value that a schema allows."""
    known = merged(document, schema)
    for key in ("const", "default"):
        if key in known:
            return known[key]
    if "enum" in known:
        return known["enum"][0]
    for key in ("oneOf", "anyOf"):
        if key in known:
            return simplest(document, branches(known, key)[0], depth + 1)
    kind = (types(known) or ["string"])[0]
    if kind == "object":
        described: dict[str, Any] = known.get("properties", {})
        return {
            name: simplest(document, described.get(name, {}), depth + 1)
            for name in known.get("required", [])
            if depth < 8
        }
    if kind == "array":
        one = simplest(document, known.get("items", {}), depth + 1)
        return [one] * int(known.get("minItems", 1))
    if is_file(known):
        return PICTURE
    texts = {
        "date": "2020-02-27",
        "date-time": "2020-02-27T19:49:36.457Z",
        "uuid": "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6",
    }
    number = max(1, int(known.get("minimum", 1)))
    simple = {"integer": number, "number": float(number), "boolean": True, "null": None}
    if kind in simple:
        return simple[kind]
    return texts.get(str(known.get("format")), "a" * max(1, int(known.get("minLength", 1))))


def argument(place: Place, value: Any) -> Any:
    """What a caller passes for a JSON value: dates and UUIDs as Python's."""
    return _python(place.schema, value)


def _python(schema: Mapping[str, Any], value: Any) -> Any:
    if is_array(value) and isinstance(schema.get("items"), dict):
        return [_python(schema["items"], item) for item in value]
    if not isinstance(value, str):
        return value
    if schema.get("format") == "date":
        return datetime.date.fromisoformat(value)
    if schema.get("format") == "date-time":
        return datetime.datetime.fromisoformat(value.upper())
    return uuid.UUID(value) if schema.get("format") == "uuid" else value


def _named(target: Target) -> dict[str, Any]:
    """The document as the client's generator sees it: it has the names of arguments."""
    path = target.root / "overrides" / target.name / "codegen.yaml"
    corrected = target.root / "generated" / target.name / "openapi.yaml"
    if not path.exists():
        return target.document
    source = yaml_source.load(corrected)
    # it was checked when the client was generated, which takes seconds
    done = overlay.apply(
        source.data, Origins.of(source), yaml_source.load(path), extends=(corrected,)
    )
    return done.data


def _operation_modules(package: ModuleType) -> Iterator[Any]:
    api = importlib.import_module(f"{package.__name__}.api")
    for found in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        module = importlib.import_module(found.name)
        if hasattr(module, "OPERATION"):
            yield module


def _shown(document: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """The first example of a media type, as a parameter has one."""
    if "example" in described:
        return {"example": described["example"]}
    for found in described.get("examples", {}).values():
        one = resolve(document, found)
        if "value" in one:
            return {"example": one["value"]}
    return {}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
