"""The survey responses that the stub keeps."""

from __future__ import annotations

import sqlite3

from .transaction import Transaction

_BATCH = 64


class Responses:
    """The rows of the table `response`. To be used by one thread at a time.

    In memory, where no response outlives the process, the table takes many at once, in two thirds
    of the time; until then they are kept beside it.
    """

    def __init__(self, db: sqlite3.Connection, *, in_memory: bool) -> None:
        self._db = db
        self._in_memory = in_memory
        self._numbers: dict[str, int] = {}  # the last one's by vendor
        self._waiting: list[tuple[str, str, int, str]] = []

    def last(self, vendor: str) -> int:
        """The number of a vendor's last response, 0 if there is none. They are never forgotten one
        by one: it is also how many there are.
        """
        if vendor in self._numbers:
            return self._numbers[vendor]
        row = self._db.execute(
            "SELECT id FROM response WHERE vendor = ? ORDER BY seq DESC LIMIT 1", (vendor,)
        ).fetchone()
        return int(row[0]) if row else 0

    def add(self, vendor: str, survey: str, number: int, body: bytes) -> None:
        """Keep one, which is JSON."""
        self._waiting.append((vendor, survey, number, body.decode()))
        if not self._in_memory:  # somebody else may write the next one: no number is remembered
            self._write()
            return
        self._numbers[vendor] = number
        if len(self._waiting) >= _BATCH:
            self._write()

    def bodies(self, vendor: str | None) -> list[str]:
        """Those of a vendor, or all, oldest first."""
        self._write()
        rows = self._db.execute(
            "SELECT body FROM response WHERE vendor = coalesce(?, vendor) ORDER BY seq", (vendor,)
        )
        return [row[0] for row in rows]

    def forget(self) -> None:
        """Forget all that is not in the table."""
        self._waiting.clear()
        self._numbers.clear()

    def _write(self) -> None:
        rows, self._waiting = self._waiting, []
        with Transaction(self._db):
            self._db.executemany(
                "INSERT INTO response (vendor, survey, id, body) VALUES (?, ?, ?, ?)", rows
            )
