"""How often a file is open in this process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def open_files(path: Path) -> int:
    """The number of file descriptors of this process that are this file, pipe or device."""
    wanted, count = path.stat(), 0
    for name in os.listdir("/dev/fd"):
        with suppress(OSError):  # the one that the listing itself used
            count += os.path.samestat(os.fstat(int(name)), wanted)
    return count
