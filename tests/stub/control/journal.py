"""The requests that came in, as far back as they are kept: what was asked, what became of it.

Noting a request costs a few microseconds: it keeps references to what the server has read anyway.
What has to be decoded, blacked out and escaped is so when somebody looks.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from ..http.request_head import RequestHead, fields
from ..json_values import JSON, JSONObject
from ..refusal import Fault
from ..state.store import StoredImage
from .redaction import Redactor

SCOPE_KEY = "stub.entry"
MOST_ENTRIES = 1000

# A journal of a thousand hostile requests must stay a few megabytes.
_LARGEST = 4096
_MOST_HEADERS = 20
_LONGEST = 200
"""Bytes of a request's head that are kept as they came; of a larger one so many fields, and so
many bytes of each name and value.
"""
_SMALL = 2048
"""Bytes of a body that are kept until somebody asks for their hash, which takes longer than all the
rest of noting a request.
"""


class Entry:
    """One request. Filled in while it is served; `status` is None as long as no answer has begun,
    and stays so where none ever did. `size` and `sha256` are those of the body's bytes as far as
    they were read, `errors` say why it was refused, `fault` is the fault that was asked for and
    `delivered` whether it went out.
    """

    # Most entries keep most of these: a default of the class costs nothing per request.
    vendor: str = ""
    operation: str = ""
    status: int | None = None
    seconds: float | None = None
    size: int = 0
    refusal: str = ""
    errors: Sequence[Fault] = ()
    image: StoredImage | None = None
    fault: str = ""
    delivered: bool | None = None
    _body: Any = None  # a small body's bytes, else a hash, of a type that hashlib does not name

    def __init__(self, number: int, scope: Scope) -> None:
        self.number = number
        self.at = time.time()
        self.started = time.perf_counter()
        self.client: tuple[str, int] | None = scope["client"]
        self.method: str = scope["method"][:40]
        self.path: bytes = scope["raw_path"]
        self.query: bytes = scope["query_string"]
        head: RequestHead = scope["extensions"]["stub.head"]
        self._lines = head.lines
        if len(self._lines) + len(self.path) + len(self.query) > _LARGEST:
            self.path = self.path[:_LONGEST]
            self.query = self.query[:_LONGEST]
            self._lines = b"".join(
                b"%s:%s\r\n" % (name[:_LONGEST], value[:_LONGEST])
                for name, value in head.fields[:_MOST_HEADERS]
            )

    def add(self, piece: bytes) -> None:
        """Note a piece of the body."""
        body = self._body
        self.size += len(piece)
        if body is None:
            self._body = piece if len(piece) <= _SMALL else hashlib.sha256(piece)
        elif isinstance(body, bytes):
            self._body = hashlib.sha256(body + piece)
        else:
            body.update(piece)

    @property
    def sha256(self) -> str:
        """In hexadecimal digits; nothing for no body."""
        if self._body is None:
            return ""
        hashed = hashlib.sha256(self._body) if isinstance(self._body, bytes) else self._body
        digits: str = hashed.hexdigest()
        return digits

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Names in lower case and values, as far as they are kept."""
        return [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in fields(self._lines)
        ]


@dataclass(frozen=True, slots=True)
class Selection:
    """The last `limit` entries of a vendor, an operation, a status; `status` is a number, or a
    class of them as `4xx`; "" is any.
    """

    vendor: str = ""
    operation: str = ""
    status: str = ""
    limit: int = MOST_ENTRIES

    def fits(self, entry: Entry) -> bool:
        return (
            self.vendor in ("", entry.vendor)
            and self.operation in ("", entry.operation)
            and (not self.status or _has_status(entry, self.status))
        )


class Journal:
    """The last `kept` requests, oldest first; none with 0: they are only counted."""

    def __init__(self, redactor: Redactor, kept: int = MOST_ENTRIES) -> None:
        self._redactor = redactor
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._total = 0

    @property
    def total(self) -> int:
        """Requests since the start or the last clearing, those that are no longer kept included."""
        return self._total

    @property
    def dropped(self) -> int:
        return self._total - len(self._entries)

    def open(self, scope: Scope) -> Entry:
        """Begin the entry of a request."""
        self._total += 1
        entry = Entry(self._total, scope)
        self._entries.append(entry)
        return entry

    def clear(self) -> None:
        self._entries.clear()
        self._total = 0

    def shown(self, selection: Selection | None = None) -> list[Shown]:
        """The entries that are selected (all), as they may be shown."""
        wanted = selection or Selection()
        found = [entry for entry in self._entries if wanted.fits(entry)]
        return [self._show(entry) for entry in found[-wanted.limit :]]

    def _show(self, entry: Entry) -> Shown:
        headers = entry.headers
        query = entry.query.decode("latin-1")
        redacted = self._redactor.request(headers, query)
        image = entry.image
        return Shown(
            number=entry.number,
            at=datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds"),
            client=entry.client[0] if entry.client else "",
            method=entry.method,
            path=redacted.text(entry.path.decode("latin-1")),
            query=redacted.query(query),
            headers=redacted.headers(headers),
            vendor=entry.vendor,
            operation=entry.operation,
            status=entry.status,
            milliseconds=None if entry.seconds is None else round(entry.seconds * 1000, 3),
            size=entry.size,
            sha256=entry.sha256,
            refusal=entry.refusal,
            errors=[
                {
                    "in": e.place,
                    "pointer": redacted.text(e.pointer),
                    "message": redacted.text(e.message),
                }
                for e in entry.errors
            ],
            image=None
            if image is None
            else {
                "id": image.id,
                "filename": None if image.filename is None else redacted.text(image.filename),
                "url": image.path,
                "type": image.content_type,
                "size": image.size,
                "sha256": image.sha256,
                "width": image.width,
                "height": image.height,
            },
            fault=None
            if not entry.fault
            else {"scenario": redacted.text(entry.fault), "delivered": bool(entry.delivered)},
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry without credentials, as JSON and the page show it. `at` is in UTC, `size` in bytes,
    the picture's `url` a path on the stub.
    """

    number: int
    at: str
    client: str
    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    vendor: str
    operation: str
    status: int | None
    milliseconds: float | None
    size: int
    sha256: str
    refusal: str
    errors: list[JSONObject] = field(default_factory=list[JSONObject])
    image: JSONObject | None = None
    fault: JSONObject | None = None

    def json(self) -> JSONObject:
        headers: list[JSON] = [[name, value] for name, value in self.headers]
        errors: list[JSON] = list(self.errors)
        return {
            "number": self.number,
            "at": self.at,
            "client": self.client,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": headers,
            "vendor": self.vendor or None,
            "operation": self.operation or None,
            "status": self.status,
            "milliseconds": self.milliseconds,
            "size": self.size,
            "sha256": self.sha256 or None,
            "refusal": self.refusal or None,
            "errors": errors,
            "image": self.image,
            "fault": self.fault,
        }


class Recording:
    """Watches one request go by: how much came in, which answer went out."""

    def __init__(self, entry: Entry, receive: Receive, send: Send) -> None:
        self.entry = entry
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        message = await self._receive()
        body: bytes = message.get("body", b"")
        if body:
            self.entry.add(body)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.entry.status = message["status"]
        elif not message.get("more_body", False):
            self.close()
        return self._send(message)

    def close(self) -> None:
        """The request is over. Before the client can know that: it may look at once."""
        if self.entry.seconds is None:
            self.entry.seconds = time.perf_counter() - self.entry.started


def _has_status(entry: Entry, wanted: str) -> bool:
    status = "none" if entry.status is None else str(entry.status)
    return status[0] == wanted[0] if wanted.endswith("xx") else status == wanted
