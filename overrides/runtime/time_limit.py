"""How long a request may take, for connections of our own.

A number of seconds bounds every stall of connecting and of sending, and the whole answer from the
last byte that was sent: a server that drips bytes gains no time. Only the network streams know
when the last byte was sent, so they keep the clock.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import anyio
import httpcore2

from .asyncio_stream import connect

if TYPE_CHECKING:
    import httpx2

Timeout: TypeAlias = "float | httpx2.Timeout"

MAX_HEAD = 1024 * 1024
"""Bytes that may come before an answer's body: a server can send interim answers without end."""

_PIECE = 64 * 1024
_SOCKET_OPTIONS = Iterable[httpcore2.SOCKET_OPTION]


def phases(timeout: Timeout) -> dict[str, float | None]:
    """The limit of each phase, in seconds: connect, read, write, pool; None for no limit."""
    if isinstance(timeout, int | float):
        return dict.fromkeys(("connect", "read", "write", "pool"), float(timeout))
    return timeout.as_dict()


class Clock(float):
    """The time limit of one request.

    httpcore2 hands it down to the network streams in the place of a phase's seconds, so it is a
    float.

    Args:
        timeout: seconds, or the phases of an ``httpx2.Timeout``.
        tls: whether the request goes through TLS; what is written before that is a proxy's.

    Attributes:
        sent: whether any byte of the request may have reached the server.
    """

    def __new__(cls, timeout: Timeout, tls: bool) -> Clock:
        return super().__new__(cls, 0.0)

    def __init__(self, timeout: Timeout, tls: bool) -> None:
        limits = phases(timeout)
        self._connect, self._read = limits["connect"], limits["read"]
        self._write, self._pool = limits["write"], limits["pool"]
        self._whole = isinstance(timeout, int | float)
        self._connect_by: float | None = None
        self._written: float | None = None
        self._plain = not tls
        self._room: int | None = MAX_HEAD
        self.sent = False

    def extensions(self) -> dict[str, Any]:
        """What tells httpcore2 of this clock."""
        return {"timeout": {"connect": self, "read": self, "write": self, "pool": self._pool}}

    def begin_connecting(self) -> None:
        """A new connection is made for this request."""
        if self._connect is not None:
            self._connect_by = monotonic() + self._connect

    def connecting(self, share: int = 1) -> float | None:
        """Seconds for the next step of connecting; ``share`` steps of this kind are to come."""
        if self._connect_by is None:
            return self._connect
        rest = self._connect_by - monotonic()
        if rest <= 0:
            raise httpcore2.ConnectTimeout("connecting took too long")
        return rest / share

    def secured(self) -> None:
        """TLS stands: what is written from now on is the request, or goes to an HTTPS proxy."""
        self._plain, self._written = True, None

    def writing(self) -> float | None:
        """Seconds that the next write may stall."""
        if self._plain:
            self.sent = True
        return self._write

    def wrote(self) -> None:
        """A write went through."""
        self._written = monotonic()

    def reading(self) -> float | None:
        """Seconds until the next bytes must be there."""
        if not self._whole or self._written is None or self._read is None:
            return self._read
        rest = self._written + self._read - monotonic()
        if rest <= 0:
            raise httpcore2.ReadTimeout("the answer was not complete in time")
        return rest

    def came(self, size: int) -> None:
        """Bytes were read."""
        if self._room is not None:
            self._room -= size
            if self._room < 0:
                raise httpcore2.RemoteProtocolError("no answer in the first MiB")

    def begin_body(self) -> None:
        """The head of the answer is complete."""
        self._room = None


class Stream(httpcore2.NetworkStream):
    """A connection that keeps to the :class:`Clock` of the request that uses it."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        clock = cast("Clock", timeout)
        data = self._stream.read(max_bytes, clock.reading())
        clock.came(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        clock = cast("Clock", timeout)
        try:
            self._stream.write(buffer, clock.writing())
        except httpcore2.WriteTimeout as error:
            raise _stalled(self, clock, error) from None
        clock.wrote()

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Stream:
        clock = cast("Clock", timeout)
        secure = self._stream.start_tls(ssl_context, server_hostname, clock.connecting())
        clock.secured()
        return Stream(secure)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncStream(httpcore2.AsyncNetworkStream):
    """The same for the async client."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        clock = cast("Clock", timeout)
        data = await self._stream.read(max_bytes, clock.reading())
        clock.came(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        clock = cast("Clock", timeout)
        try:
            # piece by piece: a slow write is no stalled write
            for start in range(0, len(buffer), _PIECE):
                piece = buffer[start : start + _PIECE] if len(buffer) > _PIECE else buffer
                await self._stream.write(piece, clock.writing())
        except httpcore2.WriteTimeout as error:
            raise _stalled(self, clock, error) from None
        clock.wrote()

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncStream:
        clock = cast("Clock", timeout)
        secure = await self._stream.start_tls(ssl_context, server_hostname, clock.connecting())
        clock.secured()
        return AsyncStream(secure)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _stalled(stream: Stream | AsyncStream, clock: Clock, error: Exception) -> Exception:
    """The error of a write that stalled.

    A server that has answered may have stopped reading. httpcore2 reads an answer after a
    WriteError, but not after a WriteTimeout.
    """
    if not stream.get_extra_info("is_readable"):
        return error
    clock.wrote()  # nothing more is sent
    return httpcore2.WriteError(str(error))


class Backend(httpcore2.NetworkBackend):
    """Makes the connections of a sync pool."""

    def __init__(self) -> None:
        self._backend = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SOCKET_OPTIONS | None = None,
    ) -> Stream:
        clock = cast("Clock", timeout)
        clock.begin_connecting()
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        addresses = _addresses(host, port, clock.connecting())
        for index, address in enumerate(addresses):
            try:
                # an address that does not answer leaves time for the next
                seconds = clock.connecting(len(addresses) - index)
                return Stream(self._backend.connect_tcp(address, port, seconds, None, ()))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


def _addresses(host: str, port: int, seconds: float | None) -> list[str]:
    try:
        return _found(host, port, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return _resolved(host, port, seconds)


def _resolved(host: str, port: int, seconds: float | None) -> list[str]:
    """The addresses of a name.

    The system's resolver has no time limit but its own, so a thread waits for it, which is left
    behind when it is too late.
    """
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def resolve() -> None:
        try:
            answers.put(_found(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(httpcore2.ConnectError(str(error)))

    threading.Thread(target=resolve, name=f"resolve {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise httpcore2.ConnectTimeout(f"{host} was not resolved in time") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _found(host: str, port: int, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class AsyncBackend(httpcore2.AsyncNetworkBackend):
    """Makes the connections of an async pool, on asyncio or trio."""

    def __init__(self) -> None:
        # its type is lost: the library has a stand-in for where anyio is missing
        self._any = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SOCKET_OPTIONS | None = None,
    ) -> AsyncStream:
        clock = cast("Clock", timeout)
        clock.begin_connecting()
        if _on_asyncio():
            return AsyncStream(await connect(host, port, clock.connecting()))
        try:
            return AsyncStream(await self._any.connect_tcp(host, port, clock.connecting()))
        except UnicodeError as error:
            raise httpcore2.ConnectError(str(error)) from None

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


def _on_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
