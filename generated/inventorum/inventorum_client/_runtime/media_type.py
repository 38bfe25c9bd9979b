# Copied by scripts/codegen.py from overrides/runtime/media_type.py; do not edit.
"""The media type of a file, from its first bytes or its name."""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Sequence

SNIFF_LENGTH = 512
"""How many first bytes :func:`sniff` looks at; an SVG may begin with a declaration and comments."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0\x08\0\0\0", "image/tiff"),  # BigTIFF
    (b"MM\0+\0\x08\0\0", "image/tiff"),
    (b"%PDF-", "application/pdf"),
)

# brands of ISO base media files that hold a picture; the registrations of HEIF and AVIF
_BRANDS: dict[bytes, str] = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic-sequence",
    b"hevx": "image/heic-sequence",
    b"mif1": "image/heif",
    b"msf1": "image/heif-sequence",
}
_GENERIC = (b"mif1", b"msf1")

_SVG = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?((<!--.*?-->|<!DOCTYPE\s+svg[^>\[]*(\[[^\]]*\]\s*)?>)\s*)*<svg[\s>/]",
    re.DOTALL,
)

# names that services use for a registered type
_ALIASES: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("image/jpg", "image/pjpeg"),
    "image/png": ("image/x-png",),
    "image/bmp": ("image/x-ms-bmp", "image/x-bmp"),
    "image/tiff": ("image/tif",),
    "image/svg+xml": ("image/svg",),
}
_REGISTERED = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}

_EXTENSIONS: dict[str, str] = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/svg+xml": ".svg",
    "application/pdf": ".pdf",
}


def sniff(head: bytes) -> str | None:
    """The media type that the first bytes tell, or None."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    # two letters are a word too: the reserved bytes are 0 and the file header ends at 26 or later
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0" and head[10:14] >= b"\x1a\0\0\0":
        return "image/bmp"
    if head[4:8] == b"ftyp":
        return _brand(head)
    if _SVG.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "image/svg+xml"
    return None


def _brand(head: bytes) -> str | None:
    # the major brand, then from byte 16 those that the file is compatible with
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[start : start + 4] for start in range(16, end, 4))]
    if brands[0] not in _BRANDS:
        return None
    if brands[0] in _GENERIC:
        brands = [brand for brand in brands if brand not in _GENERIC and brand in _BRANDS] + brands
    return _BRANDS[brands[0]]


def choose(head: bytes, filename: str | None, documented: Sequence[str] = ()) -> str:
    """The media type to declare for a file that came without one.

    The bytes decide, then the extension. A documented alias (``image/jpg``) is used where the
    document does not list the registered name. What cannot be told is the one documented type if
    there is one only, else ``application/octet-stream``.
    """
    guessed = sniff(head) or _by_extension(filename or "")
    if guessed is None:
        return documented[0] if len(documented) == 1 else "application/octet-stream"
    if documented and guessed not in documented:
        for alias in _ALIASES.get(guessed, ()):
            if alias in documented:
                return alias
    return guessed


def _by_extension(filename: str) -> str | None:
    extension = os.path.splitext(filename)[1]
    # mimetypes reads names as URLs: a name "data:a/b,c" would choose its own type
    if not (extension.isascii() and extension[1:].isalnum()):
        return None
    media_type, compression = mimetypes.guess_type("file" + extension)
    return None if compression else media_type


def extension(media_type: str) -> str:
    """The file name extension of a media type, dot included; empty when unknown."""
    name = media_type.partition(";")[0].strip().lower()
    return _EXTENSIONS.get(_REGISTERED.get(name, name), "")
