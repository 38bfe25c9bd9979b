"""The document in the shapes that openapi-python-client understands; the meaning stays the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, cast

from openapi_python_client.strings import snake_case

from scripts.openapi.binary import reachable, without_texts_as_files
from scripts.openapi.discriminator import chosen_by
from scripts.openapi.json_value import JSON_TYPES, is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.operations import (
    METHODS,
    answer_kind,
    media_kind,
    operations,
    properties,
    resolve,
)

from .conjunction import fold
from .python_types import RESERVED_CLASSES
from .references import follow_references

_BINARY = {"type": "string", "format": "binary"}

DISCRIMINATED = "x-discriminated"
"""Key of a schema that a discriminator tells apart: {property, values}, put there by `prepared`."""


def without_boolean_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which every schema is an object: ``true`` and ``false`` become ``{}``.

    What ``false`` forbids is for the server to refuse; the client takes it as it comes.
    """
    result = copy.deepcopy(document)
    result.setdefault("paths", {})  # not required since OpenAPI 3.1, but by the generator
    for at, value in objects(result):
        for key, child in value.items():
            if key in ("schema", "items", "not") and isinstance(child, bool):
                cast("dict[str, Any]", value)[key] = {}
            elif key in ("properties", "schemas") and is_object(child):
                child.update({name: {} for name, part in child.items() if isinstance(part, bool)})
            elif key in ("allOf", "anyOf", "oneOf", "prefixItems") and is_array(child):
                child[:] = [{} if isinstance(part, bool) else part for part in child]
        if "array" in _kinds(value) and not value.keys() & {"items", "prefixItems"}:
            cast("dict[str, Any]", value)["items"] = {}
        if at[:1] == ("paths",) and len(at) == 3 and at[2] in METHODS:
            # not required since OpenAPI 3.1, but by the generator
            cast("dict[str, Any]", value).setdefault("responses", {})
    return result


def prepared(document: dict[str, Any]) -> dict[str, Any]:
    """A copy for the generator, of a document without boolean schemas.

    - References lead where the generator looks for them.
    - OpenAPI 3.1 describes a file as a body or part without schema, the generator wants
      ``format: binary``.
    - Of several media types of an answer the generator reads the first; JSON comes first. An answer
      without schema it takes for one without body.
    - ``format: binary`` means nothing in JSON, a URL or a header, where it is a text.
    - ``required`` does not concern what a direction does not carry (``readOnly``, ``writeOnly``).
    - Enum values whose names would be the same in Python get others. Whether null is one of them
      is told by the values alone.
    - An enum that is not of texts or of whole numbers is what its values have in common.
    - A default with parts goes: the server applies it, and the generator refuses that of an object.
    - An ``allOf`` that the generator takes for something else is written otherwise, see
      `conjunction`.
    - A parameter in a path is never null.
    - Of a range of media types one is named that can be written and read.
    - Of media types that describe the same value the best is left, see `redundant`.
    - Each schema that a discriminator chooses knows the value that chooses it.
    """
    result = copy.deepcopy(document)
    for _, schema in objects(result):
        fold(result, cast("dict[str, Any]", schema))
    follow_references(result)
    for view in operations(result):
        for parameter in view.parameters:
            if parameter["in"] == "path" and is_object(parameter.get("schema")):
                parameter["schema"] = _not_null(result, parameter["schema"])
        body = resolve(result, view.operation.get("requestBody", {}))
        for media_type in redundant(result, body.get("content", {})):
            del body["content"][media_type]
        for media_type in [one for one in body.get("content", {}) if "*" in one]:
            content = body["content"].pop(media_type)
            body["content"].setdefault(_concrete(media_type, media_kind(media_type)), content)
        for media_type, content in body.get("content", {}).items():
            kind = media_kind(media_type)
            if kind == "raw":
                content["schema"] = dict(_BINARY)
            elif kind == "text":
                content["schema"] = {"type": "string"}
            elif kind == "multipart":
                _binary_parts(result, content)
            else:
                content.setdefault("schema", {})
        for response in view.operation.get("responses", {}).values():
            _readable(result, resolve(result, response).get("content", {}))
    without_texts_as_files(result)
    _relax_required(result)
    for _, value in objects(result):
        if is_object(value.get("default")) or is_array(value.get("default")):
            del cast("dict[str, Any]", value)["default"]
        if "const" in value:
            _plain_const(cast("dict[str, Any]", value))
        if is_array(value.get("enum")):
            _name_members(cast("dict[str, Any]", value))
        if "discriminator" in value:
            _discriminate(result, cast("dict[str, Any]", value))
    return result


def _plain_const(schema: dict[str, Any]) -> None:
    """The generator takes a const of texts, numbers and booleans; of any other the type is left."""
    value: object = schema["const"]
    kind = JSON_TYPES.get(type(value), "string")
    if kind not in ("null", "array", "object"):
        return
    del schema["const"]
    schema.setdefault("type", kind)
    if kind == "array":
        schema.setdefault("items", {})


def redundant(document: dict[str, Any], content: Mapping[str, Any]) -> list[str]:
    """Media types of a body that need not be offered: another takes the same value.

    Nothing in Python would tell which of them is meant. JSON says most of a value, a multipart
    form is the one that carries files.
    """
    ways: dict[str, list[str]] = {}
    for media_type, media in content.items():
        if media_kind(media_type) in _STRUCTURED and media.get("schema"):
            # what is in it, whatever the order of its keys
            ways.setdefault(json.dumps(media["schema"], sort_keys=True), []).append(media_type)
    found: list[str] = []
    for alike in ways.values():
        schema = resolve(document, content[alike[0]]["schema"])
        parts = [resolve(document, part) for _, part in properties(document, schema)]
        order = _STRUCTURED if not any(map(_is_file, parts)) else _STRUCTURED[::-1]
        alike.sort(key=lambda name: ("*" in name, order.index(media_kind(name))))
        found += alike[1:]
    return found


_STRUCTURED = ("json", "form", "multipart")


def _is_file(schema: dict[str, Any]) -> bool:
    inner = schema.get("items", schema)
    return is_object(inner) and (
        inner.get("format") == "binary"
        or ("contentMediaType" in inner and "contentEncoding" not in inner)
    )


def _kinds(schema: Mapping[str, Any]) -> list[Any]:
    given: Any = schema.get("type")
    return given if is_array(given) else [given]


def _not_null(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    known = resolve(document, schema)
    result = dict(known)
    if "null" in _kinds(known) and known["type"] != "null":
        left = [kind for kind in _kinds(known) if kind != "null"]
        result["type"] = left[0] if len(left) == 1 else left
    for word in ("anyOf", "oneOf"):
        if word in known:
            left = [part for part in known[word] if part.get("type") != "null"]
            result[word] = left or known[word]
    return schema if result == known else result


def _readable(document: dict[str, Any], content: dict[str, Any]) -> None:
    kinds = {name: answer_kind(document, name, media) for name, media in content.items()}
    ordered = sorted(content.items(), key=lambda item: kinds[item[0]] != "json")
    content.clear()
    for media_type, media in ordered:
        kind = kinds[media_type]
        content.setdefault(_concrete(media_type, kind), media)
        if kind == "raw":
            media["schema"] = dict(_BINARY)
        else:
            media.setdefault("schema", {"type": "string"} if kind == "text" else {})


def _concrete(media_type: str, kind: str) -> str:
    """The media type that is sent or asked for: a range names none."""
    concrete = {"json": "application/json", "text": "text/plain"}
    return concrete.get(kind, media_type) if "*" in media_type else media_type


def _binary_parts(document: dict[str, Any], content: dict[str, Any]) -> None:
    schema = resolve(document, content.get("schema", {}))
    for name, rules in content.get("encoding", {}).items():
        part = schema.get("properties", {}).get(name)
        is_file = media_kind(str(rules.get("contentType", "application/json"))) == "raw"
        if part == {} and is_file:
            schema["properties"][name] = dict(_BINARY)
    for part in schema.get("properties", {}).values():
        for item in (part, part.get("items")) if is_object(part) else ():
            if is_object(item) and "contentMediaType" in item and "contentEncoding" not in item:
                item.setdefault("type", "string")
                item.setdefault("format", "binary")


def _relax_required(document: dict[str, Any]) -> None:
    sent: list[Any] = []
    received: list[Any] = []
    for view in operations(document):
        sent.append(view.operation.get("requestBody", {}))
        received.append(view.operation.get("responses", {}))
    for roots, word in ((sent, "readOnly"), (received, "writeOnly")):
        for schema in reachable(document, roots):
            required = schema.get("required")
            if not is_array(required):
                continue  # a parameter or body, whose "required" is a boolean
            known = dict(properties(document, schema))
            schema["required"] = [
                name
                for name in required
                if resolve(document, known.get(name, {})).get(word) is not True
            ]


def _name_members(schema: dict[str, Any]) -> None:
    values: list[Any] = schema["enum"]
    if any(value is not None and type(value) is not int for value in values) and not all(
        value is None or isinstance(value, str) for value in values
    ):
        del schema["enum"]
        schema.setdefault("type", sorted({JSON_TYPES[type(value)] for value in values}))
        return
    if not all(value is None or isinstance(value, str) for value in values):
        return  # numbers have names of their own
    values = schema["enum"] = list(dict.fromkeys(values))
    named = [value for value in values if value is not None]
    kinds: Any = schema.get("type")
    if is_array(kinds) and len(others := [kind for kind in kinds if kind != "null"]) == 1:
        schema["type"] = others[0]  # the generator makes an enum for each type otherwise
    given: Any = schema.get("x-enum-varnames")
    if is_array(given) and len(given) == len(named):
        names = [snake_case(str(name)).upper() for name in given]
    else:
        names = [
            snake_case(value.upper()).upper() if value[:1].isalpha() else f"VALUE_{index}"
            for index, value in enumerate(named)
        ]
        if len(set(names)) == len(names) and all(map(str.isidentifier, names)):
            return  # the generator finds good names itself
    taken: set[str] = set()
    for index, name in enumerate(names):
        if not name.isidentifier() or name in taken:
            name = f"{name}_{index}" if name.isidentifier() else f"VALUE_{index}"
        while name in taken:
            name += "_X"
        taken.add(name)
        names[index] = name
    schema["x-enum-varnames"] = names


def _discriminate(document: dict[str, Any], schema: dict[str, Any]) -> None:
    name = schema["discriminator"]["propertyName"]
    for member in [*schema.get("oneOf", []), *schema.get("anyOf", [])]:
        if not isinstance(member.get("$ref"), str):
            continue
        target = resolve(document, member)
        known = target.get(DISCRIMINATED, {"property": name, "values": []})
        if known["property"] == name:
            values = chosen_by(document, schema, member)
            known["values"] = sorted({*known["values"], *values})
            target[DISCRIMINATED] = known


def media_type_overrides(document: dict[str, Any]) -> dict[str, str]:
    """Media types that the generator does not know, as the one for bytes or JSON that it does."""
    found: dict[str, str] = {}
    for view in operations(document):
        contents = [resolve(document, view.operation.get("requestBody", {})).get("content", {})]
        contents += [
            resolve(document, response).get("content", {})
            for response in view.operation.get("responses", {}).values()
        ]
        for content in contents:
            for media_type in content:
                if media_kind(media_type) in ("raw", "text"):
                    found[media_type] = "application/octet-stream"
                elif media_type.partition(";")[0].strip().lower() == "text/json":
                    found[media_type] = "application/json"
    return found


def class_renames() -> dict[str, dict[str, str]]:
    """Overrides for classes that would hide a name that generated modules import."""
    return {name: {"class_name": f"{name}Model"} for name in sorted(RESERVED_CLASSES)}
