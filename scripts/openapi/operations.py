"""Reading an OpenAPI document: references, operations, parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote

from scripts.openapi import pointer
from scripts.openapi.json_value import is_object

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class OperationView:
    """An operation where it stands, with its path's parameters merged in."""

    path: str
    method: str
    operation: dict[str, Any]
    parameters: list[dict[str, Any]]

    @property
    def pointer(self) -> str:
        """JSON pointer to the operation."""
        return pointer.pointer(("paths", self.path, self.method))


def resolve(document: dict[str, Any], value: Any) -> dict[str, Any]:
    """Follow ``$ref`` inside the document.

    Raises:
        LookupError: the reference leads nowhere or in a circle.
    """
    seen: set[str] = set()
    while is_object(value) and "$ref" in value:
        reference = str(value["$ref"])
        if reference in seen or not reference.startswith("#"):
            raise LookupError(f"unresolvable $ref {reference}")
        seen.add(reference)
        value = pointer.resolve(document, unquote(reference[1:]))
    return cast("dict[str, Any]", value)


def operations(document: dict[str, Any]) -> Iterator[OperationView]:
    """All operations in the order of the document, methods in the order of the specification.

    A path that is a ``$ref`` has the operations of what it names.
    """
    for path, written in document.get("paths", {}).items():
        item = resolve(document, written)
        for method in METHODS:
            operation = item.get(method)
            if not isinstance(operation, dict):
                continue
            merged: dict[tuple[str, str], dict[str, Any]] = {}
            found = cast("dict[str, Any]", operation)
            for raw in [*item.get("parameters", []), *found.get("parameters", [])]:
                parameter = resolve(document, raw)
                merged[str(parameter["name"]), str(parameter["in"])] = parameter
            yield OperationView(str(path), method, found, list(merged.values()))


def media_kind(media_type: str) -> str:
    """How a body of this media type is written: json, form, multipart, text or raw."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence in ("application/json", "text/json") or essence.endswith("+json"):
        return "json"  # as the MIME Sniffing Standard has it (4.6)
    if essence == "application/x-www-form-urlencoded":
        return "form"
    if essence == "multipart/form-data":
        return "multipart"
    return "text" if essence.startswith("text/") else "raw"


def answer_kind(document: dict[str, Any], media_type: str, media: dict[str, Any]) -> str:
    """How the body of an answer is written: a range of all media types says so by its schema."""
    if media_type in ("*/*", "application/*") and _is_structured(document, media.get("schema")):
        return "json"
    return media_kind(media_type)


def _is_structured(document: dict[str, Any], schema: Any, depth: int = 20) -> bool:
    """Whether every value is something else than a text or bytes."""
    known: Any = resolve(document, schema) if isinstance(schema, dict) and depth else None
    if not known:
        return False
    if "type" in known:
        return "string" not in known["type"]  # a text or a list of them
    if known.keys() & {"properties", "items"}:
        return True
    if "allOf" in known:
        return any(_is_structured(document, part, depth - 1) for part in known["allOf"])
    choice = [*known.get("oneOf", []), *known.get("anyOf", [])]
    return bool(choice) and all(_is_structured(document, part, depth - 1) for part in choice)


def properties(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties of an object with those of its ``allOf``, as (name, schema)."""
    for part in schema.get("allOf", []):
        yield from properties(document, resolve(document, part))
    yield from schema.get("properties", {}).items()
