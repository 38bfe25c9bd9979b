"""Drawing cases from a seed until one fails, and the smallest case that fails the same way."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky, NonInteractiveExampleWarning
from hypothesis.strategies import SearchStrategy

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.finding import Emit, Finding

MOST_FINDINGS = 8
"""Distinct failures of one search; what fails more often than that fails everywhere."""


class Failed(AssertionError):
    """A case showed a failure."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.title)
        self.finding = finding


def options(cases: int, **more: Any) -> settings:
    """Settings under which a seed alone decides what is drawn."""
    return settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        **more,
    )


def search(
    cases: SearchStrategy[Any],
    judge: Callable[[Any], Finding | None],
    *,
    budget: Budget,
    seed: int,
    emit: Emit,
) -> int:
    """Judge `budget.cases` cases; emit the smallest case of every distinct failure.

    A failure that was emitted is passed over from then on, so that others show behind it. Returns
    how many failures were emitted.
    """
    known: set[tuple[str, str, str]] = set()
    for round_ in range(MOST_FINDINGS):
        last: list[Finding] = []
        if not _fails(cases, judge, known, last, budget, seed + round_):
            break
        found = replace(last[-1], seed=seed, seconds=budget.elapsed)
        known.add(found.key)
        emit(found)
        if budget.spent:
            break
    return len(known)


def _fails(
    cases: SearchStrategy[Any],
    judge: Callable[[Any], Finding | None],
    known: set[tuple[str, str, str]],
    last: list[Finding],
    budget: Budget,
    seed: int,
) -> bool:
    wanted: list[tuple[str, str, str]] = []

    def one(case: Any) -> None:
        # Beyond the time nothing is sent any more; what is known to fail ends its own search.
        if budget.spent:
            return
        finding = judge(case)
        if finding is None or finding.key in known:
            return
        if not wanted:
            wanted.append(finding.key)
        if finding.key == wanted[0]:
            last.append(finding)
            raise Failed(finding)

    run = hypothesis.seed(seed)(options(budget.cases)(hypothesis.given(cases)(one)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NonInteractiveExampleWarning)
            run()
    except (Failed, Flaky, ExceptionGroup):
        # Flaky: it failed and did not again, or the time ran out meanwhile. It has been seen.
        if not last:
            raise
        return True
    return False
