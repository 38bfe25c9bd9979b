"""Runs in processes of their own, some at a time, ended with us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from scripts.fuzzing.target import ROOT


@dataclass(frozen=True, slots=True)
class Job:
    """One run: of which module, against which defect. `patience` is in seconds."""

    module: str
    defect: str
    seed: int
    arguments: tuple[str, ...]
    patience: float


@dataclass(frozen=True, slots=True)
class Done:
    """What a job printed, or why it printed nothing that can be used."""

    job: Job
    result: dict[str, Any]
    trouble: str = ""


class Processes:
    """Starts jobs and kills those that still run when its block is left."""

    def __init__(self, jobs: int) -> None:
        self._pool = ThreadPoolExecutor(jobs)
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._over = False

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
            running = list(self._running)
        for process in running:
            _kill(process)
        self._pool.shutdown(cancel_futures=True)

    def run(self, jobs: Iterable[Job], done: Callable[[Done], None]) -> None:
        """Run all jobs; `done` is called here, in the order in which they end."""
        waiting = [self._pool.submit(self._one, job) for job in jobs]
        for future in as_completed(waiting):
            done(future.result())

    def _one(self, job: Job) -> Done:
        command = [
            sys.executable, "-m", job.module, job.defect, "--seed", str(job.seed), *job.arguments
        ]  # fmt: skip
        with self._lock:
            if self._over:
                return Done(job, {}, "not begun")
            # A session of its own: Ctrl-C is for us, and we end the whole of it.
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            output, errors = process.communicate(timeout=job.patience)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            return Done(job, {}, f"did not end within {job.patience:.0f} s")
        finally:
            with self._lock:
                self._running.discard(process)
        lines = output.splitlines()
        if process.returncode or not lines:
            reason = (errors.strip().splitlines() or ["no output"])[-1]
            return Done(job, {}, f"exit code {process.returncode}: {reason}")
        return Done(job, json.loads(lines[-1]))


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
