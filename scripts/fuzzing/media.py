"""Image files: real ones of many kinds, and files that nearly are images."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st
from PIL import Image

_FORMATS = {
    "image/png": "PNG",
    "image/x-png": "PNG",
    "image/jpeg": "JPEG",
    "image/jpg": "JPEG",
    "image/pjpeg": "JPEG",
    "image/gif": "GIF",
}
EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif"}
MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "GIF": ("1", "L", "P", "RGB"),
}
SPELLINGS = {
    "PNG": ("png", "image/png", "x-png"),
    "JPEG": ("jpg", "jpeg", "image/jpeg", "image/jpg"),
    "GIF": ("gif", "image/gif"),
}
_SIDES = (1, 2, 3, 7, 8, 9, 16, 17, 31, 64, 255, 256, 257, 300, 1000)


TELLING = 3
"""How many of the valid files, after the first, show most of what can be wrong with a size: one is
tall, one wide, one larger both ways than a byte counts.
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file: what is special about it, its bytes, and what a reader must find out of them.

    `form` is PNG, JPEG or GIF, empty when the bytes are no image; `width` and `height` are pixels.
    """

    note: str
    data: bytes
    form: str = ""
    width: int = 0
    height: int = 0

    @property
    def extension(self) -> str:
        return EXTENSIONS.get(self.form, "bin")


def form_of(media_type: str) -> str:
    """PNG, JPEG or GIF for an image's media type, empty for any other."""
    return _FORMATS.get(media_type.partition(";")[0].strip().lower(), "")


@lru_cache(4096)
def make(form: str, width: int, height: int, mode: str = "RGB", colour: int = 0) -> File:
    """A real image. `colour` varies its pixels; the same arguments make the same bytes."""
    image = _pixels(width, height, mode, colour)
    return File(f"{mode} {width}x{height}", _saved(image, form), form, width, height)


def valid(media_type: str) -> list[File]:
    """Real files of a type, the plainest first, then the TELLING, without the large ones."""
    form = form_of(media_type)
    if not form:
        return [File("bytes", b"\x00\x01payload\r\n\xff", "")]
    return [*_plain(form), *_special(form)]


@lru_cache
def _plain(form: str) -> tuple[File, ...]:
    sizes = ((3, 2), (1, 300), (300, 1), (257, 256), (1, 1), (640, 480))
    files = [make(form, width, height, "RGB", 7) for width, height in sizes]
    files += [make(form, 5, 4, mode, 3) for mode in MODES[form] if mode != "RGB"]
    return tuple(files)


@lru_cache
def _special(form: str) -> tuple[File, ...]:
    first = _pixels(20, 10, "RGB", 1)
    frames = [_pixels(20, 10, "RGB", colour) for colour in (2, 3)]

    def saved(note: str, **options: Any) -> File:
        return File(note, _saved(first, form, **options), form, 20, 10)

    if form == "PNG":
        return (
            saved("animated", save_all=True, append_images=frames, duration=40),
            File("padded", padded(_saved(first, form), form, 5000), form, 20, 10),
        )
    if form == "JPEG":
        turned = Image.Exif()
        turned[0x0112] = 6  # orientation: a viewer turns it, width and height stay as stored
        return (
            saved("progressive", progressive=True),
            saved("turned by EXIF", exif=turned),
            # A picture within the picture: the first SOF marker in the bytes is not the image's.
            saved("with a thumbnail", exif=b"Exif\x00\x00" + _saved(_pixels(4, 3, "RGB", 5), form)),
            File("padded", padded(_saved(first, form), form, 5000), form, 20, 10),
        )
    return (
        saved("animated", save_all=True, append_images=frames, duration=40, loop=0),
        saved("interlaced", interlace=1),
        File("padded", padded(_saved(first, form), form, 5000), form, 20, 10),
    )


def hostile_content(media_type: str) -> list[File]:
    """Real images whose bytes hold what a careless parser takes for its own: line ends, boundary
    lines, quotes, NUL, the magic numbers of other formats.
    """
    form = form_of(media_type)
    texts = (
        b'\r\n--+++\r\nContent-Disposition: form-data; name="x"\r\n\r\n',
        b"\r\n--fuzz-boundary-7d1f8a52c\r\n-fuzz-boundary-7d1f8a52c3\r\n--fuzz-boundary--\r\n",
        b"\x00\r\n\r\n\n\n\x1a%00&=+<script>\xff\xfe\xef\xbb\xbf" * 3,
        b"GIF89a\x01\x00\x01\x00\x89PNG\r\n\x1a\n\xff\xd8\xff\xe0JFIF%PDF-1.7<svg/>",
        b"\r\n--\r\n--",
    )
    if not form:
        return [File("hostile bytes", text) for text in texts]
    plain = make(form, 6, 5, "RGB", 9)
    return [File("hostile bytes", _with_text(plain.data, form, text), form, 6, 5) for text in texts]


@lru_cache
def large(media_type: str, least: int) -> File:
    """A real image of at least so many bytes, without padding: noise that does not compress."""
    form = form_of(media_type)
    if not form:
        return File("large", random.Random(least).randbytes(least))
    side = 64
    while True:
        image = Image.frombytes("RGB", (side, side), random.Random(side).randbytes(side * side * 3))
        data = _saved(image, form, **({"quality": 95} if form == "JPEG" else {}))
        if len(data) >= least:
            return File(f"{len(data)} bytes", data, form, side, side)
        side = side * 5 // 4 + 1


def sized(media_type: str, size: int) -> File:
    """A real image of exactly so many bytes."""
    form = form_of(media_type)
    if not form:
        return File(f"{size} bytes", random.Random(size).randbytes(size))
    plain = make(form, 3, 2, "RGB", 7)
    return File(f"{size} bytes", padded(plain.data, form, size), form, 3, 2)


def invalid(media_type: str) -> list[File]:
    """Files that are no image of this type: empty, cut within the header, another magic number,
    another format, text.
    """
    form = form_of(media_type)
    if not form:
        return []
    real = make(form, 40, 30, "RGB", 7).data
    start = {"PNG": 8, "JPEG": 3, "GIF": 6}[form]
    files = [
        File("an empty file", b""),
        File("one byte of the magic number", real[:1]),
        File("nothing but the magic number", real[:start]),
        File("an image cut within its header", real[: start + 3]),
        File("an image whose first byte is another", bytes([real[0] ^ 0xFF]) + real[1:]),
        File("an image behind a line end", b"\r\n" + real),
        File("an image behind a NUL", b"\x00" + real),
        File("an image without its magic number", real[start:]),
        File("the magic number and then text", real[:start] + b"hello, this is no image" * 4),
        File("text", b"just text, no image at all\n"),
        File("HTML", b"<!doctype html><script>alert(1)</script>"),
        File("a drawing in SVG", b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'),
    ]
    files += [
        File(f"a {other} image", make(other, 40, 30, "RGB", 7).data)
        for other in EXTENSIONS
        if other != form
    ]
    if form == "PNG":
        files.append(File("an image without width", _png_header(0, 5) + real[33:]))
        files.append(File("a BMP image", _saved(_pixels(4, 4, "RGB", 1), "BMP")))
    if form == "GIF":
        files.append(File("an image of version GIF90a", b"GIF90a" + real[6:]))
    return files


def register(media_type_hook: Callable[..., None]) -> None:
    """Let schemathesis draw real images for the image types (`schemathesis.openapi.media_type`)."""
    for media_type in _FORMATS:
        media_type_hook(media_type, strategy(media_type))


def strategy(media_type: str) -> st.SearchStrategy[bytes]:
    """Real images of a type, small ones first; the smallest failing one is what is reported."""
    return files(media_type).map(lambda file: file.data)


def files(media_type: str) -> st.SearchStrategy[File]:
    """Real files of a type with what a reader must find out of them."""
    form = form_of(media_type)
    if not form:
        return st.binary(max_size=2000).map(lambda data: File("bytes", data))
    drawn = st.builds(
        make,
        st.just(form),
        st.sampled_from(_SIDES),
        st.sampled_from(_SIDES),
        st.sampled_from(MODES[form]),
        st.integers(0, 255),
    )
    return st.one_of(drawn, st.sampled_from([*valid(media_type), *hostile_content(media_type)]))


def padded(data: bytes, form: str, size: int) -> bytes:
    """The image with as many bytes that mean nothing as it takes to be of this size.

    Raises ValueError when the size is too small for that.
    """
    missing = size - len(data)
    overhead = {"PNG": 12, "JPEG": 4, "GIF": 4}[form]
    if missing == 0:
        return data
    if missing < overhead + (1 if form == "GIF" else 0):
        raise ValueError(f"{size} bytes are too few for this {form} image")
    if form != "JPEG":
        text = bytes(missing - overhead)
        if form == "PNG":
            return _with_text(data, form, text)
        # A GIF's comment is in blocks of at most 255 bytes with a length byte each.
        body, rest = b"", missing - 3
        while rest > 0:
            take = min(rest, 256)
            if rest - take == 1:  # a block of nothing would end the comment
                take -= 1
            body += bytes([take - 1]) + bytes(take - 1)
            rest -= take
        return data[:-1] + b"\x21\xfe" + body + b"\x00" + data[-1:]
    comments = b""
    while missing:
        take = min(missing, 60000)
        if 0 < missing - take < overhead:
            take -= overhead
        comments += b"\xff\xfe" + struct.pack(">H", take - 2) + bytes(take - 4)
        missing -= take
    return data[:2] + comments + data[2:]


def _with_text(data: bytes, form: str, text: bytes) -> bytes:
    if form == "PNG":
        body = b"fuZz" + text
        chunk = struct.pack(">I", len(text)) + body + struct.pack(">I", zlib.crc32(body))
        return data[:33] + chunk + data[33:]
    if form == "JPEG":
        return data[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + data[2:]
    blocks = b"".join(
        bytes([len(text[at : at + 255])]) + text[at : at + 255] for at in range(0, len(text), 255)
    )
    return data[:-1] + b"\x21\xfe" + blocks + b"\x00" + data[-1:]


def _png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + checksum


def _pixels(width: int, height: int, mode: str, colour: int) -> Image.Image:
    """A picture that depends on `colour` alone and compresses well."""
    image = Image.new("RGB", (width, height), (colour, 255 - colour, colour * 7 % 256))
    image.paste((colour * 3 % 256, 20, 90), (0, 0, max(1, width // 2), max(1, height // 3)))
    if mode == "I;16":
        return image.convert("I").convert("I;16")
    if mode == "LA":
        return image.convert("L").convert("LA")
    return image.convert(mode)


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
