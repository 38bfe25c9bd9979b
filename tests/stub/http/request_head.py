"""The head of an HTTP/1 request: request line and header fields, read strictly.

Whatever two servers might read differently is refused: bare line feeds, folded lines, two lengths,
a length beside chunks, a transfer coding other than chunked. RFC 9112 lets a server be lenient with
some of it; leniency is how requests are smuggled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from ..refusal import Reason, Refused

LONGEST_TARGET = 8 * 1024
LONGEST_HEAD = 32 * 1024
MOST_FIELDS = 100
"""Bytes of the request target, bytes of the whole head, and fields in it."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_LINE = re.compile(rb"(" + _TOKEN + rb") ([\x21-\x7e]+) HTTP/1\.([01])")
_FIELD = _TOKEN + rb":[\t\x20-\x7e\x80-\xff]*\r\n"
_FIELDS = re.compile(rb"(?:" + _FIELD + rb")*+")
_BROKEN = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)|[^\t\r\n\x20-\x7e\x80-\xff]")
_AUTHORITY = re.compile(
    rb"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?"
)
_LENGTH = re.compile(rb"[0-9]{1,15}")
_METHOD = re.compile(_TOKEN)
_PATH = re.compile(rb"(?:https?://[^/ ]*)?(/[\x21-\x7e]*)", re.IGNORECASE)
_ABSOLUTE = re.compile(rb"[Hh][Tt][Tt][Pp]://([^/?#]*)(.*)")


@dataclass(slots=True)
class RequestHead:
    """A request without its body.

    `path` and `query` are as sent, still percent-encoded; `path` begins with a slash whatever form
    the target had; `text_path` is it decoded. `authority` is the host that the client addressed,
    with its port, or empty. `lines` are those of the header fields as they came, each with its line
    break. Names in `fields` are in lower case; `headers` are the same as text, a repeated one
    joined as RFC 9110 says. `length` is the body's in bytes, None for a chunked one. None of it is
    changed once it is read: requests share it.
    """

    method: str
    path: bytes
    query: bytes
    minor: int = 1
    authority: bytes = b""
    lines: bytes = b""
    fields: Sequence[tuple[bytes, bytes]] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    length: int | None = 0
    keep_alive: bool = False
    expects: bool = False
    text_path: str = field(init=False)

    def __post_init__(self) -> None:
        self.text_path = unquote_to_bytes(self.path).decode("utf-8", "replace")


class BadHead(Exception):
    """A head that is refused; `head` holds what could be read of it, for the answer's envelope."""

    def __init__(self, head: RequestHead, refused: Refused) -> None:
        super().__init__(refused.message)
        self.head = head
        self.refused = refused


def _bad(message: str, reason: Reason = Reason.HTTP) -> Refused:
    return Refused(reason, message, headers=[("Connection", "close")])


def unfinished(data: bytes | bytearray) -> None:
    """Check the beginning of a head as far as it has come. Raises BadHead if it can't become one.

    Nobody shall wait for the end of what is no HTTP.
    """
    line, ended, _ = bytes(data[: LONGEST_HEAD + 1]).partition(b"\r\n")
    try:
        if _BROKEN.search(data):
            raise _bad("a control character, or a line that does not end with CR LF")
        if ended:
            _request_line(line)
        elif len(line) > LONGEST_TARGET + 100:
            raise _too_long()
        elif not _METHOD.fullmatch(line.partition(b" ")[0]):
            raise _bad("the request does not begin with a method")
        if len(data) > LONGEST_HEAD:
            raise _flood(f"the head is larger than {LONGEST_HEAD} bytes")
    except Refused as refused:
        raise BadHead(_guess(data), refused) from None


def parse(data: bytes) -> RequestHead:
    """Read a head that ends with an empty line (two line breaks, given with it). Raises BadHead."""
    end = data.find(b"\r\n")
    line = data[:end]
    try:
        head = _request_line(line)
        if len(data) > LONGEST_HEAD:
            raise _flood(f"the head is larger than {LONGEST_HEAD} bytes")
        block = data[end + 2 : -2]
        if not _FIELDS.fullmatch(block):
            raise _bad(_complaint(block))
        head.lines = block
        head.fields = fields(block)
        if len(head.fields) > MOST_FIELDS:
            raise _flood(f"the head has more than {MOST_FIELDS} header fields")
        head.headers = _texts(head.fields)
        _interpret(head, head.fields)
    except Refused as refused:
        raise BadHead(_guess(data), refused) from None
    return head


def fields(lines: bytes) -> list[tuple[bytes, bytes]]:
    """Names, in lower case, and values of header fields that are well-formed, each with its line
    break.
    """
    found: list[tuple[bytes, bytes]] = []
    for line in lines.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        found.append((name.lower(), value.strip(b" \t")))
    return found


def _texts(found: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for raw, text in found:
        name, value = raw.decode("latin-1"), text.decode("latin-1")
        texts[name] = f"{texts[name]}, {value}" if name in texts else value
    return texts


def trailers(data: bytes) -> None:
    """Check the fields after the last chunk (each with its line break). Raises Refused."""
    if not _FIELDS.fullmatch(data):
        raise _bad("the trailer: " + _complaint(data))
    for line in data.split(b"\r\n")[:-1]:
        name = line.partition(b":")[0].lower()
        # What frames, routes or authorises a request must not come after it (RFC 9110, 6.5.1).
        if name in _NO_TRAILERS:
            raise _bad(f"the trailer holds {name.decode()}, which belongs into the head")


_NO_TRAILERS = frozenset(
    b"transfer-encoding content-length host authorization content-type content-encoding"
    b" content-range trailer connection expect cookie te upgrade".split()
)


def _request_line(line: bytes) -> RequestHead:
    match = _LINE.fullmatch(line)
    if match is None:
        raise _bad("the request line is not `method target HTTP/1.1`")
    method, target, minor = match[1].decode(), match[2], int(match[3])
    if len(target) > LONGEST_TARGET:
        raise _too_long()
    authority = b""
    if not target.startswith(b"/"):
        if method == "CONNECT" or target == b"*":
            raise Refused(
                Reason.METHOD,
                "there are no tunnels here, and nothing to ask of the server as a whole",
                headers=[("Allow", "GET, HEAD, POST"), ("Connection", "close")],
            )
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is None:
            raise _bad("the request target is neither a path nor an http URL")
        authority, target = absolute[1], absolute[2]
        _check_authority(authority)
        if not target.startswith(b"/"):
            target = b"/" + target
    if b"#" in target:
        raise _bad("the request target holds a fragment")
    path, _, query = target.partition(b"?")
    return RequestHead(method, path, query, minor, authority)


def _interpret(head: RequestHead, found: Sequence[tuple[bytes, bytes]]) -> None:
    """Host and framing."""
    hosts = lengths = codings = 0
    head.keep_alive = head.minor == 1
    for name, value in found:
        if name == b"host":
            hosts += 1
            _check_authority(value)
            # RFC 9112, 3.2.2: the authority of an absolute-form target is the one that counts.
            head.authority = head.authority or value
        elif name == b"content-length":
            lengths += 1
            if not _LENGTH.fullmatch(value):
                raise _bad("Content-Length is not a number of bytes")
            head.length = int(value)
        elif name == b"transfer-encoding":
            codings += 1
            if value.lower() != b"chunked":
                raise _bad("the only Transfer-Encoding that is read is chunked")
            head.length = None
        elif name == b"connection":
            options = [option.strip() for option in value.lower().split(b",")]
            if b"close" in options:
                head.keep_alive = False
            elif b"keep-alive" in options and head.minor == 0:
                head.keep_alive = True
        elif name == b"expect":
            if value.lower() != b"100-continue":
                raise _bad("the only expectation that can be met is 100-continue", Reason.EXPECT)
            head.expects = head.minor == 1
    if hosts > 1 or (not hosts and head.minor == 1):
        raise _bad("more than one Host is stated" if hosts else "no Host is stated")
    if lengths + codings > 1:
        raise _bad("more than one length of the body is stated")
    if codings and head.minor == 0:
        raise _bad("HTTP/1.0 knows no chunks")


def _check_authority(value: bytes) -> None:
    match = _AUTHORITY.fullmatch(value)
    if match is None or int(match[1] or 0) > 65535:
        raise _bad("Host is no host with an optional port")


def _complaint(block: bytes) -> str:
    match = _FIELDS.match(block)
    line = block[match.end() if match else 0 :]
    if line[:1] in b" \t":
        return "a header line is folded"
    name = re.match(_TOKEN, line)
    if name is None:
        return "a header line has no name"
    after = line[name.end() : name.end() + 1]
    if after != b":":
        return "a header's name is not followed by a colon"
    return "a header's value holds a control character, or a line does not end with CR LF"


def _guess(data: bytes | bytearray) -> RequestHead:
    """Method and path of a broken head, as well as they can be told."""
    line = bytes(data[:LONGEST_TARGET]).lstrip().partition(b"\n")[0]
    method = re.match(rb"[A-Za-z]{1,20}(?= )", line)
    target = _PATH.search(line)
    path, _, query = (target[1] if target else b"/").partition(b"?")
    name = method[0].decode() if method else "GET"
    return RequestHead(name, path.partition(b"#")[0], query)


def cut(data: bytes | bytearray) -> BadHead:
    """The refusal of a head that ends with the connection."""
    return BadHead(_guess(data), _bad("the connection ends within the request's head"))


def late(data: bytes | bytearray, seconds: float) -> BadHead:
    """The refusal of a head that takes too long."""
    message = f"the request's head did not come within {seconds:g} seconds"
    return BadHead(_guess(data), _bad(message, Reason.TIMEOUT))


def _too_long() -> Refused:
    return _bad(f"the request target is longer than {LONGEST_TARGET} bytes", Reason.TARGET_TOO_LONG)


def _flood(message: str) -> Refused:
    return _bad(message, Reason.HEAD_TOO_LARGE)
