"""Received bytes of any number, in little memory."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from typing import IO

IN_MEMORY = 512 * 1024
"""Bytes that are kept in memory; more go to an unnamed temporary file."""

_PIECE = 256 * 1024


class Spool:
    """Bytes that are written once and read as often as one likes. To be closed."""

    def __init__(self) -> None:
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._size = 0

    def write(self, data: bytes | bytearray) -> None:
        """Append."""
        self._size += len(data)
        if self._file is None:
            self._memory += data
            if self._size <= IN_MEMORY:
                return
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  # see close()
            data, self._memory = self._memory, bytearray()
        self._file.write(data)

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        """All of them, in memory."""
        return bytes(self._memory) if self._file is None else self.open().read()

    def open(self) -> IO[bytes]:
        """A reader that stands at the beginning. One at a time; it ends with the spool."""
        if self._file is None:
            return io.BytesIO(self._memory)
        self._file.seek(0)
        return self._file

    def pieces(self) -> Iterator[bytes]:
        """The bytes in order."""
        reader = self.open()
        while piece := reader.read(_PIECE):
            yield piece

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
