# Copied by scripts/codegen.py from overrides/runtime/media_type.py; do not edit.
"""The media type of a file, from its first bytes or its name."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence

SNIFF_LENGTH = 16
"""How many first bytes :func:`sniff` looks at."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
)

# names that services use for a registered type
_ALIASES: dict[str, tuple[str, ...]] = {"image/jpeg": ("image/jpg", "image/pjpeg")}

_EXTENSIONS: dict[str, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "application/pdf": ".pdf",
}


def sniff(head: bytes) -> str | None:
    """The media type that the magic bytes tell, or None."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def choose(head: bytes, filename: str | None, documented: Sequence[str] = ()) -> str:
    """The media type to declare for a file that came without one.

    The bytes decide, then the extension. A documented alias (``image/jpg``) is used where the
    document does not list the registered name. What cannot be told is the one documented type if
    there is one only, else ``application/octet-stream``.
    """
    guessed = sniff(head) or (mimetypes.guess_type(filename)[0] if filename else None)
    if guessed is None:
        return documented[0] if len(documented) == 1 else "application/octet-stream"
    if documented and guessed not in documented:
        for alias in _ALIASES.get(guessed, ()):
            if alias in documented:
                return alias
    return guessed


def extension(media_type: str) -> str:
    """The file name extension of a media type, dot included; empty when unknown."""
    return _EXTENSIONS.get(media_type, "")
