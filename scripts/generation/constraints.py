"""Which keywords of a schema a client checks before it sends a value."""

from __future__ import annotations

from typing import Any

from scripts.openapi.json_value import is_array


def constraint(schema: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the runtime's ``Constraint`` for a schema of a single value.

    Patterns are left to the server: Python reads regular expressions otherwise than ECMA 262.
    """
    found: dict[str, Any] = {}
    if schema.get("type") in ("integer", "number", "string", "boolean"):
        found["type"] = schema["type"]
    for keyword in ("minimum", "maximum"):
        if keyword in schema:
            found[keyword] = schema[keyword]
    if is_array(schema.get("enum")):
        found["enum"] = tuple(schema["enum"])
    return found
