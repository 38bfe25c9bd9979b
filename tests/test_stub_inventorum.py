"""Inventorum's behaviour: what a form holds in which API version, and what comes back."""

from __future__ import annotations

import pytest

from tests.stub import Stub
from tests.stub.pictures import FORMATS, picture
from tests.stub.wire import TOKEN, Reply, field_part, file_part, form, form_type, send, violations

PNG = picture("PNG")


def upload(stub: Stub, *parts: bytes, version: object = 12) -> Reply:
    headers = TOKEN | form_type()
    if version is not None:
        headers["X-Api-Version"] = str(version)
    reply = send(f"{stub.urls['inventorum']}/images/", "POST", headers, form(*parts))
    assert violations("inventorum", "uploadImage", reply) == []
    return reply


@pytest.mark.parametrize("form_name", FORMATS)
def test_every_size_is_served_with_the_uploaded_bytes(stub: Stub, form_name: str) -> None:
    data = picture(form_name, 9, 4)
    reply = upload(
        stub,
        file_part(data, "image", "shoe.x", FORMATS[form_name]),
        field_part("type", "product"),
    )
    assert reply.status == 200
    answer = reply.json
    assert (answer["id"], answer["type"], answer["new"]) == (752729, 0, True)
    sizes = {"ipad", "thumb", "image", "ipad_retina", "ebay", "thumb_retina", "original"}
    assert set(answer["urls"]) == sizes
    assert answer["urls"]["image"] == answer["urls"]["ipad"]
    for url in answer["urls"].values():
        assert url.startswith(stub.url + "/uploads/")
        served = send(url)
        assert (served.status, served.body) == (200, data)
        assert served.headers["content-type"] == FORMATS[form_name]
    (image,) = stub.images("inventorum")
    assert (image.width, image.height) == (9, 4)


@pytest.mark.parametrize(
    ("kind", "index"), [("product", 0), ("account", 1), ("user", 2), ("category", 3)]
)
def test_the_type_is_answered_as_its_index(stub: Stub, kind: str, index: int) -> None:
    reply = upload(stub, file_part(PNG, "image"), field_part("type", kind))
    assert reply.json["type"] == index


@pytest.mark.parametrize(
    ("version", "field", "sign"),
    [(3, "product_image", -1), (7, "product_image", -1), (8, "image", 1), (13, "image", 1)],
)
def test_the_version_names_the_file_and_signs_the_id(
    stub: Stub, version: int, field: str, sign: int
) -> None:
    for number in (752729, 752730):
        parts = (file_part(PNG, field), field_part("type", "user"))
        assert upload(stub, *parts, version=version).json["id"] == sign * number


@pytest.mark.parametrize(
    ("version", "wrong", "right"),
    [
        (7, "image", "product_image"),
        (8, "product_image", "image"),
        (None, "product_image", "image"),
    ],
)
def test_the_file_under_the_name_of_another_version_is_a_conflict_with_the_version(
    stub: Stub, version: int | None, wrong: str, right: str
) -> None:
    reply = upload(stub, field_part("type", "product"), file_part(PNG, wrong), version=version)
    assert reply.status == 409
    assert reply.json["error"]["fields"] == {right: ["This field is required."]}
    assert stub.journal[-1].refusal == "version-conflict"
    assert stub.images() == []


@pytest.mark.parametrize(("version", "right"), [(7, "product_image"), (12, "image")])
def test_a_missing_file_is_called_by_its_name_in_the_version(
    stub: Stub, version: int, right: str
) -> None:
    reply = upload(stub, field_part("type", "product"), version=version)
    assert reply.status == 400
    assert reply.json == {
        "error": {
            "fields": {right: ["This field is required."]},
            "description": "Serialization error",
            "key": "common.serializer_error",
        }
    }
    assert stub.images() == []


@pytest.mark.parametrize("kind", ["user", ""])
@pytest.mark.parametrize(("version", "surplus"), [(7, "image"), (8, "product_image")])
def test_both_files_are_a_conflict_with_any_version(
    stub: Stub, version: int, surplus: str, kind: str
) -> None:
    parts = (file_part(PNG, "image"), file_part(PNG, "product_image"), field_part("type", kind))
    reply = upload(stub, *parts, version=version)
    assert reply.status == 409
    not_here = ["This field is not part of this API version."]
    assert reply.json["error"]["fields"][surplus] == not_here
    assert stub.images() == []


def test_all_missing_fields_are_named(stub: Stub) -> None:
    url = f"{stub.urls['inventorum']}/images/"
    boundary = form_type()["Content-Type"].partition("boundary=")[2]
    reply = send(url, "POST", TOKEN | form_type(), f"--{boundary}--\r\n".encode())
    assert reply.status == 400
    required = ["This field is required."]
    assert reply.json["error"]["fields"] == {"type": required, "image": required}


@pytest.mark.parametrize("kind", ["", "Product", "0", "shop", "product,user", "\x00"])
def test_an_unknown_type_is_refused(stub: Stub, kind: str) -> None:
    reply = upload(stub, file_part(PNG, "image"), field_part("type", kind))
    assert reply.status == 400
    assert list(reply.json["error"]["fields"]) == ["type"]


@pytest.mark.parametrize("version", ["2", "0", "-1", "x", "12.5", "12,13", "1e1", "9" * 2000])
def test_an_impossible_version_is_refused(stub: Stub, version: str) -> None:
    reply = upload(stub, file_part(PNG, "image"), field_part("type", "user"), version=version)
    assert reply.status == 400
    assert reply.json["error"]["key"].startswith("stub.")


def test_what_is_no_image_is_refused(stub: Stub) -> None:
    reply = upload(stub, file_part(b"hello", "image"), field_part("type", "user"))
    assert reply.status == 400
    assert list(reply.json["error"]["fields"]) == ["image"]
    reply = upload(
        stub, file_part(PNG, "image", media_type="image/gif"), field_part("type", "user")
    )
    assert reply.status == 415
    assert stub.images() == []


def test_the_slash_belongs_to_the_address(stub: Stub) -> None:
    reply = send(f"{stub.urls['inventorum']}/images", "POST", TOKEN | form_type(), b"x")
    assert reply.status == 404
    assert "error" in reply.json
