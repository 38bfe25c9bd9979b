"""Which version the next release of a client should have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Level = Literal["major", "minor", "patch", "none"]

_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Suggestion:
    """A version for the next release.

    Attributes:
        level: which number grows; ``none`` where the version stays.
        version: what it becomes.
        given: the version that the new package already has.
    """

    level: Level
    version: str
    given: str

    @property
    def is_met(self) -> bool:
        """Whether the new package's version is at least the suggested one."""
        return _numbers(self.given) >= _numbers(self.version)


def suggested(
    released: str, given: str, *, breaking: bool, added: bool, any_change: bool = True
) -> Suggestion:
    """The version after a change, by semantic versioning.

    While the first number is 0, what breaks raises the second and all else the third. From 1 on,
    what breaks raises the first, what is added the second, all else the third.

    Args:
        released: version of the old package, ``1.2.3``; missing numbers are 0, what follows them
            (``rc1``) is left out.
        given: version of the new package.
        added: something can be done that could not before.
    """
    first, second, third = _numbers(released)
    if not any_change:
        return Suggestion("none", released, given)
    if breaking and first:
        return Suggestion("major", f"{first + 1}.0.0", given)
    if breaking or (added and first):
        return Suggestion("minor", f"{first}.{second + 1}.0", given)
    return Suggestion("patch", f"{first}.{second}.{third + 1}", given)


def _numbers(version: str) -> tuple[int, int, int]:
    found = _NUMBERS.match(version)
    numbers = [int(part) for part in found[0].split(".")] if found else []
    first, second, third = [*numbers, 0, 0, 0][:3]
    return first, second, third
