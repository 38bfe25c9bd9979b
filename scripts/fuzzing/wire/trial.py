"""One case tried on a server: sent, judged, and the next good request tried after it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace

from scripts.fuzzing.target import Target
from scripts.fuzzing.wire import judge, reference
from scripts.fuzzing.wire.answers import Answers
from scripts.fuzzing.wire.connection import Conversation, Endpoint, converse
from scripts.fuzzing.wire.contract import Contract
from scripts.fuzzing.wire.draft import Delivery
from scripts.fuzzing.wire.good_requests import GoodRequest, good_requests
from scripts.fuzzing.wire.grammar import HARMLESS, Case
from scripts.fuzzing.wire.judge import Expectation, Violation
from scripts.fuzzing.wire.reference import Reading, Request

_PROBES, _SPARING = 4, 6
"""How often the next good request is tried after each reason, and after which of the later ones."""

_FRAMING = frozenset(
    {b"content-length", b"transfer-encoding", b"connection", b"expect", b"x-other"}
)


@dataclass(frozen=True, slots=True)
class Shot:
    """Bytes and how they are delivered. `same` is the status of the good request that they are but
    another spelling of, None if they are none.
    """

    data: bytes
    delivery: Delivery
    same: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a shot."""

    shot: Shot
    reading: Reading
    conversation: Conversation
    answers: Answers
    violations: tuple[Violation, ...]

    @property
    def refused(self) -> bool:
        """Whether the server accepted nothing of it."""
        return not any(answer.status < 400 for answer in self.answers.final)

    @property
    def cause(self) -> str:
        """Why the server had to refuse it on the level of HTTP; empty if it had not."""
        tail = self.reading.refusal or self.reading.incomplete
        if tail is not None:
            return tail.reason
        return self.reading.requests[0].fault if self.reading.requests else ""


@dataclass
class Range:
    """Where shots are tried: a server, its document, and how it answers good requests.

    `statuses` are the answers to the good requests as they are, in their order; `alive` is the
    request that is sent to see whether the server still works.
    """

    target: Target
    endpoint: Endpoint
    contract: Contract
    goods: list[GoodRequest]
    statuses: list[int] = field(default_factory=list[int])
    alive: int = 0
    notes: list[str] = field(default_factory=list[str])
    probed: Counter[str] = field(default_factory=Counter[str])

    @classmethod
    async def opened(cls, target: Target, patience: float) -> Range:
        """Try every good request once, and keep those that are answered.

        Raises ConnectionError if there is no server.
        """
        host, port = target.origin
        endpoint = Endpoint(host, port, target.base_url.startswith("https:"), patience)
        made = cls(target, endpoint, Contract(target), [])
        for good in good_requests(target):
            data = good.draft.copy().render()
            conversation, answers = await made._ask(data)
            if conversation.unreachable:
                raise ConnectionError(conversation.unreachable)
            status = answers.final[0].status if answers.final else 0
            if 200 <= status < 300:
                made.goods.append(good)
                made.statuses.append(status)
            else:
                made.notes.append(
                    f"{good.label} ({(good.draft.content_type or b'no body').decode()}) is not"
                    f" fuzzed: the request as documented is answered {status or 'by nothing'}"
                )
        if made.goods:
            sizes = [(not g.safe, len(g.draft.copy().render())) for g in made.goods]
            made.alive = sizes.index(min(sizes))
        return made

    @property
    def _alive(self) -> bytes:
        return self.goods[self.alive].draft.copy().render()

    async def _ask(self, data: bytes) -> tuple[Conversation, Answers]:
        """Send a good request over a connection of its own."""
        await self.pace()
        reading = reference.read(data)
        conversation = await converse(self.endpoint, data, Delivery(), reading, None)
        _, answers = judge.judge(reading, conversation, self.contract, Expectation(0))
        return conversation, answers

    async def pace(self) -> None:
        if self.target.pace.limited:
            await asyncio.to_thread(self.target.pace.wait)

    def shot(self, case: Case) -> Shot:
        """The bytes of a case, and what a good server makes of them."""
        data, delivery = case.data, case.delivery
        same: int | None = None
        if delivery.end == "wait" and all(m.name in HARMLESS for m, _ in case.mutations):
            ours = reference.read(data).requests
            plain = reference.read(case.good.draft.copy().render()).requests
            if len(ours) == 1 and _same(ours[0], plain[0]):
                same = self.statuses[self.goods.index(case.good)]
        return Shot(data, delivery, same)

    async def fire(self, shot: Shot, *, after: bool = True, sparing: bool = False) -> Result:
        """Send, judge, and with `after` see whether the server answers the next good request.

        `sparing` does so only the first times after a refusal for the same reason, and after some
        of the others: it costs as much as the case itself.
        """
        await self.pace()
        reading = reference.read(shot.data)
        conversation = await converse(self.endpoint, shot.data, shot.delivery, reading, self._alive)
        expectation = Expectation(self.statuses[self.alive], shot.same)
        violations, answers = judge.judge(reading, conversation, self.contract, expectation)
        result = Result(shot, reading, conversation, answers, tuple(violations))
        if after and result.refused and (not sparing or self._worth(result)):
            violations += await self._after(result)
            result = replace(result, violations=tuple(violations))
        return result

    def _worth(self, result: Result) -> bool:
        self.probed[result.cause] += 1
        count = self.probed[result.cause]
        return count <= _PROBES or count % _SPARING == 0

    async def _after(self, result: Result) -> list[Violation]:
        conversation, answers = await self._ask(self._alive)
        expected = self.statuses[self.alive]
        label = self.goods[self.alive].label
        reason = f"after {result.cause or 'a request that was not accepted'}"
        if conversation.unreachable or not answers.final:
            got = conversation.unreachable or (
                "nothing" if conversation.silent else "a closed connection"
            )
            return [Violation("wire-next-request", label, reason, f"{expected}", got, hard=False)]
        status = answers.final[0].status
        if status in (expected, 429):
            return []
        return [Violation("wire-next-request", label, reason, f"{expected}", f"{status}")]


def _same(ours: Request, plain: Request) -> bool:
    """Whether two requests differ in nothing but framing, spelling, and what means nothing."""

    def fields(request: Request) -> list[tuple[bytes, bytes]]:
        return sorted(field for field in request.fields if field[0] not in _FRAMING)

    return (
        (ours.method, ours.target, ours.minor, ours.body, ours.fault)
        == (plain.method, plain.target, plain.minor, plain.body, "")
        and fields(ours) == fields(plain)
    )  # fmt: skip
