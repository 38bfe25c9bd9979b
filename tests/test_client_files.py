"""The name and type that go with a file, and what is refused before anything is sent."""

from __future__ import annotations

import copy
import email.parser
import email.policy
import io
import re
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.delivery import file_of, named, over_sockets, refused, sent
from tests.form_parts import parts_of
from tests.stub import Stub
from tests.stub.pictures import FORMATS, picture
from tests.vendors import (
    INVENTORUM,
    PINGONE,
    QUESTIONPRO,
    Vendor,
    every_vendor,
    form_vendor,
    upload,
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


# --- file names


NAMES = [
    "日本語.png",
    "Zoë \N{PILE OF POO}.png",
    'say "hi".png',
    "back\\slash.png",
    "a;b=c.png",
    "%41.png",
]


@form_vendor
@pytest.mark.parametrize("name", NAMES)
def test_a_form_names_files_as_browsers_do(vendor: Vendor, mode: str, name: str) -> None:
    request = sent(vendor, mode, (name, PNG))
    (part,) = [part for part in parts_of(request) if part.name == vendor.part]
    assert part.filename == name.replace('"', "%22")
    assert "filename*" not in part.headers["content-disposition"]


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("logo.png", 'attachment; filename="logo.png"'),
        ('say "hi".png', 'attachment; filename="say \\"hi\\".png"'),
        ("back\\slash.png", 'attachment; filename="back\\\\slash.png"'),
        (
            "€ rates.png",
            "attachment; filename=\"_ rates.png\"; filename*=UTF-8''%E2%82%AC%20rates.png",
        ),
        ("Zoë's.png", "attachment; filename=\"Zo_'s.png\"; filename*=UTF-8''Zo%C3%AB%27s.png"),
    ],
)
def test_a_raw_body_is_named_by_rfc_6266(mode: str, name: str, disposition: str) -> None:
    assert sent(PINGONE, mode, (name, PNG)).header("content-disposition") == disposition


@pytest.mark.parametrize("name", NAMES)
def test_a_raw_body_keeps_its_name_in_the_stub(stub: Stub, mode: str, name: str) -> None:
    upload(PINGONE, mode, stub.urls["pingone"], (name, PNG), token="test-token")
    assert [image.filename for image in stub.images()] == [name]


@every_vendor
@over_sockets
@given(name=st.text(st.characters(exclude_characters="\r\n\0"), min_size=1, max_size=40))
def test_any_name_leaves_the_request_intact(vendor: Vendor, mode: str, name: str) -> None:
    request = sent(vendor, mode, (name, PNG))
    assert file_of(vendor, request) == PNG
    assert named(vendor, request)[0] == "image/png"


def scalar(name: str) -> str:
    """A name as UTF-8 can carry it: two halves of a character joined, a lone one replaced."""
    joined = re.sub(
        "[\ud800-\udbff][\udc00-\udfff]",
        lambda pair: chr(0x10000 + (ord(pair[0][0]) - 0xD800) * 0x400 + ord(pair[0][1]) - 0xDC00),
        name,
    )
    return re.sub("[\ud800-\udfff]", "\ufffd", joined)


def as_sent(name: str) -> str:
    """A name as a form can carry it: quotes and controls percent-encoded."""
    return re.sub(r'["\x00-\x1f\x7f]', lambda found: f"%{ord(found[0]):02X}", scalar(name))


ANY_NAME = st.text(
    st.characters(exclude_characters="\r\n\0")
    | st.sampled_from(list("\"\\%;='/*\t\x01\x7f\x85\u2028\ud800\udfff")),
    min_size=1,
    max_size=40,
)


@form_vendor
@over_sockets
@example(name="lone \ud800.png")
@example(name="halves \ud83d\udca9.png")
@given(name=ANY_NAME)
def test_other_parsers_read_the_name_of_a_form(vendor: Vendor, mode: str, name: str) -> None:
    request = sent(vendor, mode, (name, PNG))
    (part,) = [part for part in parts_of(request) if part.name == vendor.part]
    assert part.filename == as_sent(name)
    body = io.BytesIO(request.body)
    boundary = (request.header("content-type") or "").partition("boundary=")[2]
    read = {part.name: part for part in multipart.MultipartParser(body, boundary)}
    # it decodes what browsers encode, takes \\\\ for an escape, and a Windows path's folders away
    if "\\" not in name:
        assert read[vendor.part].filename == as_sent(name).replace("%22", '"')
    assert read[vendor.part].raw == PNG
    assert set(read) == {part.name for part in parts_of(request)}


@form_vendor
@pytest.mark.parametrize(
    "name", [*NAMES, "../../etc/passwd", "a\tb\x01c.png", "\ud800.png", "n" * 9000]
)
def test_pythons_own_parser_reads_the_name_of_a_form(vendor: Vendor, mode: str, name: str) -> None:
    request = sent(vendor, mode, (name, PNG))
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(head + request.body)
    files = [part for part in message.walk() if part.get_filename()]
    assert [part.get_payload(decode=True) for part in files] == [PNG]
    headers = {key.lower(): str(value) for key, value in files[0].raw_items()}
    raw = headers["content-disposition"].encode("ascii", "surrogateescape").decode()
    assert f'filename="{as_sent(name)}"' in raw


def rfc_8187_name(disposition: str) -> str:
    """The file name of a raw body, read by RFC 6266 with RFC 8187's ``ext-value``."""
    token, quoted = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", r'"(?:[^"\\]|\\.)*"'
    assert re.fullmatch(rf"attachment(?:; {token}=(?:{token}|{quoted}))+", disposition)
    assert disposition.isascii()
    assert disposition.isprintable()
    found = dict(re.findall(rf"; ({token})=({quoted}|{token})", disposition))
    plain = re.sub(r"\\(.)", r"\1", found["filename"][1:-1])
    if "filename*" not in found:
        return plain
    value = re.fullmatch(r"UTF-8''((?:%[0-9A-F]{2}|[!#$&+\-.^_`|~0-9A-Za-z])*)", found["filename*"])
    assert value
    return unquote_to_bytes(value[1]).decode()


@over_sockets
@example(name="lone \ud800.png")
@example(name="halves \ud83d\udca9.png")
@given(name=ANY_NAME)
def test_a_reader_of_rfc_8187_gets_any_name_of_a_raw_body(mode: str, name: str) -> None:
    request = sent(PINGONE, mode, (name, PNG))
    assert rfc_8187_name(request.header("content-disposition") or "") == scalar(name)


@every_vendor
def test_folders_in_a_given_name_are_the_callers_word(vendor: Vendor, mode: str) -> None:
    assert '"../../x.png"' in named(vendor, sent(vendor, mode, ("../../x.png", PNG)))[1]


@every_vendor
def test_a_name_that_is_changed_later_is_checked_too(vendor: Vendor, mode: str) -> None:
    file = vendor.package.File(PNG, "a.png", "image/png")
    file.file_name = "a\r\nX: y.png"
    assert "file name" in refused(vendor, mode, file, vendor.errors.ConfigurationError)
    file.file_name, file.mime_type = "a.png", "image/png\nX: y"
    assert "content type" in refused(vendor, mode, file, vendor.errors.ConfigurationError)
    file.mime_type = 5
    refused(vendor, mode, file, TypeError)
    file.mime_type, file.file_name = None, b"a.png"
    refused(vendor, mode, file, TypeError)


@form_vendor
@pytest.mark.parametrize("field", ["a\r\nX: y", "a\nb", "a\rb", "a\0b"])
def test_a_field_name_that_forges_headers_is_refused(vendor: Vendor, field: str) -> None:
    form = vendor.arguments(vendor.package.File(PNG))
    form["body"][field] = "true"
    with pytest.raises(vendor.errors.ConfigurationError, match="field name"):
        vendor.module.build_request(**form)


@every_vendor
def test_a_file_shows_itself_in_short(vendor: Vendor) -> None:
    file = vendor.package.File(bytes(10_000_000), "a.png")
    expected = "File(payload=<bytes of 10000000 bytes>, file_name='a.png', mime_type=None)"
    assert repr(file) == expected
    assert "<bytearray of 3 bytes>" in repr(vendor.package.File(bytearray(3)))
    assert "<list>" in repr(vendor.package.File([PNG] * 1000))
    assert "a.png" in repr(vendor.package.File(Path("a.png")))
    assert file == file
    assert file != copy.copy(file)
    assert len({file, copy.copy(file)}) == 2


@every_vendor
@pytest.mark.parametrize("text", ["a\r\nX: y.png", "a\ny.png", "a\ry.png", "a\0.png"])
def test_names_and_types_that_forge_headers_are_refused(
    vendor: Vendor, mode: str, text: str
) -> None:
    kind = vendor.errors.ConfigurationError
    assert "file name" in refused(vendor, mode, (text, PNG), kind)
    assert "content type" in refused(vendor, mode, ("a.png", PNG, text), kind)


@every_vendor
@pytest.mark.parametrize("text", ["image/png\x01", "image/pñg"])
def test_a_type_that_no_header_can_hold_is_refused(vendor: Vendor, mode: str, text: str) -> None:
    refused(vendor, mode, ("a.png", PNG, text), vendor.errors.ConfigurationError)


@every_vendor
def test_a_path_with_a_line_break_is_refused(vendor: Vendor, mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a\r\nX: y.png"
    path.write_bytes(PNG)
    refused(vendor, mode, path, vendor.errors.ConfigurationError)


@every_vendor
def test_folders_stay_at_home(vendor: Vendor, mode: str, tmp_path: Path) -> None:
    path = tmp_path / "private" / "logo.png"
    path.parent.mkdir()
    path.write_bytes(PNG)
    with path.open("rb") as handle:
        for file in (path, handle):
            request = sent(vendor, mode, file)
            assert 'filename="logo.png"' in named(vendor, request)[1]
            assert b"private" not in request.body


@every_vendor
@pytest.mark.parametrize(("form", "name"), [("PNG", "upload.png"), ("JPEG", "upload.jpg")])
def test_a_file_without_a_name_gets_one(vendor: Vendor, mode: str, form: str, name: str) -> None:
    request = sent(vendor, mode, picture(form))
    assert f'filename="{name}"' in named(vendor, request)[1]
    request = sent(vendor, mode, ("", picture(form)))
    assert f'filename="{name}"' in named(vendor, request)[1]


@every_vendor
def test_a_file_object_of_the_package_carries_name_and_type(vendor: Vendor, mode: str) -> None:
    request = sent(vendor, mode, vendor.package.File(PNG, "x.png", "image/jpeg"))
    media_type, disposition = named(vendor, request)
    assert media_type == "image/jpeg"
    assert 'filename="x.png"' in disposition


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
