"""What of a document would silently be missing or wrong in its client."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from scripts.openapi.objects import objects
from scripts.openapi.operations import (
    OperationView,
    media_kind,
    operations,
    properties,
    resolve,
)
from scripts.openapi.pointer import pointer
from scripts.openapi.validity import Fault

from .conjunction import contradictions
from .endpoints import Endpoint, path_shape
from .models import EnumView, ModelView
from .preparation import redundant
from .surface import Surface

_OVERLAY = "overrides/<vendor>/codegen.yaml"


def before(vendor: str, document: dict[str, Any]) -> Iterator[Fault]:
    """Losses that the document alone shows.

    The generator drops a parameter that is described by ``content``, and makes ``Any`` of a form
    that is a choice, for which it then sends no body at all.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", vendor):
        yield Fault(
            "",
            f'the name "{vendor}" does not make a package name',
            "Rename the file: lower-case letters, digits and single hyphens, a letter first",
        )
    yield from _texts(document)
    yield from contradictions(document)
    yield from _servers(document)
    yield from _schemes(document)
    shapes: dict[tuple[str, str], str] = {}
    schemes = document.get("components", {}).get("securitySchemes", {})
    for view in operations(document):
        key = (view.method, path_shape(view.path))
        if key in shapes:
            message = f"the path is the same as {shapes[key]}"
            yield Fault(view.pointer, message, "Let one path have both operations, or remove one")
        shapes[key] = view.path
        if re.search("[?#]", view.path):
            message = "a path ends before its query, and what follows would be lost"
            yield Fault(view.pointer, message, "Describe it as query parameters")
        for parameter in view.parameters:
            yield from _unsendable(document, view, parameter)
            if "schema" not in parameter:
                yield Fault(
                    f"{view.pointer}/parameters",
                    f"the parameter {parameter['name']!r} has no schema and would be dropped",
                    f"Describe it by schema, in {_OVERLAY} if need be",
                )
        for requirement in view.operation.get("security", document.get("security", [])):
            for name in requirement:
                if name not in schemes:
                    message = f"security names {name!r}, which is not in components.securitySchemes"
                    yield Fault(f"{view.pointer}/security", message, "Add it, or correct the name")
        body = resolve(document, view.operation.get("requestBody", {}))
        for media_type, content in body.get("content", {}).items():
            yield from _form(document, f"{view.pointer}/requestBody", media_type, content)


def _unsendable(
    document: dict[str, Any], view: OperationView, parameter: dict[str, Any]
) -> Iterator[Fault]:
    name = str(parameter["name"])
    if parameter["in"] in ("header", "cookie") and not re.fullmatch(_TOKEN, name):
        message = f"{name!r} cannot be the name of a {parameter['in']} (RFC 9110, 5.6.2)"
        yield Fault(f"{view.pointer}/parameters", message, "Correct the name")
    kind = resolve(document, parameter.get("schema", {})).get("type")
    if parameter.get("style") == "deepObject" and kind not in (None, "object"):
        message = f"the style of {name!r} is deepObject, and it is no object"
        yield Fault(f"{view.pointer}/parameters", message, "Let the style be form")


_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# Ways to authenticate in which what is sent depends on what the server asked.
_DIALOGUES = ("digest", "hoba", "mutual", "negotiate", "ntlm", "scram-sha-1", "scram-sha-256")


def _schemes(document: dict[str, Any]) -> Iterator[Fault]:
    schemes: dict[str, Any] = document.get("components", {}).get("securitySchemes", {})
    for name, written in schemes.items():
        scheme = str(resolve(document, written).get("scheme", "")).lower()
        if scheme in _DIALOGUES:
            yield Fault(
                pointer(("components", "securitySchemes", name)),
                f"HTTP authentication by {scheme} is a dialogue that no client here can lead",
                f"Offer bearer, basic or a key beside it, and remove it in {_OVERLAY}",
            )


def _servers(document: dict[str, Any]) -> Iterator[Fault]:
    for at, value in objects(document):
        if at[-2:-1] == ("servers",) and "url" in value:
            named = set(re.findall(r"\{([^{}]*)\}", str(value["url"])))
            for name in sorted(named - set(value.get("variables", {}))):
                message = f"the server URL has {{{name}}}, which is none of its variables"
                yield Fault(
                    pointer((*at, "url")), message, "Add it with a default, or write it out"
                )


def _texts(document: dict[str, Any]) -> Iterator[Fault]:
    for at, value in objects(document):
        for index, member in enumerate(value.get("enum", []) if "enum" in value else []):
            if isinstance(member, str) and any(
                unicodedata.category(found) in _LINES or unicodedata.category(found)[0] == "C"
                for found in member
            ):
                yield Fault(
                    pointer((*at, "enum", index)),
                    f"the enum value {member!r} has an invisible character, which would get lost",
                    f"Make it a plain string in {_OVERLAY}",
                )


_LINES = ("Zl", "Zp")


def _form(
    document: dict[str, Any], place: str, media_type: str, content: dict[str, Any]
) -> Iterator[Fault]:
    kind = media_kind(media_type)
    if kind == "raw" and media_type.lower().startswith("multipart/"):
        message = f"nothing can send a {media_type} body: who passes bytes cannot pass the boundary"
        yield Fault(place, message, f"Remove it, or make it multipart/form-data, in {_OVERLAY}")
    if kind not in ("multipart", "form"):
        return
    schema = resolve(document, content.get("schema", {}))
    for word in ("oneOf", "anyOf"):
        if word in schema:
            yield Fault(
                place,
                f"the {media_type} body is {word}, which would be sent as nothing",
                f"Flatten it to an object in {_OVERLAY}",
            )
    for name, rules in content.get("encoding", {}).items():
        for word in ("headers", "style", "explode", "allowReserved"):
            if word in rules and not _is_default(document, schema, name, rules, word):
                yield Fault(
                    place,
                    f"{word} of the encoding of {name!r} would be ignored",
                    f"Remove it in {_OVERLAY} if the server can do without",
                )


def _is_default(
    document: dict[str, Any], schema: dict[str, Any], name: str, rules: dict[str, Any], word: str
) -> bool:
    """Whether a rule of the encoding says what is done without it."""
    described = dict(properties(document, schema)).get(name, {})
    plain = resolve(document, described).get("type") in ("string", "integer", "number", "boolean")
    if word == "style":
        return rules[word] == "form" and (plain or rules.get("explode") is not False)
    return word == "explode" and (plain or rules[word] is True)


def after(document: dict[str, Any], surface: Surface) -> Iterator[Fault]:
    """Losses that show in what the generator made of the document."""
    written = {(endpoint.method, endpoint.path): endpoint for endpoint in surface.endpoints}
    for view in operations(document):
        endpoint = written.get((view.method.upper(), view.path))
        if endpoint is None:
            yield Fault(view.pointer, "the operation would be missing", "Report this document")
            continue
        content = resolve(document, view.operation.get("requestBody", {})).get("content", {})
        lost = set(content) - set(redundant(document, content))
        lost -= {media for choice in endpoint.bodies for media in choice.media_types}
        if lost:
            yield Fault(
                f"{view.pointer}/requestBody",
                f"a body of type {', '.join(sorted(lost))} could not be sent",
                f"Remove the media type in {_OVERLAY}",
            )
        yield from _bodies(endpoint)
    yield from _same_names(surface)


def _bodies(endpoint: Endpoint) -> Iterator[Fault]:
    place = f"{endpoint.pointer}/requestBody"
    seen: dict[str | None, str] = {}
    for body in endpoint.bodies:
        media_type = body.media_types[0]
        if body.kind in ("multipart", "form") and not isinstance(body.prop, ModelProperty):
            yield Fault(
                place,
                f"the {media_type} body is not an object with properties, and would be sent as"
                " nothing",
                f"Describe its fields in {_OVERLAY}",
            )
        if body.check in seen:
            yield Fault(
                place,
                f"nothing in Python tells a {media_type} body from a {seen[body.check]} body, so it"
                " could not be sent",
                f"Remove one of them, or give them schemas of different names, in {_OVERLAY}",
            )
        seen[body.check] = media_type


def _same_names(surface: Surface) -> Iterator[Fault]:
    methods: dict[tuple[str, str], str] = {}
    modules: dict[str, str] = {}
    for endpoint in surface.endpoints:
        told = f"{endpoint.method} {endpoint.path}"
        method, module = (endpoint.tag, endpoint.method_name), f"{endpoint.tag}_{endpoint.module}"
        if method in methods:
            yield Fault(
                endpoint.pointer,
                f"{methods[method]} and {told} both become {'.'.join(method)}",
                f"Name one of them by x-client-method in {_OVERLAY}",
            )
        elif module in modules:
            yield Fault(
                endpoint.pointer,
                f"{modules[module]} and {told} both become the module {endpoint.module}",
                f"Give one of them another operationId in {_OVERLAY}",
            )
        methods.setdefault(method, told)
        modules.setdefault(module, told)
    for model in surface.models:
        for field in model.fields:
            if re.search(r'["\\\x00-\x1f]', field.wire_name):
                yield Fault(
                    "/components/schemas",
                    f"the property {field.wire_name!r} of {model.name} has a character that msgspec"
                    " does not take in a name",
                    f"Remove the property in {_OVERLAY}: the client keeps it as an additional one",
                )
    classes: dict[str, str] = {}
    views: list[ModelView | EnumView] = [*surface.models, *surface.enums]
    for view in views:
        if view.module in classes:
            yield Fault(
                "/components/schemas",
                f"the schemas {classes[view.module]} and {view.name} both become the module"
                f" {view.module}",
                "Rename one by class_overrides in overrides/<vendor>/config.yaml",
            )
        classes[view.module] = view.name
    options: dict[str, str] = {}
    for option in surface.options:
        if option.name in options:
            yield Fault(
                "",
                f"a {options[option.name]} and a {option.kind} option of the client are both called"
                f" {option.name}",
                f"Name one of them by x-client-option in {_OVERLAY}",
            )
        options[option.name] = option.kind
