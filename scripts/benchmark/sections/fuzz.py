"""How many cases per second fuzz.py judges, beside stock schemathesis on the same stub."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scripts.benchmark import served
from scripts.benchmark.child import ROOT, ChildError
from scripts.benchmark.comparison import Bench, Figures, Outcome
from scripts.benchmark.figures import Absence, Table
from scripts.benchmark.peers import Missing, module
from scripts.benchmark.served import Stub
from scripts.benchmark.subject import DOCUMENT, KEY

LIMIT = 0.8
OURS, STOCK = "fuzz.py", "st run"
ROUNDS = 3
_PATIENCE = 600.0
_GENERATED = re.compile(r"([0-9]+) generated")
_VARIABLE = "BENCH_FUZZ_KEY"
_HOW = (
    "Cases that were sent and judged per second of the whole run, start and report included; both "
    "draw the same number of cases for each operation."
)


def tables(bench: Bench) -> Iterator[Table]:
    """Both judge the same running stub, in turn."""
    chance = random.Random(bench.settings.seed)
    found = {OURS: Outcome(), STOCK: Outcome()}
    cases = max(5, bench.settings.requests // 3)
    try:
        module("schemathesis")
    except Missing as error:
        absence = Absence(str(error), failed=False)
        found = dict.fromkeys(found, Outcome(absence=absence))
    else:
        with served.stub(bench, 1) as stub:
            _rounds(bench, stub, found, cases, chance)
    figures = Figures.of(found, "rate")
    goal = figures.goal(OURS, STOCK, LIMIT, at_least=True)
    yield Table("Fuzz: cases", "cases/s", _HOW, STOCK, figures.rows(STOCK), [goal])


def _rounds(
    bench: Bench, stub: Stub, found: dict[str, Outcome], cases: int, chance: random.Random
) -> None:
    runs: Mapping[str, Callable[[Stub, Path, int, int], float]] = {OURS: _ours, STOCK: _stock}
    rounds = bench.settings.few(ROUNDS).rounds
    for number in range(rounds):
        bench.say(f"fuzz: round {number + 1} of {rounds}")
        for name in chance.sample(sorted(runs), len(runs)):
            if found[name].absence is not None:
                continue
            seed = bench.settings.seed + number
            try:
                rate = runs[name](stub, bench.folder, seed, cases)
            except ChildError as error:
                found[name] = Outcome(absence=Absence(str(error), failed=True))
            else:
                found[name].samples.append({"rate": rate})


def _base(stub: Stub) -> str:
    return f"http://127.0.0.1:{stub.port}{stub.prefix}"


def _ours(stub: Stub, folder: Path, seed: int, cases: int) -> float:
    output, _, seconds = _run(
        "scripts/fuzz.py", str(DOCUMENT), "--base-url", _base(stub), "--auth-from-env", _VARIABLE,
        "--seed", str(seed), "--cases", str(cases), "--max-time", str(_PATIENCE),
        "--parts", "properties", "--json", folder=folder,
    )  # fmt: skip
    return float(json.loads(output)["cases"]) / seconds


def _stock(stub: Stub, folder: Path, seed: int, cases: int) -> float:
    output, errors, seconds = _run(
        "-m", "schemathesis.cli", "run", str(DOCUMENT), "--url", _base(stub),
        "--header", f"api-key: {KEY}", "--seed", str(seed), "--max-examples", str(cases),
        "--no-color", folder=folder,
    )  # fmt: skip
    generated = _GENERATED.search(output)
    if generated is None:
        raise ChildError(f"st run does not tell its cases: {(output + errors)[-300:]}")
    return int(generated[1]) / seconds


def _run(*words: str, folder: Path) -> tuple[str, str, float]:
    """Standard output, errors and seconds of a Python program; findings are no failure of it."""
    script = [str(ROOT / words[0])] if words[0].endswith(".py") else [words[0]]
    started = time.monotonic()
    try:
        ended = subprocess.run(
            [sys.executable, *script, *words[1:]],
            cwd=folder,
            env={**os.environ, _VARIABLE: KEY, "SCHEMATHESIS_HOOKS": ""},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildError(f"{words[0]} did not end within {_PATIENCE:.0f} s") from error
    seconds = time.monotonic() - started
    if ended.returncode not in (0, 1):
        raise ChildError(f"{words[0]} ended with {ended.returncode}: {ended.stderr[-300:]}")
    return ended.stdout, ended.stderr, seconds
