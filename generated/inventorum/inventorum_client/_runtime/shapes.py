# Copied by scripts/codegen.py from overrides/runtime/shapes.py; do not edit.
"""What a decoded JSON value is, in a way that type checkers understand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """A JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """A JSON array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[object, Any]]:
    """Anything with keys, which JSON may or may not be able to express."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[Any]]:
    """A list or tuple."""
    return isinstance(value, list | tuple)
