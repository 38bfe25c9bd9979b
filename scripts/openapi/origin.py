"""Where each value of a document was written: in the spec, or in which action of which overlay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.openapi.pointer import Location, nodes, pointer
from scripts.openapi.yaml_source import YamlSource


@dataclass(frozen=True)
class Origin:
    """A place in a file, line and column from 1, and the index of the overlay action there (None
    outside overlays)."""

    path: Path
    line: int
    column: int
    action: int | None


class Origins:
    """The origin of every value of one document, by the value's present location.

    Kept up while overlays work: values that move because a list item before them went away keep
    their origin.
    """

    def __init__(self, entries: Mapping[Location, Origin]) -> None:
        self._entries = dict(entries)

    @classmethod
    def of(cls, source: YamlSource) -> Origins:
        """Origins of a document just read: its own file."""
        return cls(
            {
                location: Origin(source.path, *source.place(pointer(location)), None)
                for location, _ in nodes(source.data)
            }
        )

    def copy(self) -> Origins:
        return Origins(self._entries)

    def files(self) -> set[Path]:
        """The files that hold values of the document."""
        return {origin.path for origin in self._entries.values()}

    def at(self, location: Location) -> Origin:
        """Origin of a location, or of the nearest value around it."""
        while location not in self._entries and location:
            location = location[:-1]
        return self._entries[location]

    def made_by(self, overlay: Path, location: Location) -> int | None:
        """Index of an action of this overlay that made the value at a location or something inside
        it, if any did."""
        size = len(location)
        for entry, origin in self._entries.items():
            if origin.path == overlay and origin.action is not None and entry[:size] == location:
                return origin.action
        return None

    def set(
        self, location: Location, value: Any, overlay: YamlSource, at: str, action: int
    ) -> None:
        """Notes that an action made the value at a location; `at` is the value's JSON pointer
        inside the overlay."""
        for inner, _ in nodes(value):
            place = overlay.place(at + pointer(inner))
            self._entries[(*location, *inner)] = Origin(overlay.path, *place, action)

    def remove(self, location: Location) -> None:
        """Forgets a location, and moves the later items of its list up."""
        parent, last, size = location[:-1], location[-1], len(location)
        kept: dict[Location, Origin] = {}
        for entry, origin in self._entries.items():
            if entry[:size] == location:
                continue
            moved = entry
            if isinstance(last, int) and len(entry) >= size and entry[: size - 1] == parent:
                index = entry[size - 1]
                if isinstance(index, int) and index > last:
                    moved = (*parent, index - 1, *entry[size:])
            kept[moved] = origin
        self._entries = kept
