# Copied by scripts/codegen.py from overrides/runtime/asyncio_stream.py; do not edit.
"""Connections of the async client on asyncio, straight over its transports.

They read while a body is sent, so that the answer of a server that refuses it early and hangs up is
not lost, and they take a fraction of the time that layers made for any event loop take.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import ssl
from collections import deque
from typing import Any, cast

import httpcore2

_BUFFER = 256 * 1024
"""Bytes that are read ahead."""


class _Connection(asyncio.Protocol):
    """What happened on a connection, and who waits for it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.transport = cast("asyncio.Transport", None)
        self.received: deque[bytes] = deque()
        self.size = 0
        self.ended = False
        self.lost = False
        self.error: Exception | None = None
        self.held = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.received.append(data)
        self.size += len(data)
        if self.size > _BUFFER:
            self.transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        self.ended = True
        _wake(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._rescue()
        self.ended = self.lost = True
        self.error = exc
        _wake(self._reader)
        _wake(self._writer)

    def _rescue(self) -> None:
        """Read what came before the line broke.

        A transport whose write fails closes its socket without that. Below TLS it would be of no
        use: its records are read by the transport.
        """
        socket = self.transport.get_extra_info("socket")
        if socket is None or self.transport.get_extra_info("ssl_object") is not None:
            return
        # OSError: no more is there; TypeError: an event loop whose sockets cannot be copied
        with contextlib.suppress(OSError, TypeError), socket.dup() as copy:
            copy.setblocking(False)
            while data := copy.recv(_BUFFER):
                self.received.append(data)
                self.size += len(data)

    def pause_writing(self) -> None:
        self.held = True

    def resume_writing(self) -> None:
        self.held = False
        _wake(self._writer)

    async def readable(self, seconds: float | None) -> None:
        """Wait for bytes or the end."""
        self._reader = self.loop.create_future()
        try:
            await _within(self._reader, seconds, httpcore2.ReadTimeout("no bytes came in time"))
        finally:
            self._reader = None

    async def writable(self, seconds: float | None) -> None:
        """Wait until the bytes that were written have left, or cannot."""
        self._writer = self.loop.create_future()
        try:
            await _within(self._writer, seconds, httpcore2.WriteTimeout("sending stalled"))
        finally:
            self._writer = None

    def take(self, most: int) -> bytes:
        """Bytes that were received."""
        data = self.received.popleft()
        if len(data) > most:
            self.received.appendleft(data[most:])
            data = data[:most]
        full = self.size > _BUFFER
        self.size -= len(data)
        if full and self.size <= _BUFFER and not self.ended:
            self.transport.resume_reading()
        return data


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


async def _within(waiter: asyncio.Future[None], seconds: float | None, late: Exception) -> None:
    if seconds is None:
        await waiter
        return

    def expire() -> None:
        if not waiter.done():
            waiter.set_exception(late)

    timer = waiter.get_loop().call_later(seconds, expire)
    try:
        await waiter
    finally:
        timer.cancel()


class AsyncioStream(httpcore2.AsyncNetworkStream):
    """A connection. Its exceptions are those of httpcore2."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        connection = self._connection
        if not connection.received and not connection.ended:
            await connection.readable(timeout)
        if connection.received:
            return connection.take(max_bytes)
        if connection.error is not None:
            raise httpcore2.ReadError(str(connection.error))
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if not buffer:
            return
        connection = self._connection
        if not connection.received and self._is_readable():
            # a write that fails would throw away what has not been read yet
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        self._check_writable()
        connection.transport.write(buffer)
        if connection.held:
            await connection.writable(timeout)
            self._check_writable()

    def _check_writable(self) -> None:
        if self._connection.lost or self._connection.transport.is_closing():
            raise httpcore2.WriteError(str(self._connection.error or "the server hung up"))

    async def aclose(self) -> None:
        if not self._connection.loop.is_closed():
            self._connection.transport.abort()
            await asyncio.sleep(0)  # the socket is closed by the event loop's next round

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncioStream:
        connection = self._connection
        try:
            async with asyncio.timeout(timeout):
                transport = await connection.loop.start_tls(
                    connection.transport, connection, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError:
            await self.aclose()
            raise httpcore2.ConnectTimeout("the TLS handshake took too long") from None
        except OSError as error:
            await self.aclose()
            raise httpcore2.ConnectError(str(error)) from None
        except BaseException:
            connection.transport.abort()
            raise
        if transport is None:
            raise httpcore2.ConnectError("the server hung up during the TLS handshake")
        connection.transport = transport
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return bool(self._connection.received) or self._is_readable()
        name = {"client_addr": "sockname", "server_addr": "peername"}.get(info, info)
        return self._connection.transport.get_extra_info(name)

    def _is_readable(self) -> bool:
        """Whether bytes or the end of the connection wait in the socket."""
        connection = self._connection
        # of use in its own event loop only, whereas a client may be used in several
        if connection.ended or connection.loop is not asyncio.get_running_loop():
            return True
        socket = self._connection.transport.get_extra_info("socket")
        if socket is None or socket.fileno() < 0:
            return True
        if not hasattr(select, "poll"):
            return bool(select.select([socket], [], [], 0)[0])
        poll = select.poll()
        poll.register(socket, select.POLLIN)
        return bool(poll.poll(0))


async def connect(host: str, port: int, seconds: float | None) -> AsyncioStream:
    """Make a connection.

    Raises:
        httpcore2.ConnectTimeout: it took too long.
        httpcore2.ConnectError: it was refused, or the host has no address.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            _, connection = await loop.create_connection(
                _Connection, host, port, happy_eyeballs_delay=0.25
            )
    except TimeoutError:
        raise httpcore2.ConnectTimeout("connecting took too long") from None
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(str(error)) from None
    return AsyncioStream(connection)
