"""Requests in parts, and good ones made from a document's examples and schemas."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from scripts.fuzzing import media
from scripts.fuzzing.exchange import Request
from scripts.fuzzing.parameter_text import (
    escaped,
    in_cookie,
    in_header,
    in_path,
    in_query,
    schema_of,
    text,
)
from scripts.fuzzing.sample import example, sample
from scripts.fuzzing.target import Target
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import OperationView, media_kind, resolve

BOUNDARY = "fuzz-boundary-7d1f8a52c3"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form. A file has a `filename`."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str | None = None


@dataclass(frozen=True)
class Draft:
    """A request before it is written down.

    `json` is the body's value, `parts` are a form's, `raw` is a body as it is; at most one is set.
    `file` names the part that holds the file, "" when the whole body does, None without a file.
    `note` says in words which of the documented forms this is; `invented` names the path
    parameters for which the document shows no value that exists.
    """

    view: OperationView
    path: Mapping[str, Any]
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = None
    json: Any = None
    parts: tuple[Part, ...] | None = None
    raw: bytes | None = None
    file: str | None = None
    note: str = ""
    invented: tuple[str, ...] = ()

    @property
    def file_bytes(self) -> bytes:
        """The bytes of the file, where there is one."""
        if self.parts is not None:
            return next(part.data for part in self.parts if part.name == self.file)
        return self.raw or b""

    @property
    def file_type(self) -> str:
        """The media type that the file is sent under."""
        if self.parts is not None:
            return next(p.content_type or "" for p in self.parts if p.name == self.file)
        return self.content_type or ""

    def with_file(
        self, data: bytes, media_type: str | None = None, filename: str | None = None
    ) -> Draft:
        """The draft with another file; type and name stay unless given."""
        if self.parts is None:
            return replace(self, raw=data, content_type=media_type or self.content_type)
        return replace(
            self,
            parts=tuple(
                replace(
                    part,
                    data=data,
                    content_type=media_type or part.content_type,
                    filename=part.filename if filename is None else filename,
                )
                if part.name == self.file
                else part
                for part in self.parts
            ),
        )

    def with_query(self, name: str, value: str | None) -> Draft:
        """The draft with one query parameter of this name; None leaves it out."""
        kept = tuple(item for item in self.query if item[0] != name)
        return replace(self, query=kept if value is None else (*kept, (name, value)))

    def with_header(self, name: str, value: str | None) -> Draft:
        """The draft with one header of this name; None leaves it out."""
        kept = tuple(item for item in self.headers if item[0].lower() != name.lower())
        return replace(self, headers=kept if value is None else (*kept, (name, value)))

    def with_path(self, name: str, value: Any) -> Draft:
        """The draft with another path parameter."""
        return replace(self, path={**self.path, name: value})

    def parameter(self, place: str, name: str) -> str | None:
        """The text that is sent for a parameter, of a list in a query its first item."""
        if place == "path":
            return self._path().get(name)
        pairs = self.query if place == "query" else self.headers
        return next((v for n, v in pairs if n.lower() == name.lower()), None)

    def with_parameter(self, place: str, name: str, value: str | None) -> Draft:
        """The draft with another value for a parameter."""
        if place == "path":
            return self.with_path(name, value)
        change = self.with_query if place == "query" else self.with_header
        return change(name, value)

    def _path(self) -> dict[str, str]:
        described = {str(p["name"]): p for p in self.view.parameters if p["in"] == "path"}
        return {
            name: in_path(described.get(name, {"name": name}), value)
            for name, value in self.path.items()
        }

    def request(self, target: Target, *, signed: bool = True) -> Request:
        """The request, with credentials unless told otherwise."""
        query = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in self.query)
        headers, body = list(self.headers), self.body()
        if body is not None and self.content_type is not None:
            shown = self.content_type
            if self.parts is not None:
                shown = f"{self.content_type}; boundary={BOUNDARY}"
            headers.append(("Content-Type", shown))
        request = Request(
            self.view.method.upper(),
            target.url(self.view, self._path(), query),
            tuple(headers),
            body,
        )
        return target.sign(request, self.view) if signed else request

    def body(self) -> bytes | None:
        """The body's bytes."""
        if self.raw is not None:
            return self.raw
        if self.parts is not None:
            return form(self.parts)
        if self.content_type is not None:
            return json.dumps(self.json).encode()
        return None


def form(parts: tuple[Part, ...], boundary: str = BOUNDARY) -> bytes:
    """A multipart/form-data body."""
    pieces: list[bytes] = []
    for part in parts:
        disposition = f'form-data; name="{part.name}"'
        if part.filename is not None:
            disposition += f'; filename="{_quoted(part.filename)}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n"
        if part.content_type:
            head += f"Content-Type: {part.content_type}\r\n"
        pieces += [head.encode(), b"\r\n", part.data, b"\r\n"]
    return b"".join([*pieces, f"--{boundary}--\r\n".encode()])


def _quoted(name: str) -> str:
    """A filename as browsers write it (WHATWG HTML, 4.10.21.8)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def good(target: Target, view: OperationView) -> list[Draft]:
    """Requests that the document allows, one per way that it offers: each media type of a body,
    each branch of a form's `oneOf`. The first one is the plainest.

    Empty when the document does not say enough to make one.
    """
    path: dict[str, Any] = {}
    query: list[tuple[str, str]] = []
    headers: list[tuple[str, str]] = []
    cookies: list[str] = []
    invented: list[str] = []
    for parameter in view.parameters:
        name, place = str(parameter["name"]), str(parameter["in"])
        needed = bool(parameter.get("required"))
        value = known(target, parameter)
        if value is None and needed:
            value = sample(target.document, schema_of(parameter), items=1)
            if place == "path":
                invented.append(name)
        if value is None or (place == "query" and not needed and name not in target.values):
            continue
        if place == "path":
            path[name] = value
        elif place == "query":
            query += in_query(parameter, value)
        elif place == "header" and name.lower() not in ("accept", "content-type", "authorization"):
            headers.append((name, in_header(parameter, value)))
        elif place == "cookie":
            cookies.append(in_cookie(parameter, value))
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    plain = Draft(view, path, tuple(query), tuple(headers), invented=tuple(invented))
    body = resolve(target.document, view.operation.get("requestBody", {}))
    content: dict[str, Any] = body.get("content", {})
    if not content:
        return [plain]
    return [
        draft
        for media_type, described in content.items()
        for draft in _with_body(target.document, plain, str(media_type), described)
    ]


def known(target: Target, parameter: dict[str, Any]) -> Any:
    """A parameter's value that exists on the server, as far as anybody said: on the command line,
    else in the document's example. None if nobody did.
    """
    given: str | None = target.values.get(str(parameter["name"]))
    return example(target.document, parameter) if given is None else given


def _with_body(
    document: dict[str, Any], plain: Draft, media_type: str, described: dict[str, Any]
) -> Iterator[Draft]:
    kind = media_kind(media_type)
    schema = resolve(document, described.get("schema", {}))
    if kind == "json":
        sent_as = "application/json" if "*" in media_type else media_type
        for name, value in _bodies(document, described, schema):
            yield replace(plain, content_type=sent_as, json=value, note=name or media_type)
    elif kind == "multipart":
        yield from _forms(document, plain, media_type, schema, described.get("encoding", {}))
    elif kind == "form":
        full = {**schema, "required": schema.get("required") or list(schema.get("properties", ()))}
        for name, value in _bodies(document, described, full):
            if raw := urlencode(list(_fields(value))).encode():
                yield replace(plain, content_type=media_type, raw=raw, note=name or media_type)
    elif kind == "text" and "*" not in media_type:
        for name, value in _bodies(document, described, schema):
            raw = text(value).encode()
            yield replace(plain, content_type=media_type, raw=raw, note=name or media_type)
    elif kind == "raw" and "*" not in media_type:
        data = media.valid(media_type)[0].data
        yield replace(plain, content_type=media_type, raw=data, file="", note=media_type)


def _fields(value: Any) -> Iterator[tuple[str, str]]:
    """The pairs of a form: lists repeat their name, what has parts is JSON."""
    for name, member in value.items() if is_object(value) else ():
        for one in member if is_array(member) else [member]:
            yield name, text(one)


def _bodies(
    document: dict[str, Any], described: dict[str, Any], schema: dict[str, Any]
) -> list[tuple[str, Any]]:
    """The document's examples of a body by their names; a sample of its schema without any."""
    named: dict[str, Any] = described.get("examples", {})
    found = [(str(n), resolve(document, item).get("value")) for n, item in named.items()]
    found = [(name, value) for name, value in found if value is not None]
    if found:
        return found
    value = example(document, described)
    return [("", sample(document, schema) if value is None else value)]


def _forms(
    document: dict[str, Any],
    plain: Draft,
    media_type: str,
    schema: dict[str, Any],
    encoding: dict[str, Any],
) -> Iterator[Draft]:
    properties: dict[str, Any] = schema.get("properties", {})
    branches: list[dict[str, Any]] = schema.get("oneOf") or schema.get("anyOf") or [{}]
    for branch in branches:
        branch = resolve(document, branch)
        wanted = [*schema.get("required", []), *branch.get("required", [])]
        if not wanted:
            wanted = list(properties)
        parts: list[Part] = []
        file: str | None = None
        for name in wanted:
            described = resolve(document, properties.get(name, {}))
            types = str(encoding.get(name, {}).get("contentType", "")).split(",")
            declared = types[0].strip()
            # a list of files of one file is one part
            if is_file(resolve(document, described.get("items", described)), declared):
                file = file or name
                declared = declared or "application/octet-stream"
                made = media.valid(declared)[0]
                parts.append(Part(name, made.data, f"{name}.{made.extension}", declared))
            else:
                value = example(document, described)
                value = sample(document, described) if value is None else value
                parts.append(Part(name, text(value).encode(), None, declared or None))
        draft = replace(
            plain, content_type=media_type, parts=tuple(parts), file=file, note=", ".join(wanted)
        )
        yield from _conditioned(draft, version_of(schema, wanted))


def version_of(schema: Mapping[str, Any], fields: Iterable[str]) -> Any:
    """When a form with these fields is allowed, by the form's
    `x-versions: {<field>: {header: X-Version, minimum: 8}}`; None if always.
    """
    versions: dict[str, Any] = schema.get("x-versions", {})
    return next((versions[name] for name in fields if name in versions), None)


def _conditioned(draft: Draft, condition: Any) -> Iterator[Draft]:
    """A draft with each bound of its condition, and with the header that it has if that fits."""
    if not is_object(condition):
        yield draft
        return
    name = str(condition["header"])
    given = draft.parameter("header", name)
    named = [parameter for parameter in draft.view.parameters if parameter["name"] == name]
    own: dict[str, Any] = named[0].get("schema", {}) if named else {}
    bounds = [of[key] for of in (condition, own) for key in ("minimum", "maximum") if key in of]
    values = [str(bound) for bound in dict.fromkeys(bounds) if holds(condition, str(bound))]
    if given is not None and holds(condition, given) and given not in values:
        values.insert(0, given)
    for value in values:
        yield replace(draft.with_header(name, value), note=f"{draft.note} with {name} {value}")


def holds(condition: Mapping[str, Any], value: str | None) -> bool:
    """Whether a header's value meets `{minimum, maximum}`."""
    try:
        number = int(value or "")
    except ValueError:
        return False
    low, high = condition.get("minimum", number), condition.get("maximum", number)
    return bool(low <= number <= high)


def is_file(schema: Mapping[str, Any], declared: str = "") -> bool:
    """Whether a form's property is a file: binary, or sent under a type that is no text."""
    if schema.get("format") == "binary" or "contentMediaType" in schema:
        return True
    return bool(declared) and media_kind(declared) == "raw"


def file_types(target: Target, draft: Draft) -> list[str]:
    """The media types that the document allows for a draft's file."""
    body = resolve(target.document, draft.view.operation["requestBody"])
    content: dict[str, Any] = body["content"]
    if draft.parts is None:
        return [name for name in content if media_kind(name) == "raw"]
    encoding = content[draft.content_type or ""].get("encoding", {})
    declared = str(encoding.get(draft.file, {}).get("contentType", ""))
    return [name.strip() for name in declared.split(",") if name.strip()]


def file_schema(target: Target, draft: Draft) -> dict[str, Any]:
    """The schema of a draft's file."""
    body = resolve(target.document, draft.view.operation["requestBody"])
    schema = resolve(target.document, body["content"][draft.content_type].get("schema", {}))
    if draft.parts is None:
        return schema
    return resolve(target.document, schema.get("properties", {}).get(draft.file, {}))


def shuffled(items: list[Any], rng: random.Random, most: int) -> list[Any]:
    """At most so many of the items, chosen and ordered by the run's seed."""
    return rng.sample(items, min(most, len(items)))
