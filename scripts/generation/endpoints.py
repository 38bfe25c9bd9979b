"""The operations of a package: how each builds its request and reads its answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.bodies import Body
from openapi_python_client.parser.openapi import Endpoint as ParsedEndpoint
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.strings import PythonIdentifier

from scripts.openapi.operations import OperationView, media_kind, operations, resolve

from .names import argument_name, method_name
from .prose import prose
from .python_types import (
    class_imports,
    default_code,
    instance_check,
    nested,
    python_type,
    union,
)

# OpenAPI says that parameters of these names are ignored; the body and security decide them.
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True)
class Parameter:
    """A path, query, header or cookie parameter."""

    name: str
    wire_name: str
    location: str
    type: str
    default: str | None
    required: bool
    style: str
    explode: bool
    description: str
    option: str | None
    closed: bool
    schema: dict[str, Any] = field(repr=False)

    @property
    def declaration(self) -> str:
        """``name: type = default``."""
        if self.required:
            return f"{self.name}: {self.type}"
        return f"{self.name}: {self.type} | Unset = {self.default or 'UNSET'}"


@dataclass(frozen=True)
class RequestBody:
    """One way to write the body. ``media_types`` are several for files only."""

    kind: str
    media_types: tuple[str, ...]
    type: str
    check: str | None
    prop: PropertyProtocol
    part_types: dict[str, tuple[str, ...]]

    @property
    def form_model(self) -> bool:
        """Whether it is an object whose fields are described, so that they can be checked."""
        return isinstance(self.prop, ModelProperty)

    @property
    def concrete_types(self) -> tuple[str, ...]:
        """The media types that can be sent: ``image/*`` allows some, but is none."""
        return tuple(found for found in self.media_types if "*" not in found)


@dataclass(frozen=True)
class AnswerView:
    """A documented answer."""

    status: str
    kind: str
    type: str
    media_type: str | None
    description: str
    prop: PropertyProtocol = field(repr=False)


@dataclass(frozen=True)
class Endpoint:
    """An operation as the templates write it.

    ``pointer`` leads to it in the document, ``method_name`` is that of the client object.
    """

    pointer: str
    method_name: str
    tag: str
    tag_name: str
    module: str
    method: str
    path: str
    summary: str
    description: str
    source: str
    security: tuple[tuple[str, ...], ...]
    authenticated: bool
    servers: list[dict[str, Any]]
    parameters: list[Parameter]
    bodies: list[RequestBody]
    body_required: bool
    disposition: bool
    answers: list[AnswerView]
    imports: dict[str, str]
    raw: dict[str, Any] = field(repr=False)

    def at(self, location: str) -> list[Parameter]:
        """The parameters in one place."""
        return [parameter for parameter in self.parameters if parameter.location == location]

    @property
    def body_type(self) -> str:
        """The annotation of the body argument."""
        types = list(dict.fromkeys(body.type for body in self.bodies))
        if any(body.kind in ("json", "form") for body in self.bodies):
            types.append("Mapping[str, Any]")
        return " | ".join(types)

    @property
    def result_type(self) -> str:
        """What ``sync`` returns: any documented answer."""
        return union(sorted(answer.type for answer in self.answers)) or "Any"

    @property
    def successes(self) -> list[AnswerView]:
        """The answers that a method of the client object returns."""
        good = [answer for answer in self.answers if answer.status.startswith("2")]
        return good or [answer for answer in self.answers if answer.status == "default"]

    @property
    def success_type(self) -> str:
        """What a method of the client object returns."""
        return union(sorted(answer.type for answer in self.successes)) or "None"

    @property
    def accept(self) -> str:
        """The ``Accept`` header: every media type that an answer may have."""
        known = dict.fromkeys(answer.media_type for answer in self.answers if answer.media_type)
        return ", ".join(known) or "*/*"

    @property
    def path_expression(self) -> str:
        """The code that fills the path."""
        known = {parameter.wire_name: parameter for parameter in self.at("path")}
        if not known:
            return repr(quote(self.path, safe=_IN_PATHS))
        text = ""
        for piece in re.split(r"(\{[^{}]*\})", self.path):
            parameter = known.get(piece[1:-1]) if piece.startswith("{") else None
            if parameter is None:
                text += _literal(quote(piece, safe=_IN_PATHS))
                continue
            arguments = f"{parameter.wire_name!r}, {parameter.name}"
            if (parameter.style, parameter.explode) != ("simple", False):
                arguments += f", {parameter.style!r}, {parameter.explode}"
            text += f"{{path_segment({arguments})}}"
        return f'f"{text}"'


# RFC 3986, 3.3, with the slashes, escapes and places of a path template
_IN_PATHS = "/%{}:@!$&'()*+,;=-._~"


def _literal(text: str) -> str:
    """Text inside the quotes of an f-string."""
    return json.dumps(text)[1:-1].replace("{", "{{").replace("}", "}}")


def endpoints_of(document: dict[str, Any], data: GeneratorData) -> list[Endpoint]:
    """Describe every operation that the generator parsed, in the order of the document."""
    parsed: dict[tuple[str, str], ParsedEndpoint] = {}
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            parsed[endpoint.method, endpoint.path.get_untrusted_value()] = endpoint
    models = {str(model.class_info.name): model for model in data.models}
    by_shape = {(method, path_shape(path)): found for (method, path), found in parsed.items()}
    return [
        _endpoint(document, view, by_shape[view.method, path_shape(view.path)], models)
        for view in operations(document)
        if (view.method, path_shape(view.path)) in by_shape
    ]


def path_shape(path: str) -> str:
    """A path without the names in its braces."""
    pieces = path.split("{")
    return "{}".join([pieces[0], *(piece.partition("}")[2] for piece in pieces[1:])])


def _endpoint(
    document: dict[str, Any],
    view: OperationView,
    parsed: ParsedEndpoint,
    models: Mapping[str, ModelProperty],
) -> Endpoint:
    operation = view.operation
    security = _security(document, operation)
    bodies = _bodies(document, view, parsed)
    raw_body = any(body.kind == "raw" for body in bodies)
    parameters = list(_parameters(document, view, parsed, raw_body=raw_body))
    request_body = resolve(document, operation.get("requestBody", {}))
    answers = _answers(document, operation, parsed, models)
    imports: dict[str, str] = {}
    props = [*parsed.list_all_parameters(), *(response.prop for response in parsed.responses)]
    for prop in props:
        imports |= class_imports(prop)
    source: dict[str, Any] = operation.get("x-source", {})
    name = str(operation.get("x-client-method") or operation.get("operationId") or parsed.name)
    return Endpoint(
        pointer=view.pointer,
        method_name=method_name(name),
        tag=str(parsed.tags[0]),
        tag_name=str((operation.get("tags") or ["default"])[0]),
        module=str(PythonIdentifier(parsed.name, prefix="field_")),
        method=view.method.upper(),
        path=view.path,
        # a docstring needs a first sentence; an operation without name is told by its path
        summary=prose(operation.get("summary")).removesuffix(".")
        or str(operation.get("operationId") or f"{view.method.upper()} {view.path}"),
        description=prose(operation.get("description")),
        source=prose(str(source.get("page", ""))),
        security=security,
        authenticated=bool(security) and all(security),
        servers=operation.get("servers", []),
        parameters=parameters,
        bodies=bodies,
        body_required=bool(request_body.get("required", False)),
        disposition=raw_body and _has_disposition(view),
        answers=answers,
        imports={str(name): str(module) for name, module in imports.items()},
        raw=operation,
    )


def _security(document: dict[str, Any], operation: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    schemes = document.get("components", {}).get("securitySchemes", {})
    return tuple(
        tuple(
            name
            for name in requirement
            # a certificate belongs to the connection, nothing of it is in a request
            if resolve(document, schemes[name]).get("type") != "mutualTLS"
        )
        for requirement in operation.get("security", document.get("security", []))
    )


def _has_disposition(view: OperationView) -> bool:
    return any(
        parameter["in"] == "header" and str(parameter["name"]).lower() == "content-disposition"
        for parameter in view.parameters
    )


def _parameters(
    document: dict[str, Any], view: OperationView, parsed: ParsedEndpoint, *, raw_body: bool
) -> Iterator[Parameter]:
    raw = {(str(found["in"]), str(found["name"])): found for found in view.parameters}
    taken: set[str] = set()
    for location, prop in parsed.iter_all_parameters():
        wire_name = prop.name.get_untrusted_value()
        found = raw[str(location.value), wire_name]
        if location.value == "header" and wire_name.lower() in _IGNORED_HEADERS:
            continue
        if raw_body and location.value == "header" and wire_name.lower() == "content-disposition":
            continue  # made from the file that is the body
        wanted = str(found.get("x-client-name", prop.python_name))
        name = argument_name(wanted, taken, str(location.value))
        taken.add(name)
        style = str(found.get("style", "form" if location in ("query", "cookie") else "simple"))
        yield Parameter(
            name=name,
            wire_name=wire_name,
            location=str(location.value),
            type=python_type(prop),
            default=default_code(prop),
            required=prop.required,
            style=style,
            explode=bool(found.get("explode", style == "form")),
            description=prose(found.get("description")),
            option=found.get("x-client-option"),
            closed=any(isinstance(inner, EnumProperty) for inner in nested(prop)),
            schema=resolve(document, found.get("schema", {})),
        )


def _bodies(
    document: dict[str, Any], view: OperationView, parsed: ParsedEndpoint
) -> list[RequestBody]:
    request_body = resolve(document, view.operation.get("requestBody", {}))
    found: list[RequestBody] = []
    raw: list[Body] = []
    for body in parsed.bodies:
        media_type = body.content_type.get_untrusted_value()
        kind = media_kind(media_type)
        if kind == "raw":
            raw.append(body)
            continue
        encoding = request_body["content"][media_type].get("encoding", {})
        annotation = "str" if kind == "text" else python_type(body.prop)
        found.append(
            RequestBody(
                kind=kind,
                media_types=(media_type,),
                type=annotation,
                check="isinstance(body, str)"
                if kind == "text"
                else instance_check(body.prop, "body"),
                prop=body.prop,
                part_types=_part_types(body.prop, encoding),
            )
        )
    if raw:
        types = tuple(body.content_type.get_untrusted_value() for body in raw)
        check = "isinstance(body, File)"
        found.append(RequestBody("raw", types, "File", check, raw[0].prop, {}))
    return found


def _part_types(prop: PropertyProtocol, encoding: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    if not isinstance(prop, ModelProperty):
        return {}
    return {
        name: tuple(
            part.strip() for part in str(rules["contentType"]).split(",") if "*" not in part
        )
        for name, rules in encoding.items()
        if "contentType" in rules
    }


def _answers(
    document: dict[str, Any],
    operation: dict[str, Any],
    parsed: ParsedEndpoint,
    models: Mapping[str, ModelProperty],
) -> list[AnswerView]:
    answers: list[AnswerView] = []
    raw = {
        str(status).upper() if str(status) != "default" else "default": resolve(document, response)
        for status, response in operation.get("responses", {}).items()
    }
    for response in parsed.responses:
        status = response.status_code.pattern
        described = raw.get(status, {})
        content = described.get("content", {})
        kind, annotation, media_type = "none", "None", None
        if content and response.source["return_type"] != "None":
            media_type = preferred(list(content))
            kind, annotation = {
                "json": ("json", python_type(response.prop)),
                "text": ("text", "str"),
            }.get(media_kind(media_type), ("bytes", "bytes"))
        description = prose(described.get("description"))
        prop: PropertyProtocol = response.prop
        if isinstance(prop, ModelProperty):  # a reference: the names of attributes are the model's
            prop = models.get(str(prop.class_info.name), prop)
        answers.append(AnswerView(status, kind, annotation, media_type, description, prop))
    return answers


def preferred(media_types: list[str]) -> str:
    """The media type to read where a document offers several: JSON, else the first."""
    return min(media_types, key=lambda media_type: media_kind(media_type) != "json")
