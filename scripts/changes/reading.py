"""Reading a document that nobody has to have checked: what is not as expected is not there."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.pointer import pointer, resolve

_MISSING = object()


class Reading:
    """A document with its values by JSON pointer; references are followed where they stand."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self._known: dict[str, Any] = {}

    def get(self, at: str) -> Any:
        """The value at a pointer; None where there is none."""
        found = self._known.get(at, _MISSING)
        if found is _MISSING:
            try:
                found = resolve(self.data, at)
            except (LookupError, ValueError):  # ValueError: an index of thousands of digits
                found = None
            self._known[at] = found
        return found

    def target(self, reference: object) -> str | None:
        """The pointer that a ``$ref`` inside the document means; None when it leads nowhere."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        at = unquote(reference[1:])
        return at if self.get(at) is not None else None

    def follow(self, at: str) -> tuple[str, dict[str, Any]]:
        """Where the object at a pointer is written, over any references, and the object; an empty
        one where there is none, or the references lead in a circle."""
        seen: set[str] = set()
        value = self.get(at)
        while is_object(value) and "$ref" in value:
            onward = self.target(value["$ref"])
            if onward is None or onward in seen:
                break
            seen.add(onward)
            at, value = onward, self.get(onward)
        return at, value if is_object(value) else {}


def below(at: str, *parts: str | int) -> str:
    """The pointer of something inside a value."""
    return at + pointer(parts)


def mapping(value: Any, key: str) -> dict[str, Any]:
    """The mapping under a key, with texts for keys; an empty one where it is none."""
    found = value.get(key) if is_object(value) else None
    return found if is_object(found) else {}


def listing(value: Any, key: str) -> list[Any]:
    """The list under a key; an empty one where it is none."""
    found = value.get(key) if is_object(value) else None
    return found if is_array(found) else []
