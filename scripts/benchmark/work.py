"""What a worker is told to do, and the forms that its work takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .subject import Content

Work = Callable[[int], None]
"""Does something so many times, and raises when what came back is not right."""


class WrongAnswer(Exception):
    """The work was not done: its time would be worth nothing."""


@dataclass(frozen=True)
class Order:
    """One case.

    Attributes:
        peer: who does it.
        case: what is done, a key of :data:`scripts.benchmark.worker.CASES`.
        mode: ``sync`` or ``async``.
        size: how many images a list holds.
        tasks: how many run at the same time, async only.
        variant: what a case needs beside these.
        url: of the server.
        folder: the run's own folder, with the content and the files to upload.
    """

    peer: str
    case: str
    mode: str = "sync"
    size: int = 0
    tasks: int = 1
    variant: str = ""
    url: str = ""
    folder: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON for the worker."""
        return asdict(self)

    def content(self) -> Content:
        """What is sent and answered."""
        return Content.load(Path(self.folder) / "content.json")


Case = Callable[[Order], AbstractContextManager[Work]]


def repeated(once: Callable[[], None]) -> Work:
    """Work that does the same again."""

    def work(count: int) -> None:
        for _ in range(count):
            once()

    return work


@contextmanager
def in_loop(
    opened: AbstractAsyncContextManager[Callable[[], Awaitable[None]]], tasks: int = 1
) -> Generator[Work]:
    """Work that runs in an event loop, which lives as long as the client."""
    with asyncio.Runner() as runner:
        once = runner.run(opened.__aenter__())

        async def share(count: int) -> None:
            for _ in range(count):
                await once()

        async def work(count: int) -> None:
            if tasks == 1:
                await share(count)
            else:
                await asyncio.gather(*(share(count // tasks) for _ in range(tasks)))

        try:
            yield lambda count: runner.run(work(count))
        finally:
            runner.run(opened.__aexit__(None, None, None))


def demand(found: object, expected: object, what: str) -> None:
    """Refuse a wrong result.

    Raises:
        WrongAnswer: the two differ.
    """
    if found != expected:
        raise WrongAnswer(f"{what}: expected {expected!r}, got {found!r}")
