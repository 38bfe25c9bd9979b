# Copied by scripts/codegen.py from overrides/runtime/encoding.py; do not edit.
"""Python values → JSON.

What msgspec writes exactly as :func:`to_builtins` would is left to msgspec; :func:`_as_is` tells.
"""

from __future__ import annotations

import datetime
import math
import uuid
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import chain
from operator import attrgetter
from types import NoneType
from typing import Any, cast

import msgspec

from .model import Model
from .shapes import is_array, is_mapping, is_object, is_sequence
from .timestamp import to_rfc3339

_KEYS = frozenset({str})
_SCALARS = frozenset({str, int, bool, NoneType})
_FIELDS = _SCALARS | {msgspec.UnsetType}
_EXTRA = attrgetter("__extra__")


def to_builtins(value: Any) -> Any:
    """Turn models, enums, dates and UUIDs into what JSON knows, recursively.

    Raises:
        ValueError: a ``datetime`` has no time zone.
        TypeError: a mapping key is not a string, or JSON has no form for the value.
    """
    kind = cast("type[object]", type(value))
    if kind in _SCALARS or kind is float:
        return value
    if kind is list:
        return [to_builtins(item) for item in value]
    if isinstance(value, Model):
        return object_of(value)
    if is_mapping(value):
        return _mapping(value)
    if isinstance(value, Enum):
        return to_builtins(value.value)
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
    if callable(to_dict := getattr(value, "to_dict", None)):  # of another package like this
        return to_builtins(to_dict())
    raise TypeError(f"JSON cannot express a value of type {kind.__name__}")


def object_of(model: Model) -> dict[str, Any]:
    """A model as the JSON object that goes over the wire.

    Raises:
        ValueError, TypeError: as :func:`to_builtins`.
    """
    result: dict[str, Any] = {}
    for key, value in zip(
        model.__struct_encode_fields__, msgspec.structs.astuple(model), strict=True
    ):
        if value is not msgspec.UNSET:
            result[key] = value if type(value) in _SCALARS else to_builtins(value)
    if extra := model.__extra__:
        result |= _mapping(extra)
    return result


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
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
        ValueError: NaN or infinity, a ``datetime`` without time zone, a text that UTF-8 lacks, a
            value that is nested too deeply.
        TypeError: JSON has no form for the value.
    """
    try:
        if _as_is(value):
            return msgspec.json.encode(value)
        builtins = to_builtins(value)
        encoded = msgspec.json.encode(builtins)
        # msgspec writes NaN and infinity as null: a value would change without a word
        if b"null" in encoded:
            _refuse_non_finite(builtins)
    except RecursionError:
        raise ValueError("JSON cannot express a value that is nested too deeply") from None
    return encoded


def _as_is(value: Any) -> bool:
    """Whether msgspec writes a list, dictionary or model as :func:`to_builtins` would."""
    kind = cast("type[object]", type(value))
    scalars = _SCALARS
    items: Iterable[Any]
    if kind is list:
        items = value
        if value and len({*map(type, value)}) == 1 and isinstance(value[0], Model):
            if any(map(_EXTRA, value)):
                return False
            # the fields of all at once: a call for each model would take twice as long
            scalars = _FIELDS
            items = [*chain.from_iterable(map(msgspec.structs.astuple, value))]
    elif kind is dict:
        if not _KEYS.issuperset(map(type, value)):
            return False
        items = value.values()
    elif isinstance(value, Model) and not value.__extra__:
        items, scalars = msgspec.structs.astuple(value), _FIELDS
    else:
        return False
    if scalars.issuperset(map(type, items)):
        return True
    for item in items:
        if type(item) is float:
            if not math.isfinite(item):
                return False
        elif type(item) not in scalars and not _as_is(item):
            return False
    return True


def _refuse_non_finite(value: object) -> None:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"JSON cannot express {value!r}")
    elif is_object(value):
        for item in value.values():
            _refuse_non_finite(item)
    elif is_array(value):
        for item in value:
            _refuse_non_finite(item)
