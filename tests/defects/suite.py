"""The suite of scripts/fuzz.py over all vendors, in one process, up to its first finding."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain, product

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.finding import Counts, Emit, Finding, Silence
from scripts.fuzzing.target import ROOT, Target, Wanted, opened

VENDORS = tuple(
    file.parent.name
    for file in sorted(
        ROOT.glob("generated/*/openapi.yaml"),
        key=lambda file: (-file.read_text(encoding="utf-8").count("operationId:"), file),
    )
)
"""Those with the most operations first: there is the most that can be wrong."""

# The parts of a run, module and function.
STAGES = {
    "meaning": ("scripts.fuzzing.properties", "meaning"),
    "sweep": ("scripts.fuzzing.client.run", "sweep"),
    "wire": ("scripts.fuzzing.wire.run", "run"),
    "client": ("scripts.fuzzing.client.run", "drawn"),
    "schemathesis": ("scripts.fuzzing.schemathesis_run", "run"),
    "journey": ("scripts.fuzzing.journey", "run"),
}
CASES = 30
"""As many as scripts/fuzz.py draws when nothing is said."""

_FEW = 4
ROUNDS = (
    (("meaning", CASES), ("sweep", CASES), ("journey", _FEW), ("wire", CASES)),
    (("client", CASES),),
    (("schemathesis", CASES),),
    (("journey", CASES),),
)
"""Stages from cheap to dear with the cases that they draw. A round is over when all vendors had its
stages, one vendor after the other; what found nearly everything so far is the first. What a few
journeys show need not wait for everything else.
"""

# A client's defect cannot show where no client takes part, nor the stub's where a script answers.
OF_CLIENTS = ("sweep", "client", "journey")
OF_STUB = ("meaning", "wire", "schemathesis", "journey")

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
    chosen = set(names)
    budget = Budget(max_time)
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

    with ExitStack() as stack:
        targets: dict[str, Target] = {}
        plan = chain.from_iterable(product(VENDORS, stages) for stages in ROUNDS)
        for vendor, (name, cases) in plan:
            if name not in chosen or budget.spent:
                continue
            place = (name, vendor)
            began = time.monotonic()
            if vendor not in targets:
                targets[vendor] = stack.enter_context(opened(Wanted(vendor)))
            # The cases end a stage, as they do in a run without haste; time only ends the whole.
            share = Budget(budget.left, cases)
            counts = _stage(name)(targets[vendor], share, seed, emit, Silence())
            targets[vendor].reset()
            outcome.stages.append((vendor, name, time.monotonic() - began, counts.cases))
    if outcome.found is None:
        outcome.seconds = time.monotonic() - started
    report(outcome)


def _stage(name: str) -> Callable[[Target, Budget, int, Emit, Silence], Counts]:
    module, function = STAGES[name]
    found: Callable[..., Counts] = getattr(importlib.import_module(module), function)
    return found


def see_clients() -> None:
    """Let the generated packages be imported from this tree."""
    sys.path[:0] = [str(ROOT / "generated" / vendor) for vendor in VENDORS]
