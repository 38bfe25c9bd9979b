"""A JSON value with one place changed at a time: which of it is still right, a schema says."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from scripts.openapi.json_value import is_array, is_object

_OTHERS: tuple[Any, ...] = (None, True, 0, -1, 1.5, "1", "", "no such value", [], {}, [{}])
"""Values of every JSON type; which of them a place may hold is for its schema to say."""


def changes(value: Any) -> Iterator[tuple[str, str, Any]]:
    """The value with one place changed at a time: where, what, and the whole."""
    for path in _paths(value):
        where = "".join(f"/{step}" for step in path)
        old = _at(value, path)
        for other in (*_OTHERS, *_near(old)):
            if type(other) is not type(old) or other != old:
                what = f"{_name(other)} in place of {_name(old)}"
                yield where, what, _with(value, path, other)
        if is_object(old):
            for key in old:
                left = {name: item for name, item in old.items() if name != key}
                yield f"{where}/{key}", "an object without a key", _with(value, path, left)
            more = {**old, "noSuchKey": 1}
            yield where, "an object with an unknown key", _with(value, path, more)


def _paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place, of a list only its first item: the others have the same schema."""
    yield at
    if is_object(value):
        for key in value:
            yield from _paths(value[key], (*at, key))
    elif is_array(value) and value:
        yield from _paths(value[0], (*at, 0))


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    whole = copy.deepcopy(value)
    _at(whole, path[:-1])[path[-1]] = new
    return whole


def _name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int):
        return "an integer"
    if isinstance(value, float):
        return "a fraction"
    if isinstance(value, str):
        return "a text" if value else "an empty text"
    return "a list" if isinstance(value, list) else "an object"


def _near(value: Any) -> Iterator[Any]:
    """Texts that are nearly the old one: no longer a date, an address, one of an enumeration."""
    if isinstance(value, str) and value:
        yield value[:-1]
        yield value + "x"
        yield value.swapcase()
