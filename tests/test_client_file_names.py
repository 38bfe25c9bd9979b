"""The names that go with files: how a form and a raw body write them, and what is refused."""

from __future__ import annotations

import copy
import email.parser
import email.policy
import io
import re
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
from tests.stub.pictures import picture
from tests.vendors import (
    PINGONE,
    Vendor,
    every_vendor,
    form_vendor,
    upload,
)

PNG = picture("PNG")
multipart: Any = import_module("multipart")  # it carries no type information


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
