"""Reading a file never blocks the event loop, and cancelling lets go of it; async files."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import Any, Literal

import anyio
import pytest

from tests.delivery import file_of, named, ok, refused
from tests.open_files import open_files
from tests.recorder import Recorder, reply
from tests.stub.pictures import noise, picture
from tests.vendors import PINGONE, QUESTIONPRO, Vendor

PNG = picture("PNG")
CONTENT = noise(200, 200) + os.urandom(300_000)
either = pytest.mark.parametrize("vendor", [QUESTIONPRO, PINGONE], ids=str)


def filled(write: Callable[[], object], stack: ExitStack) -> None:
    thread = threading.Thread(target=write)
    thread.start()
    stack.callback(thread.join)


# --- the event loop


def feeding(
    vendor: Vendor,
    file: Any,
    queue: Queue[Any],
    feed: Callable[[int], None],
    end: Callable[[], None],
) -> bytes:
    """What arrives of a file that another task of the same loop fills, a piece after the other.

    If reading blocked the loop, nothing would: a watchdog then ends the file.
    """
    done = threading.Event()
    watchdog = threading.Timer(15, end)

    async def feeder() -> None:
        for start in range(0, len(CONTENT), 30_000):
            feed(start)
            while not queue.empty():
                await asyncio.sleep(0.001)
        done.set()
        end()

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client:
            await asyncio.gather(vendor.upload(client, file), feeder())

    watchdog.start()
    with Recorder(ok(vendor)) as server:
        try:
            asyncio.run(run(server.url))
        finally:
            watchdog.cancel()
    return file_of(vendor, server.only)


@either
@pytest.mark.parametrize("kind", ["handle", "path"])
def test_waiting_for_a_pipe_leaves_the_loop_free(vendor: Vendor, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    write_end = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    rest: Queue[bytes | None] = Queue()

    def write() -> None:  # a pipe holds less than the file: the task hands over, this writes
        os.set_blocking(write_end, True)
        while piece := rest.get():
            os.write(write_end, piece)
        os.close(write_end)

    with ExitStack() as stack:
        file: Any = path
        if kind == "handle":
            file = stack.enter_context(path.open("rb"))
        filled(write, stack)
        arrived = feeding(
            vendor,
            file,
            rest,
            lambda start: rest.put(CONTENT[start : start + 30_000]),
            lambda: rest.put(None),
        )
    assert arrived == CONTENT


opened: list[tuple[str, int]] = []
watched: set[str] = set()


def watch(event: str, told: tuple[Any, ...]) -> None:
    if event == "open" and told[0] in watched:
        opened.append((told[0], threading.get_ident()))


sys.addaudithook(watch)


@either
@pytest.mark.parametrize("kind", ["handle", "path"])
def test_a_file_is_opened_and_read_beside_the_loop(
    vendor: Vendor, kind: str, tmp_path: Path
) -> None:
    threads: set[int] = set()

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            threads.add(threading.get_ident())
            return super().read(size)

    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    watched.add(str(path))

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client:
            await vendor.upload(client, path if kind == "path" else Watched(CONTENT))

    with Recorder(ok(vendor)) as server:
        asyncio.run(run(server.url))
    watched.discard(str(path))
    threads |= {thread for name, thread in opened if name == str(path)}
    assert file_of(vendor, server.only) == CONTENT
    assert threads
    assert threading.get_ident() not in threads


@either
def test_waiting_for_a_generator_leaves_the_loop_free(vendor: Vendor) -> None:
    queue: Queue[bytes] = Queue()

    def waiting() -> Iterator[bytes]:
        while piece := queue.get(timeout=20):
            yield piece

    arrived = feeding(
        vendor,
        waiting(),
        queue,
        lambda start: queue.put(CONTENT[start : start + 30_000]),
        lambda: queue.put(b""),
    )
    assert arrived == CONTENT


@either
def test_more_pipes_may_wait_than_there_are_threads(vendor: Vendor) -> None:
    count = 45  # anyio has 40 for everybody
    served: list[int] = []
    queues: list[Queue[bytes]] = [Queue() for _ in range(count)]

    def waiting(queue: Queue[bytes]) -> Iterator[bytes]:
        while piece := queue.get(timeout=20):
            yield piece

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client, anyio.create_task_group() as group:
            for queue in queues:
                group.start_soon(vendor.upload, client, waiting(queue))
            for number, queue in enumerate(reversed(queues), 1):
                queue.put(PNG)
                queue.put(b"")
                with anyio.move_on_after(5):  # the first ones still wait for theirs
                    while len(server.requests) < min(number, 5):
                        await anyio.sleep(0.001)
                    served.append(number)

    with Recorder(*[ok(vendor)] * count) as server:
        asyncio.run(run(server.url))
    assert [file_of(vendor, request) for request in server.requests] == [PNG] * count
    assert len(served) == count


@either
def test_a_cancelled_upload_lets_go_of_its_pipe(vendor: Vendor, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    os.write(writer, PNG[:20])

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client:
            task = asyncio.create_task(vendor.upload(client, path))
            while open_files(path) < 2:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(10):  # the thread may be opening it, for a moment
                while open_files(path) > 1:
                    await asyncio.sleep(0)
            os.write(writer, PNG)  # the thread that was left behind ends with this

    with Recorder() as server:
        asyncio.run(run(server.url))
    os.close(writer)


@either
def test_a_cancelled_upload_does_not_wait_for_its_generator(vendor: Vendor) -> None:
    queue: Queue[bytes] = Queue()
    asked, late = threading.Event(), threading.Event()

    def waiting() -> Iterator[bytes]:
        asked.set()
        while piece := queue.get(timeout=20):
            yield piece

    def end() -> None:
        late.set()
        queue.put(b"")

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(vendor.upload, client, waiting())
                while not asked.is_set():
                    await anyio.sleep(0.001)
                group.cancel_scope.cancel()
            assert not late.is_set()
            queue.put(b"")  # the thread that was left behind ends with this

    watchdog = threading.Timer(10, end)
    watchdog.start()
    with Recorder() as server:
        asyncio.run(run(server.url))
    watchdog.cancel()
    assert not late.is_set()


@either
def test_a_cancelled_upload_closes_its_file(vendor: Vendor, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(bytes(30_000_000))

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client:
            task = asyncio.create_task(vendor.upload(client, path))
            while not open_files(path):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(10):  # a thread may be at it, for a moment
                while open_files(path):
                    await asyncio.sleep(0)

    with Recorder(ok(vendor)) as server:
        asyncio.run(run(server.url))


# --- files of async libraries


class Delegated:
    """A file object as aiofiles makes them."""

    def __init__(self, handle: io.BytesIO, *, seekable: bool = True) -> None:
        self._handle, self._seekable, self.name = handle, seekable, "/home/me/a.png"

    async def read(self, size: int = -1) -> bytes:
        await asyncio.sleep(0)
        return self._handle.read(size)

    async def seek(self, offset: int, whence: int = 0) -> int:
        assert self._seekable
        return self._handle.seek(offset, whence)

    async def tell(self) -> int:
        return self._handle.tell()

    async def seekable(self) -> bool:
        return self._seekable

    def __aiter__(self) -> Delegated:  # by lines, which is not what is sent
        raise AssertionError


AsyncKind = Literal["anyio", "delegated", "stream reader", "unseekable"]


@either
@pytest.mark.parametrize("kind", ["anyio", "delegated", "stream reader", "unseekable"])
def test_an_async_file_is_sent_by_the_async_client(
    vendor: Vendor, kind: AsyncKind, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"skipped" + CONTENT)
    replayable = kind in ("anyio", "delegated")

    async def file() -> Any:
        if kind == "anyio":
            return await anyio.open_file(path, "rb")
        if kind == "stream reader":
            reader = asyncio.StreamReader()
            reader.feed_data(b"skipped" + CONTENT)
            reader.feed_eof()
            return reader
        return Delegated(io.BytesIO(b"skipped" + CONTENT), seekable=kind == "delegated")

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client:
            handle = await file()
            assert await handle.read(7) == b"skipped"
            try:
                await vendor.upload(client, handle)
            finally:
                if kind == "anyio":
                    await handle.aclose()

    again = [reply(503, headers=[("Retry-After", "0")])] if replayable else []
    with Recorder(*again, ok(vendor)) as server:
        asyncio.run(run(server.url))
    for request in server.requests:
        assert file_of(vendor, request) == CONTENT
        assert (request.header("content-length") is not None) == replayable
    if kind in ("anyio", "delegated"):
        assert 'filename="a.png"' in named(vendor, server.requests[0])[1]


@either
def test_an_async_file_is_refused_by_the_sync_client(vendor: Vendor) -> None:
    assert "async client" in refused(vendor, "sync", Delegated(io.BytesIO(PNG)), TypeError)


class Promise(io.BytesIO):
    """Its ``read`` is no coroutine function, but gives a coroutine."""

    def read(self, size: int | None = -1, /) -> Any:
        async def later() -> bytes:
            return b""

        return later()


@either
def test_a_coroutine_is_no_content(vendor: Vendor, mode: str) -> None:
    assert "async" in refused(vendor, mode, Promise(PNG), TypeError)


@either
def test_a_file_that_is_being_opened_when_its_upload_is_cancelled_is_closed(
    vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    asked, answers = threading.Event(), threading.Event()
    opened: list[Any] = []

    def slow(given: Path, *arguments: Any, **options: Any) -> Any:
        if opened:  # the first time only its first bytes are looked at
            asked.set()
            answers.wait(20)
        opened.append(io.open(given, *arguments, **options))  # noqa: SIM115, UP020  # not Path's
        return opened[-1]

    monkeypatch.setattr(Path, "open", slow)

    async def run(url: str) -> None:
        async with vendor.client("async", url) as client, asyncio.timeout(20):
            task = asyncio.create_task(vendor.upload(client, path))
            while not asked.is_set():
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            answers.set()
            while not (opened[1:] and opened[1].closed):
                await asyncio.sleep(0.001)

    with Recorder(ok(vendor)) as server:
        asyncio.run(run(server.url))
    assert open_files(path) == 0
