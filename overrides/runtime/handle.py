"""Open files as sources: seekable ones, pipes and sockets, and those of async libraries."""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import IO, Any, cast

from .source import (
    CHUNK,
    Source,
    checked,
    claim,
    in_patient_thread,
    in_thread,
    pieces,
    release,
    used_up,
)

_ASYNC_ONLY = "a file with an async read() can be sent by the async client only"


def handle_source(handle: Any) -> Source:
    """The source for a file object, to be read from where it stands.

    It stays open. After the call a seekable one stands behind the last byte that was read.

    Raises:
        ConfigurationError: another upload is reading it.
        ValueError: it is closed.
    """
    if inspect.iscoroutinefunction(handle.read):
        return AsyncHandleSource(handle)
    if _seekable(handle):
        return HandleSource(handle)
    return StreamSource(handle)


class HandleSource:
    """A seekable file object."""

    replayable = True

    def __init__(self, handle: IO[bytes]) -> None:
        # the position of a file that another upload reads is nobody's choice
        claim(handle, self)
        release(handle, self)
        self._handle = handle
        self._start = handle.tell()
        self.length: int | None = None

    def head(self, size: int) -> bytes:
        claim(self._handle, self)
        self.length = self._measure()
        self._rewind()
        head = b""
        while len(head) < max(size, 1) and (chunk := read(self._handle, max(size, 1) - len(head))):
            head += chunk
        if self.length == 0 and head:  # a device or a file of /proc
            self.length = None
        self._rewind()
        return head[:size]

    async def ahead(self, size: int) -> bytes:
        return await in_thread(self.head, size)

    def chunks(self) -> Generator[bytes, None, None]:
        claim(self._handle, self)
        try:
            self._rewind()
            while chunk := read(self._handle, CHUNK):
                yield chunk
        finally:
            self.close()

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        claim(self._handle, self)
        try:
            chunk = await in_thread(self._first)
            while chunk:
                yield chunk
                chunk = await in_thread(read, self._handle, CHUNK)
        finally:
            self.close()

    def close(self) -> None:
        release(self._handle, self)

    def _first(self) -> bytes:
        self._rewind()
        return read(self._handle, CHUNK)

    def _rewind(self) -> None:
        self._handle.seek(self._start)

    def _measure(self) -> int | None:
        try:
            end: Any = self._handle.seek(0, os.SEEK_END)
        except (OSError, ValueError):  # seekable, but only from its start
            return None
        # mmap tells no position here before Python 3.13
        return max(0, (end if isinstance(end, int) else self._handle.tell()) - self._start)


class StreamSource:
    """A file object that can be read once: a pipe, a socket, a decompressor."""

    length: int | None = None
    replayable = False

    def __init__(self, handle: IO[bytes] | None) -> None:
        self._handle: IO[bytes] | None = handle
        self._head = b""
        self._started = False

    def head(self, size: int) -> bytes:
        handle = self._claimed()
        # a pipe may give less than it is asked for
        while len(self._head) < size and (chunk := read(handle, size - len(self._head))):
            self._head += chunk
        return self._head[:size]

    async def ahead(self, size: int) -> bytes:
        return await in_patient_thread(self.head, size)

    def chunks(self) -> Generator[bytes, None, None]:
        self._start()
        try:
            while chunk := self._next():
                yield from pieces(chunk)
        finally:
            self.close()

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        self._start()
        try:
            while chunk := await in_patient_thread(self._next):
                for piece in pieces(chunk):
                    yield piece
        finally:
            self.close()

    def close(self) -> None:
        release(self._handle, self)

    def _claimed(self) -> IO[bytes]:
        assert self._handle is not None
        claim(self._handle, self)
        return self._handle

    def _start(self) -> None:
        if self._started:
            raise used_up("a stream that cannot seek")
        self._started = True

    def _next(self) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return read(self._claimed(), CHUNK)


class PipeSource(StreamSource):
    """A path that is no regular file: a named pipe or a device, whose bytes come once.

    It is opened when the first attempt begins, which waits for a pipe's writer.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(None)
        self._path = path
        self._closed = False

    def close(self) -> None:
        # unbuffered, so this does not wait for a thread that is left reading
        self._closed = True
        if self._handle is not None:
            super().close()
            self._handle.close()

    def _claimed(self) -> IO[bytes]:
        if self._handle is None:
            self._handle = cast("IO[bytes]", self._path.open("rb", buffering=0))
            if self._closed:  # meanwhile the call was cancelled
                self._handle.close()
        return super()._claimed()


class AsyncHandleSource:
    """A file object of an async library (``anyio.open_file``, ``aiofiles``, a stream reader)."""

    length: int | None = None
    replayable = False

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._head = b""
        self._begin: int | None = None
        self._started = False

    def head(self, size: int) -> bytes:
        raise TypeError(_ASYNC_ONLY)

    def chunks(self) -> Generator[bytes, None, None]:
        raise TypeError(_ASYNC_ONLY)

    async def ahead(self, size: int) -> bytes:
        claim(self._handle, self)
        if self._begin is None and not self._head and not self._started:
            self.replayable = await _aseekable(self._handle)
            if self.replayable:
                self._begin = await self._handle.tell()
        if self._begin is not None:
            end = await self._handle.seek(0, os.SEEK_END)
            self.length = max(0, end - self._begin)
            await self._rewind()
        while len(self._head) < size and (chunk := await self._read(size - len(self._head))):
            self._head += chunk
        if self.length == 0 and self._head:
            self.length = None
        return self._head[:size]

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        claim(self._handle, self)
        try:
            await self._rewind()
            if self._started and self._begin is None:
                raise used_up("an async stream that cannot seek")
            self._started = True
            head, self._head = self._head, b""
            for piece in pieces(head):
                yield piece
            while chunk := await self._read(CHUNK):
                for piece in pieces(chunk):
                    yield piece
        finally:
            self.close()

    def close(self) -> None:
        release(self._handle, self)

    async def _rewind(self) -> None:
        if self._begin is not None:
            await self._handle.seek(self._begin)
            self._head = b""

    async def _read(self, size: int) -> bytes:
        return _chunk(await self._handle.read(size))


def read(handle: IO[bytes], size: int) -> bytes:
    """The next bytes of a file object, empty at its end."""
    return _chunk(cast("Any", handle).read(size))


def _chunk(chunk: object) -> bytes:
    if chunk is None:
        raise BlockingIOError("the file is in non-blocking mode and has no data yet")
    if inspect.iscoroutine(chunk):
        chunk.close()
        raise TypeError(_ASYNC_ONLY)
    return checked(chunk, "the file (open it in binary mode, 'rb')")


def _seekable(handle: Any) -> bool:
    ask = getattr(handle, "seekable", None)
    try:
        if ask is not None and not ask():
            return False
        handle.seek(handle.tell())  # the mmap of Python 3.11 cannot be asked
    except (AttributeError, io.UnsupportedOperation, OSError):
        return False
    return True


async def _aseekable(handle: Any) -> bool:
    if not all(inspect.iscoroutinefunction(getattr(handle, name, None)) for name in _SEEKING):
        return False
    ask = getattr(handle, "seekable", None)
    answer = ask() if ask is not None else True
    return bool(await answer if inspect.isawaitable(answer) else answer)


_SEEKING = ("seek", "tell")
