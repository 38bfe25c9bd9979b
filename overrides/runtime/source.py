"""Where the bytes of an upload come from, read in chunks, from the start on every attempt."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias, cast

from .errors import APIError

CHUNK = 256 * 1024
"""Bytes read at once: memory stays flat, and an async upload changes threads once per chunk."""

FileContent: TypeAlias = (
    bytes
    | bytearray
    | memoryview
    | os.PathLike[str]
    | IO[bytes]
    | Iterable[bytes]
    | AsyncIterable[bytes]
)


class Source(Protocol):
    """Bytes that can be read in order, sync or async.

    ``length`` is None when unknown. ``replayable`` tells whether a second ``chunks()`` starts over.
    ``head`` gives the first bytes without using them up.
    """

    length: int | None
    replayable: bool

    def head(self, size: int) -> bytes: ...
    async def ahead(self, size: int) -> bytes: ...
    def chunks(self) -> Generator[bytes, None, None]: ...
    def achunks(self) -> AsyncGenerator[bytes, None]: ...


class BytesSource:
    """Bytes in memory."""

    replayable = True

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.length: int | None = len(content)

    def head(self, size: int) -> bytes:
        return self.content[:size]

    async def ahead(self, size: int) -> bytes:
        return self.content[:size]

    def chunks(self) -> Generator[bytes, None, None]:
        view = memoryview(self.content)
        for start in range(0, len(view), CHUNK):
            yield bytes(view[start : start + CHUNK])

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        for chunk in self.chunks():
            yield chunk


class HandleSource:
    """An open binary file, read from where it stood when it was given."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._head = b""
        self._started = False
        self.length: int | None = None
        self.replayable = _seekable(handle)
        if self.replayable:
            self._start = handle.tell()
            self.length = max(0, handle.seek(0, os.SEEK_END) - self._start)
            handle.seek(self._start)

    def head(self, size: int) -> bytes:
        if self.replayable:
            self._handle.seek(self._start)
            self._head = b""
        # a pipe may give less than it is asked for
        while len(self._head) < size and (chunk := self._read(size - len(self._head))):
            self._head += chunk
        return self._head[:size]

    async def ahead(self, size: int) -> bytes:
        from anyio import to_thread

        return await to_thread.run_sync(self.head, size)

    def chunks(self) -> Generator[bytes, None, None]:
        self._rewind()
        while chunk := self._next():
            yield chunk

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        from anyio import to_thread

        await to_thread.run_sync(self._rewind)
        while chunk := await to_thread.run_sync(self._next):
            yield chunk

    def _rewind(self) -> None:
        if self.replayable:
            self._handle.seek(self._start)
            self._head = b""
        elif self._started:
            raise _used_up("a stream that cannot seek")
        self._started = True

    def _next(self) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._read(CHUNK)

    def _read(self, size: int) -> bytes:
        chunk: object = cast("Any", self._handle).read(size)  # a raw file may give None
        if chunk is None:
            raise BlockingIOError("the file is in non-blocking mode and has no data yet")
        return _checked(chunk, "the file (open it in binary mode, 'rb')")


class PathSource:
    """A file on disk, opened anew for every attempt."""

    replayable = True

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as handle:  # a missing or unreadable file fails here, by its name
            self.length: int | None = os.fstat(handle.fileno()).st_size
            self._head = handle.read(64)

    def head(self, size: int) -> bytes:
        return self._head[:size]

    async def ahead(self, size: int) -> bytes:
        return self._head[:size]

    def chunks(self) -> Generator[bytes, None, None]:
        with self._path.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                yield chunk

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        from anyio import to_thread

        handle = await to_thread.run_sync(self._path.open, "rb")
        try:
            while chunk := await to_thread.run_sync(handle.read, CHUNK):
                yield chunk
        finally:
            handle.close()


class IteratorSource:
    """Chunks from an iterable; a generator can be sent only once, a list again."""

    length: int | None = None

    def __init__(self, iterable: Iterable[bytes]) -> None:
        self._iterable = iterable
        self._iterator = iter(iterable)
        self._first: list[bytes] = []
        self._started = False
        self.replayable = self._iterator is not iterable

    def head(self, size: int) -> bytes:
        self._rewind()
        while sum(map(len, self._first)) < size:
            chunk = next(self._iterator, None)
            if chunk is None:
                break
            self._first.append(_checked(chunk, "the iterator"))
        return b"".join(self._first)[:size]

    async def ahead(self, size: int) -> bytes:
        return self.head(size)

    def _rewind(self) -> None:
        if self._started and self.replayable:
            self._first, self._iterator, self._started = [], iter(self._iterable), False

    def chunks(self) -> Generator[bytes, None, None]:
        self._rewind()
        if self._started:
            raise _used_up("an iterator")
        self._started = True
        first, self._first = self._first, []
        for chunk in first:
            yield from _pieces(chunk)
        for chunk in self._iterator:
            yield from _pieces(_checked(chunk, "the iterator"))

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        for chunk in self.chunks():
            yield chunk


class AsyncIteratorSource:
    """Chunks from an async iterable; only an async client can send them."""

    length: int | None = None

    def __init__(self, iterable: AsyncIterable[bytes]) -> None:
        self._iterable = iterable
        self._iterator = aiter(iterable)
        self._first: list[bytes] = []
        self._started = False
        self.replayable = cast("Any", self._iterator) is not iterable

    def head(self, size: int) -> bytes:
        raise TypeError("an async iterator can be sent by the async client only")

    async def ahead(self, size: int) -> bytes:
        self._rewind()
        while sum(map(len, self._first)) < size:
            try:
                chunk = await anext(self._iterator)
            except StopAsyncIteration:
                break
            self._first.append(_checked(chunk, "the async iterator"))
        return b"".join(self._first)[:size]

    def chunks(self) -> Generator[bytes, None, None]:
        raise TypeError("an async iterator can be sent by the async client only")

    def _rewind(self) -> None:
        if self._started and self.replayable:
            self._first, self._iterator, self._started = [], aiter(self._iterable), False

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        self._rewind()
        if self._started:
            raise _used_up("an async iterator")
        self._started = True
        first, self._first = self._first, []
        for chunk in first:
            for piece in _pieces(chunk):
                yield piece
        async for chunk in self._iterator:
            for piece in _pieces(_checked(chunk, "the async iterator")):
                yield piece


def as_source(content: FileContent) -> Source:
    """Wrap whatever a caller gives as a file.

    Raises:
        TypeError: it is none of the accepted kinds; a ``str`` could be a path or a content.
        OSError: the path does not name a readable file.
    """
    given: Any = content
    if isinstance(given, str):
        raise TypeError("a str is ambiguous: pass pathlib.Path(...) for a file, bytes for content")
    if isinstance(given, io.TextIOBase):
        raise TypeError("the file is open in text mode: open it with 'rb'")
    if isinstance(given, bytes):
        return BytesSource(given)
    if isinstance(given, bytearray | memoryview):
        return BytesSource(bytes(cast("bytes", given)))
    if isinstance(given, os.PathLike):
        return _path_source(Path(cast("os.PathLike[str]", given)))
    if hasattr(given, "read"):
        return HandleSource(cast("IO[bytes]", given))
    if isinstance(given, AsyncIterable):
        return AsyncIteratorSource(cast("AsyncIterable[bytes]", given))
    if isinstance(given, Iterable):
        return IteratorSource(cast("Iterable[bytes]", given))
    raise TypeError(
        "a file is bytes, a pathlib.Path, a binary file object, an iterator of bytes or a tuple "
        f"(filename, content[, content_type]), not {type(given).__name__}"
    )


def _path_source(path: Path) -> Source:
    # a pipe or device tells size 0 and gives its bytes once
    if stat.S_ISREG(path.stat().st_mode):
        return PathSource(path)
    return HandleSource(path.open("rb"))


def _seekable(handle: IO[bytes]) -> bool:
    try:
        return handle.seekable()
    except AttributeError:
        return False


def _checked(chunk: object, origin: str) -> bytes:
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, bytearray | memoryview):
        return bytes(cast("bytes", chunk))
    raise TypeError(f"{origin} gave {type(chunk).__name__}, not bytes")


def _pieces(chunk: bytes) -> Iterator[bytes]:
    if len(chunk) <= CHUNK:
        if chunk:  # an empty chunk would end a chunked request
            yield chunk
        return
    for start in range(0, len(chunk), CHUNK):
        yield chunk[start : start + CHUNK]


def _used_up(what: str) -> APIError:
    return APIError(
        f"the body was {what}, which can be read only once, and the request had to be sent again: "
        "pass bytes, a path or a seekable file to allow that"
    )
