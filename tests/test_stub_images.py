"""Reading of image headers, and how stored images are served."""

from __future__ import annotations

import io
import random
import struct
from typing import Any

import pytest
from PIL import Image

from tests.stub import Stub
from tests.stub.checks.images import PIXEL_LIMIT, NotAnImage, read
from tests.stub.pictures import FORMATS, bomb, picture
from tests.stub.wire import ENVIRONMENT, TOKEN, send


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (640, 3), (5, 4000)])
def test_format_and_size_are_read(form: str, size: tuple[int, int]) -> None:
    facts = read(picture(form, *size))
    assert (facts.media_type, facts.width, facts.height) == (FORMATS[form], *size)


@pytest.mark.parametrize("form", ["WEBP", "BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_no_image_here(form: str) -> None:
    with pytest.raises(NotAnImage, match="no PNG, JPEG or GIF"):
        read(picture(form, 16, 16))


def saved(form: str, mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (7, 5)).save(buffer, form, **options)
    return buffer.getvalue()


FRAMES = [Image.new("RGB", (7, 5), colour) for colour in ("red", "green", "blue")]
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
VARIANTS = {
    "animated PNG": saved("PNG", save_all=True, append_images=FRAMES),
    "16 bit PNG": saved("PNG", "I;16"),
    "palette PNG": saved("PNG", "P"),
    "progressive JPEG": saved("JPEG", progressive=True),
    "CMYK JPEG": saved("JPEG", "CMYK"),
    "grey JPEG": saved("JPEG", "L"),
    "JPEG with EXIF": saved("JPEG", exif=b"Exif\0\0" + bytes(30_000)),
    "animated GIF": saved("GIF", save_all=True, append_images=FRAMES, loop=0),
    "PNG with a page behind": saved("PNG") + b"<html><script>alert(1)</script>",
    "JPEG with an archive behind": saved("JPEG") + b"PK\x03\x04" + bytes(1000),
    "GIF with a script in its comment": saved("GIF", comment=b"*/=alert(1)/*"),
    "PNG without its pixels": saved("PNG")[:45],
    "JPEG without its pixels": saved("JPEG")[:-8],
}


@pytest.mark.parametrize("data", VARIANTS.values(), ids=VARIANTS.keys())
def test_the_kinds_of_a_format_are_read_by_their_headers(data: bytes) -> None:
    facts = read(data)
    assert (facts.width, facts.height) == (7, 5)
    assert FORMATS[facts.format.upper()] == facts.media_type


def gif(width: int, height: int, *, left: int = 0, wide: int = 1, extension: bytes = b"") -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    return screen + extension + b"," + struct.pack("<HHHHB", left, 0, wide, 60_000, 0) + b"\x02\0;"


def jpeg(width: int, height: int) -> bytes:
    whole = picture("JPEG")
    start = whole.index(b"\xff\xc0") + 5
    return whole[:start] + struct.pack(">HH", height, width) + whole[start + 4 :]


HOSTILE = {
    "PNG of no width": bomb(0, 7),
    "PNG of no height": bomb(7, 0),
    "PNG of negative width": bomb(2**31 + 1, 7),
    "huge JPEG": jpeg(65_535, 65_535),
    "JPEG of no size": jpeg(0, 0),
    "huge GIF": gif(65_535, 65_535),
    "GIF whose frame is huge": gif(1, 1, left=60_000, wide=60_000),
    "GIF whose frame is huge behind a comment": gif(
        1, 1, left=60_000, wide=60_000, extension=b"!\xfe\x03abc\0"
    ),
    "GIF that ends in a comment": b"GIF89a\1\0\1\0\0\0\0!\xfe\xff",
    "magic of a PNG before a page": b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>",
    "magic of a JPEG before a page": b"\xff\xd8\xff<html><script>alert(1)</script>",
    "magic of a GIF before a script": b"GIF89a/*<svg/onload=alert(1)>*/=1;",
    "SVG": SVG,
    "a page": b"<!doctype html><script>alert(1)</script>",
    "XML before a PNG": b"<?xml?>" + picture("PNG"),
    "a space before a PNG": b" " + picture("PNG"),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_images_are_refused_without_a_warning(data: bytes) -> None:
    with pytest.raises(NotAnImage) as caught:
        read(data)
    assert "alert" not in str(caught.value)


def test_a_bomb_is_refused_by_what_it_claims() -> None:
    assert read(bomb(10_000, 8_000)).width * 8_000 == PIXEL_LIMIT
    for size in ((10_001, 8_000), (2**31 - 1, 2**31 - 1), (2**32 - 1, 1)):
        with pytest.raises(NotAnImage):
            read(bomb(*size))


@pytest.mark.parametrize("form", FORMATS)
def test_damaged_headers_are_refused_and_never_a_defect(form: str) -> None:
    whole = picture(form, 12, 8)
    generator = random.Random(form)
    for _ in range(3000):
        data = bytearray(whole[: generator.randint(1, len(whole))])
        for _ in range(generator.randint(0, 6)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        try:
            facts = read(bytes(data))
        except NotAnImage:
            continue
        assert facts.width * facts.height <= PIXEL_LIMIT


def served_url(stub: Stub, data: bytes) -> str:
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    reply = send(url, "POST", TOKEN | {"Content-Type": "image/png"}, data)
    return str(reply.json["targets"]["original"]["href"])


def test_a_stored_image_is_served_as_an_image_and_nothing_else(stub: Stub) -> None:
    data = picture("PNG") + b"<script>alert(1)</script>"
    reply = send(served_url(stub, data))
    (image,) = stub.images()
    assert reply.status == 200
    assert reply.body == data
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["content-length"] == str(len(data))
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]
    assert reply.headers["etag"] == f'"{image.sha256}"'


def test_head_and_conditional_requests(stub: Stub) -> None:
    url = served_url(stub, picture("PNG"))
    head = send(url, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(picture("PNG")))
    same = send(url, headers={"If-None-Match": head.headers["etag"]})
    assert (same.status, same.body) == (304, b"")
    assert send(url, headers={"If-None-Match": '"other"'}).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_stored_image_is_only_read(stub: Stub, method: str) -> None:
    reply = send(served_url(stub, picture("PNG")), method, {}, b"")
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path", ["/qp_userimages/", "/uploads/%00", "/uploads/%ff", "/../etc/passwd", "/%2e%2e/x", "//"]
)
def test_an_address_of_nothing_is_plainly_not_found(stub: Stub, path: str) -> None:
    reply = send(stub.url + path)
    assert reply.status == 404
    assert reply.json["code"] == "stub.no-such-address"
