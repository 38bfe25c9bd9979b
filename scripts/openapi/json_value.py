"""JSON values as Python holds them: what kind one is, and when two are the same."""

from __future__ import annotations

from typing import Any, TypeGuard

JSON_TYPES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
"""What JSON Schema calls the values that Python has."""


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value read from JSON or YAML is a mapping; its keys are texts then."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a value read from JSON or YAML is a list."""
    return isinstance(value, list)


def same(left: object, right: object) -> bool:
    """Whether two values are written alike: 1 is neither true nor 1.0, key order counts."""
    if type(left) is not type(right):
        return False
    if is_object(left) and is_object(right):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right
