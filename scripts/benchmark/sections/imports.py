"""What it costs to start: import of the package, the first client and the second."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
from collections.abc import Iterator

from scripts.benchmark.child import ROOT, Child, ChildError
from scripts.benchmark.comparison import Bench, Figures
from scripts.benchmark.figures import Absence, Goal, Table
from scripts.benchmark.peers import OTHER_GENERATOR, OTHER_PACKAGE, STOCK, STOCK_PACKAGE
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
    figures = Figures({name: [] for name in PROGRAMS})
    for peer in (STOCK, OTHER_GENERATOR):
        if absence := bench.absent(peer):
            figures.absent(f"import {peer}'s client", absence)
    rounds = bench.settings.rounds
    for turn in range(rounds + 1):
        bench.say(f"imports: round {turn} of {rounds}")
        bare, _ = _program(bench, _BARE)
        names = sorted(figures.values.keys() - figures.absences.keys())
        for name in chance.sample(names, len(names)):
            spent, absence = _program(bench, PROGRAMS[name])
            if absence:
                figures.absent(name, absence)
            elif turn:  # the first writes byte code
                figures.values[name].append((spent - bare) * 1e3)
    return Table(
        "Import",
        "ms",
        "CPU time of a fresh Python, less that of one that does nothing in the same round.",
        REFERENCE,
        figures.rows(REFERENCE),
        [figures.goal(OURS, REFERENCE, IMPORT)],
    )


def _program(bench: Bench, code: str) -> tuple[float, Absence | None]:
    """Seconds of CPU that a program takes, and why that counts for nothing."""
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
        return spent, None
    reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    missing = reason.startswith("ModuleNotFoundError") and PACKAGE not in code
    return spent, Absence(reason, failed=not missing)


def _second_client(bench: Bench) -> Table:
    names = {"made": "make the second client", "used": "make it and send its first request"}
    figures = Figures({name: [] for name in names.values()})
    rounds = bench.settings.rounds
    for turn in range(rounds):
        bench.say(f"second client: round {turn + 1} of {rounds}")
        errors = bench.folder / "construction.txt"
        module = "scripts.benchmark.construction"
        try:
            with Child(module, bench.url, bench.environment, errors) as child:
                told = child.read()
        except ChildError as error:
            for name in names.values():
                figures.absent(name, Absence(str(error), failed=True))
            break
        for key, name in names.items():
            figures.values[name].append(told[key] * 1e3)
    made = figures.rows()[0]
    return Table(
        "Second client of a process",
        "ms",
        "CPU time; the first client has sent a request before.",
        "",
        figures.rows(),
        [Goal(made.name, made.value, SECOND, unit="ms", absence=made.absence)],
    )
