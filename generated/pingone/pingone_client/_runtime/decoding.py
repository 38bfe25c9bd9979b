# Copied by scripts/codegen.py from overrides/runtime/decoding.py; do not edit.
"""JSON → typed values, checked.

Three ways lead to the same result. The fastest is msgspec's decoder for the declared type; it
refuses unknown keys and some unions. Unknown keys alone are put aside (:mod:`.surplus`), so that
msgspec can still build the models. Anything else is for :func:`walk`, which goes over the decoded
JSON beside the type: it tries the members of a union and names the path of what is wrong.

Numbers: an integer is exact whatever its size. ``1.0`` is taken where the document wants an
integer, and becomes ``1``. Where it wants a number, an integer becomes a float of 53 bits.
"""

from __future__ import annotations

import datetime
import types
import uuid
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from .model import Model, is_listed
from .shapes import is_array
from .structure import additional_type, fields
from .surplus import sieve_for
from .timestamp import Timestamp, full_date


class MissingKey(ValueError):
    """A key that the document requires is not there."""


_BOM = b"\xef\xbb\xbf"


def decode_json(content: bytes, expected: Any) -> Any:
    """Decode UTF-8 JSON (RFC 8259) as a value of the type ``expected``.

    Raises:
        ValueError: not JSON, nested too deeply, or not of the expected type. The message names the
            path of the value, never the value.
    """
    content = content.removeprefix(_BOM)
    try:
        decoder = _decoder(expected)
        if decoder is not None:
            try:
                return decoder.decode(content)
            except msgspec.ValidationError:
                pass  # well-formed perhaps, only not as narrow as msgspec wants it
        value = msgspec.json.decode(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(_syntax(error)) from None
    return convert(value, expected)


def _syntax(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply"
    return str(error)


@cache
def _decoder(expected: Any) -> msgspec.json.Decoder[Any] | None:
    try:
        return msgspec.json.Decoder(expected, dec_hook=_timestamp)
    except TypeError:  # a union that msgspec does not decode: two object types, two string types
        return None


def _timestamp(expected: type, value: Any) -> Any:
    if expected is Timestamp and isinstance(value, str):
        return Timestamp.parse(value)
    raise ValueError(f"expected {expected.__name__}, got {_name(value)}")


def convert(value: Any, expected: Any) -> Any:
    """Check decoded JSON against a type and build models, enums and dates from it.

    Raises:
        ValueError: the value does not have the type, or is nested too deeply; the message starts
            with the path.
    """
    try:
        return _built_or_walked(value, expected)
    except RecursionError as error:
        raise ValueError(_syntax(error)) from None


_NOT_BUILT = object()


def _built_or_walked(value: Any, expected: Any) -> Any:
    found = _built(value, expected)
    return walk(value, expected) if found is _NOT_BUILT else found


def _built(value: Any, expected: Any) -> Any:
    """What msgspec makes of a value once its unknown keys are aside; it may refuse."""
    if _decoder(expected) is None:
        return _NOT_BUILT
    sieve = sieve_for(expected)
    try:
        if sieve is None:
            return _convert(value, expected)
        known, surplus = sieve.part(value)
        built = _convert(known, expected)
        if surplus is not None:
            sieve.join(built, surplus, _built_or_walked)
    except ValueError:
        return _NOT_BUILT  # walk() tells where and why
    return built


def _convert(value: Any, expected: Any) -> Any:
    return msgspec.convert(value, expected, dec_hook=_timestamp)


def walk(value: Any, expected: Any, path: str = "$") -> Any:
    """As :func:`convert`, in Python and one value at a time.

    Raises:
        ValueError: the value does not have the type; the message starts with the path.
    """
    if expected is Any or expected is object:
        return value
    origin = get_origin(expected)
    if origin is list:
        (item_type,) = get_args(expected)
        items = _expect(value, list, path)
        return [walk(item, item_type, f"{path}[{index}]") for index, item in enumerate(items)]
    if origin is dict:
        item_type = get_args(expected)[1]
        mapping = _expect(value, dict, path)
        return {key: walk(item, item_type, f"{path}.{key}") for key, item in mapping.items()}
    if origin in (Union, types.UnionType):
        return _convert_union(value, expected, path)
    if origin is Literal:
        # True == 1 in Python, not in JSON
        if any(value == member and type(value) is type(member) for member in get_args(expected)):
            return value
        raise ValueError(f"{path}: expected one of {list(get_args(expected))}")
    if isinstance(expected, type):
        return _convert_class(value, expected, path)
    raise TypeError(f"no rule to decode {expected!r}")


def _convert_class(value: Any, expected: type[Any], path: str) -> Any:
    if issubclass(expected, Model):
        return _convert_model(_expect(value, dict, path), expected, path)
    if expected is type(None) or expected is bool or expected is str:
        return _expect(value, expected, path)
    if expected is int:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return _expect(value, int, path)
    if expected is float:
        return _float(value, path) if type(value) is int else _expect(value, float, path)
    if issubclass(expected, Enum):
        return _convert_text(value, expected, path, expected)
    if expected is Timestamp:
        return _convert_text(_expect(value, str, path), expected, path, Timestamp.parse)
    if expected is datetime.date:
        return _convert_text(_expect(value, str, path), expected, path, full_date)
    if expected is uuid.UUID:
        return _convert_text(_expect(value, str, path), expected, path, uuid.UUID)
    if expected in (dict, list):
        return _expect(value, expected, path)
    raise ValueError(f"{path}: JSON has no {expected.__name__}")


def _float(value: int, path: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{path}: the number is too large") from None


def _convert_text(value: Any, expected: type, path: str, parse: Any) -> Any:
    try:
        return parse(value)
    except ValueError:
        raise ValueError(f"{path}: expected {expected.__name__}, got {_name(value)}") from None


def _convert_model(value: dict[str, Any], expected: type[Model], path: str) -> Model:
    rest = dict(value)
    arguments: dict[str, Any] = {}
    for field, key, field_type, required in fields(expected):
        if key in rest:
            arguments[field] = walk(rest.pop(key), field_type, f"{path}.{key}")
        elif required:
            raise MissingKey(f"{path}: the key {key!r} is missing")
    model = expected(**arguments)
    if rest:
        extra = additional_type(expected)
        model.additional_properties = {
            key: walk(item, extra, f"{path}.{key}") for key, item in rest.items()
        }
    return model


def _convert_union(value: Any, expected: Any, path: str) -> Any:
    # msgspec refused a union that it knows, so it refuses its members too
    tried = _decoder(expected) is not None
    found: list[tuple[int, Any]] = []
    first_error: ValueError | None = None
    for member in get_args(expected):
        if member is msgspec.UnsetType:
            continue
        try:
            converted = _NOT_BUILT if tried else _built(value, member)
            if converted is _NOT_BUILT:
                converted = walk(value, member, path)
        except ValueError as error:
            first_error = first_error or error
            continue
        unknown = _unknown(converted)
        if unknown == 0 and type(converted) is not float:
            return converted
        found.append((unknown, converted))
    if found:
        return min(found, key=lambda pair: pair[0])[1]
    raise first_error or ValueError(f"{path}: no type accepts {_name(value)}")


def _unknown(value: object) -> int:
    """How much of an object a type did not know: the union member that knows most is the best."""
    if isinstance(value, Model):
        nested = [_unknown(getattr(value, field)) for field in value.__struct_fields__]
        return len(value.additional_properties) + sum(nested)
    if is_array(value):
        return sum(_unknown(item) for item in value)
    if isinstance(value, Enum):
        return not is_listed(value)
    return 0


def _expect(value: Any, expected: type, path: str) -> Any:
    if type(value) is not expected:
        raise ValueError(f"{path}: expected {_JSON_NAMES[expected]}, got {_name(value)}")
    return value


_JSON_NAMES: Mapping[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}


def _name(value: object) -> str:
    return _JSON_NAMES.get(type(value), type(value).__name__)
