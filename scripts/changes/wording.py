"""How values and places of a document are named in a sentence."""

from __future__ import annotations

import json
from typing import Any

from scripts.openapi.json_value import is_object
from scripts.openapi.pointer import pointer, resolve, tokens

_LONGEST = 60
_ALTERNATIVES = ("oneOf", "anyOf")


def quoted(value: Any) -> str:
    """A value as JSON in backticks, a text without its quotes; long ones are cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return f"`{text}`"


def place(document: dict[str, Any], at: str) -> str:
    """What a JSON pointer leads to, in the words of people who call the API.

    ``/components/schemas/Image/properties/size`` is ```Image.size```, the schema of a parameter
    ``parameter `page```, that of a body ``the body``.
    """
    name, path = "", ""
    parts = tokens(at)
    index = 0
    while index < len(parts):
        part, after = parts[index], parts[index + 1] if index + 1 < len(parts) else ""
        step = 1
        if part == "parameters" and after:
            name, path, step = f"parameter {_named(document, parts[: index + 2])}", "", 2
        elif part == "requestBody" or (part == "requestBodies" and index == 1):
            name, path, step = "the body", "", 1 if part == "requestBody" else 2
        elif part == "responses" and after:
            name, path, step = f"the answer {after}", "", 2
        elif part == "headers" and after:
            name, path, step = f"header `{after}` of {name or 'the answer'}", "", 2
        elif part == "content" and after:
            step = 2
        elif part == "schemas" and index == 1 and after:
            name, path, step = "", after, 2
        elif part == "properties" and after:
            path, step = f"{path}.{after}" if path else after, 2
        elif part == "items":
            path = f"{path}[]"
        elif part == "prefixItems" and after:
            path, step = f"{path}[{after}]", 2
        elif part == "additionalProperties":
            path = f"{path}.*"
        elif part in _ALTERNATIVES and after.isdecimal():
            path, step = f"{path}<{int(after) + 1}>", 2
        index += step
    if not path:
        return name or "the document"
    return f"`{path}`" if not name else f"`{path}` of {name}"


def _named(document: dict[str, Any], parts: list[str]) -> str:
    try:
        value = resolve(document, pointer(parts))
    except (LookupError, ValueError):
        value = None
    return f"`{value['name']}`" if is_object(value) and "name" in value else f"`{parts[-1]}`"
