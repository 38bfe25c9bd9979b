"""Properties that read a text of a model: what ``x-client-parsed`` asks for.

``x-client-parsed: {name: size_bytes, as: display-size}`` in the schema of a property gives the
model a Python property beside the field, which stays the text it is.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.openapi.json_value import is_object
from scripts.openapi.objects import objects
from scripts.openapi.pointer import pointer
from scripts.openapi.validity import Fault

KEY = "x-client-parsed"


@dataclass(frozen=True)
class Reader:
    """A function of the runtime's module ``display``: its name, what it returns, what to say."""

    function: str
    type: str
    description: str


READERS = {
    "display-size": Reader(
        "display_size",
        "range | None",
        "Rounding and the size of a unit (1000 or 1024) are unknown: the range covers all that it"
        " may mean. None if the text is no such size.",
    ),
    "display-time": Reader(
        "display_time",
        "_datetime.datetime | None",
        "Aware if the zone is UTC, GMT or one of the United States, naive if its short name is"
        " ambiguous, None if the text is no such time.",
    ),
}


@dataclass(frozen=True)
class ParsedView:
    """A property of a model that reads the field ``field``."""

    name: str
    field: str
    reader: Reader

    @property
    def description(self) -> str:
        """The docstring."""
        kind = "bytes" if self.reader.type.startswith("range") else "time"
        return f"The {kind} that :attr:`{self.field}` tells. {self.reader.description}"


def faults(document: dict[str, Any]) -> Iterator[Fault]:
    """Every ``x-client-parsed`` that cannot be used."""
    example = f"Write {KEY}: {{name: <Python name>, as: {' or '.join(READERS)}}}"
    for at, schema in objects(document):
        if KEY not in schema:
            continue
        place, rule = pointer((*at, KEY)), schema[KEY]
        if len(at) < 2 or at[-2] != "properties":
            message = f"{KEY} stands outside of the schema of a property"
            yield Fault(place, message, "Put it beside the type of a property, or remove it")
        elif not is_object(rule) or set(rule) != {"name", "as"}:
            yield Fault(place, f"{KEY} is {rule!r}", example)
        elif not isinstance(rule["as"], str) or rule["as"] not in READERS:
            known = " or ".join(READERS)
            yield Fault(place, f"{KEY} reads as {rule['as']!r}, which is not {known}", example)
        elif not _is_name(rule["name"]):
            message = f"{KEY} has the name {rule['name']!r}, which cannot be one in Python"
            yield Fault(place, message, "Write an identifier such as size_bytes")
        elif schema.get("type") != "string" and schema.get("type") not in _NULLABLE:
            message = f"{KEY} reads a text, and this is {schema.get('type', 'anything')}"
            yield Fault(place, message, "Remove it, or let the type be string")


_NULLABLE = (["string", "null"], ["null", "string"])


def _is_name(name: object) -> bool:
    return (
        isinstance(name, str)
        and name.isidentifier()
        and not name.startswith("_")
        and not keyword.iskeyword(name)
    )
