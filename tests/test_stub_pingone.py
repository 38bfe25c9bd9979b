"""PingOne's behaviour: raw bodies, links, names of files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.stub import Stub
from tests.stub.pictures import bomb, picture
from tests.stub.wire import ENVIRONMENT, TOKEN, Reply, send, stored, violations

JPEG = picture("JPEG", 32, 16)


def upload(
    stub: Stub,
    data: bytes = JPEG,
    media: str = "image/jpg",
    disposition: str | None = "attachment; filename=200.jpg",
    environment: str = ENVIRONMENT,
) -> Reply:
    headers = TOKEN | {"Content-Type": media}
    if disposition is not None:
        headers["Content-Disposition"] = disposition
    url = f"{stub.urls['pingone']}/environments/{environment}/images"
    reply = send(url, "POST", headers, data)
    assert violations("pingone", "createImage", reply) == []
    return reply


def test_an_upload_answers_as_on_the_page(stub: Stub) -> None:
    reply = upload(stub)
    assert reply.status == 201
    answer = reply.json
    base = f"{stub.url}/v1/environments/{ENVIRONMENT}"
    created = answer.pop("createdAt")
    assert answer == {
        "_links": {
            "self": {"href": f"{base}/images/{answer['id']}"},
            "environment": {"href": base},
        },
        "id": answer["id"],
        "targets": {
            "original": {
                "id": "original",
                "width": 32,
                "height": 16,
                "type": "jpg",
                "href": f"{stub.url}/environments/{ENVIRONMENT}/images/200.jpg",
            }
        },
        "environment": {"id": ENVIRONMENT},
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created)
    assert datetime.now(UTC) - datetime.fromisoformat(created) < timedelta(minutes=1)
    served = send(answer["targets"]["original"]["href"])
    assert (served.status, served.body) == (200, JPEG)


def test_ids_are_the_same_in_every_run(stub: Stub) -> None:
    first = [upload(stub).json["id"] for _ in range(3)]
    stub.reset()
    assert [upload(stub).json["id"] for _ in range(3)] == first
    assert len(set(first)) == 3


@pytest.mark.parametrize(
    ("form", "media", "extension"),
    [
        ("JPEG", "image/jpg", "jpg"),
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("GIF", "image/gif", "gif"),
        ("PNG", "IMAGE/PNG", "png"),
        ("PNG", "image/png; x=y", "png"),
    ],
)
def test_each_documented_type_is_taken(stub: Stub, form: str, media: str, extension: str) -> None:
    answer = upload(stub, picture(form, 4, 3), media).json
    original = answer["targets"]["original"]
    assert (original["type"], original["width"], original["height"]) == (extension, 4, 3)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (None, None),
        ("attachment", None),
        ("attachment; filename=200.jpg", "200"),
        ('attachment; filename="a b.jpg"', "a-b"),
        ('attachment; filename="\\"quoted\\".jpg"', "quoted"),
        ("attachment; filename=x.jpg; filename*=UTF-8''na%C3%AFve%20logo.jpg", "naive-logo"),
        ("attachment; filename*=iso-8859-1'en'%A3.jpg", None),
        ('inline; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\temp\\pic.jpg"', "pic"),
        ('attachment; filename="..\\..\\x"', "x"),
        ('attachment; filename="%2e%2e%2fx.jpg"', "2e-2e-2fx"),
        ("attachment; filename*=UTF-8''%00%0d%0a%2F..%2Fx.jpg", "x"),
        ('attachment; filename="."', None),
        ('attachment; filename=".htaccess"', "htaccess"),
        ('attachment; filename="<script>.jpg"', "script"),
        (f'attachment; filename="{"n" * 3000}.jpg"', "n" * 80),
        ("attachment; filename=a.jpg; filename=b.jpg", None),
        ('attachment; filename="open', None),
        ("= ; = nonsense", None),
    ],
)
def test_a_filename_never_becomes_a_path(
    stub: Stub, disposition: str | None, name: str | None
) -> None:
    answer = upload(stub, disposition=disposition).json
    expected = name or answer["id"]
    href = answer["targets"]["original"]["href"]
    assert href == f"{stub.url}/environments/{ENVIRONMENT}/images/{expected}.jpg"
    assert send(href).body == JPEG


@pytest.mark.parametrize("media", ["image/*", "*/*", "image/webp", "text/html", "junk", "image"])
def test_another_type_is_refused(stub: Stub, media: str) -> None:
    reply = upload(stub, media=media)
    assert (reply.status, reply.json["code"]) == (415, "INVALID_REQUEST")
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize(
    ("data", "media", "status", "code"),
    [
        (picture("PNG"), "image/jpeg", 415, "INVALID_REQUEST"),
        (JPEG, "image/png", 415, "INVALID_REQUEST"),
        (b"hello", "image/png", 400, "INVALID_DATA"),
        (JPEG[:30], "image/jpeg", 400, "INVALID_DATA"),
        (bomb(50_000, 50_000), "image/png", 400, "INVALID_DATA"),
        (bomb(0, 5), "image/png", 400, "INVALID_DATA"),
        (b"<script>alert(1)</script>", "image/gif", 400, "INVALID_DATA"),
        (b"", "image/png", 400, "INVALID_DATA"),
    ],
)
def test_a_body_that_is_not_that_image_is_refused(
    stub: Stub, data: bytes, media: str, status: int, code: str
) -> None:
    reply = upload(stub, data, media)
    assert (reply.status, reply.json["code"]) == (status, code)
    assert reply.json["id"]
    assert reply.json["message"]
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize(
    "environment",
    ["2664e4d0-50eb-42b6-be1d-b2345584b615", "x", "%00", "..%2f..", "a" * 2000, "1'--"],
)
def test_another_environment_is_not_found(stub: Stub, environment: str) -> None:
    reply = upload(stub, environment=environment)
    assert (reply.status, reply.json["code"]) == (404, "NOT_FOUND")
    assert stored(stub) == (0, 0)


def test_an_environment_that_is_not_text_is_refused(stub: Stub) -> None:
    assert upload(stub, environment="%ff").status == 400


def test_refused_credentials_name_their_kind(stub: Stub) -> None:
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    for token, status, detail in (
        ("wrong", 401, "INVALID_TOKEN"),
        ("forbidden-token", 403, "INSUFFICIENT_PERMISSIONS"),
    ):
        reply = send(url, "POST", {"Authorization": f"Bearer {token}"})
        assert (reply.status, reply.json["code"]) == (status, "ACCESS_FAILED")
        assert [item["code"] for item in reply.json["details"]] == [detail]
