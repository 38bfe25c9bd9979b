"""How a run is stopped: Ctrl-C, a closed terminal and a polite kill mean the same."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_ENDS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def interruptible() -> None:
    """Let them all raise KeyboardInterrupt, so that what was begun is cleared away.

    For the main thread of a program of its own.
    """
    for number in _ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _raise)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def uninterrupted() -> Generator[None]:
    """What must be done wholly or not at all; who asks for the end is heard afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
