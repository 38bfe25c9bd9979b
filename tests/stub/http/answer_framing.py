"""The bytes of one answer: its head, and where its body ends."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from starlette.types import Message

from .request_head import RequestHead

_LINES = {
    status.value: b"HTTP/1.1 %d %s" % (status.value, status.phrase.encode())
    for status in HTTPStatus
}
_FRAMING = frozenset({b"content-length", b"connection", b"transfer-encoding", b"date"})
"""Fields that are written here, or heeded."""

_TOO_MANY = b'{"status":503,"code":"stub.busy","message":"too many connections","faults":[]}'
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
) % (len(_TOO_MANY), _TOO_MANY)
"""The whole answer to a connection that is one too many."""


class AnswerFraming:
    """Turns the messages of one ASGI answer into bytes. `close` says whether the connection ends
    with it: whoever knows a reason sets it before the first piece, and the answer's own reasons
    are added.
    """

    def __init__(self, head: RequestHead, close: bool) -> None:
        self.close = close
        self.begun = False  # its head is written
        self.complete = False
        self._head = head
        self._status = 0
        self._fields: Sequence[tuple[bytes, bytes]] = ()
        self._chunked = False
        self._promised = 0

    def start(self, message: Message) -> None:
        """Take status and fields; they are written with the first piece of the body."""
        self._status = message["status"]
        self._fields = message.get("headers", ())

    def piece(self, body: bytes, more: bool, date: bytes) -> bytes:
        """A piece of the body as it goes out, the first with the head before it."""
        empty = self._head.method == "HEAD" or self._status in (204, 304)
        head = b"" if self.begun else self._written_head(len(body), more, date)
        self.begun = True
        if empty:
            body = b""
        elif self._chunked:
            body = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
            if not more:
                body += b"0\r\n\r\n"
        else:
            self._promised -= len(body)
        if not more:
            self.complete = True
            self.close = self.close or (self._promised != 0 and not empty)
        return head + body

    def _written_head(self, length: int, more: bool, date: bytes) -> bytes:
        status = self._status
        stated = False
        lines = [_LINES.get(status) or b"HTTP/1.1 %d " % status]
        for name, value in self._fields:
            lowered = name.lower()
            if lowered in _FRAMING:
                if lowered == b"content-length":
                    stated = True
                    self._promised = int(value)
                else:
                    if lowered == b"connection":
                        self.close = self.close or value.lower() == b"close"
                    continue
            lines.append(name + b": " + value)
        if not stated and status not in (204, 304):
            if not more:
                self._promised = length
                lines.append(b"content-length: %d" % length)
            elif self._head.minor == 1:
                self._chunked = True
                lines.append(b"transfer-encoding: chunked")
            else:
                self.close = True
        lines.append(b"date: " + date)
        if self.close:
            lines.append(b"connection: close")
        elif self._head.minor == 0:
            lines.append(b"connection: keep-alive")
        lines.append(b"\r\n")
        return b"\r\n".join(lines)
