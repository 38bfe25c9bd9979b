"""How each kind of fault goes out, and whether it really did."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from starlette.types import Message, Receive, Send

from ..http.bare_wire import Wire
from ..refusal import ClientGone, Refused
from .faults import BODY, PROCESSING, Scenario

Headers: TypeAlias = list[tuple[bytes, bytes]]
_MOST = 1024 * 1024
"""Bytes of a body that are read ahead of its processing. The rest waits in the connection."""

Process: TypeAlias = Callable[[Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Captured:
    """An answer that did not go out yet."""

    status: int = 0
    headers: Headers = field(default_factory=list[tuple[bytes, bytes]])
    body: bytearray = field(default_factory=bytearray)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(n.lower(), v) for n, v in message.get("headers", [])]
        else:
            self.body += message.get("body", b"")

    def replace(self, name: bytes, value: bytes | None) -> None:
        """Set a header, or take it away."""
        self.headers = [pair for pair in self.headers if pair[0] != name]
        if value is not None:
            self.headers.append((name, value))


class Delivery:
    """One fault for one request.

    `process` serves the request as if there were no fault, `refusal` words the vendor's error of a
    status, `close` notes that the request is over.
    """

    def __init__(
        self,
        scenario: Scenario,
        wire: Wire,
        receive: Receive,
        send: Send,
        *,
        process: Process,
        refusal: Callable[[int], bytes],
        close: Callable[[], None],
    ) -> None:
        self._scenario = scenario
        self._wire = wire
        self._receive = receive
        self._send = send
        self._process = process
        self._refusal = refusal
        self._close = close
        self._body_read: list[Message] = []

    async def run(self, count: Callable[[], None]) -> None:
        """Deliver; `count` is called when the fault is on its way and nothing keeps it back."""
        scenario = self._scenario
        answer = Captured()
        if scenario.after == BODY:
            await self._read_body()
        if scenario.after == PROCESSING:
            await self._process(self._receive, answer.send)
        if scenario.latency and not await self._wire.wait(scenario.latency):
            if scenario.name == "latency":
                count()  # the client did not wait for its end
            return
        await self._send_out(answer, count)

    async def _send_out(self, answer: Captured, count: Callable[[], None]) -> None:
        scenario = self._scenario
        match scenario.name:
            case "status" | "rate-limit":
                await self._whole(self._error(), count)
            case "latency":
                if not answer.status:
                    await self._process(self._again, answer.send)
                await self._whole(answer, count)
            case "malformed-json":
                answer.body = answer.body[: len(answer.body) // 2] or bytearray(b'{"')
                await self._whole(answer, count)
            case "wrong-content-type":
                answer.replace(b"content-type", (scenario.content_type or "").encode())
                await self._whole(answer, count)
            case "truncated-body":
                await self._truncated(answer, count)
            case "slow-drip":
                await self._drip(answer, count)
            case "garbage":
                self._close()
                self._wire.write_raw(_noise(scenario.size or 0))
                await self._end(count)
            case "close-before-answer":
                self._close()
                await self._end(count)
            case _:
                self._close()
                if await self._wire.flush():
                    count()
                    self._wire.abort()

    def _error(self) -> Captured:
        scenario = self._scenario
        body = self._refusal(scenario.status) if scenario.body is None else scenario.body
        json = (b"content-type", b"application/json")
        answer = Captured(scenario.status, [json], bytearray(body))
        if scenario.content_type is not None:
            answer.replace(b"content-type", scenario.content_type.encode())
        if scenario.retry_after is not None:
            answer.replace(b"retry-after", scenario.retry_after.encode())
        return answer

    async def _whole(self, answer: Captured, count: Callable[[], None]) -> None:
        """An answer that is right as far as HTTP goes."""
        if answer.status in (204, 304):
            answer.body.clear()
            answer.replace(b"content-type", None)
        else:
            answer.replace(b"content-length", b"%d" % len(answer.body))
        await self._start(answer)
        await self._piece(bytes(answer.body))
        if await self._wire.flush():
            count()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _truncated(self, answer: Captured, count: Callable[[], None]) -> None:
        body = bytes(answer.body) or b" "
        most = len(body) - 1  # never the whole
        size = len(body) // 2 if self._scenario.size is None else self._scenario.size
        answer.replace(b"content-length", b"%d" % len(body))
        await self._start(answer)
        await self._piece(body[: min(size, most)])
        self._close()
        await self._end(count)

    async def _drip(self, answer: Captured, count: Callable[[], None]) -> None:
        size = max(1, self._scenario.size or 1)
        body = bytes(answer.body)
        answer.replace(b"content-length", b"%d" % len(body))
        await self._start(answer)
        for start in range(0, len(body), size):
            if start and not await self._wire.wait(self._scenario.interval):
                return
            await self._piece(body[start : start + size])
            if not await self._wire.flush():
                return
            if not start:
                count()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _start(self, answer: Captured) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": answer.headers,
            }
        )

    async def _piece(self, body: bytes) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def _end(self, count: Callable[[], None]) -> None:
        """End the connection when all is out."""
        if await self._wire.flush():
            count()
            self._wire.close()

    async def _read_body(self) -> None:
        """Read the body; if it is still to be processed, no more of it than is kept. Raises
        ClientGone.
        """
        keep = self._scenario.name == "latency"
        size, more = 0, True
        while more and size <= _MOST:
            try:
                message = await self._receive()
            except Refused:  # malformed: whoever reads on will be told again
                return
            if message["type"] == "http.disconnect":
                raise ClientGone
            if keep:
                self._body_read.append(message)
                size += len(message.get("body", b""))
            more = message.get("more_body", False)

    async def _again(self) -> Message:
        """The body that was read ahead, then what follows it."""
        return self._body_read.pop(0) if self._body_read else await self._receive()


def _noise(size: int) -> bytes:
    """Bytes that are no HTTP and the same every time."""
    blocks: Sequence[bytes] = [
        hashlib.sha256(b"%d" % index).digest() for index in range(-(-size // 32))
    ]
    return b"".join((b"\x00\xff", *blocks))[:size]
