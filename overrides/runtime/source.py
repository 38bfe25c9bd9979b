"""Where the bytes of a body come from: memory, a file on disk, and what every source promises."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias, TypeVar, cast
from weakref import WeakValueDictionary

from .errors import APIError, ConfigurationError

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

_T = TypeVar("_T")


class Source(Protocol):
    """Bytes that can be read in order, sync or async.

    Each attempt begins with ``head`` (``ahead`` in the async client), which measures the source and
    gives its first bytes without using them up; ``chunks`` then gives all of it.

    Attributes:
        length: bytes in all, None when unknown; holds from ``head`` on.
        replayable: whether another attempt can start over; holds from ``head`` on.
    """

    length: int | None
    replayable: bool

    def head(self, size: int) -> bytes: ...
    async def ahead(self, size: int) -> bytes: ...
    def chunks(self) -> Generator[bytes, None, None]: ...
    def achunks(self) -> AsyncGenerator[bytes, None]: ...
    def close(self) -> None:
        """Let go of everything that the source opened itself; what it was given stays open."""


class BytesSource:
    """Bytes in memory. A ``bytearray`` or ``memoryview`` is not copied, unless it has gaps."""

    replayable = True

    def __init__(self, content: bytes | memoryview) -> None:
        self._content = content if isinstance(content, bytes) else _flat(content)
        self.length: int | None = len(self._content)

    def head(self, size: int) -> bytes:
        return bytes(self._content[:size])

    async def ahead(self, size: int) -> bytes:
        return self.head(size)

    def chunks(self) -> Generator[bytes, None, None]:
        if isinstance(self._content, bytes) and len(self._content) <= CHUNK:
            yield from pieces(self._content)
            return
        view = memoryview(self._content)
        for start in range(0, len(view), CHUNK):
            yield bytes(view[start : start + CHUNK])

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        for chunk in self.chunks():
            yield chunk

    def close(self) -> None:
        pass


def _flat(view: memoryview) -> memoryview:
    try:
        return view.cast("B")
    except TypeError:  # gaps, another byte order, or no bytes at all
        return memoryview(view.tobytes())


class PathSource:
    """A regular file on disk, opened anew for every attempt."""

    replayable = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: set[IO[bytes]] = set()
        self._over = False
        self.length: int | None = None

    def head(self, size: int) -> bytes:
        with self._path.open("rb", buffering=0) as handle:
            head = handle.read(max(size, 1)) or b""
            # a file of /proc tells size 0 and has content
            self.length = os.fstat(handle.fileno()).st_size or (None if head else 0)
        return head[:size]

    async def ahead(self, size: int) -> bytes:
        return await in_thread(self.head, size)

    def chunks(self) -> Generator[bytes, None, None]:
        handle = self._opened()
        try:
            while chunk := handle.read(CHUNK):
                yield chunk
        finally:
            self._closed(handle)

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        handle: IO[bytes] | None = None

        def first() -> bytes:
            # assigned in the thread: a cancelled caller would never see a returned handle
            nonlocal handle
            handle = self._opened()
            return handle.read(CHUNK)

        try:
            chunk = await in_thread(first)
            while chunk:
                yield chunk
                assert handle is not None
                chunk = await in_thread(handle.read, CHUNK)
        finally:
            if handle is not None:
                self._closed(handle)

    def _opened(self) -> IO[bytes]:
        handle = cast("IO[bytes]", self._path.open("rb", buffering=0))
        self._open.add(handle)
        if self._over:  # its caller was cancelled while this thread opened it
            self._closed(handle)
        return handle

    def _closed(self, handle: IO[bytes]) -> None:
        handle.close()
        self._open.discard(handle)

    def close(self) -> None:
        # httpcore2 leaves the generator of a broken request unfinished, and with it the file open
        self._over = True
        for handle in list(self._open):
            self._closed(handle)


async def in_thread(work: Callable[..., _T], *arguments: Any) -> _T:
    """Do what ends by itself, like reading from a disk, off the event loop."""
    from anyio import to_thread

    return await to_thread.run_sync(work, *arguments)


async def in_patient_thread(work: Callable[..., _T], *arguments: Any) -> _T:
    """Do what may wait for ever, like reading from a pipe, off the event loop.

    It is left behind when the caller is cancelled, and takes no thread from others meanwhile.
    """
    from anyio import CapacityLimiter, to_thread

    return await to_thread.run_sync(
        work, *arguments, abandon_on_cancel=True, limiter=CapacityLimiter(1)
    )


_readers: WeakValueDictionary[int, Any] = WeakValueDictionary()


def claim(thing: object, reader: Source) -> None:
    """Have the only right to read a file object or an iterator, until :func:`release`.

    Two uploads that read the same one at the same time would each send a part of it.

    Raises:
        ConfigurationError: another upload is reading it.
    """
    if _readers.setdefault(id(thing), reader) is not reader:
        raise ConfigurationError(
            f"this {type(thing).__name__} is being sent by another upload: open the file a second "
            "time, or pass its path or its bytes"
        )


def release(thing: object, reader: Source) -> None:
    """Give up the right that :func:`claim` gave."""
    if _readers.get(id(thing)) is reader:
        with suppress(KeyError):
            del _readers[id(thing)]


def checked(chunk: object, origin: str) -> bytes:
    """What a caller's object gave, as bytes."""
    if isinstance(chunk, bytes):
        return chunk
    try:
        return memoryview(cast("bytes", chunk)).tobytes()
    except TypeError:
        raise TypeError(f"{origin} gave {type(chunk).__name__}, not bytes") from None


def pieces(chunk: bytes) -> Iterator[bytes]:
    """A chunk in pieces of at most :data:`CHUNK`; none of it when it is empty."""
    if len(chunk) <= CHUNK:
        if chunk:  # an empty chunk would end a chunked request
            yield chunk
        return
    for start in range(0, len(chunk), CHUNK):
        yield chunk[start : start + CHUNK]


def used_up(what: str) -> APIError:
    """The error of a second attempt that has nothing left to send."""
    return APIError(
        f"the body was {what}, which can be read only once, and the request had to be sent again: "
        "pass bytes, a path or a seekable file to allow that"
    )
