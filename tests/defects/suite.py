"""The suite of scripts/fuzz.py over all vendors, in one process, up to its first finding."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.finding import Counts, Emit, Finding, Silence
from scripts.fuzzing.target import ROOT, Wanted, opened

VENDORS = tuple(sorted(file.parent.name for file in ROOT.glob("generated/*/openapi.yaml")))

# The parts of a run from cheap to dear, each for all vendors before the next: module, function.
# A client's defect cannot show where no client takes part.
STAGES = {
    "meaning": ("scripts.fuzzing.properties", "meaning"),
    "wire": ("scripts.fuzzing.wire.run", "run"),
    "client": ("scripts.fuzzing.client.run", "run"),
    "schemathesis": ("scripts.fuzzing.schemathesis_run", "run"),
    "journey": ("scripts.fuzzing.journey", "run"),
}
OF_CLIENTS = ("client", "journey")
CASES = 30
"""As many as scripts/fuzz.py draws when nothing is said."""

Key = tuple[str, str, str]


@dataclass
class Outcome:
    """What came of a run. `found` is its first finding that was not known before; `stages` are
    (vendor, stage, seconds, cases) as far as they ended; `notes` what was said meanwhile.
    """

    found: Finding | None = None
    vendor: str = ""
    stage: str = ""
    seconds: float = 0.0
    stages: list[tuple[str, str, float, int]] = field(
        default_factory=list[tuple[str, str, float, int]]
    )
    keys: list[Key] = field(default_factory=list[Key])


def key(finding: Finding) -> Key:
    """What makes findings of two runs the same."""
    return finding.check, finding.operation, finding.title


def run(
    seed: int,
    max_time: float,
    known: Iterable[Key],
    report: Callable[[Outcome], None],
    *,
    names: Iterable[str] = STAGES,
    stop: bool = True,
) -> None:
    """Run the suite, or only the stages of these names, for at most `max_time` seconds and
    report what came of it.

    `report` is called from within the finding where `stop` says so, from whatever thread that is.
    """
    started = time.monotonic()
    before = set(known)
    outcome = Outcome()
    stages = [(name, *STAGES[name]) for name in names if _exists(STAGES[name][0])]
    slots = [(stage, vendor) for stage in stages for vendor in VENDORS]
    budget = Budget(max_time, CASES)
    place = ("", "")

    def emit(finding: Finding) -> None:
        found = key(finding)
        if found in before or found in outcome.keys:
            return
        outcome.keys.append(found)
        if outcome.found is None:
            outcome.found = finding
            outcome.seconds = time.monotonic() - started
            outcome.stage, outcome.vendor = place
            if stop:
                report(outcome)

    for (name, module, function), vendor in slots:
        if budget.spent:
            break
        place = (name, vendor)
        began = time.monotonic()
        # The cases end a stage, as they do in a run without haste; the time only ends the whole.
        counts = _stage(module, function, vendor, budget.share(1.0), seed, emit)
        outcome.stages.append((vendor, name, time.monotonic() - began, counts.cases))
    if outcome.found is None:
        outcome.seconds = time.monotonic() - started
    report(outcome)


def _stage(
    module: str, function: str, vendor: str, budget: Budget, seed: int, emit: Emit
) -> Counts:
    run_part: Callable[..., Counts] = getattr(importlib.import_module(module), function)
    with opened(Wanted(vendor)) as target:
        return run_part(target, budget, seed, emit, Silence())


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def see_clients() -> None:
    """Let the generated packages be imported from this tree."""
    sys.path[:0] = [str(ROOT / "generated" / vendor) for vendor in VENDORS]
