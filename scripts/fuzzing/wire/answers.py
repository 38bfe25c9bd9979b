"""The answers in the bytes that a server sent, read as strictly as requests are."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """A final answer; names of `fields` are in lower case."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def value(self, name: bytes) -> bytes:
        """The first value of a field, empty if there is none."""
        return next((value for key, value in self.fields if key == name), b"")

    @property
    def closes(self) -> bool:
        return b"close" in self.value(b"connection").lower()

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answers:
    """All final answers of a connection; `interim` are the statuses below 200; `problem` says what
    is no HTTP, or cut; `pending` that more must come before the last answer is complete.
    """

    final: tuple[WireAnswer, ...] = ()
    interim: tuple[int, ...] = ()
    problem: str = ""
    pending: bool = False


def read(data: bytes, methods: Sequence[bytes], ended: bool) -> Answers:
    """Read answers to requests of these methods (an answer to HEAD has no body). `ended` says that
    nothing more comes.
    """
    final: list[WireAnswer] = []
    interim: list[int] = []
    position = 0
    while position < len(data):
        end = data.find(b"\r\n\r\n", position)
        if end < 0:
            problem = "the head of an answer is cut off" if ended else ""
            return Answers(tuple(final), tuple(interim), problem, not ended)
        line, *rest = data[position:end].split(b"\r\n")
        status = _STATUS.fullmatch(line)
        matches = [_FIELD.fullmatch(text) for text in rest]
        if status is None or None in matches:
            return Answers(tuple(final), tuple(interim), "an answer's head is no HTTP")
        fields = tuple((match[1].lower(), match[2]) for match in matches if match is not None)
        position = end + 4
        code = int(status[1])
        if code < 200:
            interim.append(code)
            continue
        method = methods[len(final)] if len(final) < len(methods) else b"GET"
        framed = _body(data, position, fields, bodiless=method == b"HEAD" or code in (204, 304))
        if framed is None and not ended:
            return Answers(tuple(final), tuple(interim), pending=True)
        if framed is None:
            stated = any(name in (b"content-length", b"transfer-encoding") for name, _ in fields)
            if stated:
                return Answers(tuple(final), tuple(interim), "the body of an answer is cut off")
            framed = data[position:], len(data)
        if isinstance(framed, str):
            return Answers(tuple(final), tuple(interim), framed)
        body, position = framed
        final.append(WireAnswer(code, fields, body))
    return Answers(tuple(final), tuple(interim))


def _body(
    data: bytes, position: int, fields: tuple[tuple[bytes, bytes], ...], *, bodiless: bool
) -> tuple[bytes, int] | str | None:
    """The body and the position after it; None if it has not come or ends with the connection; a
    sentence if its framing is no HTTP.
    """
    if bodiless:
        return b"", position
    lengths = {value for name, value in fields if name == b"content-length"}
    if any(name == b"transfer-encoding" for name, _ in fields):
        return "an answer states length and chunks" if lengths else _chunks(data, position)
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not re.fullmatch(rb"[0-9]{1,15}", length):
        return "an answer's Content-Length is not readable"
    end = position + int(length)
    return (data[position:end], end) if end <= len(data) else None


def _chunks(data: bytes, position: int) -> tuple[bytes, int] | str | None:
    body = bytearray()
    while True:
        end = data.find(b"\r\n", position)
        if end < 0:
            return None
        size = re.fullmatch(rb"([0-9A-Fa-f]{1,12})(?:;.*)?", data[position:end])
        if size is None:
            return "an answer's chunks are not readable"
        count = int(size[1], 16)
        position = end + 2
        if not count:
            break
        body += data[position : position + count]
        if len(data) < position + count + 2:
            return None
        position += count + 2
    if data.startswith(b"\r\n", position):
        return bytes(body), position + 2
    end = data.find(b"\r\n\r\n", position)
    return (bytes(body), end + 4) if end >= 0 else None
