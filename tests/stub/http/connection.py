"""One client's connection: requests in, answers out, with a bound on everything a client can spend.

An ASGI server's protocol for this stub alone. What a general one does not do: whatever is wrong
with a request on the level of HTTP reaches the application too (as a Refused, in the scope's
extension `stub.refused` or raised by `receive`), so that it is answered in the vendor's envelope
and journalled like everything else; and the extension `stub.wire` lets a fault be more than an
answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from starlette.types import Message, Scope

from ..refusal import ClientGone, Refused
from . import request_head
from .answer_framing import BUSY, AnswerFraming
from .bare_wire import Wire, reset
from .chunks import Chunks, Length
from .deadline import Deadline
from .incoming import Incoming
from .request_head import BadHead, RequestHead
from .scope import address, scope
from .traffic import Traffic

_log = logging.getLogger(__name__)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TICK = 0.002
"""Seconds between two looks at what asyncio tells nobody: only faults wait for such things."""
_BUFFER = 256 * 1024
"""Bytes of a body, or of requests sent ahead, that are held before reading stops."""


class Connection(asyncio.Protocol):
    """The connection's state: between requests, within one, or done and only listening for the
    client's leave.
    """

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._loop = traffic.loop
        self._bounds = traffic.bounds
        self._transport: asyncio.Transport = None  # type: ignore[assignment]  # set on connection
        self._peer: tuple[str, int] | None = None
        self._local: tuple[str, int] | None = None
        self._input = bytearray()
        self._searched = 0  # bytes of the input in which no end of a head was found
        self._blank = False  # an empty line was forgiven before the current head
        self._untrusted = False  # what follows is no request that can be told from its forerunner
        self._ended = False  # the client sends nothing more
        self._lost = False
        self._paused = False  # we do not read
        self._writable: asyncio.Future[None] | None = None  # set while we shall not write
        self._dropped = -1  # bytes dropped so far, once nothing but dropping is left
        self._deadline = Deadline(traffic.loop, self._expired)
        self._requests = 0
        # of the current request
        self._task: asyncio.Task[None] | None = None
        self._expects = False  # the client waits for a go-ahead before it sends its body
        self._body = Incoming(Length(0))
        self._waiter: asyncio.Future[None] | None = None
        self._body_until = 0.0
        self._raw = False
        self._close = False
        self._answer: AnswerFraming | None = None

    @property
    def _answered(self) -> bool:
        return self._answer is not None and self._answer.complete

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._peer = address(transport, "peername")
        self._local = address(transport, "sockname")
        self._traffic.connections.add(self)
        count = len(self._traffic.connections)
        if count > 2 * self._bounds.connections:
            transport.abort()
        elif count > self._bounds.connections:
            self._transport.write(BUSY)
            self._leave()
        else:
            self._deadline.set(self._bounds.head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._traffic.connections.discard(self)
        self._deadline.end()
        self._wake()
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._dropped >= 0:
            self._drop(len(data))
            return
        self._input += data
        self._advance()

    def eof_received(self) -> bool:
        self._ended = True
        if self._dropped >= 0:
            return False
        self._advance()
        # What was asked before can still be answered.
        return self._task is not None or self._writable is not None or bool(self._input)

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None
        if self._task is None and self._dropped < 0:
            self._advance()

    # Reading.

    def _advance(self) -> None:
        """Make of the input what can be made of it now."""
        if self._lost or self._dropped >= 0:
            return
        if self._task is not None:
            self._read_body()
        elif self._writable is None:
            # Else the client does not take its answers: the next request waits.
            if not self._body.framing.done:
                self._skip()
            if self._body.framing.done and self._dropped < 0:
                self._read_head()
        if self._paused:
            if self._body.held + len(self._input) <= _BUFFER // 2:
                self._paused = False
                self._transport.resume_reading()
        elif self._body.held + len(self._input) > _BUFFER:
            self._paused = True
            self._transport.pause_reading()

    def _read_head(self) -> None:
        data = self._input
        if not self._blank and data.startswith(b"\r\n"):
            self._blank = True  # RFC 9112, 2.2: one empty line before a request is forgiven
            del data[:2]
        if not data or (len(data) == 1 and data[0] == 13 and not self._blank and not self._ended):
            return
        end = data.find(b"\r\n\r\n", max(0, self._searched - 3))
        try:
            if end < 0:
                if self._ended:
                    raise request_head.cut(data)
                request_head.unfinished(data)
                if not self._searched and self._requests:
                    self._deadline.set(self._bounds.head)
                self._searched = len(data)
                return
            head = self._traffic.head(bytes(data[: end + 4]))
        except BadHead as bad:
            self._refuse(bad)
            return
        del data[: end + 4]
        self._searched = 0
        self._blank = False
        self._begin(head, None)

    def _refuse(self, bad: BadHead) -> None:
        """Answer what is no readable request; nothing more is read on this connection."""
        self._input.clear()
        self._untrusted = True
        self._begin(bad.head, bad.refused)

    def _begin(self, head: RequestHead, refused: Refused | None) -> None:
        self._requests += 1
        self._expects = head.expects
        self._body = Incoming(Chunks() if head.length is None else Length(head.length))
        self._raw = self._close = False
        self._answer = AnswerFraming(head, not head.keep_alive or self._traffic.stopping)
        self._deadline.clear()
        extensions: dict[str, object] = {
            "stub.wire": Wire(self),
            "stub.head": head,
        }
        if refused is not None:
            extensions["stub.refused"] = refused
        told = scope(head, self._peer, self._local, extensions)
        if not self._body.framing.done:
            self._body_until = self._loop.time() + self._bounds.body
            self._read_body()
        self._task = self._loop.create_task(self._run(told))

    def _read_body(self) -> None:
        if self._body.read(self._input, self._ended):
            self._wake()

    def _skip(self) -> None:
        """Drop the small rest of a body that nobody asked for."""
        try:
            self._body.framing.take(self._input)
        except Refused:
            self._leave()
            return
        if self._body.framing.done:
            self._deadline.set(self._bounds.keep_alive)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What the application calls.

    async def receive(self) -> Message:
        """The next piece of the body. Raises Refused if the body is malformed, or comes too
        slowly.
        """
        while True:
            body = self._body.take()
            if body:
                if self._paused:
                    self._advance()
                return self._body.message(body)
            if self._body.refused is not None:
                self._close = True
                raise self._body.refused
            if self._lost or self._answered:
                return {"type": "http.disconnect"}
            if self._body.over:
                return self._body.message(b"")
            if not self._body.framing.done:
                if self._expects:
                    self._expects = False
                    self._transport.write(_CONTINUE)
                now = self._loop.time()
                self._deadline.set(min(self._bounds.idle, self._body_until - now))
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
                self._deadline.clear()

    async def send(self, message: Message) -> None:
        """Take the answer, as ASGI says. What comes after the client left, or after a fault took
        the connection, is dropped.
        """
        if self._lost or self._raw:
            return
        answer = self._answer
        assert answer is not None
        if message["type"] == "http.response.start":
            answer.start(message)
        elif message["type"] == "http.response.body":
            if not answer.begun:
                self._settle(answer)
            more: bool = message.get("more_body", False)
            self._transport.write(
                answer.piece(message.get("body", b""), more, self._traffic.date())
            )
            if not more:
                self._wake()
            elif self._writable is not None:
                await self.drain()

    def _settle(self, answer: AnswerFraming) -> None:
        """Decide whether the connection survives an answer that begins before its request ends."""
        # One that expects a go-ahead may or may not send its body after this: nobody could tell.
        most = -1 if self._expects else self._bounds.keep_alive_rest
        answer.close = answer.close or self._close or not self._body.spare(most)

    async def drain(self) -> None:
        if self._writable is not None and not self._lost:
            self._deadline.set(self._bounds.idle)
            await asyncio.shield(self._writable)
            self._deadline.clear()
        if self._lost:
            raise ClientGone

    async def flush(self) -> bool:
        self._deadline.set(self._bounds.idle)
        while not self._lost and self._transport.get_write_buffer_size():
            await asyncio.sleep(_TICK)
        self._deadline.clear()
        return not self._lost

    async def linger(self, seconds: float) -> bool:
        end = self._loop.time() + seconds
        ended = self._ended  # one that had said all before is still listening
        while self._ended == ended and not self._lost:
            rest = end - self._loop.time()
            if rest <= 0:
                return True
            await asyncio.sleep(min(rest, _TICK))
        return False

    def write_raw(self, data: bytes) -> None:
        self._raw = self._close = True
        if not self._lost:
            self._transport.write(data)

    def close_raw(self) -> None:
        self._raw = self._close = True
        self._leave()

    def reset(self) -> None:
        self._raw = self._close = True
        if not self._lost:
            reset(self._transport)

    async def _run(self, told: Scope) -> None:
        try:
            await self._traffic.app(told, self.receive, self.send)
        except ClientGone:
            self._close = True
        except Exception:  # the server's outermost frame: logged, never swallowed
            _log.exception("the stub failed on %s %s", told["method"], told["path"])
            self._close = True
        finally:
            self._task = None
            self._finish()

    def _finish(self) -> None:
        """The application has returned: go on to the next request, or leave."""
        self._body.drop()
        if self._lost:
            return
        if not self._answered and not self._raw:
            self._close = True  # nothing, or half an answer: the client shall see that
        if self._close or self._traffic.stopping or (self._answer and self._answer.close):
            self._leave()
            return
        self._deadline.set(
            self._bounds.keep_alive if self._body.framing.done else self._bounds.linger
        )
        if self._input or self._paused:
            # Not from here: a long pipeline would nest as deep.
            self._loop.call_soon(self._advance)
        elif self._ended:
            self._transport.close()

    # Leaving.

    def _leave(self) -> None:
        """Close so that the client sees what was written, whatever it is still sending."""
        if self._lost or self._dropped >= 0 or self._transport.is_closing():
            return
        over = self._body.framing.done and self._body.refused is None and not self._input
        self._dropped = 0
        self._input.clear()
        self._deadline.set(self._bounds.linger)
        if self._ended or (over and self._requests and not self._untrusted):
            self._transport.close()
            return
        if self._transport.can_write_eof():
            # The client may have reset the connection, and asyncio not have told us yet.
            with contextlib.suppress(OSError):
                self._transport.write_eof()
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    def _drop(self, count: int) -> None:
        self._dropped += count
        if self._dropped > self._bounds.discard:
            self._transport.abort()

    def stop(self) -> None:
        """The server stops: leave now if idle, else after the answer."""
        if self._task is None:
            self._transport.close()

    def abort(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._transport.abort()

    # Deadlines.

    def _expired(self, now: float) -> None:
        if self._waiter is not None and self._body.refused is None:
            self._body.give_up(
                f"no further byte of the body came for {self._bounds.idle:g} seconds"
                if now < self._body_until
                else f"the body did not end within {self._bounds.body:g} seconds"
            )
            self._wake()
        elif self._writable is not None:  # the client does not take its answers
            self._transport.abort()
        elif self._task is None and self._dropped < 0 and self._input and self._body.framing.done:
            self._refuse(request_head.late(self._input, self._bounds.head))
        elif self._dropped < 0 and not self._transport.get_write_buffer_size():
            self._transport.close()  # idle
        else:  # or does not leave
            self._transport.abort()
