"""What it takes to generate all packages, beside the stock generators on the same documents."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
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
_TYPES = (r"\1type: number", r"\1type: integer")
UNCHANGED, FRESH = "ours, nothing changed", "ours, all"
TITLED = "ours, the largest document's title changed"


def changed(vendor: str) -> str:
    """The contender that has one document to generate from."""
    return f"ours, {vendor} changed"


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
        **{changed(vendor): partial(_changed, bench, root, vendor) for vendor in vendors(ROOT)},
        TITLED: partial(_titled, bench, root),
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
    ones = dict.fromkeys([TITLED, *map(changed, vendors(ROOT))], ONE)
    limits = {UNCHANGED: NOTHING, FRESH: ALL, **ones}
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
                if (limit := limits.get(row.name)) is not None
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


def _changed(bench: Bench, root: Path, vendor: str, turn: int) -> Taken:
    """Another type for the first number or text of a document, back in the next turn."""
    return _edited(bench, root, vendor, r"(?m)^( +)type: (?:integer|number)$", _TYPES[turn % 2])


def _titled(bench: Bench, root: Path, turn: int) -> Taken:
    documents = (root / "spec" / f"{vendor}.yaml" for vendor in vendors(root))
    largest = max(documents, key=lambda path: path.stat().st_size)
    return _edited(bench, root, largest.stem, r"(?m)^(  )title: .*$", rf"\1title: Title {turn}")


def _edited(bench: Bench, root: Path, vendor: str, found: str, new: str) -> Taken:
    path = root / "spec" / f"{vendor}.yaml"
    path.write_text(re.sub(found, new, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
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
