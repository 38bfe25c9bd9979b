"""The properties of an API under its document: our checks of meaning, then schemathesis."""

from __future__ import annotations

import time

from scripts.fuzzing.bench import Bench, NotApplicable, Unjudged
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.checks import all_checks
from scripts.fuzzing.checks.answers import Answers
from scripts.fuzzing.finding import Counts, Emit, Progress
from scripts.fuzzing.target import Target

_CHECKS_SHARE = 0.5
"""The part of the time that the checks of meaning may take; schemathesis has the rest."""


def run(
    target: Target, budget: Budget, seed: int, emit: Emit, progress: Progress, *, workers: int = 1
) -> Counts:
    """Judge a target; see scripts/fuzzing/finding.py for what comes of it.

    The same seed sends the same requests in the same order as long as the budget's time suffices
    (and `workers`, the number of threads that schemathesis uses, is 1).
    """
    from scripts.fuzzing import schemathesis_run

    started = time.monotonic()
    counts = meaning(target, budget.share(_CHECKS_SHARE), seed, emit, progress)
    if not budget.spent:
        target.reset()
        counts.add(
            schemathesis_run.run(target, budget.share(1.0), seed, emit, progress, workers=workers)
        )
    counts.seconds = time.monotonic() - started
    return counts


def meaning(target: Target, budget: Budget, seed: int, emit: Emit, progress: Progress) -> Counts:
    """Only the checks of meaning, each from an empty state where the server is ours."""
    started = time.monotonic()
    bench = Bench(target, budget, seed, emit, progress)
    bench.watchers.append(Answers(bench))
    try:
        for check in all_checks():
            if budget.spent:
                bench.counts.not_applicable[check.name] = "no time was left"
                continue
            if check.writes and target.read_only:
                bench.counts.not_applicable[check.name] = "it writes, and --read-only is given"
                continue
            if check.kept and not target.keeps:
                bench.counts.not_applicable[check.name] = "the stub answers examples for it"
                continue
            bench.check = check.name
            # A chance of its own: a check more or less changes no other check's cases.
            bench.random.seed(f"{seed} {check.name}")
            progress.stage(check.name)
            target.reset()
            try:
                check.run(bench)
            except NotApplicable as reason:
                bench.counts.not_applicable[check.name] = str(reason)
            except Unjudged as reason:
                bench.counts.notes.append(f"{check.name}: not judged further, {reason}")
    finally:
        bench.sender.close()
    bench.counts.seconds = time.monotonic() - started
    return bench.counts
