"""Documented rate limits: so many calls in so many seconds, counted in a sliding window."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..refusal import Reason, Refused

Per: TypeAlias = Literal["key", "address"]

MOST_CALLERS = 10_000
"""Callers that are remembered. Whoever invents keys must not fill the memory with them."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`calls` in any `seconds` per credential or per client address. `tells_when`: the vendor
    documents that its 429 says when to come back.
    """

    calls: int
    seconds: float
    per: Per
    tells_when: bool


class RateLimits:
    """Counts the calls of every caller; `clock` gives seconds."""

    def __init__(self, on: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._on = on
        self._clock = clock
        self._calls: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def admit(self, vendor: str, rate: Rate | None, per: Per, caller: str) -> None:
        """Count a call, or raise Refused. A refused call does not count."""
        if not self._on or rate is None or rate.per != per:
            return
        now = self._clock()
        calls = self._calls.setdefault((vendor, caller), deque())
        self._calls.move_to_end((vendor, caller))
        while calls and calls[0] <= now - rate.seconds:
            calls.popleft()
        if len(calls) >= rate.calls:
            wait = math.ceil(calls[0] + rate.seconds - now)
            raise Refused(
                Reason.RATE_LIMIT,
                f"more than {rate.calls} calls in {rate.seconds:g} s",
                headers=[("Retry-After", str(wait))] if rate.tells_when else (),
            )
        calls.append(now)
        if len(self._calls) > MOST_CALLERS:
            self._calls.popitem(last=False)

    def reset(self) -> None:
        """Forget all calls."""
        self._calls.clear()
