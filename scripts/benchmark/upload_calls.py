"""Uploads of an open file, as a form and as a raw body.

A small file of random bytes goes first: the server compares nothing, so its hash of what came has
to be that of the file. The large one is sparse, and its bytes are counted.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from .peers import OURS, module
from .subject import (
    ENVIRONMENT,
    FORM_TARGET,
    KEY,
    LIST_BASE,
    RAW_BASE,
    RAW_TARGET,
    TOKEN,
    USER,
)
from .work import Order, Work, demand, in_loop

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x02\0\0\0"
SMALL = 1 * 1024 * 1024
_CHUNK = 64 * 1024
_NAME, _TYPE = "image.png", "image/png"

Send = Callable[[BinaryIO], object]
AsyncSend = Callable[[BinaryIO], Awaitable[object]]


def write_files(folder: Path, size: int, seed: int) -> None:
    """Write the small file and the large, sparse one."""
    small = PNG + random.Random(seed).randbytes(SMALL - len(PNG))
    (folder / "small.png").write_bytes(small)
    with (folder / "large.png").open("wb") as handle:
        handle.write(PNG)
        handle.truncate(size)


@contextmanager
def _ours(order: Order) -> Generator[Send]:
    if order.variant == "multipart":
        from questionpro_client import QuestionPro

        with QuestionPro(api_key=KEY, base_url=order.url + LIST_BASE) as forms:
            yield lambda file: forms.images.upload(USER, file=file)
    else:
        from pingone_client import PingOne

        with PingOne(token=TOKEN, base_url=order.url + RAW_BASE) as raw:
            yield lambda file: raw.images.create(ENVIRONMENT, image=file)


@asynccontextmanager
async def _ours_async(order: Order) -> AsyncGenerator[AsyncSend]:
    if order.variant == "multipart":
        from questionpro_client import AsyncQuestionPro

        async with AsyncQuestionPro(api_key=KEY, base_url=order.url + LIST_BASE) as forms:
            yield lambda file: forms.images.upload(USER, file=file)
    else:
        from pingone_client import AsyncPingOne

        async with AsyncPingOne(token=TOKEN, base_url=order.url + RAW_BASE) as raw:
            yield lambda file: raw.images.create(ENVIRONMENT, image=file)


@contextmanager
def _by_hand(order: Order) -> Generator[Send]:
    with module(order.peer).Client(headers={"api-key": KEY}, timeout=60) as http:

        def send(file: BinaryIO) -> None:
            if order.variant == "multipart":
                form = {"file": (_NAME, file, _TYPE)}
                answer = http.post(order.url + FORM_TARGET, files=form)
            else:
                headers = {"Content-Type": _TYPE}
                answer = http.post(order.url + RAW_TARGET, content=file, headers=headers)
            answer.raise_for_status()

        yield send


@asynccontextmanager
async def _by_hand_async(order: Order) -> AsyncGenerator[AsyncSend]:
    async with module(order.peer).AsyncClient(headers={"api-key": KEY}, timeout=60) as http:

        async def send(file: BinaryIO) -> None:
            if order.variant == "multipart":
                form = {"file": (_NAME, file, _TYPE)}
                answer = await http.post(order.url + FORM_TARGET, files=form)
            else:
                size = Path(file.name).stat().st_size
                headers = {"Content-Type": _TYPE, "Content-Length": str(size)}
                url = order.url + RAW_TARGET
                answer = await http.post(url, content=_chunks(file), headers=headers)
            answer.raise_for_status()

        yield send


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


@contextmanager
def _sending(order: Order, send: Callable[[Path], object]) -> Generator[Callable[[Path], None]]:
    """Send files and look into the server's journal whether they came."""
    journal = http.client.HTTPConnection(urlsplit(order.url).netloc)

    def entries() -> list[dict[str, Any]]:
        journal.request("GET", "/journal")
        found: list[dict[str, Any]] = json.loads(journal.getresponse().read())
        return found

    def checked(path: Path) -> None:
        send(path)
        (entry,) = entries()
        size = path.stat().st_size
        if order.variant == "multipart":
            around = int(entry["bytes"]) - size
            demand(0 < around < 1024, True, f"{around} bytes around the file in the form")
        else:
            demand(entry["bytes"], size, "bytes that came")
        if entry["sha256"] is not None:
            expected = hashlib.sha256(path.read_bytes()).hexdigest()
            demand(entry["sha256"], expected, "hash of the file that came")

    try:
        entries()  # what others left
        yield checked
    finally:
        journal.close()


@contextmanager
def uploading(order: Order) -> Generator[Work]:
    """Upload the large file, after the small one has shown that the bytes are right."""
    if order.mode == "sync":
        with (_ours if order.peer == OURS else _by_hand)(order) as send, _work(order, send) as work:
            yield work
        return

    files: list[BinaryIO] = []

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        async with (_ours_async if order.peer == OURS else _by_hand_async)(order) as asend:

            async def once() -> None:
                await asend(files.pop())

            yield once

    with in_loop(opened()) as again:

        def in_turn(file: BinaryIO) -> None:
            files.append(file)
            again(1)

        with _work(order, in_turn) as work:
            yield work


def _work(order: Order, send: Send) -> AbstractContextManager[Work]:
    folder = Path(order.folder)

    def send_path(path: Path) -> None:
        with path.open("rb") as file:
            send(file)

    @contextmanager
    def opened() -> Generator[Work]:
        with _sending(order, send_path) as checked:
            checked(folder / "small.png")

            def work(count: int) -> None:
                for _ in range(count):
                    checked(folder / "large.png")

            yield work

    return opened()
