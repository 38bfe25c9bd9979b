"""What a strict reader of RFC 7578 (and RFC 2046, 5.1) makes of a multipart/form-data body."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scripts.fuzzing.wire.reference import TOKEN

_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_VALUE = re.compile(rb"(" + TOKEN + rb"(?:/" + TOKEN + rb")?)[ \t]*")
_PARAMETER = re.compile(
    rb";[ \t]*(?:(" + TOKEN + rb")=(?:(" + TOKEN + rb')|"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]'
    rb'|\\[\t\x20-\x7e\x80-\xff])*)"))?[ \t]*'
)
# White space before the colon is obsolete, and to be accepted (RFC 5322, 4.5.8).
_HEADER = re.compile(rb"(" + TOKEN + rb")[ \t]*:[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
_PLAIN = {b"7bit", b"8bit", b"binary"}


class Malformed(ValueError):
    """No multipart/form-data; `section` is the text that says so."""

    def __init__(self, reason: str, section: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.section = section


@dataclass(frozen=True, slots=True)
class FieldValue:
    """`value; name=value`: value and names in lower case, quoting removed."""

    value: bytes
    parameters: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part as it was sent; `content_type` is None where it states none."""

    name: bytes
    filename: bytes | None
    content_type: bytes | None
    data: bytes


def field_value(text: bytes) -> FieldValue:
    """Read a Content-Type or Content-Disposition. Raises Malformed."""
    match = _VALUE.match(text)
    if match is None:
        raise Malformed("a header value that begins with no token", "RFC 9110, 5.6.6")
    position = match.end()
    parameters: dict[bytes, bytes] = {}
    while position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            raise Malformed("a parameter that is not of its grammar", "RFC 9110, 5.6.6")
        position = found.end()
        if found[1] is None:
            continue
        name = found[1].lower()
        if name in parameters:
            raise Malformed("a parameter given twice", "RFC 2045, 5.1")
        quoted = found[3]
        parameters[name] = found[2] if quoted is None else re.sub(rb"\\(.)", rb"\1", quoted)
    return FieldValue(match[1].lower(), parameters)


def boundary(content_type: bytes) -> bytes:
    """The boundary that a Content-Type states. Raises Malformed."""
    stated = field_value(content_type).parameters.get(b"boundary")
    if stated is None:
        raise Malformed("no boundary is stated", "RFC 2046, 5.1.1")
    if not _BOUNDARY.fullmatch(stated):
        raise Malformed("a boundary that is not of its grammar", "RFC 2046, 5.1.1")
    return stated


def read(content_type: bytes, body: bytes) -> list[FormPart]:
    """The parts of a complete form. Raises Malformed."""
    delimiter = b"--" + boundary(content_type)
    parts: list[FormPart] = []
    start: int | None = None
    # A delimiter begins at the beginning of the body or after CR LF; whatever line begins with
    # it is one.
    position = 0 if body.startswith(delimiter) else _next(body, delimiter, 0)
    if position is None:
        raise Malformed("the boundary does not occur", "RFC 2046, 5.1.1")
    while True:
        if start is not None:
            # The CR LF before a delimiter belongs to it.
            parts.append(_part(body[start : position - 2]))
        after = position + len(delimiter)
        line, ended, _ = body[after:].partition(b"\r\n")
        if line.startswith(b"--"):
            if line[2:].strip(b" \t"):
                raise Malformed("junk after the closing boundary", "RFC 2046, 5.1.1")
            break
        if line.strip(b" \t"):
            raise Malformed("junk after a boundary", "RFC 2046, 5.1.1")
        if not ended:
            raise Malformed("the closing boundary is missing", "RFC 2046, 5.1.1")
        start = after + len(line) + 2
        # An empty line may be the end of the headers and belong to the next delimiter: the search
        # begins two bytes before.
        found = _next(body, delimiter, start - 2)
        if found is None:
            raise Malformed("the closing boundary is missing", "RFC 2046, 5.1.1")
        position = found
    # browsers write a form without fields so (WHATWG HTML, 4.10.21.8)
    if not parts and not body.startswith(delimiter + b"--"):
        raise Malformed("a form without parts", "RFC 2046, 5.1.1")
    return parts


def _next(body: bytes, delimiter: bytes, start: int) -> int | None:
    found = body.find(b"\r\n" + delimiter, start)
    return None if found < 0 else found + 2


def _part(content: bytes) -> FormPart:
    if content.startswith(b"\r\n"):
        raise Malformed("a part without headers", "RFC 7578, 4.2")
    head, separator, data = content.partition(b"\r\n\r\n")
    if not separator:
        raise Malformed("a part whose headers do not end", "RFC 2046, 5.1.1")
    headers: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n"):
        match = _HEADER.fullmatch(line)
        if match is None:
            raise Malformed("a part's header that is not of its grammar", "RFC 7578, 4.8")
        name = match[1].lower()
        if name in headers and name.startswith(b"content-"):
            raise Malformed("a part's header given twice", "RFC 7578, 4.2")
        headers[name] = match[2]
    if headers.get(b"content-transfer-encoding", b"binary").lower() not in _PLAIN:
        raise Malformed("a part with a transfer encoding", "RFC 7578, 4.7")
    if b"content-disposition" not in headers:
        raise Malformed("a part without Content-Disposition", "RFC 7578, 4.2")
    disposition = field_value(headers[b"content-disposition"])
    name = disposition.parameters.get(b"name", b"")
    if disposition.value != b"form-data" or not name:
        raise Malformed("a part without name", "RFC 7578, 4.2")
    content_type = headers.get(b"content-type")
    return FormPart(
        name,
        disposition.parameters.get(b"filename"),
        field_value(content_type).value if content_type is not None else None,
        data,
    )
