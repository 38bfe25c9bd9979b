"""What a strict reader of RFC 9112 makes of the bytes that a client sent.

Written straight from the grammar, slow, and without any of the leniency that the RFC allows: where
it says that a recipient MAY accept something which another recipient may read differently, this
one refuses. What the RFC obliges recipients to take (an empty line before a request, a higher
minor version), it takes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_LINE = re.compile(rb"(" + TOKEN + rb") ([^\x00-\x20\x7f-\xff]+) HTTP/([0-9])\.([0-9])")
_FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*((?:[\x21-\x7e\x80-\xff]|[ \t]+(?=[^ \t]))*)[ \t]*")
_QUOTED = rb'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"'
_CHUNK = re.compile(
    rb"([0-9A-Fa-f]+)((?:[ \t]*;[ \t]*" + TOKEN
    + rb"(?:[ \t]*=[ \t]*(?:" + TOKEN + rb"|" + _QUOTED + rb"))?)*)"
)  # fmt: skip
_AUTHORITY = re.compile(
    rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+(?::[0-9]*)?|"
    rb"\[[0-9A-Fa-f:.]+\](?::[0-9]*)?"
)
_ABSOLUTE = re.compile(rb"http://([^/?#]*)([^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """A complete request. Names of `fields` are in lower case; `end` is the offset after it.

    `fault` says what is wrong with it although it can be told where it ends: a server must refuse
    it and may go on. `delayed` requests come after more empty lines than a server must forgive, so
    that it may refuse these before it knows of the request.
    """

    method: bytes
    target: bytes
    minor: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes
    trailers: tuple[tuple[bytes, bytes], ...]
    end: int
    chunked: bool = False
    fault: str = ""
    delayed: bool = False

    def values(self, name: bytes) -> list[bytes]:
        """All values of a field; `name` in lower case."""
        return [value for key, value in self.fields if key == name]

    @property
    def closes(self) -> bool:
        """Whether the connection ends after it (RFC 9112, 9.3)."""
        options = {
            option.strip().lower()
            for value in self.values(b"connection")
            for option in value.split(b",")
        }
        return b"close" in options or (self.minor == 0 and b"keep-alive" not in options)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is no HTTP, and by which section. Nothing after it can be told apart.

    `method` and `target` are those of the refused request where its first line is readable.
    """

    reason: str
    section: str
    method: bytes = b""
    target: bytes = b""


@dataclass(frozen=True, slots=True)
class Reading:
    """The complete requests of a connection in order, and how its bytes end: refused, within a
    request (`incomplete`, with as much of its first line as is known), or at the end of one. What
    comes after a request that closes the connection counts for nothing (`ignored` bytes).
    """

    requests: tuple[Request, ...] = ()
    refusal: Refusal | None = None
    incomplete: Refusal | None = None
    ignored: int = 0

    @property
    def clean(self) -> bool:
        return self.refusal is None and self.incomplete is None


class _Refused(Exception):
    def __init__(self, reason: str, section: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.section = section


class _Incomplete(Exception):
    pass


@dataclass(slots=True)
class _Cursor:
    data: bytes
    position: int = 0
    method: bytes = b""
    target: bytes = b""

    def line(self, section: str) -> bytes:
        """The next line without its CR LF."""
        end = self.data.find(b"\n", self.position)
        line = self.data[self.position : end if end >= 0 else len(self.data)]
        if end < 0:
            if b"\r" in line[:-1]:
                raise _Refused("a carriage return without line feed", "RFC 9112, 2.2")
            raise _Incomplete
        if not line.endswith(b"\r"):
            raise _Refused("a line that ends without carriage return", section)
        line = line[:-1]
        if b"\r" in line:
            raise _Refused("a carriage return without line feed", "RFC 9112, 2.2")
        self.position = end + 1
        return line

    def take(self, count: int) -> bytes:
        piece = self.data[self.position : self.position + count]
        if len(piece) < count:
            raise _Incomplete
        self.position += count
        return piece


def read(data: bytes) -> Reading:
    """Read all that was sent over one connection."""
    cursor = _Cursor(data)
    requests: list[Request] = []
    while True:
        start = cursor.position
        cursor.method = cursor.target = b""
        while data.startswith(b"\r\n", cursor.position):  # RFC 9112, 2.2: "at least one"
            cursor.position += 2
        if cursor.position == len(data) or data[cursor.position :] == b"\r":
            # One empty line has to be forgiven; more of them may be refused.
            more = len(data) - start > 2
            empty = Refusal("nothing but empty lines", "RFC 9112, 2.2")
            return Reading(tuple(requests), incomplete=empty if more else None)
        delayed = cursor.position - start > 2
        try:
            request = replace(_request(cursor), delayed=delayed)
        except _Refused as refused:
            if delayed:
                cursor.method = cursor.target = b""
            return Reading(
                tuple(requests),
                Refusal(refused.reason, refused.section, cursor.method, cursor.target),
            )
        except _Incomplete:
            if delayed:
                cursor.method = cursor.target = b""
            reason = "the head is incomplete" if not _head_ends(data, start) else "cut in the body"
            return Reading(
                tuple(requests),
                incomplete=Refusal(reason, "RFC 9112, 8", cursor.method, cursor.target),
            )
        requests.append(request)
        if request.closes:
            return Reading(tuple(requests), ignored=len(data) - cursor.position)


def _head_ends(data: bytes, start: int) -> bool:
    return data.find(b"\r\n\r\n", start + 2) >= 0


def _request(cursor: _Cursor) -> Request:
    line = cursor.line("RFC 9112, 2.2")
    match = _LINE.fullmatch(line)
    if match is None:
        raise _Refused("the request line is not of its grammar", "RFC 9112, 3")
    cursor.method, cursor.target = match[1], match[2]
    if match[3] != b"1":
        raise _Refused("another major version of HTTP", "RFC 9112, 2.3")
    minor = int(match[4])
    fault = _target_fault(match[1], match[2])
    fields = _fields(cursor)
    fault = fault or _host_fault(fields, minor)
    body, trailers, chunked = _body(cursor, fields, minor)
    return Request(
        match[1], match[2], minor, tuple(fields), body, trailers, cursor.position, chunked, fault
    )


def _target_fault(method: bytes, target: bytes) -> str:
    if b"#" in target:
        return "a fragment in the target"
    if method == b"CONNECT":
        return "" if _AUTHORITY.fullmatch(target) else "CONNECT without an authority"
    if target == b"*":
        return "" if method == b"OPTIONS" else "an asterisk as target"
    if target.startswith(b"/"):
        return ""
    match = _ABSOLUTE.fullmatch(target)
    if match is None:
        return "a target that is neither path nor http URI"
    return "" if _AUTHORITY.fullmatch(match[1]) else "a target whose authority is not readable"


def _fields(cursor: _Cursor) -> list[tuple[bytes, bytes]]:
    fields: list[tuple[bytes, bytes]] = []
    while line := cursor.line("RFC 9112, 2.2"):
        if line[:1] in (b" ", b"\t"):
            raise _Refused("a folded field line", "RFC 9112, 5.2")
        match = _FIELD.fullmatch(line)
        if match is None:
            name = line.partition(b":")[0]
            if re.fullmatch(TOKEN + rb"[ \t]+", name):
                raise _Refused("whitespace before a field's colon", "RFC 9112, 5.1")
            if b":" not in line or not re.fullmatch(TOKEN, name):
                raise _Refused("a field line without readable name", "RFC 9112, 5")
            raise _Refused("a control character in a field's value", "RFC 9110, 5.5")
        fields.append((match[1].lower(), match[2]))
    return fields


def _host_fault(fields: list[tuple[bytes, bytes]], minor: int) -> str:
    hosts = [value for name, value in fields if name == b"host"]
    if len(hosts) > 1:
        return "more than one Host"
    if not hosts:
        return "no Host" if minor else ""
    return "" if _AUTHORITY.fullmatch(hosts[0]) else "a Host that is no host"


def _body(
    cursor: _Cursor, fields: list[tuple[bytes, bytes]], minor: int
) -> tuple[bytes, tuple[tuple[bytes, bytes], ...], bool]:
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = [value for name, value in fields if name == b"transfer-encoding"]
    if lengths and codings:
        raise _Refused("Content-Length beside Transfer-Encoding", "RFC 9112, 6.1")
    if len(lengths) > 1:
        raise _Refused("more than one Content-Length", "RFC 9112, 6.3")
    if len(codings) > 1:
        raise _Refused("more than one Transfer-Encoding", "RFC 9112, 6.1")
    if codings:
        if codings[0].lower() != b"chunked":
            raise _Refused("a transfer coding that is not chunked", "RFC 9112, 6.1")
        if minor == 0:
            raise _Refused("Transfer-Encoding in HTTP/1.0", "RFC 9112, 6.1")
        return *_chunks(cursor), True
    if not lengths:
        return b"", (), False
    if not re.fullmatch(rb"[0-9]+", lengths[0]):
        raise _Refused("a Content-Length that is no number", "RFC 9110, 8.6")
    digits = lengths[0].lstrip(b"0") or b"0"
    if len(digits) > 18:
        raise _Incomplete  # more than anybody can send; int() refuses thousands of digits
    return cursor.take(int(digits)), (), False


def _chunks(cursor: _Cursor) -> tuple[bytes, tuple[tuple[bytes, bytes], ...]]:
    body = bytearray()
    while True:
        line = cursor.line("RFC 9112, 7.1")
        match = _CHUNK.fullmatch(line)
        if match is None:
            size = re.match(rb"[0-9A-Fa-f]*", line)
            if size and size[0] and line[size.end() :].lstrip(b" \t").startswith(b";"):
                raise _Refused("a chunk extension that is not of its grammar", "RFC 9112, 7.1.1")
            raise _Refused("a chunk size that is no hexadecimal number", "RFC 9112, 7.1")
        digits = match[1].lstrip(b"0") or b"0"
        if len(digits) > 15:
            raise _Incomplete
        size_ = int(digits, 16)
        if not size_:
            return bytes(body), tuple(_fields(cursor))
        body += cursor.take(size_)
        end = cursor.data[cursor.position : cursor.position + 2]
        if not b"\r\n".startswith(end):
            raise _Refused("a chunk that is not as long as its size says", "RFC 9112, 7.1")
        cursor.take(2)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a readable target points: path and query as sent, the authority of an absolute form."""

    path: bytes = b""
    query: bytes = b""
    authority: bytes = b""


def route(target: bytes) -> Route:
    """Take a target apart. A target that is no path and no http URI has an empty path."""
    match = _ABSOLUTE.fullmatch(target)
    authority = b""
    if match is not None:
        authority, target = match[1], match[2] or b"/"
        if not target.startswith(b"/"):
            target = b"/" + target
    if not target.startswith(b"/"):
        return Route()
    path, _, query = target.partition(b"#")[0].partition(b"?")
    return Route(path, query, authority)
