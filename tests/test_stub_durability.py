"""What survives when the stub is killed, and states that tests begin with."""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stub import Stub
from tests.stub.pictures import noise, picture
from tests.stub.server import ROOT
from tests.stub.wire import (
    API_KEY,
    ENVIRONMENT,
    SURVEY,
    TOKEN,
    USER,
    Reply,
    connect,
    exchange,
    file_part,
    form,
    form_type,
    request,
    send,
)

SCRIPT = str(ROOT / "scripts" / "stub.py")


@contextlib.contextmanager
def program(file: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The stub as a program on a database; killed at the end, if it still runs."""
    command = [sys.executable, SCRIPT, "--port", "0", "--db", str(file), "--ready-json", "--strict"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"], process
        finally:
            process.kill()


def upload(base: str, data: bytes, name: str = "logo.png") -> bytes:
    url = f"{base}/a/api/v2/users/{USER}/images"
    return request(url, "POST", API_KEY | form_type(), form(file_part(data, filename=name)))


def answer(base: str) -> Reply:
    url = f"{base}/a/api/v2/surveys/{SURVEY}/responses"
    headers = API_KEY | {"Content-Type": "application/json"}
    return send(url, "POST", headers, b'{"responseSet": []}')


def test_a_kill_loses_nothing_answered_and_keeps_nothing_torn(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    kept: list[tuple[str, bytes]] = []
    for life in range(3):
        with program(file) as (base, process):
            for index in range(4):
                data = noise(30 + index, 20 + life)
                reply = exchange(base, upload(base, data, f"{life}-{index}.png"))
                assert reply.status == 200
                kept.append((reply.json["response"]["imageURL"].removeprefix(base), data))
            assert answer(base).status == 200
            torn = upload(base, noise(200, 200), "torn.png")
            with connect(base) as connection:
                connection.sendall(torn[: len(torn) // 2])
                while send(f"{base}/_stub/requests?limit=1").json["requests"][0]["status"]:
                    continue
                process.kill()
                process.wait(10)
    with program(file) as (base, _):
        for path, data in kept:
            assert send(base + path).body == data
        total = send(f"{base}/a/api/v2/users/{USER}/images", headers=API_KEY).json["pagination"]
        assert total["totalItems"] == len(kept)
    with Stub(file) as stub:
        assert [stub.content(image) for image in stub.images()] == [data for _, data in kept]
        assert [item["responseID"] for item in stub.responses()] == [12345678, 12345679, 12345680]


def test_a_kill_amid_uploads_keeps_each_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    pictures = {f"{index}.png": noise(60, 40 + index) for index in range(200)}
    answered: list[str] = []
    with program(file) as (base, process):

        def work(names: list[str]) -> None:
            for name in names:
                try:
                    if exchange(base, upload(base, pictures[name], name)).status == 200:
                        answered.append(name)
                except OSError:  # killed meanwhile
                    return

        names = list(pictures)
        clients = [threading.Thread(target=work, args=(names[part::2],)) for part in range(2)]
        for client in clients:
            client.start()
        while len(answered) < 20:
            continue
        process.kill()
        for client in clients:
            client.join()
    with Stub(file) as stub:
        held = {str(image.filename): stub.content(image) for image in stub.images()}
    assert set(answered) <= set(held)
    assert len(held) <= len(answered) + len(clients)
    for name, data in held.items():
        assert data == pictures[name]


# States to begin with.


def seed(stub: Stub, value: Any) -> Reply:
    body = json.dumps(value).encode()
    return send(f"{stub.url}/_stub/seed", "POST", {"Content-Type": "application/json"}, body)


def test_seeded_images_are_listed_and_served(stub: Stub) -> None:
    reply = seed(stub, {"vendor": "questionpro", "images": 25})
    assert reply.status == 201
    assert [image["id"] for image in reply.json["images"]] == [
        str(number) for number in range(1000001, 1000026)
    ]
    url = f"{stub.urls['questionpro']}/users/{USER}/images?perPage=10"
    page = send(url, headers=API_KEY).json
    assert page["pagination"]["totalItems"] == 25
    assert page["response"][0]["imageURL"] == reply.json["images"][-1]["url"]
    assert len({image.sha256 for image in stub.images()}) == 25
    for image in stub.images():
        assert send(stub.url + image.path).body == stub.content(image)


def test_the_same_seed_makes_the_same_state() -> None:
    states: list[list[tuple[str, str, str]]] = []
    for _ in range(2):
        with Stub() as stub:
            for vendor in ("questionpro", "inventorum", "pingone"):
                stub.seed(vendor, 7)
            states.append([(image.id, image.path, image.sha256) for image in stub.images()])
    assert states[0] == states[1]
    assert len(states[0]) == 21


def test_given_images_are_seeded(stub: Stub) -> None:
    data = picture("GIF", 9, 8)
    stub.seed(
        "inventorum",
        [
            {"filename": "own.gif", "data": base64.b64encode(data).decode()},
            {"filename": "drawn.jpg", "format": "JPEG", "width": 40, "height": 30},
        ],
        owner="category",
    )
    own, drawn = stub.images()
    assert (own.owner, own.format, stub.content(own)) == ("category", "gif", data)
    assert (drawn.filename, drawn.format, drawn.width, drawn.height) == (
        "drawn.jpg",
        "jpeg",
        40,
        30,
    )


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({}, "/vendor"),
        ({"vendor": "acme", "images": 1}, "/vendor"),
        ({"vendor": "pingone"}, "/images"),
        ({"vendor": "pingone", "images": 0}, "/images"),
        ({"vendor": "pingone", "images": 100_001}, "/images"),
        ({"vendor": "pingone", "images": True}, "/images"),
        ({"vendor": "pingone", "images": []}, "/images"),
        ({"vendor": "pingone", "images": [1]}, "/images/0"),
        ({"vendor": "pingone", "images": [{}, {"format": "BMP"}]}, "/images/1/format"),
        ({"vendor": "pingone", "images": [{"width": 0}]}, "/images/0/width"),
        ({"vendor": "pingone", "images": [{"height": 10**6}]}, "/images/0/height"),
        ({"vendor": "pingone", "images": [{"filename": 1}]}, "/images/0/filename"),
        ({"vendor": "pingone", "images": [{"data": "??"}]}, "/images/0/data"),
        ({"vendor": "pingone", "images": [{}, {"data": "aGk="}]}, "/images/1/data"),
        ({"vendor": "pingone", "images": [{"colour": "red"}]}, "/images/0/colour"),
        ({"vendor": "pingone", "images": 1, "user": "x"}, "/user"),
        ({"vendor": "pingone", "images": 1, "owner": 5}, "/owner"),
    ],
)
def test_a_wrong_seed_is_refused_and_keeps_nothing(stub: Stub, value: Any, pointer: str) -> None:
    reply = seed(stub, value)
    assert (reply.status, reply.json["code"]) == (400, "stub.bad-seed")
    assert reply.json["faults"][0]["pointer"] == pointer
    assert stub.images() == []


@pytest.mark.parametrize("vendor", ["questionpro", "inventorum", "pingone"])
def test_an_unknown_owner_is_not_found(stub: Stub, vendor: str) -> None:
    assert seed(stub, {"vendor": vendor, "images": 2, "owner": "nobody"}).status == 404
    with pytest.raises(ValueError, match="no such"):
        stub.seed(vendor, 1, owner="nobody")
    assert stub.images() == []


def test_a_vendor_without_a_module_keeps_no_images(tmp_path: Path) -> None:
    folder = tmp_path / "generated" / "fourth"
    folder.mkdir(parents=True)
    (folder / "openapi.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {}\nservers: [{url: 'http://a/f'}]\n"
    )
    with Stub(root=tmp_path) as stub, pytest.raises(ValueError, match="no module"):
        stub.seed("fourth")


def test_a_stored_name_never_becomes_a_path(stub: Stub) -> None:
    for name in (
        "../../etc/passwd",
        "..\\..\\x.png",
        "/abs.png",
        "a/../b.png",
        ".png",
        "\u202egnp.exe",
    ):
        stub.seed("questionpro", [{"filename": name}])
        headers = TOKEN | {"Content-Type": "image/png"}
        headers["Content-Disposition"] = (
            f"attachment; filename*=UTF-8''%{name.encode().hex('%', 1)}"
        )
        url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
        send(url, "POST", headers, picture())
    for image in stub.images():
        assert ".." not in image.path
        assert image.path.count("/") in (4, 5)
        assert send(stub.url + image.path).status == 200
