"""Which processor core does what."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Cores:
    """The cores of clients and server; None where nothing is pinned."""

    client: int | None
    server: int | None

    @classmethod
    def choose(cls) -> Cores:
        """The two cores that are farthest apart among those that this process may use."""
        if not hasattr(os, "sched_getaffinity"):
            return cls(None, None)
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[-1], allowed[0]) if len(allowed) > 1 else cls(None, None)

    def __str__(self) -> str:
        if self.client is not None:
            return f"clients on core {self.client}, server on core {self.server}"
        if hasattr(os, "sched_getaffinity"):
            return "clients and server share the only core: figures are noisy"
        return "not pinned, this system has no sched_setaffinity: figures are noisy"


def pin(core: int | None) -> None:
    """Keep this process, and those that it starts, on one core."""
    if core is not None:
        os.sched_setaffinity(0, {core})
