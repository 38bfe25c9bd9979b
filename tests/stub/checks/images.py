"""What an image's own bytes say: format by magic number, size in pixels from its header.

Only headers are read: no pixel is ever decoded, so a small file that claims to be huge costs
nothing, and is refused by what it claims.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import IO

from PIL import GifImagePlugin, JpegImagePlugin, PngImagePlugin
from PIL.ImageFile import ImageFile

PIXEL_LIMIT = 80_000_000
"""Most pixels (width times height) that an image may claim; more is taken for a decompression
bomb.
"""


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    media_type: str
    extension: str
    reader: type[ImageFile]


_FORMATS: tuple[tuple[tuple[bytes, ...], Format], ...] = (
    ((b"\x89PNG\r\n\x1a\n",), Format("png", "image/png", "png", PngImagePlugin.PngImageFile)),
    ((b"\xff\xd8\xff",), Format("jpeg", "image/jpeg", "jpg", JpegImagePlugin.JpegImageFile)),
    ((b"GIF87a", b"GIF89a"), Format("gif", "image/gif", "gif", GifImagePlugin.GifImageFile)),
)

_ALIASES = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Format name (png, jpeg, gif), media type, usual extension, width and height in pixels."""

    format: str
    media_type: str
    extension: str
    width: int
    height: int


class NotAnImage(ValueError):
    """The bytes are no PNG, JPEG or GIF whose header can be read; the message says why."""


def canonical(media_type: str) -> str:
    """The registered name of an image type: image/jpg, often sent, is image/jpeg."""
    return _ALIASES.get(media_type, media_type)


def read(data: bytes | IO[bytes]) -> ImageFacts:
    """Format and size of an image, or of a file that stands at its beginning. Raises NotAnImage."""
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    begin = file.read(8)
    file.seek(0)
    found = next((form for magic, form in _FORMATS if begin.startswith(magic)), None)
    if found is None:
        raise NotAnImage(
            "the file is empty" if not begin else "the bytes are no PNG, JPEG or GIF image"
        )
    if found.name == "gif":
        _check_gif(file)
    try:
        # The format's own reader, not Image.open: that would import every plugin, try its
        # process-wide pixel limit (which a test of the user may have set) and warn.
        with found.reader(file) as image:
            width, height = image.size
    # Pillow reports a broken header as any of these.
    except (
        SyntaxError,
        OSError,
        ValueError,
        OverflowError,
        EOFError,
        struct.error,
        zlib.error,
    ) as error:
        raise NotAnImage(f"the header of the {found.name.upper()} image cannot be read") from error
    if width < 1 or height < 1:
        raise NotAnImage(f"the {found.name.upper()} image has no pixels")
    _check_pixels(width, height)
    return ImageFacts(found.name, found.media_type, found.extension, width, height)


def _check_pixels(width: int, height: int) -> None:
    if width * height > PIXEL_LIMIT:
        raise NotAnImage(
            f"the image claims {width} x {height} pixels; at most {PIXEL_LIMIT} are read"
        )


def _check_gif(file: IO[bytes]) -> None:
    """Refuse a GIF whose screen or first frame is too large, before its reader warns of a bomb.

    Only that reader checks sizes by itself, against a process-wide limit which is the user's.
    """
    head = file.read(13)
    width, height, flags = struct.unpack("<HHB", head[6:11].ljust(5, b"\0"))
    if flags & 0x80:
        file.seek(3 * 2 ** ((flags & 7) + 1), io.SEEK_CUR)
    while (mark := file.read(1)) == b"!":  # extensions: a label, then blocks up to an empty one
        file.read(1)
        while size := file.read(1)[:1].strip(b"\0"):
            file.seek(size[0], io.SEEK_CUR)
    if mark == b",":
        left, top, wide, high = struct.unpack("<HHHH", file.read(8).ljust(8, b"\0"))
        width, height = max(width, left + wide), max(height, top + high)
    file.seek(0)
    _check_pixels(width, height)
