"""One difference between two contracts, and what it means to a caller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .kinds import KINDS, Verdict
from .wording import quoted

Side = Literal["old", "new"]
Direction = Literal["input", "output"]
"""Input is what a caller sends, output what the service answers."""


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        kind: a key of ``KINDS``, stable between releases.
        pointer: JSON pointer into the corrected document; into the old one (``side``) where
            something was removed.
        words: one sentence without a full stop.
        operations: the operations that it concerns, by operationId or ``GET /path``; empty where it
            concerns the document as a whole.
    """

    kind: str
    pointer: str
    words: str
    side: Side = "new"
    operations: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        """Whether calls that worked go on working."""
        return KINDS[self.kind].verdict

    @property
    def only_told(self) -> bool:
        """Whether it changes what is said, not what is done."""
        return KINDS[self.kind].only_told


def change(kind: str, pointer: str, side: Side = "new", **facts: Any) -> Change:
    """A change whose sentence is that of its kind.

    Args:
        facts: what the sentence names; ``what`` is inserted as it is, values as JSON.
    """
    told = {
        key: value if key in ("what", "text") else quoted(value) for key, value in facts.items()
    }
    return Change(kind, pointer, KINDS[kind].sentence.format(**told), side)


def merged(found: Iterable[tuple[str, Change]]) -> list[Change]:
    """Each change once, with all operations that it concerns, in the order of their appearance.

    Args:
        found: pairs of an operation, ``""`` for none, and a change.
    """
    operations: dict[Change, list[str]] = {}
    for operation, one in found:
        names = operations.setdefault(one, [])
        if operation and operation not in names:
            names.append(operation)
    return [replace(one, operations=tuple(names)) for one, names in operations.items()]
