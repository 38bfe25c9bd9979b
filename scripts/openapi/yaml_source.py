"""YAML files as plain data that remembers where in the file each value stands.

Reads YAML 1.2's core schema, so that `on`, `yes` and `2020-10-05` stay the texts that they look
like, and refuses what two readers of the same file could understand differently: keys that appear
twice, keys that are neither texts nor whole numbers (`200:`), merge keys, tags.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.pointer import Location, pointer
from scripts.openapi.problem import DocumentError, Problem

# Without libyaml PyYAML has no CSafeLoader; the other is slower and makes the same events.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Far above what an API document needs, far below what would exhaust memory or Python's stack.
MAX_DEPTH = 100
MAX_VALUES = 200_000

Place = tuple[int, int]

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_TRUE = re.compile(r"(?:true|True|TRUE)\Z")
_FALSE = re.compile(r"(?:false|False|FALSE)\Z")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_JSON = re.compile(r"(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z")


@dataclass(frozen=True)
class YamlSource:
    """A YAML file: its path, its data, and for each JSON pointer the line and column (from 1) where
    the value stands.

    A member of a mapping stands where its key does.
    """

    path: Path
    data: dict[str, Any]
    places: Mapping[str, Place]

    def place(self, at: str) -> Place:
        """Line and column of a JSON pointer, or of the nearest value around it that the file
        holds."""
        while at not in self.places and at:
            at = at.rpartition("/")[0]
        return self.places.get(at, (1, 1))

    def problem(self, at: str, message: str, remedy: str) -> Problem:
        """A problem with the value at a JSON pointer of this file."""
        line, column = self.place(at)
        return Problem(self.path, line, column, at, message, remedy)


def load(path: Path) -> YamlSource:
    """Reads a YAML file whose root is a mapping.

    Raises DocumentError, with line and column, for a file that is missing, unreadable, empty, not
    UTF-8, not YAML, not a mapping, or that holds something outside the JSON-like part of YAML (see
    the module). All repeated and all wrong keys are reported at once; a syntax error ends the
    reading.
    """
    if path.is_fifo() or path.is_socket():  # reading would wait for somebody to write
        message = "cannot be read: it is a pipe or a socket"
        raise DocumentError([Problem(path, None, None, "", message, "Give a readable file")])
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(
            [Problem(path, None, None, "", "there is no such file", "Check the name")]
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DocumentError(
            [Problem(path, None, None, "", f"cannot be read: {reason}", "Give a readable file")]
        ) from None
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> YamlSource:
    """Like `load`, from bytes; `path` is only used in messages."""
    text = _text(raw, path)
    reader = _Reader(path)
    try:
        # Events, not yaml.compose(): composing recurses, and a file of brackets alone would exhaust
        # the stack.
        for event in yaml.parse(text, Loader=LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise DocumentError([*reader.problems, _syntax(path, text, mark, what)]) from None
    except yaml.reader.ReaderError as error:
        line, column = _line_column(text, error.position)
        message = f"holds a character that YAML forbids ({error.reason})"
        problem = Problem(
            path, line, column, "", message, "Remove it, or escape it inside double quotes"
        )
        raise DocumentError([*reader.problems, problem]) from None
    return reader.finish()


def plain_scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means in YAML 1.2's core schema.

    Raises ValueError for what JSON cannot hold: infinities, not-a-number, integers of thousands of
    digits.
    """
    if _NULL.match(text):
        return None
    if _TRUE.match(text):
        return True
    if _FALSE.match(text):
        return False
    if _INTEGER.match(text):
        return int(text)
    if _OCTAL.match(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.match(text):
        return int(text[2:], 16)
    if _NOT_JSON.match(text):
        raise ValueError(f"{text} is no JSON number")
    if _FLOAT.match(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise ValueError(f"{text} is too large")
        return number
    return text


def _text(raw: bytes, path: Path) -> str:
    if b"\0" in raw[:4]:  # the first character is one of ASCII in every document
        message = "the file is UTF-16 or UTF-32, or no text"
        raise DocumentError([Problem(path, 1, 1, "", message, "Save the file as UTF-8")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _line_column(raw[: error.start].decode("utf-8-sig", "replace") + "?", None)
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise DocumentError(
            [Problem(path, line, column, "", message, "Save the file as UTF-8")]
        ) from None
    if not text.strip():
        raise DocumentError(
            [Problem(path, 1, 1, "", "the file is empty", "Write a document into it")]
        )
    return text


def _line_column(text: str, position: int | None) -> Place:
    before = text[:-1] if position is None else text[:position]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _syntax(path: Path, text: str, mark: yaml.Mark | None, what: str) -> Problem:
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    at = text.split("\n")[line - 1 : line]
    if at and at[0][column - 1 : column] == "\t":
        return Problem(
            path, line, column, "", "a tab stands where YAML wants spaces", "Indent with spaces"
        )
    return Problem(
        path, line, column, "", f"not YAML: {what}", "Correct the syntax here or just above"
    )


@dataclass
class _Open:
    """A mapping or list whose end has not been read yet."""

    location: Location
    value: dict[str, Any] | list[Any]
    anchor: str | None
    values_before: int
    key: str | None = None
    place: Place = (1, 1)
    seen: dict[str, Place] = field(default_factory=dict[str, "Place"])


class _Reader:
    """Builds data and places from the events of one document, without recursion."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.places: dict[str, Place] = {}
        self.values = 0
        self.documents = 0
        self.root: Any = None
        self.root_place: Place = (1, 1)
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}

    def take(self, event: Event) -> None:
        assert event.start_mark is not None  # only events made by hand have none
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._fatal(place, "a second document begins", "Keep one document in a file")
        elif isinstance(event, ScalarEvent):
            self._scalar(event, place)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._begin(event, place)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._end()
        elif isinstance(event, AliasEvent):
            self._alias(event, place)

    def finish(self) -> YamlSource:
        if not is_object(self.root):
            kind = "a list" if is_array(self.root) else "a single value"
            message = f"the document is {kind}, not a mapping"
            self.problems.insert(
                0, Problem(self.path, *self.root_place, "", message, "Write `key: value` lines")
            )
        if self.problems:
            raise DocumentError(self.problems)
        return YamlSource(self.path, cast("dict[str, Any]", self.root), self.places)

    def _fatal(self, place: Place, message: str, remedy: str) -> DocumentError:
        problem = Problem(self.path, *place, pointer(self._here()), message, remedy)
        return DocumentError([*self.problems, problem])

    def _report(self, place: Place, at: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, *place, at, message, remedy))

    def _here(self) -> Location:
        """Location of the value that is read next."""
        if not self.open:
            return ()
        top = self.open[-1]
        if is_array(top.value):
            return (*top.location, len(top.value))
        return top.location if top.key is None else (*top.location, top.key)

    def _wants_key(self) -> bool:
        return bool(self.open) and is_object(self.open[-1].value) and self.open[-1].key is None

    def _count(self, place: Place, amount: int = 1) -> None:
        self.values += amount
        if self.values > MAX_VALUES:
            raise self._fatal(
                place,
                f"the document holds more than {MAX_VALUES} values",
                "Split it, or use fewer aliases",
            )

    def _scalar(self, event: ScalarEvent, place: Place) -> None:
        self._count(place)
        value = self._resolved(event, place)
        if self._wants_key():
            self._key(event, value, place)
        else:
            self._put(value, place)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)

    def _resolved(self, event: ScalarEvent, place: Place) -> Any:
        text: str = event.value
        tag: str | None = event.tag
        if tag is None or tag == "!":
            plain = event.implicit[0] and tag is None
        elif tag == _TAG + "str":
            plain = False
        elif tag in (_TAG + "int", _TAG + "float", _TAG + "bool", _TAG + "null"):
            plain = True
        else:
            at = pointer(self._here())
            self._report(
                place, at, f"the tag {tag} is not allowed", "Write the value without a tag"
            )
            return text
        if not plain:
            return text
        try:
            return plain_scalar(text)
        except ValueError:
            shown = text if len(text) <= 40 else text[:40] + "…"
            at = pointer(self._here())
            self._report(
                place, at, f"{shown} is no number of JSON", 'Put it into quotes ("…") or change it'
            )
            return text

    def _key(self, event: ScalarEvent, value: object, place: Place) -> None:
        top = self.open[-1]
        key: str = event.value
        at = pointer((*top.location, key))
        if type(value) is int and key == str(value):
            value = key  # `200:` is the text "200" to every reader of OpenAPI documents
        if not isinstance(value, str):
            self._report(
                place, at, f"the key {key or 'null'} is not a text", f'Put it into quotes: "{key}"'
            )
        elif key == "<<" and event.implicit[0]:
            self._report(place, at, "merge keys (<<) are not YAML 1.2", "Write the keys out")
        elif key in top.seen:
            line = top.seen[key][0]
            self._report(
                place,
                at,
                f'the key "{key}" appears twice, first in line {line}',
                "Keep one of them",
            )
        top.seen.setdefault(key, place)
        top.key = key
        top.place = place

    def _put(self, value: Any, place: Place) -> None:
        if not self.open:
            self.root, self.root_place = value, place
            self.places[""] = place
            return
        top = self.open[-1]
        at = pointer(self._here())
        if isinstance(top.value, list):
            top.value.append(value)
            self.places[at] = place
        else:
            top.value[str(top.key)] = value
            self.places[at] = top.place
            top.key = None

    def _begin(self, event: MappingStartEvent | SequenceStartEvent, place: Place) -> None:
        self._count(place)
        if self._wants_key():
            raise self._fatal(place, "a key is a mapping or a list", "Use a text as key")
        mapping = isinstance(event, MappingStartEvent)
        if event.tag not in (None, "!", _TAG + ("map" if mapping else "seq")):
            at = pointer(self._here())
            self._report(
                place, at, f"the tag {event.tag} is not allowed", "Write the value without a tag"
            )
        if len(self.open) >= MAX_DEPTH:
            raise self._fatal(
                place,
                f"more than {MAX_DEPTH} levels deep",
                "Make it flatter, for example with $ref",
            )
        location = self._here()
        value: dict[str, Any] | list[Any] = {} if mapping else []
        self._put(value, place)
        self.open.append(_Open(location, value, event.anchor, self.values))

    def _end(self) -> None:
        done = self.open.pop()
        if done.anchor is not None:
            self.anchors[done.anchor] = (done.value, self.values - done.values_before + 1)

    def _alias(self, event: AliasEvent, place: Place) -> None:
        name = str(event.anchor)
        if any(around.anchor == name for around in self.open):
            raise self._fatal(
                place, f"*{name} stands inside the value that it repeats", "Write the value out"
            )
        if name not in self.anchors:
            raise self._fatal(
                place,
                f"*{name} has no anchor &{name} before it",
                "Set the anchor, or drop the alias",
            )
        value, amount = self.anchors[name]
        self._count(place, amount)
        if self._wants_key():
            raise self._fatal(place, f"*{name} is used as a key", "Write the key out")
        self._put(copy.deepcopy(value), place)
