"""Work shared among forked processes, which have what their parent has imported."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WIDTH = 1 << 20


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
    here = min(jobs, len(tasks)) < 2

    def all_of(share: Sequence[T]) -> Iterator[list[R]]:
        yield [work(task) for task in share]

    with begun(tasks, all_of, size=size, jobs=0 if here else jobs) as results:
        return results()


@contextmanager
def begun(
    tasks: Sequence[T],
    work: Callable[[Sequence[T]], Iterator[list[R]]],
    *,
    size: Callable[[T], int],
    jobs: int,
) -> Generator[Callable[[], list[R]]]:
    """Like `shared_out`, but others do the work while the caller does something else.

    Args:
        work: does a share of the tasks in one or more steps; yields after each what came of it,
            one for each task.
        jobs: how many other processes; with none this one works, whenever it asks for results.

    Yields:
        What waits for the results of the next step, in the order of the tasks.
    """
    if not tasks:
        yield list
        return
    if jobs < 1 or not can_fork():
        steps = work(tasks)
        yield lambda: next(steps)
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
        for share, worker in zip(shares, workers, strict=True):
            found.update(zip(share, worker.results(), strict=True))
        return [found[number] for number in range(len(tasks))]

    try:
        for share in shares:
            workers.append(_start([tasks[number] for number in share], work))
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

    def results(self) -> list[R]:
        """Of its next step."""
        try:
            found: list[R] | OSError | ImportError = pickle.load(self.answers)
        except (EOFError, pickle.UnpicklingError):
            _, status = os.waitpid(self.process, 0)
            self.ended = True
            code = os.waitstatus_to_exitcode(status)
            how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
            raise ChildProcessError(f"a process that generates packages ended with {how}") from None
        if isinstance(found, OSError | ImportError):
            raise found
        return found

    def end(self) -> None:
        self.answers.close()
        if not self.ended:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.ended = True


def _start(share: Sequence[T], work: Callable[[Sequence[T]], Iterator[list[R]]]) -> _Worker[R]:
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    _widen(writing)
    process = os.fork()
    if process:
        os.close(writing)
        return _Worker(process, os.fdopen(reading, "rb"))
    code = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as answers:
            for found in _steps(share, work):
                answers.write(pickle.dumps(found))
                answers.flush()
        code = 0
    except BrokenPipeError:
        pass  # nobody is there any more to tell
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # what the parent would do at its end is the parent's


def _widen(pipe: int) -> None:
    """Let a worker go on with its next step before somebody takes what came of this one."""
    with contextlib.suppress(ImportError, AttributeError, OSError):  # on Linux, up to a limit
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _WIDTH)


def _steps(
    share: Sequence[T], work: Callable[[Sequence[T]], Iterator[list[R]]]
) -> Iterator[list[R] | OSError | ImportError]:
    try:
        yield from work(share)
    except (OSError, ImportError) as error:
        yield error
