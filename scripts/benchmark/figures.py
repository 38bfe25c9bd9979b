"""What was measured, and whether it is good enough."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["met", "missed", "not measured"]


@dataclass(frozen=True)
class Spread:
    """The median of some rounds between their quartiles."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(low, median, high)

    def times(self, factor: float) -> Spread:
        """The same in another unit."""
        return Spread(self.low * factor, self.median * factor, self.high * factor)


@dataclass(frozen=True)
class Absence:
    """Why there is no figure.

    Attributes:
        failed: whether the work went wrong; else something is not here.
    """

    reason: str
    failed: bool

    def __str__(self) -> str:
        return f"{'failed' if self.failed else 'skipped'}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """One contender.

    Attributes:
        value: in the table's unit; None when it was not measured.
        ratio: to the table's reference, round by round; None for want of either.
        absence: why there is no value.
    """

    name: str
    value: Spread | None
    ratio: Spread | None = None
    absence: Absence | None = None


@dataclass(frozen=True)
class Goal:
    """A limit for a figure; its median decides.

    Attributes:
        row: which row of the table has to reach it.
        against: the row that ``measured`` is a ratio to; empty when it is no ratio.
        unit: of ``measured`` and ``limit``; ``x`` for a ratio.
        at_least: whether more is better.
        absence: why it was not measured; a failure is a goal that is missed.
    """

    row: str
    measured: Spread | None
    limit: float
    against: str = ""
    unit: str = "x"
    at_least: bool = False
    absence: Absence | None = None

    @property
    def name(self) -> str:
        """What is compared with what."""
        return f"{self.row} / {self.against}" if self.against else self.row

    @property
    def verdict(self) -> Verdict:
        """Whether it is reached."""
        if self.measured is None:
            return "missed" if self.absence and self.absence.failed else "not measured"
        reached = self.measured.median - self.limit
        return "met" if (reached >= 0 if self.at_least else reached <= 0) else "missed"


@dataclass(frozen=True)
class Table:
    """The figures of one subject.

    Attributes:
        unit: of the values.
        how: one sentence on what a value is.
        reference: the row that the ratios are to; empty when there are none.
    """

    title: str
    unit: str
    how: str
    reference: str
    rows: Sequence[Row]
    goals: Sequence[Goal] = field(default_factory=tuple[Goal, ...])

    def row(self, name: str) -> Row | None:
        """A row by its name."""
        return next((row for row in self.rows if row.name == name), None)


def exit_code(goals: Sequence[Goal]) -> int:
    """0 when all goals are met, 1 when one is missed, 2 when one could not be measured."""
    verdicts = {goal.verdict for goal in goals}
    if "missed" in verdicts:
        return 1
    return 2 if "not measured" in verdicts else 0
