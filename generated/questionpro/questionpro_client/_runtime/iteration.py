# Copied by scripts/codegen.py from overrides/runtime/iteration.py; do not edit.
"""Iterables of bytes as sources: a list can be sent again, a generator only once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable
from typing import Any, cast

from .source import checked, claim, in_patient_thread, pieces, release, used_up

_ASYNC_ONLY = "an async iterator can be sent by the async client only"
_END: Any = object()


class IteratorSource:
    """Chunks from an iterable. The async client takes them off the event loop."""

    length: int | None = None

    def __init__(self, iterable: Iterable[bytes]) -> None:
        self._iterable = iterable
        self._iterator = iter(iterable)
        self._first: list[bytes] = []
        self._started = False
        self._in_memory = isinstance(iterable, list | tuple)
        self.replayable = self._iterator is not iterable

    def head(self, size: int) -> bytes:
        self._claim()
        self._rewind()
        while sum(map(len, self._first)) < size and (chunk := self._next()) is not None:
            self._first.append(chunk)
        return b"".join(self._first)[:size]

    async def ahead(self, size: int) -> bytes:
        return self.head(size) if self._in_memory else await in_patient_thread(self.head, size)

    def chunks(self) -> Generator[bytes, None, None]:
        self._start()
        try:
            while (chunk := self._taken()) is not None:
                yield from pieces(chunk)
        finally:
            self.close()

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        self._start()
        try:
            while True:
                here = self._in_memory or self._first
                chunk = self._taken() if here else await in_patient_thread(self._taken)
                if chunk is None:
                    return
                for piece in pieces(chunk):
                    yield piece
        finally:
            self.close()

    def close(self) -> None:
        release(self._iterable, self)

    def _claim(self) -> None:
        if not self.replayable:
            claim(self._iterable, self)

    def _start(self) -> None:
        self._rewind()
        self._claim()
        if self._started:
            raise used_up("an iterator")
        self._started = True

    def _rewind(self) -> None:
        if self._started and self.replayable:
            self._first, self._iterator, self._started = [], iter(self._iterable), False

    def _taken(self) -> bytes | None:
        return self._first.pop(0) if self._first else self._next()

    def _next(self) -> bytes | None:
        chunk: object = next(self._iterator, _END)
        return None if chunk is _END else checked(chunk, "the iterator")


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
        raise TypeError(_ASYNC_ONLY)

    def chunks(self) -> Generator[bytes, None, None]:
        raise TypeError(_ASYNC_ONLY)

    async def ahead(self, size: int) -> bytes:
        self._claim()
        self._rewind()
        while sum(map(len, self._first)) < size and (chunk := await self._next()) is not None:
            self._first.append(chunk)
        return b"".join(self._first)[:size]

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        self._rewind()
        self._claim()
        if self._started:
            raise used_up("an async iterator")
        self._started = True
        try:
            while (chunk := await self._taken()) is not None:
                for piece in pieces(chunk):
                    yield piece
        finally:
            self.close()

    def close(self) -> None:
        release(self._iterable, self)

    def _claim(self) -> None:
        if not self.replayable:
            claim(self._iterable, self)

    def _rewind(self) -> None:
        if self._started and self.replayable:
            self._first, self._iterator, self._started = [], aiter(self._iterable), False

    async def _taken(self) -> bytes | None:
        return self._first.pop(0) if self._first else await self._next()

    async def _next(self) -> bytes | None:
        chunk: object = await anext(self._iterator, _END)
        return None if chunk is _END else checked(chunk, "the async iterator")
