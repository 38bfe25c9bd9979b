"""Contenders do the same work in turn, each in a process of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from . import stock
from .child import Child, ChildError, environment
from .figures import Absence, Goal, Row, Spread
from .peers import OTHER_GENERATOR, STOCK, Missing
from .subject import DOCUMENT, LIST_PACKAGE, RAW_PACKAGE
from .work import Order

_GENERATORS: Mapping[str, Callable[[Path, Path], None]] = {
    STOCK: stock.generate_stock,
    OTHER_GENERATOR: stock.generate_other,
}


@dataclass(frozen=True)
class Settings:
    """How thoroughly is measured.

    Attributes:
        rounds: how often every contender has its turn.
        requests: how many requests a turn has.
        upload: bytes of the large file.
        seed: of the content, of the order in a round and of Python's hashes.
        seconds: how long a turn of load on a server lasts.
    """

    rounds: int
    requests: int
    upload: int
    seed: int
    seconds: float = 2.0

    def few(self, rounds: int) -> Settings:
        """At most so many rounds."""
        return replace(self, rounds=min(self.rounds, rounds))


@dataclass(frozen=True)
class Bench:
    """What a section needs to measure.

    Attributes:
        url: of the server.
        folder: the run's own folder, removed at its end.
        say: tells what is being done.
        server_core: which core servers run on; None where nothing is pinned.
    """

    settings: Settings
    url: str
    folder: Path
    say: Callable[[str], None]
    server_core: int | None = None

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment variables of every process that is measured."""
        generated = [self.folder / name for name in _GENERATORS]
        return environment(LIST_PACKAGE, RAW_PACKAGE, *generated, seed=self.settings.seed)

    def absent(self, peer: str) -> Absence | None:
        """Why there is no client of a stock generator; it is generated when first asked for."""
        if peer in _GENERATORS and peer not in self._generated:
            self.say(f"generating the client of {peer}")
            try:
                _GENERATORS[peer](DOCUMENT, self.folder / peer)
                self._generated[peer] = None
            except Missing as error:
                self._generated[peer] = Absence(str(error), failed=False)
        return self._generated.get(peer)

    @cached_property
    def _generated(self) -> dict[str, Absence | None]:
        return {}


@dataclass
class Outcome:
    """What a contender did.

    Attributes:
        samples: per round what its worker answered.
        absence: why there are no samples.
    """

    samples: list[Mapping[str, float | None]] = field(
        default_factory=list[Mapping[str, float | None]]
    )
    absence: Absence | None = None

    def values(self, name: str, factor: float = 1.0) -> list[float]:
        """One figure of each round."""
        found = [sample[name] for sample in self.samples]
        return [value * factor for value in found if value is not None]


def compare(
    bench: Bench, title: str, orders: Mapping[str, Order], count: int, rounds: int
) -> dict[str, Outcome]:
    """Let contenders do their work in turn, in another order each round.

    Args:
        orders: what each contender does, by its name.
        count: how often in a turn.
    """
    chance = random.Random(bench.settings.seed)
    outcomes = {name: Outcome() for name in orders}
    with ExitStack() as stack:
        workers: dict[str, Child] = {}
        for number, (name, order) in enumerate(orders.items()):
            bench.say(f"{title}: starting {name}")
            worker = _worker(bench, stack, number, order, outcomes[name])
            if worker is not None:
                workers[name] = worker
        for turn in range(rounds):
            bench.say(f"{title}: round {turn + 1} of {rounds}")
            for name in chance.sample(sorted(workers), len(workers)):
                try:
                    outcomes[name].samples.append(workers[name].ask({"count": count}))
                except ChildError as error:
                    outcomes[name] = Outcome(absence=Absence(str(error), failed=True))
                    del workers[name]
    return outcomes


def _worker(
    bench: Bench, stack: ExitStack, number: int, order: Order, outcome: Outcome
) -> Child | None:
    """Start a worker that is ready; or say why there is none."""
    outcome.absence = bench.absent(order.peer)
    if outcome.absence is not None:
        return None
    told = replace(order, url=bench.url, folder=str(bench.folder)).told()
    errors = bench.folder / f"{order.case}-{number}.txt"
    worker = stack.enter_context(Child("scripts.benchmark.worker", told, bench.environment, errors))
    try:
        answer = worker.read()
    except ChildError as error:
        outcome.absence = Absence(str(error), failed=True)
        return None
    if "missing" in answer:
        outcome.absence = Absence(str(answer["missing"]), failed=False)
        return None
    return worker


@dataclass
class Figures:
    """One figure of every contender: its values round by round, or why there are none."""

    values: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    absences: dict[str, Absence] = field(default_factory=dict[str, Absence])

    @classmethod
    def of(cls, outcomes: Mapping[str, Outcome], name: str, factor: float = 1.0) -> Figures:
        """A figure of samples, in another unit."""
        values = {who: outcome.values(name, factor) for who, outcome in outcomes.items()}
        absences = {who: outcome.absence for who, outcome in outcomes.items() if outcome.absence}
        return cls(values, absences)

    def absent(self, name: str, absence: Absence) -> None:
        """Note that a contender has no values."""
        self.values[name] = []
        self.absences[name] = absence

    def rows(self, reference: str = "") -> list[Row]:
        """A row for each contender.

        Args:
            reference: whom the ratios are to; empty for none.
        """
        return [
            Row(
                name,
                Spread.of(found) if found else None,
                self._ratio(name, reference) if reference else None,
                self.absences.get(name),
            )
            for name, found in self.values.items()
        ]

    def goal(self, row: str, against: str, limit: float, *, at_least: bool = False) -> Goal:
        """A goal for how two contenders are to each other."""
        absence = self.absences.get(row)
        if absence is None and against in self.absences:
            other = self.absences[against]
            absence = Absence(f"{against}: {other.reason}", other.failed)
        measured = self._ratio(row, against)
        return Goal(row, measured, limit, against, at_least=at_least, absence=absence)

    def _ratio(self, of: str, to: str) -> Spread | None:
        """The spread of what each round's values are to each other."""
        pairs = list(zip(self.values[of], self.values[to], strict=False))
        return Spread.of([left / right for left, right in pairs]) if pairs else None
