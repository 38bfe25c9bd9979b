# Copied by scripts/codegen.py from overrides/runtime/content.py; do not edit.
"""The body of an answer: bounded, its content encoding undone.

What cannot be decoded is kept as it came, beside a sentence that tells what is wrong: a 503 stays
a 503 whatever its body is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from .exchange import Answered

ACCEPT_ENCODING = "gzip, deflate"
"""What this client asks for, unless the caller asks for something else."""

MAX_DECODED = 64 * 1024 * 1024
"""Bytes of a compressed answer after decoding; a small answer can decode to terabytes."""

MAX_RECEIVED = 256 * 1024 * 1024
"""Bytes of an answer on the wire."""

_KEPT = 64 * 1024
_STEP = 64 * 1024


class UndecodableError(ValueError):
    """The content is not what its encoding says."""


class Content:
    """Gathers the body of an answer."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> bool:
        """Take the next bytes; False when there are too many and reading should stop."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        return self._size <= MAX_RECEIVED

    def answered(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> Answered:
        """The answer with this body.

        Args:
            headers: as they came; repeated ones are joined by a comma.
        """
        joined: dict[str, str] = {}
        for name, value in headers:
            key, text = name.decode("latin-1").lower(), _text(value)
            joined[key] = f"{joined[key]}, {text}" if key in joined else text
        content = b"".join(self._chunks)
        if self._size > MAX_RECEIVED:
            flaw = f"it is longer than {MAX_RECEIVED} bytes"
            return Answered(status, joined, content[:_KEPT], flaw)
        encoding = joined.get("content-encoding")
        if encoding is None or not content:
            return Answered(status, joined, content)
        try:
            return Answered(status, joined, decoded(content, encoding))
        except UndecodableError as error:
            return Answered(status, joined, content, str(error))


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def acceptable(encodings: str | None) -> str:
    """Of what a caller's HTTP client asks for, that which can be decoded here."""
    if encodings is None:
        return ACCEPT_ENCODING
    asked = [each.strip() for each in encodings.split(",")]
    known = [each for each in asked if each.partition(";")[0].strip().lower() in _WINDOW_BITS]
    return ", ".join(known) or "identity"


# zlib's wbits for a gzip member and a zlib stream, RFC 9110, 8.4.1
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_RAW_DEFLATE = -15


def decoded(content: bytes, encoding: str) -> bytes:
    """Undo a content encoding.

    Args:
        encoding: the ``Content-Encoding`` header: gzip, x-gzip, deflate or identity. Deflate is a
            zlib stream or, as some servers send it, the bare compressed data.

    Raises:
        UndecodableError: the encoding is another, or the content is broken, cut short, or more than
            :data:`MAX_DECODED` bytes when decoded.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not names:
        return content
    if len(names) > 1 or names[0] not in _WINDOW_BITS:
        raise UndecodableError(f"its encoding {encoding[:80]!r} is none that was asked for")
    bits = _WINDOW_BITS[names[0]]
    if names[0] == "deflate" and not _begins_zlib(content):
        bits = _RAW_DEFLATE
    try:
        return _inflated(content, bits)
    except zlib.error as error:
        raise UndecodableError(f"its {names[0]} encoding is broken ({error})") from None


def _begins_zlib(content: bytes) -> bool:
    # RFC 1950, 2.2: method 8, and a check over the first two bytes
    return content[0] & 0x0F == 8 and int.from_bytes(content[:2], "big") % 31 == 0


def _inflated(content: bytes, bits: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    rest = content
    while rest:  # gzip members can follow one another, RFC 1952, 2.2
        member = zlib.decompressobj(bits)
        while not member.eof:
            piece = member.decompress(rest, _STEP)
            rest = member.unconsumed_tail
            size += len(piece)
            if size > MAX_DECODED:
                raise UndecodableError(f"it is longer than {MAX_DECODED} bytes when decoded")
            pieces.append(piece)
            if not piece and not rest and not member.eof:
                raise UndecodableError("it is compressed and cut short")
        rest = member.unused_data
        if rest and (bits != _WINDOW_BITS["gzip"] or not rest.startswith(b"\x1f\x8b")):
            if rest.strip(b"\0"):
                raise UndecodableError("bytes follow the end of its compressed content")
            break  # padding
    return b"".join(pieces)
