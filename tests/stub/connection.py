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
import os
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message

from . import request_head
from .chunks import Chunks, Framing, Length
from .refusal import ClientGone, Reason, Refused
from .request_head import BadHead, RequestHead

_log = logging.getLogger(__name__)
_CLOSE = [("Connection", "close")]
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}
_TICK = 0.002
"""Seconds between two looks at what asyncio tells nobody: only faults wait for such things."""
_BUFFER = 256 * 1024
"""Bytes of a body, or of requests sent ahead, that are held before reading stops."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one client may take of the stub: numbers of connections and bytes, and seconds.

    A connection beyond `connections` gets a 503 with Retry-After at once, and beyond twice as many
    is reset. `head` is for the whole head of a request, `idle` for the next piece of a body or for
    taking the next piece of an answer, `body` for the whole body, `keep_alive` for the next
    request.
    """

    connections: int = 512
    head: float = 10
    idle: float = 20
    body: float = 300
    keep_alive: float = 60
    # After an early refusal the rest of the body is read and dropped: a connection closed on unread
    # bytes is reset, and the reset would take the answer with it.
    discard: int = 512 * 1024 * 1024
    linger: float = 10
    # A rest up to this size is dropped without closing the connection.
    keep_alive_rest: int = 64 * 1024


@dataclass(slots=True)
class Traffic:
    """What the connections of one server share."""

    app: ASGIApp
    bounds: Bounds
    loop: asyncio.AbstractEventLoop
    connections: set[Connection] = field(default_factory=set["Connection"])
    stopping: bool = False
    _second: int = 0
    _date: bytes = b""

    def date(self) -> bytes:
        """The Date header's value, made once a second."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._date = formatdate(now, usegmt=True).encode()
        return self._date


class Wire:
    """The bare connection under one request, for faults: afterwards no answer is written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def abort(self) -> None:
        """Reset the connection (RST): the client sees `connection reset by peer`."""
        self._connection.reset()

    def write_raw(self, data: bytes) -> None:
        """Send bytes as they are, in place of an answer or in the midst of one. The connection is
        closed when the application returns.
        """
        self._connection.write_raw(data)

    def close(self) -> None:
        """Close the connection in order (FIN) after what was written."""
        self._connection.close_raw()

    async def flush(self) -> bool:
        """Wait until the system has taken all that was written; False if the client left before."""
        return await self._connection.flush()

    async def wait(self, seconds: float) -> bool:
        """Let time pass; False as soon as the client leaves meanwhile."""
        return await self._connection.linger(seconds)


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
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._requests = 0
        # of the current request
        self._task: asyncio.Task[None] | None = None
        self._head: RequestHead | None = None
        self._framing: Framing = Length(0)
        self._pieces: list[bytes] = []
        self._held = 0
        self._refused: Refused | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._body_until = 0.0
        self._delivered = False
        self._raw = False
        # of the current answer
        self._start: Message | None = None
        self._begun = False
        self._answered = False
        self._chunked = False
        self._promised = 0
        self._close = False

    @property
    def idle(self) -> bool:
        return self._task is None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._peer = _address(transport, "peername")
        self._local = _address(transport, "sockname")
        self._traffic.connections.add(self)
        count = len(self._traffic.connections)
        if count > 2 * self._bounds.connections:
            transport.abort()
        elif count > self._bounds.connections:
            self._turn_away()
        else:
            self._wait(self._bounds.head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        self._traffic.connections.discard(self)
        if self._timer is not None:
            self._timer.cancel()
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
            if not self._framing.done:
                self._skip()
            if self._framing.done and self._dropped < 0:
                self._read_head()
        if self._paused:
            if self._held + len(self._input) <= _BUFFER // 2:
                self._paused = False
                self._transport.resume_reading()
        elif self._held + len(self._input) > _BUFFER:
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
                    self._wait(self._bounds.head)
                self._searched = len(data)
                return
            head = request_head.parse(bytes(data[: end + 4]))
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
        self._head = head
        self._framing = Chunks() if head.length is None else Length(head.length)
        self._refused = None
        self._delivered = self._raw = False
        self._start = None
        self._begun = self._answered = self._chunked = False
        self._promised = 0
        self._close = not head.keep_alive or self._traffic.stopping
        self._deadline = float("inf")
        extensions: dict[str, object] = {
            "stub.wire": Wire(self),
            "stub.authority": head.authority.decode(),
        }
        if refused is not None:
            extensions["stub.refused"] = refused
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": f"1.{head.minor}",
            "method": head.method,
            "scheme": "http",
            "path": unquote_to_bytes(head.path).decode("utf-8", "replace"),
            "raw_path": head.path,
            "query_string": head.query,
            "root_path": "",
            "headers": head.fields or [],
            "client": self._peer,
            "server": self._local,
            "extensions": extensions,
        }
        if not self._framing.done:
            self._body_until = self._loop.time() + self._bounds.body
            self._read_body()
        self._task = self._loop.create_task(self._run(scope))

    def _read_body(self) -> None:
        if self._framing.done or self._refused is not None:
            return
        try:
            piece = self._framing.take(self._input)
            if piece:
                self._pieces.append(piece)
                self._held += len(piece)
            if self._ended and not self._framing.done:
                raise Refused(Reason.HTTP, "the connection ends within the body", headers=_CLOSE)
        except Refused as refused:
            self._refused = refused
        else:
            if not piece and not self._framing.done:
                return
        self._wake()

    def _skip(self) -> None:
        """Drop the small rest of a body that nobody asked for."""
        try:
            self._framing.take(self._input)
        except Refused:
            self._leave()
            return
        if self._framing.done:
            self._wait(self._bounds.keep_alive)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What the application calls.

    async def receive(self) -> Message:
        """The next piece of the body. Raises Refused if the body is malformed, or comes too
        slowly.
        """
        while True:
            if self._pieces:
                body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
                self._pieces.clear()
                self._held = 0
                if self._paused:
                    self._advance()
                self._delivered = self._framing.done and not self._pieces
                return {"type": "http.request", "body": body, "more_body": not self._delivered}
            if self._refused is not None:
                self._close = True
                raise self._refused
            if self._lost or self._answered:
                return {"type": "http.disconnect"}
            if self._framing.done and not self._delivered:
                self._delivered = True
                return {"type": "http.request", "body": b"", "more_body": False}
            if not self._framing.done:
                if self._head is not None and self._head.expects:
                    self._head.expects = False
                    self._transport.write(_CONTINUE)
                now = self._loop.time()
                self._wait(min(self._bounds.idle, self._body_until - now))
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
                self._deadline = float("inf")

    async def send(self, message: Message) -> None:
        """Take the answer, as ASGI says. What comes after the client left, or after a fault took
        the connection, is dropped.
        """
        if self._lost or self._raw:
            return
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            assert self._head is not None
            body: bytes = message.get("body", b"")
            more: bool = message.get("more_body", False)
            empty = self._head.method == "HEAD" or self._status in (204, 304)
            if not self._begun:
                head = self._response_head(len(body), more)
                self._begun = True
            else:
                head = b""
            if empty:
                body = b""
            elif self._chunked:
                body = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
                if not more:
                    body += b"0\r\n\r\n"
            else:
                self._promised -= len(body)
            self._transport.write(head + body)
            if not more:
                self._answered = True
                self._close = self._close or (self._promised != 0 and not empty)
                self._wake()
            elif self._writable is not None:
                await self.drain()

    @property
    def _status(self) -> int:
        assert self._start is not None
        status: int = self._start["status"]
        return status

    def _response_head(self, length: int, more: bool) -> bytes:
        assert self._start is not None
        assert self._head is not None
        self._settle()
        status = self._status
        stated = False
        lines = [b"HTTP/1.1 %d %s" % (status, _REASONS.get(status, b""))]
        fields: Sequence[tuple[bytes, bytes]] = self._start.get("headers", ())
        for name, value in fields:
            lowered = name.lower()
            if lowered == b"content-length":
                stated = True
                self._promised = int(value)
            elif lowered == b"connection":
                self._close = self._close or value.lower() == b"close"
                continue
            elif lowered in (b"transfer-encoding", b"date"):
                continue
            lines.append(name + b": " + value)
        if not stated and status not in (204, 304):
            if not more:
                self._promised = length
                lines.append(b"content-length: %d" % length)
            elif self._head.minor == 1:
                self._chunked = True
                lines.append(b"transfer-encoding: chunked")
            else:
                self._close = True
        lines.append(b"date: " + self._traffic.date())
        if self._close:
            lines.append(b"connection: close")
        elif self._head.minor == 0:
            lines.append(b"connection: keep-alive")
        lines.append(b"\r\n")
        return b"\r\n".join(lines)

    def _settle(self) -> None:
        """Decide whether the connection survives an answer that begins before its request ends."""
        if self._framing.done and self._refused is None:
            return
        assert self._head is not None
        rest = self._framing.rest
        if (
            self._refused is not None
            or rest is None
            or rest > self._bounds.keep_alive_rest
            # The client may or may not send its body after this answer: nobody could tell.
            or self._head.expects
        ):
            self._close = True

    async def drain(self) -> None:
        if self._writable is not None and not self._lost:
            self._wait(self._bounds.idle)
            await asyncio.shield(self._writable)
            self._deadline = float("inf")
        if self._lost:
            raise ClientGone

    async def flush(self) -> bool:
        self._wait(self._bounds.idle)
        while not self._lost and self._transport.get_write_buffer_size():
            await asyncio.sleep(_TICK)
        self._deadline = float("inf")
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
            connected: socket.socket = self._transport.get_extra_info("socket")
            linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._traffic.app(scope, self.receive, self.send)
        except ClientGone:
            self._close = True
        except Exception:  # the server's outermost frame: logged, never swallowed
            _log.exception("the stub failed on %s %s", scope["method"], scope["path"])
            self._close = True
        finally:
            self._task = None
            self._finish()

    def _finish(self) -> None:
        """The application has returned: go on to the next request, or leave."""
        self._pieces.clear()
        self._held = 0
        if self._lost:
            return
        if not self._answered and not self._raw:
            self._close = True  # nothing, or half an answer: the client shall see that
        if self._close or self._traffic.stopping:
            self._leave()
            return
        self._wait(self._bounds.keep_alive if self._framing.done else self._bounds.linger)
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
        over = self._framing.done and self._refused is None and not self._input
        self._dropped = 0
        self._input.clear()
        self._wait(self._bounds.linger)
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

    def _turn_away(self) -> None:
        """Tell a client that there are too many."""
        body = b'{"status":503,"code":"stub.busy","message":"too many connections","faults":[]}'
        self._transport.write(
            b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
        )
        self._leave()

    def stop(self) -> None:
        """The server stops: leave now if idle, else after the answer."""
        if self._task is None:
            self._transport.close()

    def abort(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._transport.abort()

    # Deadlines. One timer a connection, which looks whether the deadline has moved.

    def _wait(self, seconds: float) -> None:
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._lost:
            return
        now = self._loop.time()
        if self._deadline > now:
            if self._deadline != float("inf"):
                self._timer = self._loop.call_at(self._deadline, self._look)
            return
        self._deadline = float("inf")
        if self._waiter is not None and self._refused is None:
            self._refused = Refused(
                Reason.TIMEOUT,
                f"no further byte of the body came for {self._bounds.idle:g} seconds"
                if now < self._body_until
                else f"the body did not end within {self._bounds.body:g} seconds",
                headers=_CLOSE,
            )
            self._wake()
        elif self._writable is not None:  # the client does not take its answers
            self._transport.abort()
        elif self._task is None and self._dropped < 0 and self._input and self._framing.done:
            self._refuse(request_head.late(self._input, self._bounds.head))
        elif self._dropped < 0 and not self._transport.get_write_buffer_size():
            self._transport.close()  # idle
        else:  # or does not leave
            self._transport.abort()


def _address(transport: asyncio.Transport, end: str) -> tuple[str, int] | None:
    name: tuple[Any, ...] | None = transport.get_extra_info(end)  # of IPv6, more than two
    return (str(name[0]), int(name[1])) if name else None
