"""Drawing cases from a seed until one fails, and the smallest case that fails the same way."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky, NonInteractiveExampleWarning, Unsatisfiable
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.finding import Emit, Finding

MOST_FINDINGS = 8
"""Distinct failures of one search; what fails more often than that fails everywhere."""


_HEALTH: Any = list(HealthCheck)

MOST_SHRINKS = 80
"""Cases that are judged to make a failure smaller."""


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
        suppress_health_check=_HEALTH,
        **more,
    )


class Enough(BaseException):
    """The time or the number of cases is used up. No `Exception`: Hypothesis lets it pass."""


@contextmanager
def seed_alone() -> Generator[None]:
    """Keeps Hypothesis from drawing constants of the modules that happen to be imported: the same
    seed would draw other cases in another process. Reading them takes seconds, too.
    """
    module: Any = providers  # what it calls itself with is no part of its interface
    plain = module._get_local_constants
    nothing: Any = type(providers.GLOBAL_CONSTANTS)()
    module._get_local_constants = lambda: nothing
    try:
        yield
    finally:
        module._get_local_constants = plain


def search(
    cases: SearchStrategy[Any],
    judge: Callable[[Any], Finding | None],
    *,
    budget: Budget,
    seed: int,
    emit: Emit,
) -> int:
    """Judge `budget.cases` cases; emit every distinct failure, and then its smallest case.

    A failure that was emitted is passed over from then on, so that others show behind it. Returns
    how many failures were emitted.
    """
    known: set[tuple[str, str, str]] = set()
    for round_ in range(MOST_FINDINGS):
        last: list[Finding] = []
        if not _fails(cases, judge, known, last, budget, seed + round_, emit):
            break
        found = replace(min(last, key=_size), seed=seed, seconds=budget.elapsed)
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
    emit: Emit,
) -> bool:
    wanted: list[tuple[str, str, str]] = []
    shrinks = 0

    def one(case: Any) -> None:
        nonlocal shrinks
        shrinks += bool(wanted)
        if budget.spent or shrinks > MOST_SHRINKS:
            raise Enough
        finding = judge(case)
        if finding is None or finding.key in known:
            return
        if not wanted or finding.key == wanted[0]:
            last.append(finding)
            if not wanted:
                wanted.append(finding.key)
                emit(replace(finding, seed=seed, seconds=budget.elapsed))
            raise Failed(finding)

    run = hypothesis.seed(seed)(options(budget.cases)(hypothesis.given(cases)(one)))
    try:
        with seed_alone(), warnings.catch_warnings():
            warnings.simplefilter("ignore", NonInteractiveExampleWarning)
            run()
    except (Enough, Unsatisfiable):
        # Unsatisfiable: a schema that no value was found for
        return bool(last)
    except (Failed, Flaky, ExceptionGroup):
        # Flaky: it failed and did not again. It has been seen.
        if not last:
            raise
        return True
    return False


def _size(finding: Finding) -> tuple[int, int]:
    return finding.weight + len(finding.snippet), len(finding.got)
