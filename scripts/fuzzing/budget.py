"""How long a run may take and how many cases it draws."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


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
"""Seconds after which TimeUp is raised again where it went nowhere: in a callback of the garbage
collector, in what is done at an object's end.
"""


class TimeUp(KeyboardInterrupt):
    """The time of the whole run is up. It interrupts as Ctrl-C does: event loops, hypothesis and
    schemathesis know how to end for that, while another BaseException in a callback is only logged.
    """


@contextmanager
def ended_in_time(seconds: float) -> Generator[None]:
    """Raise TimeUp in the block when it has taken so long, whatever it is doing: there is work that
    nobody asks for the time meanwhile, reading a large document and drawing from its schemas.

    Once, and only in the main thread of a system that has timers of this kind; elsewhere a run
    ends when its parts look at their budget.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not (
        threading.main_thread()
    ):
        yield
        return

    def up(number: int, frame: object) -> None:
        raise TimeUp

    def lost(unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is TimeUp:
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
        else:
            told(unraisable)

    told, sys.unraisablehook = sys.unraisablehook, lost
    handler = signal.signal(signal.SIGALRM, up)
    timer = signal.setitimer(signal.ITIMER_REAL, max(0.001, seconds))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
        sys.unraisablehook = told


def on_time() -> None:
    """What is left to do in the block of ended_in_time may be done to its end."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
