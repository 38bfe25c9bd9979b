"""The name and type that go with a file, and what is refused before anything is sent."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.delivery import named, refused, sent
from tests.form_parts import parts_of
from tests.stub.pictures import FORMATS, picture
from tests.vendors import (
    INVENTORUM,
    PINGONE,
    QUESTIONPRO,
    Vendor,
    every_vendor,
)

PNG = picture("PNG")
multipart: Any = import_module("multipart")  # it carries no type information


# --- media types


@every_vendor
@pytest.mark.parametrize("form", FORMATS)
def test_the_media_type_follows_the_bytes(vendor: Vendor, mode: str, form: str) -> None:
    request = sent(vendor, mode, ("misleading.txt", picture(form)))
    assert named(vendor, request)[0] == FORMATS[form]


@every_vendor
def test_the_media_type_of_the_tuple_wins(vendor: Vendor, mode: str) -> None:
    request = sent(vendor, mode, ("a.png", PNG, "image/jpg"))
    assert named(vendor, request)[0] == "image/jpg"


@every_vendor
def test_unknown_bytes_are_named_by_their_extension(vendor: Vendor, mode: str) -> None:
    assert named(vendor, sent(vendor, mode, ("a.gif", b"?")))[0] == "image/gif"
    assert named(vendor, sent(vendor, mode, ("a", b"?")))[0] == "application/octet-stream"


MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff\xe0": "image/jpeg",
    b"GIF89a": "image/gif",
    b"RIFF\0\0\0\0WEBPVP8 ": "image/webp",
    b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0": "image/bmp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"%PDF-1.7": "application/pdf",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic": "image/heic",
    b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf": "image/avif",
    b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B": "image/avif",
    b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf": "image/heif",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>": "image/svg+xml",
    b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a > b -->\n<!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg>": (
        "image/svg+xml"
    ),
}
NO_MAGIC = [
    b"BMW is a car, and this a text",
    b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    b"<html><svg></svg></html>",
    b"<svgfoo>",
    b"RIFF\0\0\0\0WAVE",
    b"\x89PNG",
    b"",
]


@pytest.mark.parametrize("head", MAGIC, ids=MAGIC.values())
def test_the_first_bytes_tell_the_type(mode: str, head: bytes) -> None:
    for file in (head, iter([head[:3], head[3:], bytes(1000)]), io.BytesIO(head + bytes(1000))):
        assert named(QUESTIONPRO, sent(QUESTIONPRO, mode, ("a.bin", file)))[0] == MAGIC[head]


@pytest.mark.parametrize("head", NO_MAGIC)
def test_other_bytes_tell_nothing(mode: str, head: bytes) -> None:
    assert named(PINGONE, sent(PINGONE, mode, ("a", head)))[0] == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.PNG", "image/png"),
        ("a.png.gz", "application/octet-stream"),  # a packed image is none
        ("data:text/x\x01,a", "application/octet-stream"),
        ("data:image/ñ,a", "application/octet-stream"),
        ("http://[.png", "image/png"),
        ("a.p ng", "application/octet-stream"),
    ],
)
def test_only_an_extension_names_a_type(mode: str, name: str, media_type: str) -> None:
    assert named(QUESTIONPRO, sent(QUESTIONPRO, mode, (name, b"?")))[0] == media_type


@pytest.mark.parametrize("name", ["logo.jpg", "logo"])
def test_a_jpeg_is_declared_as_the_document_lists_it(mode: str, name: str) -> None:
    listed = named(PINGONE, sent(PINGONE, mode, (name, picture("JPEG"))))[0]
    assert listed == "image/jpeg"  # the document lists it beside its alias


@every_vendor
def test_spaces_around_a_type_are_not_part_of_it(vendor: Vendor, mode: str) -> None:
    assert named(vendor, sent(vendor, mode, ("a", b"?", " image/png ")))[0] == "image/png"
    assert named(vendor, sent(vendor, mode, ("a", PNG, " ")))[0] == "image/png"


# --- the fields of Inventorum


@pytest.mark.parametrize(
    ("version", "field"), [(3, "product_image"), (7, "product_image"), (8, "image"), (13, "image")]
)
def test_the_api_version_chooses_the_field(mode: str, version: int, field: str) -> None:
    request = sent(INVENTORUM, mode, PNG, api_version=version)
    assert request.header("x-api-version") == str(version)
    parts = {part.name: part for part in parts_of(request)}
    assert set(parts) == {"type", field}
    assert parts[field].content == PNG
    assert parts["type"].content == b"product"
    assert "filename" not in parts["type"].headers["content-disposition"]


# --- what is no file


@every_vendor
def test_a_text_is_no_file(vendor: Vendor, mode: str) -> None:
    assert "pathlib.Path" in refused(vendor, mode, "logo.png", TypeError)


@every_vendor
def test_a_text_handle_is_no_file(vendor: Vendor, mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("text")
    with path.open() as handle:
        assert "'rb'" in refused(vendor, mode, handle, TypeError)
    assert "'rb'" in refused(vendor, mode, io.StringIO("text"), TypeError)


@every_vendor
@pytest.mark.parametrize(
    "file", [None, 5, (), ("a",), ("a", b"", "b", "c"), (5, b""), ("a", b"", 5)]
)
def test_other_objects_are_no_files(vendor: Vendor, mode: str, file: Any) -> None:
    refused(vendor, mode, file, TypeError)


@every_vendor
def test_an_iterator_of_texts_is_no_file(vendor: Vendor, mode: str) -> None:
    assert "str" in refused(vendor, mode, iter(["text"]), TypeError)


@every_vendor
def test_a_missing_file_is_named(vendor: Vendor, mode: str, tmp_path: Path) -> None:
    path = tmp_path / "absent.png"
    assert str(path) in refused(vendor, mode, path, FileNotFoundError)
    refused(vendor, mode, tmp_path, IsADirectoryError)


class Replayed:
    """An async iterable."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield PNG


@every_vendor
def test_an_async_iterator_needs_the_async_client(vendor: Vendor) -> None:
    assert "async client" in refused(vendor, "sync", Replayed(), TypeError)
