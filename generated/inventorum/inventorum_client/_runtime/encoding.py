# Copied by scripts/codegen.py from overrides/runtime/encoding.py; do not edit.
"""Python values → JSON."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol, runtime_checkable

import msgspec

from .shapes import is_array, is_mapping, is_object, is_sequence
from .timestamp import to_rfc3339


@runtime_checkable
class _Serialisable(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


def to_builtins(value: Any) -> Any:
    """Turn models, enums, dates and UUIDs into what JSON knows, recursively.

    Raises:
        ValueError: a ``datetime`` has no time zone.
        TypeError: a mapping key is not a string, or JSON has no form for the value.
    """
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, _Serialisable):
        return value.to_dict()
    if isinstance(value, Enum):
        return to_builtins(value.value)
    if is_mapping(value):
        return _mapping(value)
    if is_sequence(value):
        return [to_builtins(item) for item in value]
    if isinstance(value, datetime.datetime):
        return to_rfc3339(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"JSON cannot express a value of type {type(value).__name__}")


def _mapping(value: Mapping[object, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"JSON object keys are strings, not {type(key).__name__}: {key!r}")
        if item is not msgspec.UNSET:
            result[key] = to_builtins(item)
    return result


def to_json(value: Any) -> bytes:
    """Encode a value as UTF-8 JSON.

    Raises:
        ValueError: NaN or infinity, a ``datetime`` without time zone, a text that UTF-8 lacks.
        TypeError: JSON has no form for the value.
    """
    builtins = to_builtins(value)
    _refuse_non_finite(builtins)
    return msgspec.json.encode(builtins)


def _refuse_non_finite(value: object) -> None:
    # msgspec writes NaN and infinity as null: a value would change without a word.
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(f"JSON cannot express {value!r}")
    elif is_object(value):
        for item in value.values():
            _refuse_non_finite(item)
    elif is_array(value):
        for item in value:
            _refuse_non_finite(item)
