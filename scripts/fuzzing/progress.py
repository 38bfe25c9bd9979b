"""What a person at a terminal sees while a run goes on; in a pipe, nothing."""

from __future__ import annotations

import threading
import time
from typing import TextIO

from scripts.fuzzing.finding import Finding

_EVERY = 0.2
_WIDTH = 100


class Line:
    """One line that is written over: stage, cases, cases per second, findings.

    Findings stand above it as they come. Quiet unless the stream is a terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._drawn = 0.0
        self._stage = ""
        self._cases = 0
        self._findings = 0

    def case(self, count: int = 1) -> None:
        """So many cases were sent and judged."""
        with self._lock:
            self._cases += count
            self._draw()

    def stage(self, name: str) -> None:
        """What is being done from now on."""
        with self._lock:
            self._stage = name
            self._draw(now=True)

    def found(self, finding: Finding, hide: str) -> None:
        """A new failure; `hide` is its title without credentials."""
        with self._lock:
            self._findings += 1
            if self._live:
                self._write(f"\r\x1b[K✗ {hide} — {finding.operation} ({finding.check})\n")
            self._draw(now=True)

    def clear(self) -> None:
        """Leave the line empty."""
        with self._lock:
            if self._live and self._drawn:
                self._write("\r\x1b[K")

    def _draw(self, *, now: bool = False) -> None:
        clock = time.monotonic()
        if not self._live or (not now and clock - self._drawn < _EVERY):
            return
        self._drawn = clock
        rate = self._cases / max(0.001, clock - self._started)
        text = (
            f"{self._stage}: {self._cases} cases, {rate:.0f}/s,"
            f" {self._findings} finding{'' if self._findings == 1 else 's'}"
        )
        self._write(f"\r\x1b[K{text[:_WIDTH]}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
