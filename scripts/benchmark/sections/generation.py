"""What it takes to generate all packages, beside the stock generators on the same documents."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.benchmark import generators
from scripts.benchmark.child import ROOT
from scripts.benchmark.comparison import Bench, Figures
from scripts.benchmark.figures import Absence, Goal, Row, Table
from scripts.benchmark.generators import Taken
from scripts.benchmark.peers import OTHER_GENERATOR, STOCK, Missing
from scripts.openapi.vendors import vendors

NOTHING, ONE, ALL, MEMORY, RATIO = 0.3, 1.5, 3.0, 250.0, 1.0
ROUNDS = 7
UNCHANGED, CHANGED, FRESH = "ours, nothing changed", "ours, one document changed", "ours, all"
LARGEST = "questionpro"


def tables(bench: Bench) -> Iterator[Table]:
    """Nothing changed, one document changed, all of them from nothing."""
    with _both_cores(bench):
        measured = _measured(bench)
    yield from measured


@contextmanager
def _both_cores(bench: Bench) -> Generator[None]:
    """The server has nothing to do here, so its core is free."""
    if bench.server_core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {*before, bench.server_core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _measured(bench: Bench) -> list[Table]:
    root = bench.folder / "codegen"
    for part in ("spec", "overrides"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    contenders: dict[str, Callable[[int], Taken]] = {
        FRESH: lambda _: _fresh(bench, root),
        CHANGED: lambda turn: _changed(bench, root, turn),
        UNCHANGED: lambda _: generators.run([generators.ours(root)], bench.environment),
        STOCK: lambda turn: _peer(bench, generators.stock, STOCK, turn),
        OTHER_GENERATOR: lambda turn: _peer(bench, generators.other, OTHER_GENERATOR, turn),
    }
    chance = random.Random(bench.settings.seed)
    seconds = Figures({name: [] for name in contenders})
    memory = Figures({name: [] for name in contenders})
    rounds = bench.settings.few(ROUNDS).rounds
    _fresh(bench, root)  # writes byte code, and what is then up to date
    for turn in range(rounds):
        bench.say(f"codegen: round {turn + 1} of {rounds}")
        names = sorted(contenders.keys() - seconds.absences.keys())
        for name in chance.sample(names, len(names)):
            try:
                taken = contenders[name](turn)
            except Missing as error:
                absence = Absence(str(error), failed=name.startswith("ours"))
                seconds.absent(name, absence)
                memory.absent(name, absence)
                continue
            seconds.values[name].append(taken.seconds)
            if taken.memory is not None:
                memory.values[name].append(taken.memory)
    clock = Table(
        "Generate the packages of all vendors",
        "s",
        "On the clock, of a program that is started anew; stock generators once for each document.",
        STOCK,
        seconds.rows(STOCK),
        [
            *(
                _limit(row, limit, "s")
                for row in seconds.rows()
                for name, limit in ((UNCHANGED, NOTHING), (CHANGED, ONE), (FRESH, ALL))
                if row.name == name
            ),
            seconds.goal(FRESH, STOCK, RATIO),
        ],
    )
    resident = Table(
        "Generate the packages of all vendors, memory",
        "MiB",
        "Resident in the program and all processes that it starts, at most; pages that they share "
        "count for each.",
        STOCK,
        memory.rows(STOCK),
        [_limit(row, MEMORY, "MiB") for row in memory.rows() if row.name == FRESH],
    )
    return [clock, resident]


def _limit(row: Row, limit: float, unit: str) -> Goal:
    return Goal(row.name, row.value, limit, unit=unit, absence=row.absence)


def _fresh(bench: Bench, root: Path) -> Taken:
    shutil.rmtree(root / "generated", ignore_errors=True)
    return generators.run([generators.ours(root)], bench.environment)


def _changed(bench: Bench, root: Path, turn: int) -> Taken:
    path = root / "spec" / f"{LARGEST}.yaml"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"# {turn}\n")
    return generators.run([generators.ours(root)], bench.environment)


def _peer(bench: Bench, command: generators.Command, name: str, turn: int) -> Taken:
    folder = bench.folder / "peers" / name / str(turn)
    folder.mkdir(parents=True)
    documents = {vendor: ROOT / "generated" / vendor / "openapi.yaml" for vendor in vendors(ROOT)}
    try:
        return generators.run(
            [command(path, folder / vendor) for vendor, path in documents.items()],
            bench.environment,
        )
    finally:
        shutil.rmtree(folder)
