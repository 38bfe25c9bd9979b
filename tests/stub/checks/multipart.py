"""A strict reader of multipart/form-data, fed piece by piece.

The grammar is the `multipart` package's push parser in strict mode. Measured on 29 hostile framings
(multipart 2.0.1 and python-multipart 0.0.34), it alone refuses a part without name or
Content-Disposition, undecodable headers, a part's wrong Content-Length, a boundary followed by
junk, and floods of parts. What it lets through, or refuses or not depending on where the network
cut the body, is closed here: text before the first and after the last boundary, repeated part
headers, transfer encodings, control characters, and Content-Disposition that is not of its grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol, cast

from ..state.spool import Spool
from . import header_value
from .header_value import InvalidHeader

MOST_PARTS = 50
MOST_HEADERS = 8
LONGEST_HEADER = 4096

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_PART_HEADERS = ("Content-Disposition", "Content-Type", "Content-Length")


class _Segment(Protocol):
    headerlist: list[tuple[str, str]]


class _Parser(Protocol):
    def parse(self, chunk: bytes) -> Iterator[_Segment | bytes | None]: ...

    def close(self, check_complete: bool = True) -> None: ...


# The package carries no type information, so its two names are taken as what they are documented to
# be.
_package: Any = import_module("multipart")
_new_parser = cast("Callable[..., _Parser]", _package.PushMultipartParser)
_ParserError = cast("type[ValueError]", _package.MultipartError)


class MalformedForm(ValueError):
    """The body is no well-formed multipart/form-data; the message says why."""


@dataclass(slots=True)
class Part:
    """One part of a form. `content_type` is its media type in lower case, None where the part
    states none.
    """

    name: str
    filename: str | None
    content_type: str | None
    data: Spool = field(default_factory=Spool)


def boundary(content_type: header_value.HeaderValue) -> str:
    """The boundary that a Content-Type states, in the grammar of RFC 2046. Raises MalformedForm."""
    text = content_type.parameters.get("boundary")
    if text is None:
        raise MalformedForm("Content-Type states no boundary")
    if not _BOUNDARY.fullmatch(text):
        raise MalformedForm("the boundary is not one that RFC 2046 allows")
    return text


class FormReader:
    """Takes a body in pieces of any size and collects its parts; the verdict does not depend on the
    pieces.

    `accept` is called with each part as soon as its headers are read, and raises to refuse it
    before its bytes are kept. What the parts are kept in is put into `spools`, to be closed.
    """

    def __init__(self, boundary: str, accept: Callable[[Part], None], spools: list[Spool]) -> None:
        self._delimiter = b"--" + boundary.encode("ascii")
        self._closing = b"\r\n" + self._delimiter + b"--"
        self._parser = _new_parser(
            boundary,
            max_header_size=LONGEST_HEADER,
            max_header_count=MOST_HEADERS,
            max_segment_count=MOST_PARTS,
            strict=True,
        )
        self._accept = accept
        self._spools = spools
        self._part: Part | None = None
        self._head: bytes | None = b""
        # The closing delimiter begins with a line break, which the very first line of a body need
        # not have.
        self._tail = b"\r\n"
        self._epilogue: bytes | None = None
        self.parts: list[Part] = []

    def feed(self, data: bytes) -> None:
        """Take the next piece. Raises MalformedForm, or what `accept` raises."""
        if self._head is not None:
            data = self._begin(data)
        if self._epilogue is not None:
            self._end(data)
            return
        seen = self._tail + data
        found = seen.find(self._closing)
        if found < 0:
            self._tail = seen[-(len(self._closing) - 1) :]
            self._parse(data)
            return
        used = found + len(self._closing) - len(self._tail)
        self._parse(data[:used])
        self._epilogue = b""
        self._end(data[used:])

    def finish(self) -> list[Part]:
        """The parts of the complete body. Raises MalformedForm if it is not complete."""
        if self._epilogue is None:
            raise MalformedForm("the body ends before the closing boundary")
        if self._epilogue not in (b"", b"\r\n"):
            raise MalformedForm("something follows the closing boundary")
        try:
            # The closing boundary may stand where a part's headers should end.
            self._parser.close()
        except _ParserError as error:
            raise MalformedForm("the last part is not complete") from error
        return self.parts

    def _begin(self, data: bytes) -> bytes:
        """Withhold the first bytes until they show that the body begins with the boundary."""
        assert self._head is not None
        head = self._head + data
        start = head.removeprefix(b"\r\n") if len(head) > 1 else head
        if len(start) < len(self._delimiter) and (
            self._delimiter.startswith(start) or head == b"\r"
        ):
            self._head = head
            return b""
        if not start.startswith(self._delimiter):
            raise MalformedForm(
                "the body does not begin with the boundary that Content-Type states"
            )
        self._head = None
        return start

    def _end(self, data: bytes) -> None:
        assert self._epilogue is not None
        self._epilogue += data[:3]
        if not b"\r\n".startswith(self._epilogue):
            raise MalformedForm("something follows the closing boundary")

    def _parse(self, data: bytes) -> None:
        if not data:
            return
        try:
            for event in self._parser.parse(data):
                if event is None:
                    self._part = None
                elif isinstance(event, bytes | bytearray):
                    assert self._part is not None
                    self._part.data.write(event)
                else:
                    self._part = _part(event.headerlist)
                    self._spools.append(self._part.data)
                    self._accept(self._part)
                    self.parts.append(self._part)
        except _ParserError as error:
            raise MalformedForm(
                str(error.args[0]) if error.args else "not multipart/form-data"
            ) from error


def _part(headers: list[tuple[str, str]]) -> Part:
    names = [name for name, _ in headers]
    for name in names:
        if name == "Content-Transfer-Encoding":
            raise MalformedForm("a part has a Content-Transfer-Encoding, which RFC 7578 rules out")
        # Others "MUST be ignored" (RFC 7578, 4.8).
        if name in _PART_HEADERS and names.count(name) > 1:
            raise MalformedForm(f"a part has {name} twice")
    if any(header_value.CONTROL.search(value) for _, value in headers):
        raise MalformedForm("a part's header holds a control character")
    values = dict(headers)
    try:
        disposition = header_value.parse(values["Content-Disposition"])
        filename = disposition.filename
        content_type = (
            header_value.parse(values["Content-Type"]).value if "Content-Type" in values else None
        )
    except InvalidHeader as error:
        raise MalformedForm(f"a part's header is unreadable: {error}") from error
    if disposition.value != "form-data" or not disposition.parameters.get("name"):
        raise MalformedForm("a part has no name")
    return Part(disposition.parameters["name"], filename, content_type)
