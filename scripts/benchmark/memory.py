"""The peak of this process's memory, where Linux tells it."""

from __future__ import annotations

import re
from pathlib import Path

_STATUS = Path("/proc/self/status")
_MIB = 1024.0


class Peak:
    """What a piece of work adds to the resident set at most.

    A peak from before would hide one that is lower, so it is set back first; where the system does
    not allow that, the work has to exceed it to be seen.
    """

    def __init__(self) -> None:
        if _STATUS.exists():
            try:
                Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
                self._before = _field("VmRSS")
            except OSError:
                self._before = _field("VmHWM")

    def extra(self) -> float | None:
        """MiB above the start, None where it cannot be told."""
        return _field("VmHWM") - self._before if _STATUS.exists() else None


def _field(name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise LookupError(f"{_STATUS} has no {name}")
    return int(found[1]) / _MIB
