"""What the connections of one server share."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Protocol

from starlette.types import ASGIApp

from .bounds import Bounds


class Stoppable(Protocol):
    """A connection as the server sees it that stops."""

    def stop(self) -> None:
        """Leave now if idle, else after the answer."""
        ...

    def abort(self) -> None:
        """Leave at once."""
        ...


@dataclass(slots=True)
class Traffic:
    """What the connections of one server share."""

    app: ASGIApp
    bounds: Bounds
    loop: asyncio.AbstractEventLoop
    connections: set[Stoppable] = field(default_factory=set["Stoppable"])
    stopping: bool = False
    _second: int = 0
    _date: bytes = b""

    def date(self) -> bytes:
        """The Date header's value, made once a second."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._date = formatdate(now, usegmt=True).encode()
        return self._date
