"""A run of the wire fuzzer: cases side by side, and what they show confirmed one by one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from urllib.parse import urlsplit

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.exchange import Answer, Exchange, Request
from scripts.fuzzing.finding import Counts, Emit, Finding, Progress
from scripts.fuzzing.target import Target
from scripts.fuzzing.wire import judge, reproduction
from scripts.fuzzing.wire.grammar import Case, cases
from scripts.fuzzing.wire.judge import Violation
from scripts.fuzzing.wire.shrinking import shrink
from scripts.fuzzing.wire.state import Census
from scripts.fuzzing.wire.trial import Range, Result, Shot

CONNECTIONS = 32
"""Cases that are tried at the same time, slow senders not counted; as many of these beside."""

_BATCH = 768
_FIRST_BATCH = 48
_MOST_FINDINGS = 40
_KINDS = 20
"""Kinds of cases, for the budget: each mutation is drawn once or twice for 30 cases a kind."""


def run(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
    *,
    patience: float = 5.0,
    shrinking: float = 4.0,
) -> Counts:
    """Fuzz a server on the level of bytes until the budget is spent.

    `patience` is how many seconds an answer may take before that is a hang, `shrinking` how many
    seconds the bytes of one finding may take to become shorter. Of each
    operation twenty times `budget.cases` are drawn, if there is time.
    """
    counts = Counts() if counts is None else counts
    asyncio.run(_Run(target, budget, seed, emit, progress, counts, shrinking).run(patience))
    return counts


class _Run:
    def __init__(
        self,
        target: Target,
        budget: Budget,
        seed: int,
        emit: Emit,
        progress: Progress,
        counts: Counts,
        shrinking: float,
    ) -> None:
        self._target = target
        self._budget = budget
        self._seed = seed
        self._emit = emit
        self._progress = progress
        self._shrinking = shrinking
        self._counts = counts
        self._seen: set[tuple[str, str, str]] = set()
        self._started = time.monotonic()
        self._range: Range
        self._census: Census | None = None

    async def run(self, patience: float) -> None:
        self._progress.stage("wire")
        counts = self._counts
        try:
            self._range = await Range.opened(self._target, patience)
        except ConnectionError as error:
            counts.notes.append(f"wire: no connection to the server ({error})")
            return
        counts.notes += self._range.notes
        if not self._range.goods:
            reason = "no request of the document is answered with a success"
            counts.not_applicable.update(dict.fromkeys(judge.CHECKS, reason))
            return
        self._census = await Census.taken(self._range)
        if self._census is None:
            counts.not_applicable["wire-state"] = "no list beside an operation that fills it"
        labels = {good.label for good in self._range.goods}
        most = self._budget.cases * len(labels) * _KINDS
        source = islice(cases(self._range.goods, self._seed), most)
        size = _FIRST_BATCH
        while len(self._seen) < _MOST_FINDINGS and not self._budget.spent:
            batch = list(islice(source, size))
            if not batch:
                break
            await self._batch(batch)
            size = _BATCH

    async def _batch(self, batch: list[Case]) -> None:
        """Slow senders begin first and are waited for last."""
        results: list[tuple[Case, Result]] = []
        slow = [case for case in batch if case.delivery.slow]
        quick = [case for case in batch if not case.delivery.slow]
        await asyncio.gather(
            self._workers(slow, CONNECTIONS, results), self._workers(quick, CONNECTIONS, results)
        )
        results.sort(key=lambda item: item[0].number)
        for case, result in results:
            for violation in result.violations:
                await self._found(case, violation)
        if self._census is not None:
            await self._state(results)

    async def _workers(
        self, batch: Iterable[Case], count: int, results: list[tuple[Case, Result]]
    ) -> None:
        waiting = iter(batch)

        async def work() -> None:
            for case in waiting:
                if self._budget.spent:
                    return
                result = await self._range.fire(self._range.shot(case), sparing=True)
                results.append((case, result))
                self._count(result)

        await asyncio.gather(*(work() for _ in range(count)))

    def _count(self, result: Result) -> None:
        counts = self._counts
        counts.cases += 1
        counts.checks.update(name for name in judge.CHECKS if name != "wire-state")
        for request, answer in zip(result.reading.requests, result.answers.final, strict=False):
            view = self._range.contract.view(request.method, request.target)
            if view is not None:
                counts.statuses[self._target.label(view), answer.status] += 1
        self._progress.case()

    async def _found(self, case: Case, violation: Violation) -> None:
        """Repeat alone what was seen in company, shorten it, and report it."""
        if violation.key in self._seen:
            return
        self._seen.add(violation.key)
        shot = self._range.shot(case)
        alone = await self._range.fire(shot)
        if violation.key not in [found.key for found in alone.violations]:
            others = [found for found in alone.violations if found.key not in self._seen]
            for other in others:
                await self._found(case, other)
            if others or not violation.hard:
                return
            self._report(case, shot, alone, violation, "seen once, among other requests")
            return

        async def fails(candidate: Shot) -> bool:
            result = await self._range.fire(candidate)
            return violation.key in [found.key for found in result.violations]

        await self._shortened(case, violation, fails)

    async def _shortened(
        self, case: Case, violation: Violation, fails: Callable[[Shot], Awaitable[bool]]
    ) -> None:
        shot = self._range.shot(case)
        seen = await self._range.fire(shot, after=False)
        self._report(case, shot, seen, violation, ", ".join(case.names))
        seconds = min(self._shrinking, max(1.0, self._budget.left))
        case, shot = await shrink(case, self._range.shot, fails, seconds)
        result = await self._range.fire(shot)
        shown = next((v for v in result.violations if v.key == violation.key), violation)
        self._report(case, shot, result, shown, ", ".join(case.names))

    async def _state(self, results: list[tuple[Case, Result]]) -> None:
        census = self._census
        assert census is not None
        self._counts.checks["wire-state"] += 1
        if not await census.surprised(result for _, result in results):
            return
        for case, result in results:
            if result.refused and not self._budget.spent:
                shot = self._range.shot(case)
                violation = await census.changed(shot)
                if violation is not None and violation.key not in self._seen:
                    self._seen.add(violation.key)

                    async def fails(candidate: Shot) -> bool:
                        return await census.changed(candidate) is not None

                    await self._shortened(case, violation, fails)
                    break
        await census.take()

    def _report(
        self, case: Case, shot: Shot, result: Result, violation: Violation, how: str
    ) -> None:
        host, port = self._target.origin
        tls = self._range.endpoint.tls
        snippet = reproduction.python(
            host, port, shot.data, shot.delivery, self._target.redaction, tls=tls
        )
        parts = urlsplit(self._target.base_url)
        request = Request(
            case.good.draft.method.decode("latin-1"),
            f"{parts.scheme}://{parts.netloc}{case.good.draft.target.decode('latin-1')}",
        )
        final = result.answers.final
        answer = None
        if final:
            last = final[-1]
            headers = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in last.fields)
            answer = Answer(last.status, headers, last.body)
        exchange = Exchange(
            request,
            answer,
            "" if answer else violation.got,
            raw_request=shot.data,
            raw_answer=result.conversation.received,
            started=time.time(),
        )
        self._emit(
            Finding(
                violation.check,
                violation.operation or case.good.label,
                f"{_sentence(judge.CHECKS[violation.check])} — not so with: {violation.reason}.",
                violation.expected,
                f"{violation.got} (case {case.number}: {how})",
                (exchange,),
                "wire",
                self._seed,
                time.monotonic() - self._started,
                violation.reason,
                snippet,
            )
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
