"""Reading of image headers, and how stored images are served."""

from __future__ import annotations

import random

import pytest

from tests.stub import Stub
from tests.stub.images import PIXEL_LIMIT, NotAnImage, read
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


def test_a_bomb_is_refused_by_what_it_claims() -> None:
    assert read(bomb(10_000, 8_000)).width * 8_000 == PIXEL_LIMIT
    for size in ((10_001, 8_000), (2**31 - 1, 2**31 - 1), (2**32 - 1, 1)):
        with pytest.raises(NotAnImage):
            read(bomb(*size))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # refused all the same
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
