"""The stub accepts bytes that are no HTTP or no multipart form, or refuses such that are."""

from __future__ import annotations

import re

from tests.defects.defect import Defect
from tests.defects.patch import edit, replace, together

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"


def _fields(field: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:" + field + rb")*+")


DEFECTS = [
    Defect(
        "form-without-end",
        "framing",
        "stub",
        "A form whose closing boundary is missing is accepted.",
        "subtle",
        edit(
            "tests.stub.checks.multipart:FormReader.finish",
            (
                'raise MalformedForm("the body ends before the closing boundary")',
                "return self.parts",
            ),
        ),
    ),
    Defect(
        "form-with-more-behind",
        "framing",
        "stub",
        "Whatever follows the closing boundary of a form is passed over.",
        "subtle",
        edit(
            "tests.stub.checks.multipart:FormReader._end",
            (
                'raise MalformedForm("something follows the closing boundary")',
                "self._epilogue = b''",
            ),
        ),
    ),
    Defect(
        "form-with-something-before",
        "framing",
        "stub",
        "A form's body that does not begin with the stated boundary is taken from where it comes.",
        "hidden",
        edit(
            "tests.stub.checks.multipart:FormReader._begin",
            (
                "if not start.startswith(self._delimiter):\n",
                "if self._delimiter in start:\n"
                "            start = start[start.index(self._delimiter) :]\n"
                "        if not start.startswith(self._delimiter):\n",
            ),
        ),
    ),
    Defect(
        "form-part-twice",
        "framing",
        "stub",
        "A part that may be there once is accepted twice; the first one counts.",
        "subtle",
        edit(
            "tests.stub.checks.body:_gate.__call__",
            ("if part.name in self._seen and", "if not part.name and"),
        ),
    ),
    Defect(
        "form-part-in-any-case",
        "framing",
        "stub",
        "The name of a part is accepted in any case.",
        "subtle",
        edit(
            "tests.stub.checks.body:_gate.__call__",
            (
                "schema = self._properties.get(part.name)",
                "part.name = part.name.lower()\n        schema = self._properties.get(part.name)",
            ),
        ),
    ),
    Defect(
        "form-part-header-twice",
        "framing",
        "stub",
        "A part may have two Content-Dispositions; the first one counts.",
        "hidden",
        edit(
            "tests.stub.checks.multipart:_part",
            ("if name in _PART_HEADERS and names.count(name) > 1:", "if not name:"),
            ("values = dict(headers)", "values = dict(reversed(headers))"),
        ),
    ),
    Defect(
        "body-cut-short",
        "framing",
        "stub",
        "A body shorter than its Content-Length is taken for whole when the connection ends.",
        "subtle",
        edit(
            "tests.stub.http.incoming:Incoming.read",
            (
                "raise Refused(Reason.HTTP, message, headers=_CLOSE)",
                "self.framing.done = True",
            ),
        ),
    ),
    Defect(
        "chunks-without-end",
        "framing",
        "stub",
        "A chunked body without its last chunk is taken for whole when the connection ends.",
        "subtle",
        edit(
            "tests.stub.http.incoming:Incoming.read",
            (
                "raise Refused(Reason.HTTP, message, headers=_CLOSE)",
                "if self.framing.rest is not None:\n"
                "                    raise Refused(Reason.HTTP, message, headers=_CLOSE)\n"
                "                self.framing.done = True",
            ),
        ),
    ),
    Defect(
        "chunk-end-not-checked",
        "framing",
        "stub",
        "The two bytes after a chunk may be anything.",
        "hidden",
        edit(
            "tests.stub.http.chunks:Chunks.take",
            ('raise _bad("a chunk is not as long as its size says")', 'end = b"\\r\\n"'),
            ("if len(end) < 2:", "if len(data) - position < 2:"),
        ),
    ),
    Defect(
        "chunk-size-with-prefix",
        "framing",
        "stub",
        "A chunk's size may be written as 0x1f.",
        "hidden",
        replace(
            "tests.stub.http.chunks:_SIZE",
            lambda old: re.compile(
                rb"(?:0[xX])?([0-9A-Fa-f]{1,12})[ \t]*(;[\t\x20-\x7e\x80-\xff]*)?"
            ),
        ),
    ),
    Defect(
        "chunk-extension-refused",
        "framing",
        "stub",
        "A chunk with an extension is refused, which every server has to pass over.",
        "subtle",
        replace(
            "tests.stub.http.chunks:_SIZE",
            lambda old: re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(;;;)?"),
        ),
    ),
    Defect(
        "length-beside-chunks",
        "framing",
        "stub",
        "Content-Length and Transfer-Encoding are accepted together; the later one counts.",
        "subtle",
        edit(
            "tests.stub.http.request_head:_interpret",
            ("if lengths + codings > 1:", "if lengths > 1 or codings > 1:"),
        ),
    ),
    Defect(
        "two-lengths",
        "framing",
        "stub",
        "Two Content-Lengths are accepted; the last one counts.",
        "subtle",
        edit(
            "tests.stub.http.request_head:_interpret",
            ("if lengths + codings > 1:", "if lengths and codings:"),
        ),
    ),
    Defect(
        "any-coding-is-chunked",
        "framing",
        "stub",
        "A Transfer-Encoding that only ends in `chunked` (xchunked) is read as chunks.",
        "hidden",
        edit(
            "tests.stub.http.request_head:_interpret",
            ('if value.lower() != b"chunked":', 'if not value.lower().endswith(b"chunked"):'),
        ),
    ),
    Defect(
        "length-with-sign",
        "framing",
        "stub",
        "A Content-Length is accepted with a plus before it.",
        "hidden",
        replace("tests.stub.http.request_head:_LENGTH", lambda old: re.compile(rb"\+?[0-9]{1,15}")),
    ),
    Defect(
        "bare-line-feed",
        "framing",
        "stub",
        "A header line may hold a line feed without carriage return.",
        "subtle",
        together(
            replace(
                "tests.stub.http.request_head:_FIELDS",
                lambda old: _fields(_TOKEN + rb":[\t\n\x20-\x7e\x80-\xff]*\r\n"),
            ),
            replace(
                "tests.stub.http.request_head:_BROKEN",
                lambda old: re.compile(rb"\r(?!\n|\Z)|[^\t\r\n\x20-\x7e\x80-\xff]"),
            ),
        ),
    ),
    Defect(
        "space-before-colon",
        "framing",
        "stub",
        "A space may stand between a header's name and its colon.",
        "subtle",
        together(
            replace(
                "tests.stub.http.request_head:_FIELDS",
                lambda old: _fields(_TOKEN + rb"[ \t]*:[\t\x20-\x7e\x80-\xff]*\r\n"),
            ),
            edit(
                "tests.stub.http.request_head:fields",
                ("found.append((name.lower(), ", "found.append((name.strip().lower(), "),
            ),
        ),
    ),
    Defect(
        "control-in-header",
        "framing",
        "stub",
        "A header's value may hold control characters, NUL among them.",
        "subtle",
        together(
            replace(
                "tests.stub.http.request_head:_FIELDS",
                lambda old: _fields(_TOKEN + rb":[^\r\n]*\r\n"),
            ),
            replace(
                "tests.stub.http.request_head:_BROKEN",
                lambda old: re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)"),
            ),
        ),
    ),
    Defect(
        "host-missing",
        "framing",
        "stub",
        "An HTTP/1.1 request without Host is accepted.",
        "subtle",
        edit(
            "tests.stub.http.request_head:_interpret",
            ("(not hosts and head.minor == 1)", "(not hosts and head.minor > 1)"),
        ),
    ),
    Defect(
        "two-hosts",
        "framing",
        "stub",
        "A request with two Hosts is accepted.",
        "subtle",
        edit("tests.stub.http.request_head:_interpret", ("if hosts > 1 or (", "if (")),
    ),
    Defect(
        "continue-not-sent",
        "framing",
        "stub",
        "A client that expects 100 Continue waits for it in vain.",
        "hidden",
        edit(
            "tests.stub.http.connection:Connection.receive",
            ("self._transport.write(_CONTINUE)", "pass"),
        ),
    ),
    Defect(
        "next-request-lost",
        "framing",
        "stub",
        "What a client sends ahead while its request is answered is thrown away.",
        "hidden",
        edit(
            "tests.stub.http.connection:Connection._finish",
            ("if self._input or self._paused:", "self._input.clear()\n        if self._paused:"),
        ),
    ),
    Defect(
        "refused-body-is-next-request",
        "framing",
        "stub",
        "The body of a request that is refused early is read as the next request.",
        "hidden",
        edit(
            "tests.stub.http.connection:Connection._finish",
            (
                "self._deadline.set(\n",
                "self._body = Incoming(Length(0))\n        self._deadline.set(\n",
            ),
        ),
    ),
]
