"""The name and type that go with a file, and what is refused before anything is sent."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery import file_of, named, over_sockets, refused, sent
from tests.form_parts import parts_of
from tests.stub import Stub
from tests.stub.pictures import FORMATS, picture
from tests.vendors import INVENTORUM, PINGONE, Vendor, every_vendor, form_vendor, upload

PNG = picture("PNG")


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
