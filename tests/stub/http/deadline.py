"""A deadline that is moved with every piece that comes, at the cost of one timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_NEVER = float("inf")


class Deadline:
    """Calls `expired` with the loop's time when it passes. Its timer is not moved with it: it looks
    whether the deadline has moved.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[float], None]) -> None:
        self._loop = loop
        self._expired = expired
        self._at = _NEVER
        self._timer: asyncio.TimerHandle | None = None
        self._over = False

    def set(self, seconds: float) -> None:
        """Pass in so many seconds from now, and not before."""
        if self._over:
            return
        self._at = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(self._at, self._look)

    def clear(self) -> None:
        """Do not pass."""
        self._at = _NEVER

    def end(self) -> None:
        """Never pass again."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        now = self._loop.time()
        if self._at > now:
            if self._at != _NEVER:
                self._timer = self._loop.call_at(self._at, self._look)
            return
        self._at = _NEVER
        self._expired(now)
