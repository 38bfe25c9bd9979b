"""The objects of a document: the mappings in which keys are keywords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.pointer import Location

# Keys whose value maps free names to objects, so that the names below them are no keywords.
NAME_MAPS = frozenset(
    (
        "paths",
        "webhooks",
        "schemas",
        "responses",
        "parameters",
        "examples",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
        "properties",
        "patternProperties",
        "dependentSchemas",
        "$defs",
        "content",
        "encoding",
        "variables",
        "mapping",
        "scopes",
    )
)
# Keys whose value is data of the API, in which $ref means nothing.
DATA = frozenset(("example", "default", "const", "enum", "value"))


def objects(
    value: Any, at: Location = (), names: bool = False
) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    """Every mapping of the document in which keys are keywords, with its location."""
    if is_array(value):
        for index, item in enumerate(value):
            yield from objects(item, (*at, index))
    elif is_object(value):
        members = value
        if not names:
            yield at, members
        for key, child in members.items():
            if names:
                yield from objects(child, (*at, key))
            elif not (
                key in DATA or key.startswith("x-") or (key == "examples" and is_array(child))
            ):
                yield from objects(child, (*at, key), key in NAME_MAPS and is_object(child))
