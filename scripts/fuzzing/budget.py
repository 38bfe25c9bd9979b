"""How long a run may take and how many cases it draws."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """Time and number of cases for one part of a run.

    `seconds` is the longest it may take, None for no limit; `cases` is how many cases it draws per
    operation and kind of case. A run that ends before its time draws the same cases for the same
    seed on any machine: only `cases` decides then. `started` is a monotonic time.
    """

    seconds: float | None = None
    cases: int = 50
    started: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds that remain, 0 at least, infinity without a limit."""
        if self.seconds is None:
            return float("inf")
        return max(0.0, self.seconds - self.elapsed)

    @property
    def spent(self) -> bool:
        return self.left <= 0

    def share(self, part: float) -> Budget:
        """A budget that begins now and may take this part (0 to 1) of the time that remains."""
        return Budget(None if self.seconds is None else self.left * part, self.cases)
