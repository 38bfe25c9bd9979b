"""What the stub keeps: images with their bytes, survey responses. SQLite, in memory or in a file.

One connection under one lock. Every operation touches a few rows by index (0.1 ms), so a lock is
held shortly whoever holds it; only bytes of large images take longer, and those come and go in
worker threads (see service.py). Bytes have their own table, in which they lie in pieces: listing
ten thousand images reads none of them, and nobody ever holds a large image as a whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ..json_values import JSON, JSONObject
from .responses import Responses
from .spool import Spool
from .transaction import Transaction

_MEMORY = 1024 * 1024
"""Bytes that a database without a file holds in memory. Not more: at each commit SQLite walks
through all that is there and not yet written out.
"""

_APPLICATION_ID = 0x53545542  # "STUB", so that another program's database is not written into
_SCHEMA_VERSION = 3
_SCHEMA = """
CREATE TABLE image (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    vendor TEXT NOT NULL, owner TEXT NOT NULL, position INTEGER NOT NULL,
    id TEXT NOT NULL, filename TEXT, content_type TEXT NOT NULL, format TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    path TEXT NOT NULL, details TEXT NOT NULL, created_at TEXT NOT NULL,
    UNIQUE (vendor, owner, position), UNIQUE (vendor, id)
) STRICT;
CREATE INDEX image_by_hash ON image (sha256);
CREATE TABLE content (
    seq INTEGER NOT NULL REFERENCES image (seq), part INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (seq, part)
) STRICT;
CREATE TABLE address (
    path TEXT PRIMARY KEY, seq INTEGER NOT NULL REFERENCES image (seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE response (
    seq INTEGER PRIMARY KEY,
    vendor TEXT NOT NULL, survey TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE TABLE counter (
    vendor TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (vendor, name)
) STRICT, WITHOUT ROWID;
"""


class StoreError(Exception):
    """The database cannot be used; the message is one sentence with place and remedy."""


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to keep. `paths` are the addresses it is served at, at least one; `details` what a
    vendor needs besides to show it again.
    """

    id: str
    owner: str
    filename: str | None
    content_type: str
    format: str
    width: int
    height: int
    data: Spool
    paths: Sequence[str]
    details: JSONObject = field(default_factory=dict[str, JSON])


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A kept image without its bytes. `size` is in bytes, `created_at` in UTC, `position` counts
    from 1 per owner, `path` is the first address that the image is served at.
    """

    seq: int
    vendor: str
    owner: str
    position: int
    id: str
    filename: str | None
    content_type: str
    format: str
    width: int
    height: int
    size: int
    sha256: str
    path: str
    details: JSONObject
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """What a vendor knows when it names a new image: `number` counts the vendor's images from 1."""

    number: int
    taken: Callable[[str], bool]


_NONE = contextlib.nullcontext()
_COLUMNS = (
    "seq, vendor, owner, position, id, filename, content_type, format, width, height, size, sha256,"
    " path, details, created_at"
)
_SELECT = f"SELECT {_COLUMNS} FROM image WHERE"
_INSERT = f"INSERT INTO image ({_COLUMNS}) VALUES (NULL{', ?' * 14})"


class Store:
    """All state of the stub. Safe to use from any thread."""

    def __init__(self, file: str | None = None) -> None:
        """Open or make the database. Raises StoreError."""
        self.file = file
        self.epoch = 0  # how often everything was forgotten
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(
                # "" is a database of its own that ends with the connection: in memory, and what
                # is more than the cache holds in an unnamed temporary file.
                file or "",
                check_same_thread=False,
                isolation_level=None,
            )
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as error:
            raise StoreError(
                f"{file}: cannot be used as database ({error}); name another file."
            ) from error
        self._responses = Responses(self._db, in_memory=self.in_memory)

    def _prepare(self) -> None:
        def pragma(name: str) -> int:
            return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

        tables = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and pragma("application_id") != _APPLICATION_ID:
            raise StoreError(f"{self.file}: a database of another program; name another file.")
        if tables and pragma("user_version") != _SCHEMA_VERSION:
            raise StoreError(
                f"{self.file}: a database of another version of the stub; name another file."
            )
        if self.file:
            self._db.execute("PRAGMA journal_mode = WAL")
            # FULL: what was answered survives a power cut, not only the death of this process.
            self._db.execute("PRAGMA synchronous = FULL")
        else:
            # Three survey responses to a page; of the usual size, each would take a whole one.
            self._db.execute("PRAGMA page_size = 8192")
            self._db.execute(f"PRAGMA cache_size = -{_MEMORY // 1024}")
            self._db.execute("PRAGMA journal_mode = MEMORY")  # no file for what fits into memory
        self._db.execute("PRAGMA busy_timeout = 2000")
        if not tables:
            self._db.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_APPLICATION_ID};"
                f" PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
            )
        else:  # fails here, not at the first upload, if the file may not be written
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("ROLLBACK")

    @property
    def in_memory(self) -> bool:
        return self.file is None

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def batch(self) -> Generator[None]:
        """All that is kept within the block is kept in one transaction, or nothing of it."""
        with self._lock, self._transaction():
            yield

    def add_image(self, vendor: str, name: Callable[[Draft], NewImage]) -> StoredImage:
        """Keep an image in one transaction, on disk when this returns. `name` gives it its ids and
        addresses.
        """
        now = _now()
        with self._lock, self._transaction():
            number = self._count(vendor, "image")
            new = name(Draft(number, self._taken))
            digest = hashlib.sha256()
            for piece in new.data.pieces():
                digest.update(piece)
            position = self._last_position(vendor, new.owner) + 1
            image = StoredImage(
                seq=0,
                vendor=vendor,
                owner=new.owner,
                position=position,
                id=new.id,
                filename=new.filename,
                content_type=new.content_type,
                format=new.format,
                width=new.width,
                height=new.height,
                size=len(new.data),
                sha256=digest.hexdigest(),
                path=new.paths[0],
                details=new.details,
                created_at=now,
            )
            seq = self._db.execute(_INSERT, _row(image)).lastrowid
            assert seq is not None
            self._db.executemany(
                "INSERT INTO content VALUES (?, ?, ?)",
                ((seq, part, piece) for part, piece in enumerate(new.data.pieces())),
            )
            self._db.executemany(
                "INSERT INTO address VALUES (?, ?)",
                [(path, seq) for path in dict.fromkeys(new.paths)],
            )
        return replace(image, seq=seq)

    def add_response(self, vendor: str, survey: str, make: Callable[[int], bytes]) -> bytes:
        """Keep a survey response and return it. `make` writes it as JSON, given its number among
        the vendor's, counted from 1.
        """
        with self._lock, self._single():
            number = self._responses.last(vendor) + 1
            body = make(number)
            self._responses.add(vendor, survey, number, body)
        return body

    def responses(self, vendor: str | None = None) -> list[JSONObject]:
        """Kept survey responses, oldest first."""
        with self._lock:
            return [json.loads(body) for body in self._responses.bodies(vendor)]

    def count_images(self, vendor: str, owner: str) -> int:
        """Number of an owner's images. Positions have no gaps, so this is the last one: no counting
        of rows.
        """
        with self._lock:
            return self._last_position(vendor, owner)

    def newest_images(self, vendor: str, owner: str, first: int, count: int) -> list[StoredImage]:
        """`count` images of an owner, newest first, from position `first` down."""
        rows = self._rows(
            f"{_SELECT} vendor = ? AND owner = ? AND position <= ? AND position > ?"
            " ORDER BY position DESC",
            (vendor, owner, first, max(first - count, 0)),
        )
        return [_image(row) for row in rows]

    def images(self, *, vendor: str | None = None, sha256: str | None = None) -> list[StoredImage]:
        """Kept images, oldest first, of one vendor and with one hash where asked for."""
        rows = self._rows(
            f"{_SELECT} vendor = coalesce(?, vendor) AND sha256 = coalesce(?, sha256) ORDER BY seq",
            (vendor, sha256),
        )
        return [_image(row) for row in rows]

    def image_at(self, path: str) -> StoredImage | None:
        """The image that is served at a path."""
        rows = self._rows(f"{_SELECT} seq = (SELECT seq FROM address WHERE path = ?)", (path,))
        return _image(rows[0]) if rows else None

    def content(self, seq: int) -> bytes:
        """The bytes of an image."""
        return b"".join(self.pieces(seq))

    def pieces(self, seq: int) -> Iterator[bytes]:
        """The bytes of an image in pieces. Ends early if it was forgotten meanwhile."""
        query = "SELECT bytes FROM content WHERE seq = ? AND part = ?"
        part = 0
        while rows := self._rows(query, (seq, part)):
            yield rows[0][0]
            part += 1

    def reset(self) -> None:
        """Forget everything, numbers given out included."""
        with self._lock, self._transaction():
            for table in ("address", "content", "image", "response", "counter", "sqlite_sequence"):
                self._db.execute(f"DELETE FROM {table}")
            self._responses.forget()
            self.epoch += 1

    def _last_position(self, vendor: str, owner: str) -> int:
        row = self._db.execute(
            "SELECT max(position) FROM image WHERE vendor = ? AND owner = ?", (vendor, owner)
        ).fetchone()
        return int(row[0] or 0)

    def _taken(self, path: str) -> bool:
        return (
            self._db.execute("SELECT 1 FROM address WHERE path = ?", (path,)).fetchone() is not None
        )

    def _count(self, vendor: str, name: str) -> int:
        row = self._db.execute(
            "INSERT INTO counter VALUES (?, ?, 1)"
            " ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value",
            (vendor, name),
        ).fetchone()
        return int(row[0])

    def _rows(self, query: str, values: Sequence[str | int | None]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def _transaction(self) -> Transaction:
        return Transaction(self._db)

    def _single(self) -> AbstractContextManager[None]:
        """A transaction in which at most one statement changes something. In memory nobody else
        reads or writes meanwhile, and a statement is a transaction by itself.
        """
        return _NONE if self.in_memory else self._transaction()


def _row(image: StoredImage) -> tuple[str | int | None, ...]:
    """The values of _COLUMNS without `seq`, which the database gives."""
    return (
        image.vendor,
        image.owner,
        image.position,
        image.id,
        image.filename,
        image.content_type,
        image.format,
        image.width,
        image.height,
        image.size,
        image.sha256,
        image.path,
        json.dumps(image.details),
        image.created_at.isoformat(timespec="milliseconds"),
    )


def _image(row: tuple[Any, ...]) -> StoredImage:
    """A row of _COLUMNS: the columns are typed by the STRICT table, not by Python."""
    details: JSONObject = json.loads(row[13])
    values: Any = (*row[:13], details, datetime.fromisoformat(row[14]))
    return StoredImage(*values)


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
