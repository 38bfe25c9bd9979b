"""How long a run may take and how many cases it draws."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType


@dataclass(frozen=True)
class Budget:
    """Time and number of cases for one part of a run.

    `seconds` is the longest it may take, None for no limit; `cases` is how many cases it draws per
    operation and kind of case. A run that ends before its time draws the same cases for the same
    seed on any machine: only `cases` decides then. `started` is a monotonic time.
    """

    seconds: float | None = None
    cases: int = 50
    started: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds that remain, 0 at least, infinity without a limit."""
        if self.seconds is None:
            return float("inf")
        return max(0.0, self.seconds - self.elapsed)

    @property
    def spent(self) -> bool:
        return self.left <= 0

    def share(self, part: float) -> Budget:
        """A budget that begins now and may take this part (0 to 1) of the time that remains."""
        return Budget(None if self.seconds is None else self.left * part, self.cases)


_AGAIN = 0.01
"""Seconds after which the alarm rings again where it went unheard: in a callback of the garbage
collector, in what is done at an object's end.
"""
_PATIENCE = 1.0
"""Seconds that an event loop may take to end its tasks."""


class TimeUp(Exception):
    """The time of the whole run was up before its block had come to its end."""


@contextmanager
def ended_in_time(seconds: float) -> Generator[None]:
    """Interrupt the block, as Ctrl-C does, when it has taken so long, whatever it is doing: there
    is work that nobody asks for the time meanwhile, reading a large document and drawing from its
    schemas. Raises TimeUp, if the block lets the KeyboardInterrupt out.

    Once, and only in the main thread of a system that has timers of this kind; elsewhere a run
    ends when its parts look at their budget.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not (
        threading.main_thread()
    ):
        yield
        return
    rang = False

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal rang
        rang = True
        heard = signal.getsignal(signal.SIGINT)
        if heard is signal.default_int_handler or not callable(heard):
            raise KeyboardInterrupt
        # An event loop's own: it ends the tasks one by one, and raises the second time.
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        heard(signal.SIGINT, frame)

    def lost(unraisable: sys.UnraisableHookArgs) -> None:
        if rang and unraisable.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
        else:
            told(unraisable)

    told, sys.unraisablehook = sys.unraisablehook, lost
    handler = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
    try:
        yield
    except KeyboardInterrupt:
        if rang:
            raise TimeUp from None
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
        sys.unraisablehook = told


def on_time() -> None:
    """What is left to do in the block of ended_in_time may be done to its end."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
