"""JSON pointers (RFC 6901) and the same locations as tuples of keys and indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scripts.openapi.json_value import is_array, is_object

Location = tuple[str | int, ...]


def pointer(location: Iterable[str | int]) -> str:
    """The JSON pointer of a location: `("paths", "/a", 0)` is `/paths/~1a/0`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def tokens(text: str) -> list[str]:
    """The unescaped parts of a JSON pointer; none for the whole document."""
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def resolve(data: Any, text: str) -> Any:
    """The value that a JSON pointer names.

    Raises LookupError when there is no such value, also for an index that is written other than RFC
    6901 wants it.
    """
    if text and not text.startswith("/"):
        raise LookupError(text)
    value = data
    for token in tokens(text):
        if is_object(value):
            value = value[token]
        elif is_array(value):
            if not (token.isascii() and token.isdigit()) or (token != "0" and token[0] == "0"):
                raise LookupError(text)
            value = value[int(token)]
        else:
            raise LookupError(text)
    return value


def locate(data: Any, text: str) -> Location:
    """A JSON pointer as mapping keys and list indexes of these data, as far as it leads."""
    found: list[str | int] = []
    value = data
    for token in tokens(text):
        part = int(token) if is_array(value) and token.isdecimal() else token
        try:
            value = resolve(value, pointer((token,)))
        except LookupError:
            break
        found.append(part)
    return tuple(found)


def nodes(value: Any, at: Location = ()) -> Iterator[tuple[Location, Any]]:
    """Every value in a tree of mappings and lists with its location, the root first, parents before
    children."""
    yield at, value
    if is_object(value):
        for key, child in value.items():
            yield from nodes(child, (*at, key))
    elif is_array(value):
        for index, child in enumerate(value):
            yield from nodes(child, (*at, index))
