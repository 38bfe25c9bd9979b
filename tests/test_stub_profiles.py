"""The documented and the observed profile: each listed difference, and nothing else, changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.stub import Stub, StubError
from tests.stub.checks.images import read
from tests.stub.pictures import FORMATS, picture
from tests.stub.wire import (
    API_KEY,
    ENVIRONMENT,
    TOKEN,
    USER,
    Reply,
    file_part,
    form,
    form_type,
    send,
    violations,
)

PROFILES = ("documented", "observed")
SECRET = "wrong-key-of-a-test"


def listed(stub: Stub) -> dict[str, Any]:
    answer: dict[str, Any] = send(f"{stub.url}/_stub/profile").json
    return answer


def switch(stub: Stub, value: Any, method: str = "PUT") -> Reply:
    body = json.dumps(value).encode()
    return send(f"{stub.url}/_stub/profile", method, {"Content-Type": "application/json"}, body)


def pingone_image(stub: Stub, form: str) -> Reply:
    headers = TOKEN | {"Content-Type": FORMATS[form]}
    headers |= {"Content-Disposition": "attachment; filename=photo.bin"}
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    return send(url, "POST", headers, picture(form, 7, 5))


def test_every_difference_is_listed_with_both_sides_and_a_source(stub: Stub) -> None:
    answer = listed(stub)
    assert answer["profile"] == "documented"
    assert len(answer["differences"]) == len({item["id"] for item in answer["differences"]})
    for item in answer["differences"]:
        assert set(item) == {
            *("id", "vendor", "operation", "what", "documented", "observed", "source"),
        }
        assert all(item.values())
        assert item["documented"] != item["observed"]
    assert {item["vendor"] for item in answer["differences"]} == set(stub.urls)


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_the_profile_is_switched_while_the_stub_runs(stub: Stub, method: str) -> None:
    assert switch(stub, {"profile": "observed"}, method).json["profile"] == "observed"
    assert (listed(stub)["profile"], stub.profile) == ("observed", "observed")
    stub.profile = "documented"
    assert listed(stub)["profile"] == "documented"


@pytest.mark.parametrize(
    "value", [{}, {"profile": "imagined"}, {"profile": None}, {"profile": "observed", "x": 1}]
)
def test_an_unknown_profile_is_refused(stub: Stub, value: Any) -> None:
    reply = switch(stub, value)
    assert (reply.status, reply.json["faults"][0]["pointer"]) == (400, "/profile")
    assert stub.profile == "documented"


def test_a_stub_starts_in_a_profile_and_comes_back_to_it() -> None:
    with Stub(profile="observed") as stub:
        assert listed(stub)["profile"] == "observed"
        stub.profile = "documented"
        stub.reset()
        assert stub.profile == "observed"
    with pytest.raises(StubError, match="documented or observed"):
        Stub(profile="imagined").start()


@pytest.mark.parametrize("form", FORMATS)
def test_pingone_stored_file(stub: Stub, form: str) -> None:
    documented = pingone_image(stub, form)
    stub.profile = "observed"
    observed = pingone_image(stub, form)
    extension = read(picture(form)).extension
    for reply, kind, ending in (
        (documented, extension, f"/photo.{extension}"),
        (observed, "png", f"/{observed.json['id']}_original.png"),
    ):
        assert violations("pingone", "createImage", reply) == []
        original = reply.json["targets"]["original"]
        assert (original["type"], original["width"], original["height"]) == (kind, 7, 5)
        assert original["href"].endswith(ending)
        served = send(original["href"])
        assert served.body == picture(form, 7, 5)
        assert served.headers["content-type"] == FORMATS[form]


@pytest.mark.parametrize(("profile", "there"), [("documented", True), ("observed", False)])
def test_pingone_error_id(stub: Stub, profile: str, there: bool) -> None:
    stub.profile = profile
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    forbidden = {"Authorization": "Bearer forbidden-token"}
    replies = {
        403: send(url, "POST", forbidden | {"Content-Type": "image/png"}, b"x"),
        429: send(url, "POST", {"X-Stub-Fault": "rate-limit"}, b""),
        401: send(url, "POST", {}, b""),
    }
    for status, reply in replies.items():
        assert reply.status == status
        assert violations("pingone", "createImage", reply) == []
        assert ("id" in reply.json) == (there or status == 401)


@pytest.mark.parametrize(
    ("profile", "number", "name"),
    [("documented", "1013", "TOO_MANY_REQUESTS"), ("observed", 1013, "")],
)
def test_questionpro_429(stub: Stub, profile: str, number: Any, name: str) -> None:
    stub.profile = profile
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    reply = send(url, headers=API_KEY | {"X-Stub-Fault": "status=429"})
    error = reply.json["response"]["error"]
    assert (error["id"], error["name"], error["httpStatusCode"]) == (number, name, 429)
    assert violations("questionpro", "listImages", reply) == []


@pytest.mark.parametrize(("profile", "echoed"), [("documented", False), ("observed", True)])
def test_questionpro_401_echo(stub: Stub, profile: str, echoed: bool) -> None:
    stub.profile = profile
    url = f"{stub.urls['questionpro']}/users/{USER}/images?apiKey={SECRET}"
    reply = send(url)
    assert reply.status == 401
    assert (SECRET in reply.json["response"]["error"]["resourceUrl"]) == echoed
    wrong_page = send(url.replace(SECRET, API_KEY["api-key"]) + "&page=0")
    assert wrong_page.status == 400
    assert API_KEY["api-key"] not in wrong_page.body.decode()  # only a 401 was seen to echo
    shown = send(f"{stub.url}/_stub/requests").body + send(f"{stub.url}/_stub/journal").body
    assert SECRET not in shown.decode()


@pytest.mark.parametrize(("profile", "there"), [("documented", False), ("observed", True)])
def test_questionpro_upload_request_id(stub: Stub, profile: str, there: bool) -> None:
    stub.profile = profile
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    reply = send(url, "POST", API_KEY | form_type(), form(file_part(picture())))
    assert ("requestID" in reply.json) == there
    assert violations("questionpro", "uploadImage", reply) == []


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_inventorum_slash(stub: Stub, method: str) -> None:
    url = f"{stub.urls['inventorum']}/images"
    assert send(url, method).status == 404
    stub.profile = "observed"
    reply = send(f"{url}?a=1", method)
    assert (reply.status, reply.headers["location"]) == (301, f"{url}/?a=1")
    for elsewhere in ("", "/", "/image", "/images//", "/images/x"):
        assert send(stub.urls["inventorum"] + elsewhere, method).status in (404, 405)
