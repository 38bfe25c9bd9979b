"""Runs in processes of their own, some at a time, ended with us.

They are forked, where that is possible, from a process that has everything imported and nothing
started: a run takes two seconds less, and none sees another's patches.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

Report: TypeAlias = Callable[[dict[str, Any]], None]
"""Hands over the result of a run and ends its process."""

PRELOADED = "tests.defects.preloaded"


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `task` is a function of a module, called with a Report and then the `arguments`;
    `patience` is in seconds.
    """

    task: Callable[..., None]
    defect: str
    seed: int
    arguments: tuple[Any, ...]
    patience: float


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a job, or why it has none that can be used."""

    job: Job
    result: dict[str, Any]
    trouble: str = ""


class Processes:
    """Starts jobs and kills those that still run when its block is left."""

    def __init__(self, jobs: int) -> None:
        self._pool = ThreadPoolExecutor(jobs)
        self._context: Any = multiprocessing.get_context(
            "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        )
        self._context.set_forkserver_preload([PRELOADED])
        self._running: set[Any] = set()
        self._lock = threading.Lock()
        self._over = False
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
            running = list(self._running)
        for process in running:
            _kill(process)
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def run(self, jobs: Iterable[Job], done: Callable[[Done], None]) -> None:
        """Run all jobs; `done` is called here, in the order in which they end."""
        waiting = [self._pool.submit(self._one, job) for job in jobs]
        for future in as_completed(waiting):
            done(future.result())

    def _one(self, job: Job) -> Done:
        log = Path(self._folder.name) / f"{threading.get_ident()}.log"
        ours, theirs = self._context.Pipe(duplex=False)
        with self._lock:
            if self._over:
                return Done(job, {}, "not begun")
            process = self._context.Process(target=_within, args=(theirs, str(log), job))
            process.start()
            self._running.add(process)
        theirs.close()
        try:
            if not ours.poll(job.patience):
                return Done(job, {}, f"did not end within {job.patience:.0f} s")
            return Done(job, ours.recv())
        except EOFError:
            process.join()
            said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
            return Done(job, {}, f"exit code {process.exitcode}: {(said or ['no output'])[-1]}")
        finally:
            ours.close()
            _kill(process)
            process.join()
            with self._lock:
                self._running.discard(process)


def _within(connection: Connection, log: str, job: Job) -> None:
    """What the process of a job does."""
    if os.name == "posix":
        os.setsid()  # Ctrl-C is for us, and we end the whole of it
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    os.dup2(written, 2)

    def report(result: dict[str, Any]) -> None:
        connection.send(result)
        sys.stderr.flush()
        # Not sys.exit: this may be any thread, and half a run has no end worth waiting for.
        os._exit(0)

    job.task(report, job.defect, job.seed, *job.arguments)


def _kill(process: Any) -> None:
    if os.name == "posix" and process.pid is not None:
        try:
            os.killpg(process.pid, signal.SIGKILL)  # with the programs that it started
        except ProcessLookupError:
            process.kill()
    else:
        process.kill()
