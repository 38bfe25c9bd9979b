"""Where a document's ``format: binary`` means the bytes of a file, and where it means nothing."""

from __future__ import annotations

import contextlib
from typing import Any

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import answer_kind, operations, resolve


def without_texts_as_files(document: dict[str, Any]) -> None:
    """Take the format away, in place, from what is written as JSON, into a URL or a header: only a
    form and a body of its own can carry a file. A schema that such a one uses too is left.
    """
    written: list[Any] = []
    files: list[Any] = []
    for view in operations(document):
        written += [parameter.get("schema") for parameter in view.parameters]
        holders = [view.operation.get("requestBody", {})]
        holders += view.operation.get("responses", {}).values()
        for holder in holders:
            for media_type, media in resolve(document, holder).get("content", {}).items():
                carries = answer_kind(document, media_type, media) in ("multipart", "raw")
                (files if carries else written).append(media.get("schema"))
    kept = {id(schema) for schema in reachable(document, files)}
    for schema in reachable(document, written):
        if schema.get("format") == "binary" and id(schema) not in kept:
            del schema["format"]


def reachable(document: dict[str, Any], roots: list[Any]) -> list[dict[str, Any]]:
    """Every object in these values and in what they refer to, once."""
    found: dict[int, dict[str, Any]] = {}
    waiting = list(roots)
    while waiting:
        value = waiting.pop()
        if is_array(value):
            waiting.extend(value)
        elif is_object(value):
            with contextlib.suppress(LookupError):  # an example may hold any "$ref"
                value = resolve(document, value)
            if is_object(value) and id(value) not in found:  # `true` is a schema, too
                found[id(value)] = value
                waiting.extend(value.values())
    return list(found.values())
