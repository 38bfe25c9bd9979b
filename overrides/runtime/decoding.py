"""JSON → typed values, checked.

Two ways lead to the same result. The fast one is msgspec's decoder for the declared type; it
refuses unknown keys and some unions. When it refuses, :func:`convert` walks the decoded JSON beside
the type: it keeps unknown keys, tries the members of a union and names the path of what is wrong.
"""

from __future__ import annotations

import datetime
import types
import typing
import uuid
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from .model import Model
from .shapes import is_array
from .timestamp import Timestamp

_BOM = b"\xef\xbb\xbf"


def decode_json(content: bytes, expected: Any) -> Any:
    """Decode UTF-8 JSON (RFC 8259) as a value of the type ``expected``.

    Raises:
        ValueError: not JSON, nested too deeply, or not of the expected type. The message names the
            path of the value, never the value.
    """
    content = content.removeprefix(_BOM)
    decoder = _decoder(expected)
    if decoder is not None:
        try:
            return decoder.decode(content)
        except msgspec.ValidationError:
            pass  # well-formed perhaps, only not as narrow as msgspec wants it
        except (ValueError, RecursionError) as error:
            raise ValueError(_syntax(error)) from None
    try:
        value = msgspec.json.decode(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(_syntax(error)) from None
    try:
        return convert(value, expected)
    except RecursionError as error:
        raise ValueError(_syntax(error)) from None


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


def convert(value: Any, expected: Any, path: str = "$") -> Any:
    """Check decoded JSON against a type and build models, enums and dates from it.

    Raises:
        ValueError: the value does not have the type; the message starts with the path.
    """
    if expected is Any or expected is object:
        return value
    origin = get_origin(expected)
    if origin is list:
        (item_type,) = get_args(expected)
        items = _expect(value, list, path)
        return [convert(item, item_type, f"{path}[{index}]") for index, item in enumerate(items)]
    if origin is dict:
        item_type = get_args(expected)[1]
        mapping = _expect(value, dict, path)
        return {key: convert(item, item_type, f"{path}.{key}") for key, item in mapping.items()}
    if origin in (Union, types.UnionType):
        return _convert_union(value, get_args(expected), path)
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
        return float(value) if type(value) is int else _expect(value, float, path)
    if issubclass(expected, Enum):
        return _convert_text(value, expected, path, expected)
    if expected is Timestamp:
        return _convert_text(_expect(value, str, path), expected, path, Timestamp.parse)
    if expected is datetime.date:
        return _convert_text(_expect(value, str, path), expected, path, datetime.date.fromisoformat)
    if expected is uuid.UUID:
        return _convert_text(_expect(value, str, path), expected, path, uuid.UUID)
    if expected in (dict, list):
        return _expect(value, expected, path)
    raise TypeError(f"no rule to decode {expected!r}")


def _convert_text(value: Any, expected: type, path: str, parse: Any) -> Any:
    try:
        return parse(value)
    except ValueError:
        raise ValueError(f"{path}: expected {expected.__name__}, got {_name(value)}") from None


def _convert_model(value: dict[str, Any], expected: type[Model], path: str) -> Model:
    rest = dict(value)
    arguments: dict[str, Any] = {}
    for field, key, field_type, required in _fields(expected):
        if key in rest:
            arguments[field] = convert(rest.pop(key), field_type, f"{path}.{key}")
        elif required:
            raise ValueError(f"{path}: the key {key!r} is missing")
    model = expected(**arguments)
    if rest:
        extra = _additional_type(expected)
        model.additional_properties = {
            key: convert(item, extra, f"{path}.{key}") for key, item in rest.items()
        }
    return model


def _convert_union(value: Any, members: tuple[Any, ...], path: str) -> Any:
    found: list[tuple[int, Any]] = []
    first_error: ValueError | None = None
    for member in members:
        if member is msgspec.UnsetType:
            continue
        try:
            converted = convert(value, member, path)
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
        return value.name not in type(value).__members__
    return 0


@cache
def _fields(model: type[Model]) -> tuple[tuple[str, str, Any, bool], ...]:
    """(attribute, JSON key, type, required) of each field."""
    hints = typing.get_type_hints(model)
    return tuple(
        (field.name, field.encode_name, hints[field.name], field.required)
        for field in msgspec.structs.fields(model)
    )


@cache
def _additional_type(model: type[Model]) -> Any:
    """The type of unknown keys: what the document says of them, or anything."""
    hint = typing.get_type_hints(model).get("__additional_type__", Any)
    return get_args(hint)[0] if get_origin(hint) is typing.ClassVar else hint


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
