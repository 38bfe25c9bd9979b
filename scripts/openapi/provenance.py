"""Comments in the text of a document that say which overlay action made each changed place.

What an action added or changed has its comment in the line above; what it removed for good has it
above what held it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.events import MappingStartEvent, ScalarEvent, SequenceStartEvent

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.origin import Origins
from scripts.openapi.overlay import Change
from scripts.openapi.pointer import Location, locate, nodes, pointer, resolve, tokens
from scripts.openapi.yaml_source import LOADER

_WIDTH = 100
# However deep a place is indented, this much of a reason stands in a line.
_NARROWEST = 40

_Action = tuple[Path, int]


@dataclass(frozen=True)
class Note:
    """What to say above the value at a location of the document."""

    location: Location
    text: str


def notes(data: dict[str, Any], origins: Origins, changes: Iterable[Change]) -> list[Note]:
    """One note for each place that overlays changed, removals last.

    Where an action made several members of one mapping or list in a row, the first has the reason.
    """
    actions: dict[_Action, Change] = {}
    removed: list[Change] = []
    for change in changes:
        actions.setdefault((change.overlay, change.action_index), change)
        if change.kind == "remove":
            removed.append(change)
    if not actions:
        return []
    found: list[Note] = []
    made: dict[Location, _Action | None] = {}
    before: tuple[Location, _Action | None] | None = None
    for location, _ in nodes(data):
        origin = origins.at(location)
        action = None if origin.action is None else (origin.path, origin.action)
        made[location] = action
        if not location or action == made[location[:-1]]:
            continue
        if action is not None:
            reason = None if before == (location[:-1], action) else actions[action].reason
            found.append(Note(location, _told(actions[action], "", reason)))
        before = location[:-1], action
    return found + [
        Note(at, _told(change, f" removed {what}", change.reason))
        for change in removed
        for at, what in _missing(data, change)
    ]


def _missing(data: dict[str, Any], change: Change) -> list[tuple[Location, str]]:
    """Where to tell of a removal and what was removed; nothing where a later action put something
    else into its place, which has a note of its own."""
    *around, last = tokens(change.pointer)
    there = locate(data, pointer(around))
    lost = pointer([*around, last])[len(pointer(there)) :]
    value = resolve(data, pointer(there))
    if len(there) == len(around) and isinstance(value, list):
        return [(there, "an entry")]
    if len(there) == len(around) and last in value:
        return []
    return [(there, "/".join(tokens(lost)))]


def _told(change: Change, what: str, reason: str | None) -> str:
    told = f"{change.overlay.name} action {change.action_index} (line {change.line}){what}"
    if reason is None:
        return told
    # a reason is a text of any kind, a comment is one line of visible characters
    plain = "".join(char if char.isprintable() else " " for char in " ".join(reason.split()))
    return f"{told}: {plain}"


def commented(data: dict[str, Any], text: str, told: list[Note]) -> str:
    """The YAML text of a document with the notes as comments; the same data when read."""
    if not told:
        return text
    numbers = _line_numbers(data, text)
    lines = text.split("\n")
    above: dict[int, list[str]] = {}
    for note in told:
        number = numbers[note.location]
        line = lines[number]
        indent = line[: len(line) - len(line.lstrip(" "))]
        above.setdefault(number, []).extend(
            textwrap.wrap(
                note.text,
                max(_WIDTH, len(indent) + _NARROWEST),
                initial_indent=f"{indent}# ",
                subsequent_indent=f"{indent}#   ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )
    return "\n".join(
        part for number, line in enumerate(lines) for part in (*above.get(number, ()), line)
    )


def _line_numbers(data: dict[str, Any], text: str) -> dict[Location, int]:
    """In which line, from 0, each value of a document begins; a member of a mapping begins with its
    key.

    The text is that of the data, so its events come in the order of the values.
    """
    values = (ScalarEvent, MappingStartEvent, SequenceStartEvent)
    # each event that begins a key or a value begins in a line; events made by hand have no mark
    begins: Iterator[int] = (
        event.start_mark.line
        for event in yaml.parse(text, Loader=LOADER)
        if isinstance(event, values) and event.start_mark
    )
    found: dict[Location, int] = {}

    def visit(at: Location, value: Any, key: int | None) -> None:
        begin = next(begins)
        found[at] = begin if key is None else key
        if is_object(value):
            for name, child in value.items():
                visit((*at, name), child, next(begins))
        elif is_array(value):
            for index, child in enumerate(value):
                visit((*at, index), child, None)

    visit((), data, None)
    return found
