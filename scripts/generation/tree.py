"""Replaces a folder as a whole: whoever looks sees the old one or the new one."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h


@contextmanager
def aside(place: Path) -> Generator[Path]:
    """An empty folder beside ``place``, gone afterwards with whatever it then holds.

    It lies in the same parent, because a rename is atomic only inside one file system.
    """
    folder = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        new = folder / place.name
        new.mkdir()
        yield new
    finally:
        _remove(folder)


def clear(place: Path) -> None:
    """Remove what killed runs left beside ``place``; for who knows that no other run is alive.

    Raises:
        OSError: a folder that was being replaced cannot be brought back.
    """
    for folder in sorted(place.parent.glob(f".{place.name}-*")):
        if folder.is_symlink() or not folder.is_dir():
            continue
        old = _old(folder / place.name)
        if old.is_dir() and not place.exists():
            old.rename(place)  # it was killed between its two renames
        _remove(folder)


def as_checked_out(folder: Path) -> None:
    """Give a tree the modes that it is committed with, whatever the umask: what is made of it, as a
    wheel, has them too.
    """
    for path, _, files in os.walk(folder):
        os.chmod(path, 0o755)
        for name in files:
            file = os.path.join(path, name)
            if not os.path.islink(file):
                os.chmod(file, 0o644)


def exchange(new: Path, place: Path) -> None:
    """Put ``new`` at ``place``; what was there before ends up at ``new``.

    One system call on Linux, so that even a killed process leaves one whole tree. Elsewhere, and on
    file systems that cannot do it, two renames, the first undone if the second fails, or by `clear`
    if it never came.
    """
    if not place.exists():
        new.rename(place)
        return
    if sys.platform == "linux" and _exchange_at_once(new, place):
        return
    old = _old(new)
    place.rename(old)
    try:
        new.rename(place)
    except OSError:
        old.rename(place)
        raise


def _old(new: Path) -> Path:
    return new.with_name(f"{new.name}.old")


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():  # a folder that may not be written keeps what is in it
        for path, _, _ in os.walk(folder):
            Path(path).chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)


def _exchange_at_once(new: Path, place: Path) -> bool:
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:  # a C library without it
        return False
    arguments = (_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(place), _RENAME_EXCHANGE)
    if rename(*arguments) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(place))
