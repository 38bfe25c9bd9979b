"""A transaction of the stub's database."""

from __future__ import annotations

import sqlite3


class Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK if the block raises; within another one, a part of
    it.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._outer = not db.in_transaction

    def __enter__(self) -> None:
        if self._outer:
            self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self._outer:
            return
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # the block raised, or the disk is full
                self._db.execute("ROLLBACK")
