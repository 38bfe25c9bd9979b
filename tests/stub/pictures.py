"""Small real images for tests and demonstrations, made with Pillow."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}


def picture(form: str = "PNG", width: int = 3, height: int = 2, *, colour: str = "teal") -> bytes:
    """An image file of one colour. `form` is PNG, JPEG, GIF or anything else that Pillow writes."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, form)
    return buffer.getvalue()


def noise(width: int, height: int) -> bytes:
    """A PNG that does not compress: its size is about three bytes a pixel."""
    buffer = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims `width` by `height` pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(header))
    start = picture("PNG")
    return start[:8] + struct.pack(">I", 13) + header + checksum + start[33:]
