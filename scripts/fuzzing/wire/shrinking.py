"""The shortest bytes that still show a violation."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from scripts.fuzzing.wire.draft import Delivery
from scripts.fuzzing.wire.grammar import Case
from scripts.fuzzing.wire.trial import Shot

Fails = Callable[[Shot], Awaitable[bool]]


async def shrink(
    case: Case, shot_of: Callable[[Case], Shot], fails: Fails, seconds: float
) -> tuple[Case, Shot]:
    """Leave out mutations, then the delivery's peculiarities, then bytes, as long as it fails.

    Gives what it has when the seconds are over.
    """
    until = time.monotonic() + seconds

    async def still(shot: Shot) -> bool:
        return time.monotonic() < until and await fails(shot)

    index = 0
    while index < len(case.mutations):
        fewer = case.without(index)
        if await still(shot_of(fewer)):
            case = fewer
        else:
            index += 1
    shot = shot_of(case)
    if shot.same is not None:
        return case, shot  # other bytes would no longer be the good request
    plain = replace(shot, delivery=Delivery(end=shot.delivery.end))
    if shot.delivery.cuts and await still(plain):
        shot = plain
    if not shot.delivery.cuts:
        shot = await _bytes(shot, still)
    return case, shot


async def _bytes(shot: Shot, still: Fails) -> Shot:
    """Cut out ever smaller pieces."""
    size = max(1, len(shot.data) // 2)
    while size:
        start = 0
        changed = False
        while start < len(shot.data):
            shorter = replace(shot, data=shot.data[:start] + shot.data[start + size :])
            if shorter.data != shot.data and await still(shorter):
                shot = shorter
                changed = True
            else:
                start += size
        if not changed or size > len(shot.data):
            size = min(size // 2, max(1, len(shot.data) // 2)) if size > 1 else 0
    return shot
