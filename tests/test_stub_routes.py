"""Addresses and methods, as a client may get them wrong, or merely spell them otherwise."""

from __future__ import annotations

import pytest

from tests.stub import Stub
from tests.stub.wire import API_KEY, ENVIRONMENT, SURVEY, USER, exchange, send

PATHS = [
    ("questionpro", f"/users/{USER}/images", "GET, POST"),
    ("questionpro", f"/surveys/{SURVEY}/responses", "POST"),
    ("inventorum", "/images/", "POST"),
    ("pingone", f"/environments/{ENVIRONMENT}/images", "POST"),
]


def in_envelope(vendor: str, body: dict[str, object]) -> bool:
    keys = {"questionpro": {"response"}, "inventorum": {"error"}}
    return set(body) == keys.get(vendor, {"id", "code", "message", "details"})


@pytest.mark.parametrize(("vendor", "path", "allowed"), PATHS)
@pytest.mark.parametrize(
    "method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "BREW", "get"]
)
def test_another_method_is_405_with_allow(
    stub: Stub, vendor: str, path: str, allowed: str, method: str
) -> None:
    reply = send(stub.urls[vendor] + path, method)
    if method in allowed.split(", "):
        assert reply.status == 401
        return
    assert reply.status == 405
    assert reply.headers["allow"] == allowed
    if method != "HEAD":
        assert in_envelope(vendor, reply.json)


@pytest.mark.parametrize("vendor", ["questionpro", "inventorum", "pingone"])
@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/users", "//images", "/%00", "/%ff", "/images/x", "/../../x"]
)
def test_an_unknown_address_is_the_vendors_404(stub: Stub, vendor: str, path: str) -> None:
    reply = send(stub.urls[vendor] + path, "POST", API_KEY)
    assert reply.status == 404
    assert in_envelope(vendor, reply.json)


@pytest.mark.parametrize("path", ["/", "/a", "/apix/images/", "/v1x", "/_stubs", "/_stub/x"])
def test_an_address_of_no_vendor_is_plain_json(stub: Stub, path: str) -> None:
    reply = send(stub.url + path)
    assert reply.status == 404
    assert reply.json["status"] == 404


def test_escapes_of_harmless_characters_change_nothing(stub: Stub) -> None:
    path = f"/users/%31{str(USER)[1:]}/%69mages"
    assert send(stub.urls["questionpro"] + path, headers=API_KEY).status == 200
    slash = f"/users/{USER}%2Fimages"
    assert send(stub.urls["questionpro"] + slash, headers=API_KEY).status == 404


def test_the_absolute_form_of_a_target_is_understood(stub: Stub) -> None:
    line = f"GET {stub.urls['questionpro']}/users/{USER}/images HTTP/1.1\r\n"
    reply = exchange(stub.url, f"{line}Host: x\r\napi-key: test-api-key\r\n\r\n".encode())
    assert reply.status == 200


def test_health_tells_what_is_served(stub: Stub) -> None:
    reply = send(f"{stub.url}/_stub/health")
    assert reply.status == 200
    assert reply.json["status"] == "ok"
    assert reply.json["vendors"]["pingone"] == {
        "url": stub.urls["pingone"],
        "operations": ["createImage"],
    }
