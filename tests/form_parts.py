"""The parts of a multipart body, read by RFC 2046 and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.recorder import Request


@dataclass(frozen=True)
class Part:
    """One part: its headers with lower-case names, and its bytes."""

    headers: dict[str, str]
    content: bytes

    @property
    def name(self) -> str:
        return self._parameter("name") or ""

    @property
    def filename(self) -> str | None:
        return self._parameter("filename")

    def _parameter(self, name: str) -> str | None:
        found = re.search(rf'; {name}="([^"]*)"', self.headers["content-disposition"])
        return found[1] if found else None


def boundary_of(request: Request) -> str:
    """The boundary that a request declares."""
    media_type = request.header("content-type") or ""
    found = re.fullmatch(
        r"multipart/form-data; boundary=([0-9A-Za-z'()+_,./:=? -]{1,70})", media_type
    )
    assert found, f"not a multipart body: {media_type}"
    return found[1]


def parts_of(request: Request) -> list[Part]:
    """The parts of a request, in order; their bytes are exactly those between the delimiters."""
    delimiter = b"--" + boundary_of(request).encode()
    body = b"\r\n" + request.body
    first, *pieces = body.split(b"\r\n" + delimiter)
    assert first == b""
    assert pieces.pop() == b"--\r\n", "the closing delimiter is missing"
    parts: list[Part] = []
    for piece in pieces:
        assert piece.startswith(b"\r\n")
        head, separator, content = piece[2:].partition(b"\r\n\r\n")
        assert separator, "a part has no end of headers"
        lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        assert len(headers) == len(lines), f"a header came twice: {lines}"
        parts.append(Part(headers, content))
    return parts
