"""The stub's own addresses beside the journal's: what they take, and who may use them."""

from __future__ import annotations

import pytest

from tests.stub import Stub
from tests.stub.wire import send
from tests.test_stub_journal import upload


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("", "POST", "GET, HEAD"),
        ("health", "DELETE", "GET, HEAD"),
        ("requests", "POST", "GET, DELETE, HEAD"),
        ("journal", "PUT", "GET, HEAD"),
        ("faults", "PATCH", "GET, POST, DELETE, HEAD"),
        ("profile", "DELETE", "GET, PUT, POST, HEAD"),
        ("reset", "GET", "POST"),
        ("seed", "GET", "POST"),
    ],
)
def test_other_methods_are_refused_with_those_allowed(
    stub: Stub, path: str, method: str, allow: str
) -> None:
    reply = send(f"{stub.url}/_stub/{path}", method, {}, b"")
    assert (reply.status, reply.headers["allow"]) == (405, allow)


def test_the_addresses_are_listed(stub: Stub) -> None:
    for path in ("/_stub", "/_stub/"):
        addresses = send(stub.url + path).json["addresses"]
        assert set(addresses) >= {"/_stub/health", "/_stub/faults", "/_stub/requests"}
        for address, about in addresses.items():
            assert about["does"]
            if "GET" in about["methods"]:
                assert send(stub.url + address).status == 200
                assert send(stub.url + address, "HEAD").body == b""


def test_a_page_of_another_site_cannot_use_them(stub: Stub) -> None:
    upload(stub)
    for site, status in (
        ("cross-site", 403),
        ("same-site", 403),
        ("same-origin", 204),
        ("none", 204),
    ):
        reply = send(f"{stub.url}/_stub/reset", "POST", {"Sec-Fetch-Site": site}, b"")
        assert reply.status == status
    assert stub.images() == []


@pytest.mark.parametrize("path", ["faults", "seed", "profile"])
@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{}", 415),
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({"Content-Type": "application/json"}, b"", 400),
        ({"Content-Type": "application/json"}, b"[]", 400),
        ({"Content-Type": "application/json"}, b"{", 400),
        ({"Content-Type": "application/json"}, b'{"a":1,"a":2}', 400),
        ({"Content-Type": "application/json"}, b"\xff", 400),
        ({"Content-Type": "application/json"}, b"[" * 5000, 400),
        ({"Content-Type": "application/json", "Content-Length": "99999999999"}, b"{", 413),
    ],
)
def test_what_is_no_json_object_is_refused(
    stub: Stub, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    reply = send(f"{stub.url}/_stub/{path}", "POST", headers, body)
    assert reply.status == status
    assert reply.json["message"]


def test_reset_forgets_everything(stub: Stub) -> None:
    assert upload(stub).json["response"]["imageID"] == 1000001
    stub.faults.queue("reset")
    stub.profile = "observed"
    assert send(f"{stub.url}/_stub/reset", "POST", {}, b"").status == 204
    assert (stub.images(), stub.journal, stub.faults.tickets()) == ([], [], [])
    assert stub.profile == "documented"
    assert upload(stub).json["response"]["imageID"] == 1000001
