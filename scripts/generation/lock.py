"""One run at a time: whoever writes a folder holds it, others wait."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path, waiting: Callable[[], None]) -> Generator[bool]:
    """Hold a folder; waits as long as another process does, as runs under ``make -j`` expect.

    The folder itself is locked, so that no file is left, and a killed process holds nothing: the
    system lets go when the last process that inherited the lock ends.

    Args:
        waiting: called once before a wait.

    Yields:
        Whether it is held; false on systems that cannot lock a folder.

    Raises:
        OSError: there is no such folder, or it may not be read.
    """
    if sys.platform == "win32":
        yield False
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = True
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
            held = True
        except OSError as error:
            # file systems over a network may know no such locks, or none of a folder
            if error.errno not in (errno.EBADF, errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):
                raise
            held = False
        yield held
    finally:
        os.close(handle)
