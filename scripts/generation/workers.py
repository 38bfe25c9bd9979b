"""Work shared among forked processes, which have what their parent has imported."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def processors() -> int:
    """How many processes can work at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared_out(
    tasks: Sequence[T], work: Callable[[T], R], *, size: Callable[[T], int], jobs: int
) -> list[R]:
    """What the work makes of each task, in the order of the tasks.

    Args:
        work: returns something that can be pickled; raises nothing that is to come back but
            OSError and ImportError.
        size: how long a task takes beside others, in any unit.
        jobs: how many processes; one means this one.

    Raises:
        OSError, ImportError: as ``work`` does.
        ChildProcessError: a process failed, and has told why.
    """
    if min(jobs, len(tasks)) < 2 or not can_fork():
        return [work(task) for task in tasks]
    with begun(tasks, work, size=size, jobs=jobs) as results:
        return results()


@contextmanager
def begun(
    tasks: Sequence[T], work: Callable[[T], R], *, size: Callable[[T], int], jobs: int
) -> Generator[Callable[[], list[R]]]:
    """Like `shared_out`, but others do the work while the caller does something else.

    Yields:
        What waits for the results; without a fork it does the work.
    """
    if not can_fork():
        yield lambda: [work(task) for task in tasks]
        return
    shares: list[list[int]] = [[] for _ in range(min(jobs, len(tasks)))]
    loads = [0] * len(shares)
    for number in sorted(range(len(tasks)), key=lambda number: (-size(tasks[number]), number)):
        lightest = loads.index(min(loads))
        shares[lightest].append(number)
        loads[lightest] += size(tasks[number])
    workers: list[_Worker[R]] = []

    def results() -> list[R]:
        found: dict[int, R] = {}
        for worker in workers:
            found.update(worker.results())
        return [found[number] for number in range(len(tasks))]

    try:
        for share in shares:
            workers.append(_start([(number, tasks[number]) for number in share], work))
        yield results
    finally:
        for worker in workers:
            worker.end()


def can_fork() -> bool:
    """Whether a process may be forked: beside threads it could inherit a lock that nobody will
    ever release.
    """
    return hasattr(os, "fork") and threading.active_count() == 1


@dataclass
class _Worker(Generic[R]):
    process: int
    answers: BinaryIO
    ended: bool = False

    def results(self) -> dict[int, R]:
        content = self.answers.read()
        _, status = os.waitpid(self.process, 0)
        self.ended = True
        if status != 0:
            code = os.waitstatus_to_exitcode(status)
            how = f"exit code {code}" if code > 0 else signal.Signals(-code).name
            raise ChildProcessError(f"a process that generates packages ended with {how}")
        found: dict[int, R] | OSError | ImportError = pickle.loads(content)
        if isinstance(found, OSError | ImportError):
            raise found
        return found

    def end(self) -> None:
        self.answers.close()
        if not self.ended:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.ended = True


def _start(share: Sequence[tuple[int, T]], work: Callable[[T], R]) -> _Worker[R]:
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return _Worker(process, os.fdopen(reading, "rb"))
    code = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as answers:
            answers.write(pickle.dumps(_done(share, work)))
        code = 0
    except BrokenPipeError:
        pass  # nobody is there any more to tell
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # what the parent would do at its end is the parent's


def _done(
    share: Sequence[tuple[int, T]], work: Callable[[T], R]
) -> dict[int, R] | OSError | ImportError:
    try:
        return {number: work(task) for number, task in share}
    except (OSError, ImportError) as error:
        return error
