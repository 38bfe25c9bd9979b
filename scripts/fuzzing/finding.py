"""What a run finds: the one currency between its parts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from scripts.fuzzing.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Finding:
    """One failure.

    `part` is the part of the run that found it (properties, wire, journey, client), `check` the
    check's name, `operation` as `POST /users/{id}/images`, empty where none applies. `title` is one
    sentence that is the same for every occurrence of this failure; `expected` and `got` say what
    the document or the standard wants and what was seen. `exchanges` reproduce it, the last one
    shows it. `seed` repeats the run, `seconds` is when it was found. `signature` tells two failures
    of one check on one operation apart, by default the title. `snippet` is Python that reproduces
    it, where a part knows better than what can be made of the exchanges.
    """

    check: str
    operation: str
    title: str
    expected: str
    got: str
    exchanges: tuple[Exchange, ...] = ()
    part: str = "properties"
    seed: int = 0
    seconds: float = 0.0
    signature: str = ""
    snippet: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same failure."""
        return self.check, self.operation, self.signature or self.title

    @property
    def weight(self) -> int:
        """How much there is to read and send to reproduce it: the lightest finding is shown."""
        return len(self.snippet) + sum(
            len(exchange.raw_request or b"")
            + len(exchange.request.url)
            + len(exchange.request.body or b"")
            + 200
            for exchange in self.exchanges
        )


Emit = Callable[[Finding], None]
"""Takes a failure as soon as it is seen, and once more when it has become smaller."""


class Progress(Protocol):
    """Hears what happens while a run goes on. Methods may be called from any thread."""

    def case(self, count: int = 1) -> None:
        """So many cases were sent and judged."""

    def stage(self, name: str) -> None:
        """What is being done from now on."""


class Silence:
    """A progress that nobody sees."""

    def case(self, count: int = 1) -> None:
        pass

    def stage(self, name: str) -> None:
        pass


@dataclass
class Counts:
    """What a part of a run did: cases sent, how often each check gave a verdict, which statuses
    each operation answered, and which checks do not apply to this document, with the reason.
    `cut` are the checks that time ended, with the operation that each stood at; empty: at none yet.

    A part adds to it as it goes on: what interrupts it loses nothing.
    """

    cases: int = 0
    checks: Counter[str] = field(default_factory=Counter[str])
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    not_applicable: dict[str, str] = field(default_factory=dict[str, str])
    notes: list[str] = field(default_factory=list[str])
    cut: dict[str, str] = field(default_factory=dict[str, str])


class Findings:
    """Distinct failures in the order they were first seen; of each the one that is shortest to
    reproduce, and how often it was seen. Safe to use from any thread.
    """

    def __init__(self, seen: Callable[[Finding], None] | None = None) -> None:
        self._seen = seen
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str, str], Finding] = {}
        self._times: Counter[tuple[str, str, str]] = Counter()

    def __call__(self, finding: Finding) -> None:
        """Keep a finding; usable as `Emit`."""
        with self._lock:
            known = self._found.get(finding.key)
            self._times[finding.key] += 1
            if known is None or finding.weight < known.weight:
                self._found[finding.key] = finding
        if known is None and self._seen is not None:
            self._seen(finding)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(list(self._found.values()))

    def times(self, finding: Finding) -> int:
        """How often this failure was seen."""
        return self._times[finding.key]
