"""Whether what a server did with some bytes is right."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.fuzzing.wire import answers
from scripts.fuzzing.wire.answers import Answers, WireAnswer
from scripts.fuzzing.wire.connection import Conversation
from scripts.fuzzing.wire.contract import Contract
from scripts.fuzzing.wire.reference import Reading, Refusal, Request

CHECKS = {
    "wire-server-error": "no request, however malformed, is answered by a 5xx",
    "wire-accepted": "only what a strict parser accepts, and the document allows, has a 2xx",
    "wire-refusal": "a refusal has a documented status and a body of its schema",
    "wire-answers": "one answer for one request, and none for what is no request",
    "wire-hang": "every request is answered, or its connection closed, in time",
    "wire-answer-framing": "an answer is HTTP",
    "wire-next-request": "the next good request is answered as ever",
    "wire-same-request": "the same request in other packets or spelling has the same answer",
    "wire-injection": "what a request holds never becomes a header of the answer",
    "wire-state": "a refused request changes no state",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong. `reason` tells two violations of a check apart; `hard` that one sight of it is
    proof, while others may be the machine's slowness.
    """

    check: str
    operation: str
    reason: str
    expected: str
    got: str
    hard: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return self.check, self.operation, self.reason


@dataclass(frozen=True, slots=True)
class Expectation:
    """How a good request is answered: `status` is that of the next one, `same` that of this one
    where its bytes are only another spelling of a good one, else None.
    """

    status: int
    same: int | None = None


def judge(
    reading: Reading, conversation: Conversation, contract: Contract, expectation: Expectation
) -> tuple[list[Violation], Answers]:
    """All that is wrong with a conversation, and the answers to what was sent before the good
    request at its end.
    """
    tail = reading.refusal or reading.incomplete
    received, again = conversation.received, conversation.again
    first = received if again is None else received[:again]
    read = _answers(reading, first, again is not None or conversation.ended)
    court = _Court(reading, contract, tail)
    if conversation.unreachable:
        court.add(
            "wire-next-request",
            "no connection",
            "a connection",
            conversation.unreachable,
            hard=False,
        )
        return court.found, read
    court.answers(read)
    if again is not None:
        court.second(received[again:], conversation, expectation.status)
    elif len(read.final) < len(reading.requests) and conversation.silent:
        court.add(
            "wire-hang", court.reason(len(read.final)), "an answer, or a closed connection",
            "nothing, and the connection stays open", hard=False,
        )  # fmt: skip
    elif tail is not None and conversation.silent:
        court.add(
            "wire-hang", tail.reason, "a refusal, or a closed connection",
            "nothing after the client's end, and the connection stays open", hard=False,
        )  # fmt: skip
    if expectation.same is not None:
        court.same(read, expectation.same, conversation)
    return court.found, read


def _answers(reading: Reading, data: bytes, ended: bool) -> Answers:
    """The answers to what was read. Empty lines before a HEAD may be refused themselves, with a
    body, as no method is known then.
    """
    tail = reading.refusal or reading.incomplete
    methods = [*(request.method for request in reading.requests), tail.method if tail else b""]
    read = answers.read(data, methods, ended)
    if not (read.problem or read.pending):
        return read
    for index, request in enumerate(reading.requests):
        if request.delayed and request.method == b"HEAD":
            other = answers.read(data, [*methods[:index], b"", *methods[index + 1 :]], ended)
            if not (other.problem or other.pending):
                return other
    return read


class _Court:
    def __init__(self, reading: Reading, contract: Contract, tail: Refusal | None) -> None:
        self.found: list[Violation] = []
        self._requests = reading.requests
        self._contract = contract
        self._tail = tail
        self._reading = reading

    def add(
        self, check: str, reason: str, expected: str, got: str, *, index: int = 0, hard: bool = True
    ) -> None:
        violation = Violation(check, self._label(index), reason, expected, got, hard)
        if violation.key not in [known.key for known in self.found]:
            self.found.append(violation)

    def _label(self, index: int) -> str:
        method, target = self._line(index)
        view = self._contract.view(method, target)
        return f"{view.method.upper()} {view.path}" if view else ""

    def _line(self, index: int) -> tuple[bytes, bytes]:
        if index < len(self._requests):
            return self._requests[index].method, self._requests[index].target
        return (self._tail.method, self._tail.target) if self._tail else (b"", b"")

    def reason(self, index: int) -> str:
        """What is particular about the request at an index, in words that do not vary."""
        if index < len(self._requests):
            request = self._requests[index]
            return request.fault or self._contract.objection(request) or "a well-formed request"
        if self._tail is not None:
            return self._tail.reason
        return "bytes that are no request"

    def answers(self, read: Answers) -> None:
        count = len(self._requests)
        for index, answer in enumerate(read.final):
            if answer.status >= 500:
                self.add(
                    "wire-server-error", self.reason(index), "a 4xx, or a closed connection",
                    _shown(answer), index=index,
                )  # fmt: skip
            if answer.value(b"x-injected"):
                self.add(
                    "wire-injection", "a header of the answer", "no header X-Injected",
                    "X-Injected: " + answer.value(b"x-injected").decode("latin-1"), index=index,
                )  # fmt: skip
            if index < count:
                self._answered(index, self._requests[index], answer)
            elif index == count and self._tail is not None:
                self._refused(index, self._tail, answer)
            else:
                self.add(
                    "wire-answers", self.reason(index),
                    f"{count + (self._tail is not None)} answers at most",
                    f"{len(read.final)}, the last a {_shown(read.final[-1])}",
                    index=min(index, max(0, count - 1)),
                )  # fmt: skip
                break
            if answer.closes and index + 1 < len(read.final):
                self.add(
                    "wire-answers", "answered on after Connection: close",
                    "nothing after an answer that closes the connection",
                    _shown(read.final[index + 1]), index=index,
                )  # fmt: skip
        if 101 in read.interim:
            self.add("wire-answers", "switched protocols", "an answer in HTTP/1.1", "101")
        cut = "cut off" in read.problem
        # What is cut while it refuses may have been cut by the reset of the connection.
        well = self.reason(len(read.final)) == "a well-formed request"
        if read.problem and (not cut or (len(read.final) < count and well)):
            self.add("wire-answer-framing", read.problem, "an answer in HTTP/1.1", read.problem)

    def _answered(self, index: int, request: Request, answer: WireAnswer) -> None:
        view = self._contract.view(request.method, request.target)
        if 200 <= answer.status < 300:
            reason = request.fault or self._contract.objection(request)
            if reason:
                self.add(
                    "wire-accepted", reason, "a 4xx, or a closed connection", _shown(answer),
                    index=index,
                )  # fmt: skip
        elif 400 <= answer.status < 500:
            self._documented(index, view is not None and not request.delayed, answer)

    def _refused(self, index: int, tail: Refusal, answer: WireAnswer) -> None:
        if answer.status < 400:
            self.add(
                "wire-accepted", f"{tail.reason} ({tail.section})",
                "a 4xx, or a closed connection", _shown(answer), index=index,
            )  # fmt: skip
        elif answer.status < 500:
            self._documented(index, True, answer)

    def _documented(self, index: int, known: bool, answer: WireAnswer) -> None:
        method, target = self._line(index)
        view = self._contract.view(method, target) if known else None
        objection = self._contract.refusal_objection(view, answer, method == b"HEAD")
        if objection:
            self.add(
                "wire-refusal", objection, "a documented 4xx with a body of its schema",
                _shown(answer), index=index,
            )  # fmt: skip

    def second(self, received: bytes, conversation: Conversation, status: int) -> None:
        """Judge the answer to the good request that was sent over the same connection."""
        read = answers.read(received, [b"GET"], conversation.ended)
        if read.final:
            if read.final[0].status not in (status, 429):
                self.add(
                    "wire-next-request", f"over the same connection, after {self.reason(0)}",
                    f"{status}", _shown(read.final[0]),
                )  # fmt: skip
            if len(read.final) > 1:
                self.add(
                    "wire-answers", "after the last request",
                    "no more answers than requests", _shown(read.final[1]),
                )  # fmt: skip
        elif conversation.silent:
            self.add(
                "wire-hang", f"the next request over the same connection, after {self.reason(0)}",
                f"{status}", "nothing, and the connection stays open", hard=False,
            )  # fmt: skip

    def same(self, read: Answers, status: int, conversation: Conversation) -> None:
        """Judge the answer to a good request that is only written or cut in another way."""
        chunked = any(request.chunked for request in self._requests)
        if read.final:
            allowed = {status, 429, 411} if chunked else {status, 429}
            if read.final[0].status not in allowed:
                self.add(
                    "wire-same-request", f"answered {read.final[0].status}", f"{status}",
                    _shown(read.final[0]),
                )  # fmt: skip
        elif conversation.ended and not conversation.silent:
            self.add(
                "wire-same-request", "not answered", f"{status}",
                "a closed connection", hard=False,
            )  # fmt: skip


def _shown(answer: WireAnswer) -> str:
    text = answer.body[:160].decode("utf-8", "replace")
    return f"{answer.status} {text}".rstrip()
