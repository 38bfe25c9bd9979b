# Copied by scripts/codegen.py from overrides/runtime/admission.py; do not edit.
"""Whether a value may be sent: what the document says of it, checked before anything leaves.

In an answer an enum is open, for a server adds values. In a request it is closed: the document
lists what the server takes. Unknown keys may be sent, and keys that are missing are for the server
to tell, which knows what it can do without.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from .decoding import MissingKey, convert, decode_json, walk
from .encoding import to_builtins
from .errors import ConfigurationError
from .model import Model, is_listed
from .shapes import is_array, is_object
from .structure import additional_type, fields

_E = TypeVar("_E", bound=Enum)


def known_member(name: str, value: object, kind: type[_E]) -> _E:
    """The member of an enum for an argument, which may be its plain value.

    Raises:
        ConfigurationError: the document does not list the value.
    """
    for member in kind:
        if member == value and not isinstance(value, bool):
            return member
    raise ConfigurationError(f"{name}={value!r} is none of {_listed(kind)}")


def check_argument(name: str, value: object, expected: Any) -> None:
    """Check an argument in which an enum is.

    Raises:
        ConfigurationError: it has another type, or a value that the document does not list.
    """
    if value is None or value is msgspec.UNSET:
        return
    try:
        typed = convert(to_builtins(value), expected)
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error}") from None
    _refuse_unknown(name, typed)


def check_form(form: Model | Mapping[str, Any], model: type[Model]) -> None:
    """Check the fields of a form in which enums are.

    Raises:
        ConfigurationError: as :func:`check_argument`.
    """
    for field in fields(model):
        if has_enum(field.type):
            given = getattr(form, field.name) if isinstance(form, Model) else form.get(field.key)
            check_argument(field.key, given, field.type)


def check_json(content: bytes, expected: Any) -> None:
    """Check a JSON body as it will be sent.

    Raises:
        ConfigurationError: a value has another type than the document says, or is not listed.
    """
    try:
        typed = decode_json(content, expected)
    except MissingKey:
        _check_present(msgspec.json.decode(content), expected, "$")
        return
    except ValueError as error:
        raise _wrong_body(error) from None
    if has_enum(expected):
        _refuse_unknown("the body", typed)


def _wrong_body(error: ValueError) -> ConfigurationError:
    return ConfigurationError(f"the body is not what the API document says: {error}")


def _check_present(value: Any, expected: Any, path: str) -> None:
    """Check what is there of a value that lacks keys; of a union nobody knows which is meant."""
    try:
        typed = walk(value, expected, path)
    except MissingKey:
        for key, item, kind in _inside(value, _meant(expected)):
            _check_present(item, kind, f"{path}{key}")
    except ValueError as error:
        raise _wrong_body(error) from None
    else:
        _refuse_unknown("the body", typed, path)


def _meant(expected: Any) -> Any:
    """The type of a value that is there, where the document gives it one only."""
    if get_origin(expected) not in (Union, types.UnionType):
        return expected
    members = {*get_args(expected)} - {msgspec.UnsetType, types.NoneType}
    return members.pop() if len(members) == 1 else expected


def _inside(value: Any, expected: Any) -> Iterator[tuple[str, Any, Any]]:
    """What a value holds: place, value and type of each."""
    if get_origin(expected) is list:
        for index, item in enumerate(value):
            yield f"[{index}]", item, get_args(expected)[0]
    elif get_origin(expected) is dict:
        for key, item in value.items():
            yield f".{key}", item, get_args(expected)[1]
    elif isinstance(expected, type) and issubclass(expected, Model):
        known = {field.key: field.type for field in fields(expected)}
        for key, item in value.items():
            yield f".{key}", item, known.get(key, additional_type(expected))


def _refuse_unknown(name: str, typed: object, path: str = "$") -> None:
    for at, value in _unknown(typed, path):
        raise ConfigurationError(f"{name}: {at}: {value.value!r} is none of {_listed(type(value))}")


def _listed(kind: type[Enum]) -> str:
    return ", ".join(repr(member.value) for member in kind)


def _unknown(value: object, path: str) -> Iterator[tuple[str, Enum]]:
    if isinstance(value, Enum):
        if not is_listed(value):
            yield path, value
    elif isinstance(value, Model):
        for field in fields(type(value)):
            yield from _unknown(getattr(value, field.name), f"{path}.{field.key}")
        yield from _unknown(value.__extra__, path)
    elif is_object(value):
        for key, item in value.items():
            yield from _unknown(item, f"{path}.{key}")
    elif is_array(value):
        for index, item in enumerate(value):
            yield from _unknown(item, f"{path}[{index}]")


@cache
def has_enum(expected: Any) -> bool:
    """Whether values of a type may hold members of an enum."""
    seen: set[Any] = set()
    waiting = [expected]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and not isinstance(kind, types.GenericAlias):
            if issubclass(kind, Enum):
                return True
            if issubclass(kind, Model) and kind not in seen:
                seen.add(kind)
                waiting += [field.type for field in fields(kind)]
                waiting.append(additional_type(kind))
        elif get_origin(kind) in (list, dict, Union, types.UnionType):
            waiting += get_args(kind)
    return False
