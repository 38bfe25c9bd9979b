"""The document as openapi-python-client can read it, and what it would silently lose."""

from __future__ import annotations

import copy
from typing import Any, cast

from scripts.openapi.operations import media_kind, operations, resolve

from .python_types import RESERVED_CLASSES

_BINARY = {"type": "string", "format": "binary"}


def prepared(document: dict[str, Any]) -> dict[str, Any]:
    """A copy with the shapes that the generator understands; the meaning stays the same.

    - OpenAPI 3.1 describes a file as a body or part without schema, the generator wants
      ``format: binary``.
    - Of several media types of an answer the generator reads the first; JSON comes first.
    - Of a body it must see each media type once.
    """
    result = copy.deepcopy(document)
    for view in operations(result):
        body = resolve(result, view.operation.get("requestBody", {}))
        for media_type, content in body.get("content", {}).items():
            kind = media_kind(media_type)
            if kind == "raw":
                content["schema"] = dict(_BINARY)
            elif kind == "text":
                content.setdefault("schema", {"type": "string"})
            elif kind == "multipart":
                _binary_parts(result, content)
        for response in view.operation.get("responses", {}).values():
            content = resolve(result, response).get("content", {})
            ordered = sorted(content.items(), key=lambda item: media_kind(item[0]) != "json")
            content.clear()
            content.update(ordered)
            for media_type, media in content.items():
                if media_kind(media_type) == "raw":
                    media["schema"] = dict(_BINARY)
    return result


def _binary_parts(document: dict[str, Any], content: dict[str, Any]) -> None:
    schema = resolve(document, content.get("schema", {}))
    for name, rules in content.get("encoding", {}).items():
        part = schema.get("properties", {}).get(name)
        is_file = media_kind(str(rules.get("contentType", "application/json"))) == "raw"
        if part == {} and is_file:
            schema["properties"][name] = dict(_BINARY)
    for part in schema.get("properties", {}).values():
        if isinstance(part, dict) and "contentMediaType" in part and "contentEncoding" not in part:
            cast("dict[str, Any]", part).setdefault("format", "binary")


def media_type_overrides(document: dict[str, Any]) -> dict[str, str]:
    """Media types that the generator does not know, as the one for bytes that it does."""
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
    return found


def class_renames(document: dict[str, Any]) -> dict[str, str]:
    """Schemas whose class would hide a name that generated modules import."""
    schemas = document.get("components", {}).get("schemas", {})
    return {name: f"{name}Model" for name in schemas if name in RESERVED_CLASSES}


def losses(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What generating would silently lose: (JSON pointer, sentence, remedy).

    The generator drops a parameter that is described by ``content``, and makes ``Any`` of a form
    that is no plain object, for which it then sends no body at all.
    """
    found: list[tuple[str, str, str]] = []
    for view in operations(document):
        for parameter in view.parameters:
            if "schema" not in parameter:
                found.append(
                    (
                        f"{view.pointer}/parameters",
                        f"the parameter {parameter['name']!r} has no schema and would be dropped",
                        "Describe it by schema, in overrides/<vendor>/codegen.yaml if need be",
                    )
                )
        body = resolve(document, view.operation.get("requestBody", {}))
        for media_type, content in body.get("content", {}).items():
            if media_kind(media_type) not in ("multipart", "form"):
                continue
            schema = resolve(document, content.get("schema", {}))
            unions = [word for word in ("oneOf", "anyOf") if word in schema]
            if unions or schema.get("type") != "object" or not schema.get("properties"):
                what = unions[0] if unions else "something other than an object with properties"
                found.append(
                    (
                        f"{view.pointer}/requestBody",
                        f"the {media_type} body is {what}, which would be sent as nothing",
                        "Flatten it to an object in overrides/<vendor>/codegen.yaml",
                    )
                )
    return found
