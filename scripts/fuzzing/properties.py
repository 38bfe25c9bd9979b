"""The properties of an API under its document: our checks of meaning, then schemathesis."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.fuzzing.bench import Bench, NotApplicable, TurnOver, Unjudged
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.checks import Check, all_checks
from scripts.fuzzing.checks.answers import Answers
from scripts.fuzzing.finding import Counts, Emit, Progress
from scripts.fuzzing.target import Target

_CHECKS_SHARE = 0.5
"""The part of the time that the checks of meaning may take; schemathesis has the rest."""

_TURN = 1.5
"""How much longer than an equal part of the time a turn of a check may be: most end sooner."""


def run(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
    *,
    workers: int = 1,
) -> Counts:
    """Judge a target; see scripts/fuzzing/finding.py for what comes of it. Returns the counts that
    were given, or new ones.

    The same seed sends the same requests in the same order as long as the budget's time suffices
    (and `workers`, the number of threads that schemathesis uses, is 1).
    """
    from scripts.fuzzing import schemathesis_run

    counts = meaning(target, budget.share(_CHECKS_SHARE), seed, emit, progress, counts)
    if not budget.spent:
        target.reset()
        try:
            schemathesis_run.run(
                target, budget.share(1.0), seed, emit, progress, counts, workers=workers
            )
        except KeyboardInterrupt:
            if not budget.spent:
                raise
            # it draws from large schemas without a look at the time
            counts.notes.append("schemathesis: ended by --max-time in the middle of what it did")
    if counts.cut and not budget.spent:
        meaning(target, budget, seed, emit, progress, counts, only=dict(counts.cut))
    return counts


def meaning(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
    *,
    only: Mapping[str, str] | None = None,
) -> Counts:
    """Only the checks of meaning, each from an empty state where the server is ours.

    They take turns: one that has used up its part of the time goes on when all others had theirs,
    with the operations that it did not come to. `only` are checks that an earlier run cut, see
    Counts.cut.
    """
    bench = Bench(target, budget, seed, emit, progress, Counts() if counts is None else counts)
    bench.watchers.append(Answers(bench))
    waiting: list[tuple[Check, str]] = []
    for check in all_checks():
        if only is not None and check.name not in only:
            continue
        bench.counts.cut.pop(check.name, None)
        if check.writes and target.read_only:
            bench.counts.not_applicable[check.name] = "it writes, and --read-only is given"
        elif check.kept and not target.keeps:
            bench.counts.not_applicable[check.name] = "the stub answers examples for it"
        else:
            waiting.append((check, "" if only is None else only[check.name]))
    try:
        while waiting and not budget.spent:
            check, at = waiting.pop(0)
            bench.turn = budget.share(min(1.0, _TURN / (len(waiting) + 1)))
            if not _ended(bench, check, at):
                # before those that look at what all others have seen
                place = sum(not other.last for other, _ in waiting)
                waiting.insert(len(waiting) if check.last else place, (check, bench.at))
    finally:
        bench.sender.close()
        bench.counts.cut.update({check.name: at for check, at in waiting})
    return bench.counts


def _ended(bench: Bench, check: Check, at: str) -> bool:
    """Give a check its turn, from the operation on that it stood at: whether it came to its end."""
    bench.check, bench.at = check.name, at
    bench.progress.stage(check.name)
    bench.target.reset()
    try:
        check.run(bench)
    except TurnOver:
        return False
    except NotApplicable as reason:
        bench.counts.not_applicable[check.name] = str(reason)
    except Unjudged as reason:
        bench.counts.notes.append(f"{check.name}: not judged further, {reason}")
    return True
