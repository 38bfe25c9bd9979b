"""The framing of a request body: a stated length, or chunks."""

from __future__ import annotations

import re
from typing import Protocol

from ..refusal import Reason, Refused
from . import request_head

LONGEST_LINE = 1024
MOST_EXTENSIONS = 16 * 1024
LONGEST_TRAILER = 8 * 1024
"""Bytes of one chunk's size line, of the extensions of all chunks together, and of the trailer."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = rb'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
_EXTENSION = (
    rb"[ \t]*;[ \t]*" + _TOKEN + rb"(?:[ \t]*=[ \t]*(?:" + _TOKEN + rb"|" + _QUOTED + rb"))?"
)
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})(?:" + _EXTENSION + rb")*+")
_BEGINNING = re.compile(rb"[0-9A-Fa-f]{1,12}(?:[ \t]*+(?:;[\t\x20-\x7e\x80-\xff]*)?)")


class Framing(Protocol):
    """Takes a body out of the bytes of a connection."""

    done: bool

    @property
    def rest(self) -> int | None:
        """Bytes of the body that are still to come; None if that is not known."""
        ...

    def take(self, data: bytearray) -> bytes:
        """Remove the framing from the beginning of `data` and return the bytes of the body that it
        held. Raises Refused.
        """
        ...


class Length:
    """A body of a stated length."""

    def __init__(self, length: int) -> None:
        self.rest = length
        self.done = not length

    def take(self, data: bytearray) -> bytes:
        piece = bytes(data[: self.rest])
        del data[: len(piece)]
        self.rest -= len(piece)
        self.done = not self.rest
        return piece


class Chunks:
    """A chunked body. Extensions and trailers mean nothing here; they are checked and dropped."""

    def __init__(self) -> None:
        self.rest: int | None = None
        self.done = False
        self._left = 0  # of the current chunk, its line break included
        self._extensions = 0
        self._trailing = False

    def take(self, data: bytearray) -> bytes:
        body = bytearray()
        position = 0
        while not self.done:
            if self._left > 2:
                piece = data[position : position + self._left - 2]
                if not piece:
                    break
                body += piece
                position += len(piece)
                self._left -= len(piece)
            elif self._left:
                end = bytes(data[position : position + 2])
                if not b"\r\n".startswith(end):
                    raise _bad("a chunk is not as long as its size says")
                if len(end) < 2:
                    break
                position += 2
                self._left = 0
            else:
                after = self._line(data, position)
                if after < 0:
                    break
                position = after
        del data[:position]
        return bytes(body)

    def _line(self, data: bytearray, position: int) -> int:
        """Read a size line or the trailer; the position after it, or -1 if it has not come yet."""
        if self._trailing:
            return self._trailer(data, position)
        end = data.find(b"\r\n", position, position + LONGEST_LINE)
        line = bytes(data[position : end if end >= 0 else position + LONGEST_LINE])
        if end < 0:
            if len(line) == LONGEST_LINE or not _begins(line):
                raise _bad("a chunk's size is not readable")
            return -1
        match = _SIZE.fullmatch(line)
        if match is None:
            raise _bad("a chunk's size is not readable")
        self._extensions += len(line) - len(match[1])
        if self._extensions > MOST_EXTENSIONS:
            raise _bad("the chunks have too many extensions")
        size = int(match[1], 16)
        self._trailing = not size
        self._left = size + 2 if size else 0
        return end + 2

    def _trailer(self, data: bytearray, position: int) -> int:
        if data.startswith(b"\r\n", position):
            self.done = True
            return position + 2
        end = data.find(b"\r\n\r\n", position, position + LONGEST_TRAILER)
        if end < 0:
            if len(data) - position >= LONGEST_TRAILER:
                raise _bad("the trailer is too long")
            return -1
        request_head.trailers(bytes(data[position : end + 2]))
        self.done = True
        return end + 4


def _begins(line: bytes) -> bool:
    """Whether a size line may begin so."""
    return not line or _BEGINNING.fullmatch(line.removesuffix(b"\r")) is not None


def _bad(message: str) -> Refused:
    return Refused(Reason.HTTP, message, headers=[("Connection", "close")])
