"""What it costs to start: import of the package, the first client and the second."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections.abc import Iterator

from scripts.benchmark.child import ROOT, Child, ChildError
from scripts.benchmark.comparison import Bench, ratio_goal, rows
from scripts.benchmark.figures import Goal, Spread, Table
from scripts.benchmark.peers import OTHER_GENERATOR, STOCK
from scripts.benchmark.stock import OTHER_PACKAGE, STOCK_PACKAGE
from scripts.benchmark.subject import KEY, PACKAGE

IMPORT, SECOND = 0.5, 2.0
OURS = f"import {PACKAGE}"
REFERENCE = "import httpx2"
PROGRAMS = {
    OURS: f"import {PACKAGE}",
    f"{OURS}, make a client": f"from {PACKAGE} import QuestionPro; QuestionPro(api_key='{KEY}')",
    REFERENCE: "import httpx2",
    "import msgspec": "import msgspec",
    f"import {STOCK}'s client": (
        f"import {STOCK_PACKAGE}.api.images.list_images, {STOCK_PACKAGE}.api.images.upload_image, "
        f"{STOCK_PACKAGE}.api.responses.create_response"
    ),
    f"import {OTHER_GENERATOR}'s client": f"import {OTHER_PACKAGE}",
    "import httpx": "import httpx",
    "import requests": "import requests",
    "import aiohttp": "import aiohttp",
}
_BARE = "pass"


def tables(bench: Bench) -> Iterator[Table]:
    """Import packages, then make clients."""
    yield _imports(bench)
    yield _second_client(bench)


def _imports(bench: Bench) -> Table:
    chance = random.Random(bench.settings.seed)
    values: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    why: dict[str, str] = {}
    for name, code in PROGRAMS.items():  # byte code is written by the first
        failure = _program(bench, code)[1]
        if failure:
            why[name] = failure
    rounds = bench.settings.rounds
    for turn in range(rounds):
        bench.say(f"imports: round {turn + 1} of {rounds}")
        bare = _program(bench, _BARE)[0]
        for name in chance.sample(sorted(values.keys() - why.keys()), len(values) - len(why)):
            spent, failure = _program(bench, PROGRAMS[name])
            if failure:
                why[name] = failure
                values[name].clear()
            else:
                values[name].append((spent - bare) * 1e3)
    return Table(
        "Import",
        "ms",
        "CPU time of a fresh Python, less that of one that does nothing in the same round.",
        REFERENCE,
        rows(values, why, REFERENCE),
        [ratio_goal(values, why, OURS, REFERENCE, IMPORT)],
    )


def _program(bench: Bench, code: str) -> tuple[float, str]:
    """Seconds of CPU that a program takes, and its last words if it failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=bench.environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    if done.returncode == 0:
        return spent, ""
    return spent, (done.stderr.strip().splitlines() or ["failed without a word"])[-1]


def _second_client(bench: Bench) -> Table:
    names = {"made": "make the second client", "used": "make it and send its first request"}
    values: dict[str, list[float]] = {name: [] for name in names.values()}
    why: dict[str, str] = {}
    rounds = bench.settings.rounds
    for turn in range(rounds):
        bench.say(f"second client: round {turn + 1} of {rounds}")
        errors = bench.folder / "construction.txt"
        module = "scripts.benchmark.construction"
        try:
            with Child(module, bench.url, bench.environment, errors) as child:
                told = child.read()
        except ChildError as error:
            why = dict.fromkeys(names.values(), f"failed: {error}")
            values = {name: [] for name in values}
            break
        for key, name in names.items():
            values[name].append(told[key] * 1e3)
    made = names["made"]
    measured = Spread.of(values[made]) if values[made] else None
    return Table(
        "Second client of a process",
        "ms",
        "CPU time; the first client has sent a request before.",
        "",
        rows(values, why, ""),
        [Goal(made, measured, SECOND, unit="ms", note=why.get(made, ""))],
    )
