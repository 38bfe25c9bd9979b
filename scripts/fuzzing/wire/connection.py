"""Sockets with deadlines: send bytes as they are, in pieces if asked, and take what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scripts.fuzzing.wire import answers
from scripts.fuzzing.wire.draft import Delivery
from scripts.fuzzing.wire.reference import Reading


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect. `patience` is the seconds that an answer may take, `grace` those that a
    server gets to refuse what it need not answer before the client half-closes.
    """

    host: str
    port: int
    tls: bool = False
    patience: float = 5.0
    grace: float = 0.1


@dataclass(frozen=True, slots=True)
class Conversation:
    """What came of a connection. `again` is the offset in `received` where the answer to the
    request sent after all others begins, None if none was sent; `ended` that the server closed;
    `silent` that it did not when it should have answered or closed; `unreachable` why no connection
    was made.
    """

    received: bytes = b""
    again: int | None = None
    ended: bool = False
    silent: bool = False
    unreachable: str = ""


class _Stream(asyncio.Protocol):
    """The received bytes of a connection, and a way to wait for more."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.ended = False
        self.transport: asyncio.Transport | None = None
        self._changed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        self._changed.set()

    def eof_received(self) -> bool:
        self.ended = True
        self._changed.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._changed.set()

    async def more(self, until: float) -> bool:
        """Wait for bytes or the end; False if neither came before that time of the loop."""
        self._changed.clear()
        if self.ended:
            return False
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            return False
        try:
            async with asyncio.timeout(left):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True


async def converse(
    endpoint: Endpoint, data: bytes, delivery: Delivery, reading: Reading, again: bytes | None
) -> Conversation:
    """Deliver the bytes and take the answers to what they are by `reading`.

    `again` is a good request that is sent at last over the same connection, if it survives.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(endpoint.patience):
            _, stream = await loop.create_connection(
                _Stream,
                endpoint.host,
                endpoint.port,
                ssl=ssl.create_default_context() if endpoint.tls else None,
            )
    except (OSError, TimeoutError) as error:
        return Conversation(unreachable=f"{type(error).__name__}: {error}".rstrip(": "))
    transport = stream.transport
    assert transport is not None
    try:
        await _send(stream, transport, data, delivery)
        if delivery.end in ("rst", "close"):
            _leave(transport, reset=delivery.end == "rst")
            return Conversation(ended=True)
        return await _answers(endpoint, stream, transport, delivery, reading, again)
    finally:
        transport.abort()


async def _send(
    stream: _Stream, transport: asyncio.Transport, data: bytes, delivery: Delivery
) -> None:
    bounds = [0, *(cut for cut in delivery.cuts if 0 < cut < len(data)), len(data)]
    for start, end in pairwise(bounds):
        if stream.ended or transport.is_closing():
            return
        transport.write(data[start:end])
        if end < len(data):
            # Without a pause it is one turn of the loop: enough for a packet of its own.
            await asyncio.sleep(delivery.pause)


def _leave(transport: asyncio.Transport, *, reset: bool) -> None:
    if not reset:
        transport.close()
        return
    connected: socket.socket | None = transport.get_extra_info("socket")
    if connected is not None:
        with contextlib.suppress(OSError):
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _answers(
    endpoint: Endpoint,
    stream: _Stream,
    transport: asyncio.Transport,
    delivery: Delivery,
    reading: Reading,
    again: bytes | None,
) -> Conversation:
    loop = asyncio.get_running_loop()
    methods = [request.method for request in reading.requests]
    count = len(methods)
    fin = delivery.end == "fin" and _half_close(transport)
    silent = not await _until(stream, methods, count, loop.time() + endpoint.patience)
    begin: int | None = None
    if silent or stream.ended:
        pass
    elif not reading.clean:
        # It may be refused before it ends; if not, its end is the last occasion to.
        quick = loop.time() + (endpoint.patience if fin else endpoint.grace)
        done = await _until(stream, methods, count + 1, quick)
        if not done and not fin and not stream.ended:
            fin = _half_close(transport)
            if fin:
                done = await _until(stream, methods, count + 1, loop.time() + endpoint.patience)
        silent = fin and not done and not stream.ended
    elif again is not None and not fin and _kept(stream, reading, methods):
        begin = len(stream.received)
        transport.write(again)
        silent = not await _until(
            stream, [*methods, b"GET"], count + 1, loop.time() + endpoint.patience
        )
    if not stream.ended and not silent:
        # Whoever answers once more does so now.
        if not fin:
            _half_close(transport)
        await _end(stream, loop.time() + endpoint.grace)
    return Conversation(bytes(stream.received), begin, stream.ended, silent)


def _half_close(transport: asyncio.Transport) -> bool:
    if transport.is_closing() or not transport.can_write_eof():
        return False
    with contextlib.suppress(OSError):
        transport.write_eof()
    return True


def _kept(stream: _Stream, reading: Reading, methods: Sequence[bytes]) -> bool:
    """Whether the connection may be used again, as far as both sides said."""
    if not reading.requests or reading.requests[-1].closes:
        return False
    final = answers.read(bytes(stream.received), methods, ended=False).final
    return not any(answer.closes for answer in final)


async def _until(stream: _Stream, methods: Sequence[bytes], count: int, until: float) -> bool:
    """Wait for so many answers, or the end; False if neither comes in time."""
    if not count:
        return True
    while True:
        read = answers.read(bytes(stream.received), methods, stream.ended)
        if len(read.final) >= count or read.problem or stream.ended:
            return True
        if not await stream.more(until) and not stream.ended:
            return False


async def _end(stream: _Stream, until: float) -> None:
    while not stream.ended and await stream.more(until):
        pass
