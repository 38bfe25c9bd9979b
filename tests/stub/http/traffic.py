"""What the connections of one server share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import Protocol

from starlette.types import ASGIApp

from . import request_head
from .bounds import Bounds
from .request_head import RequestHead

HEADS = 512
SHORT = 2048
"""How many heads are remembered, and how many bytes such a head has at most."""


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
    _heads: Callable[[bytes], RequestHead] = field(
        default_factory=lambda: lru_cache(HEADS)(request_head.parse)
    )
    _second: int = 0
    _date: bytes = b""

    def head(self, data: bytes) -> RequestHead:
        """What request_head.parse makes of a head. Clients repeat theirs: a short one that came
        before is not read again. Raises BadHead.
        """
        return (self._heads if len(data) <= SHORT else request_head.parse)(data)

    def date(self) -> bytes:
        """The Date header's value, made once a second."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            self._date = formatdate(now, usegmt=True).encode()
        return self._date
