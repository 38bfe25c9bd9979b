"""Faults on request: what the client gets, what the stub kept, and what was counted."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.stub import Stub
from tests.stub.control.faults import KINDS, Ticket
from tests.stub.pictures import picture
from tests.stub.wire import (
    API_KEY,
    ENVIRONMENT,
    SURVEY,
    TOKEN,
    USER,
    Reply,
    connect,
    exchange,
    field_part,
    file_part,
    form,
    form_type,
    receive,
    request,
    send,
    violations,
)

PNG = picture("PNG")


def listing(stub: Stub, fault: str = "", **headers: str) -> Reply:
    asked = {"X-Stub-Fault": fault} if fault else {}
    return send(
        f"{stub.urls['questionpro']}/users/{USER}/images", headers=API_KEY | asked | headers
    )


def upload(vendor: str, stub: Stub, fault: str = "") -> bytes:
    """The bytes of an upload to a vendor."""
    asked = {"X-Stub-Fault": fault} if fault else {}
    base = stub.urls[vendor]
    if vendor == "questionpro":
        headers = asked | API_KEY | form_type()
        return request(f"{base}/users/{USER}/images", "POST", headers, form(file_part(PNG)))
    if vendor == "inventorum":
        body = form(field_part("type", "user"), file_part(PNG, "image"))
        return request(f"{base}/images/", "POST", asked | TOKEN | form_type(), body)
    headers = asked | TOKEN | {"Content-Type": "image/png"}
    return request(f"{base}/environments/{ENVIRONMENT}/images", "POST", headers, PNG)


def control(stub: Stub, path: str, method: str = "GET", value: Any = None) -> Reply:
    body = None if value is None else json.dumps(value).encode()
    headers = {"Content-Type": "application/json"} if body else {}
    return send(f"{stub.url}/_stub/{path}", method, headers, body)


def only(stub: Stub) -> Ticket:
    (ticket,) = stub.faults.tickets()
    return ticket


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait for what the stub notices in its own time."""
    end = time.monotonic() + 10
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def everything(connection: socket.socket) -> bytes:
    """All bytes until the server ends the connection."""
    pieces: list[bytes] = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


# What goes out.


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_a_status_has_the_body_that_the_document_states(stub: Stub, status: int) -> None:
    reply = listing(stub, f"status={status}")
    assert reply.status == status
    assert violations("questionpro", "listImages", reply) == []
    assert (only(stub).asked, only(stub).delivered) == (1, 1)


@pytest.mark.parametrize("vendor", ["questionpro", "inventorum", "pingone"])
@pytest.mark.parametrize("status", [418, 502, 503, 520, 599])
def test_any_final_status_can_be_had(stub: Stub, vendor: str, status: int) -> None:
    reply = exchange(stub.url, upload(vendor, stub, f"status={status}"))
    assert reply.status == status
    assert isinstance(reply.json, dict)
    assert stub.images() == []


def test_a_status_takes_a_body_and_headers_of_the_test(stub: Stub) -> None:
    fault = 'status=503; body="<h1>d\\"own</h1>"; content-type="text/html"; retry-after=7'
    reply = listing(stub, fault)
    assert (reply.status, reply.body) == (503, b'<h1>d"own</h1>')
    assert reply.headers["content-type"] == "text/html"
    assert reply.headers["retry-after"] == "7"


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(stub: Stub, status: int) -> None:
    reply = listing(stub, f"status={status}")
    assert (reply.status, reply.body) == (status, b"")
    assert "content-type" not in reply.headers


@pytest.mark.parametrize("vendor", ["questionpro", "inventorum", "pingone"])
def test_a_rate_limit_says_when_to_come_back(stub: Stub, vendor: str) -> None:
    operation = {"pingone": "createImage"}.get(vendor, "uploadImage")
    reply = exchange(stub.url, upload(vendor, stub, "rate-limit; retry-after=2"))
    assert reply.status == 429
    assert reply.headers["retry-after"] == "2"
    assert violations(vendor, operation, reply) == []


def test_latency_answers_rightly_but_late(stub: Stub) -> None:
    begin = time.monotonic()
    reply = listing(stub, "latency=0.25")
    assert time.monotonic() - begin >= 0.25
    assert reply.status == 200
    assert violations("questionpro", "listImages", reply) == []


def test_every_fault_can_be_late(stub: Stub) -> None:
    begin = time.monotonic()
    assert listing(stub, "status=502; latency=0.2").status == 502
    assert time.monotonic() - begin >= 0.2


def test_malformed_json_is_whole_as_far_as_http_goes(stub: Stub) -> None:
    reply = listing(stub, "malformed-json")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert int(reply.headers["content-length"]) == len(reply.body)
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)


def test_a_wrong_content_type_has_the_right_body(stub: Stub) -> None:
    assert listing(stub, "wrong-content-type").headers["content-type"] == "text/html"
    reply = listing(stub, 'wrong-content-type; content-type="image/png"')
    assert reply.headers["content-type"] == "image/png"
    assert reply.json["response"] == []


@pytest.mark.parametrize(
    ("fault", "size"), [("truncated-body", None), ("truncated-body; bytes=3", 3)]
)
def test_a_truncated_body_ends_before_its_length(stub: Stub, fault: str, size: int | None) -> None:
    with connect(stub.url) as connection:
        url = f"{stub.urls['questionpro']}/users/{USER}/images"
        connection.sendall(request(url, headers=API_KEY | {"X-Stub-Fault": fault}))
        head, _, body = everything(connection).partition(b"\r\n\r\n")
    length = int(dict(line.split(b": ") for line in head.split(b"\r\n")[1:])[b"content-length"])
    assert len(body) == (length // 2 if size is None else size)


def test_a_truncated_body_never_is_the_whole(stub: Stub) -> None:
    with pytest.raises(http.client.IncompleteRead) as error:
        listing(stub, "truncated-body; bytes=10000000")
    assert error.value.expected == 1


def test_a_slow_drip_comes_in_pieces(stub: Stub) -> None:
    whole = listing(stub).body
    begin = time.monotonic()
    reply = listing(stub, "slow-drip; interval=0.01; bytes=30")
    assert time.monotonic() - begin >= 0.01 * (len(whole) // 30)
    assert reply.json["pagination"] == json.loads(whole)["pagination"]


def test_a_reset_is_a_reset(stub: Stub) -> None:
    # by a bare socket: http.client calls an orderly end without an answer a reset too
    with connect(stub.url) as connection:
        connection.sendall(upload("pingone", stub, "reset"))
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_a_close_is_an_end_without_an_answer(stub: Stub) -> None:
    with connect(stub.url) as connection:
        connection.sendall(upload("pingone", stub, "close-before-answer"))
        assert everything(connection) == b""


def test_garbage_is_no_http_and_always_the_same(stub: Stub) -> None:
    seen: set[bytes] = set()
    for _ in range(2):
        with connect(stub.url) as connection:
            connection.sendall(upload("questionpro", stub, "garbage; bytes=100"))
            seen.add(everything(connection))
    (data,) = seen
    assert len(data) == 100
    assert b"HTTP" not in data


def test_a_connection_serves_on_after_a_status(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    with connect(stub.url) as connection:
        for fault in ("status=500", "malformed-json", "rate-limit", "latency=0.01"):
            connection.sendall(request(url, headers=API_KEY | {"X-Stub-Fault": fault}))
            receive(connection)
        connection.sendall(request(url, headers=API_KEY))
        assert receive(connection).status == 200


def test_stored_files_can_fail_too(stub: Stub) -> None:
    (image,) = stub.seed("pingone")
    reply = send(stub.url + image.path, headers={"X-Stub-Fault": "status=503"})
    assert (reply.status, reply.json["code"]) == (503, "stub.fault-asked-for")
    with pytest.raises(http.client.IncompleteRead):
        send(stub.url + image.path, headers={"X-Stub-Fault": "truncated-body"})


# What was done before.


@pytest.mark.parametrize("vendor", ["questionpro", "inventorum", "pingone"])
@pytest.mark.parametrize(
    "name", ["status", "reset", "garbage", "close-before-answer", "rate-limit"]
)
@pytest.mark.parametrize(("after", "kept"), [("headers", 0), ("body", 0), ("processing", 1)])
def test_an_upload_is_kept_only_after_processing(
    stub: Stub, vendor: str, name: str, after: str, kept: int
) -> None:
    with connect(stub.url) as connection:
        connection.sendall(upload(vendor, stub, f"{name}; after={after}"))
        try:
            came = connection.recv(65536)
        except ConnectionResetError:
            came = b""
    assert came.startswith(b"HTTP/1.1") == (name in ("status", "rate-limit"))
    assert len(stub.images()) == kept
    assert (only(stub).taken, only(stub).delivered) == (1, 1)
    assert stub.journal[-1].fault == {
        "scenario": str(only(stub).scenario),
        "delivered": True,
    }
    assert (stub.journal[-1].image is not None) == bool(kept)


@pytest.mark.parametrize(
    "fault", ["malformed-json", "wrong-content-type", "truncated-body", "slow-drip", "latency=0"]
)
def test_an_answer_that_is_spoilt_was_a_success(stub: Stub, fault: str) -> None:
    with connect(stub.url) as connection:
        connection.sendall(upload("inventorum", stub, fault))
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    assert len(stub.images()) == 1


def test_a_fault_after_the_headers_does_not_wait_for_the_body(stub: Stub) -> None:
    head = upload("pingone", stub, "status=503; after=headers").partition(b"\r\n\r\n")[0]
    with connect(stub.url) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert receive(connection).status == 503
    assert stub.images() == []


def test_a_request_that_is_refused_gets_its_fault_all_the_same(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    assert send(url, headers={"X-Stub-Fault": "status=500"}).status == 500
    reply = send(url, headers={"X-Stub-Fault": "wrong-content-type"})
    assert (reply.status, reply.headers["content-type"]) == (401, "text/html")


def test_a_client_that_gives_up_waiting_has_asked_for_nothing(stub: Stub) -> None:
    with connect(stub.url) as connection:
        connection.sendall(upload("pingone", stub, "latency=30; after=body"))
        assert eventually(lambda: bool(stub.journal) and stub.journal[-1].size == len(PNG))
    assert eventually(lambda: stub.journal[-1].milliseconds is not None)
    assert stub.images() == []
    assert only(stub).delivered == 1
    with connect(stub.url) as connection:
        connection.sendall(upload("pingone", stub, "latency=30; after=processing"))
        assert eventually(lambda: len(stub.images()) == 1)


def test_a_survey_response_can_be_lost_and_kept(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/surveys/{SURVEY}/responses"
    body = b'{"responseSet": []}'
    headers = API_KEY | {"Content-Type": "application/json"}
    with pytest.raises(ConnectionResetError):
        send(url, "POST", headers | {"X-Stub-Fault": "reset; after=processing"}, body)
    assert len(stub.responses()) == 1


# What is counted.


@pytest.mark.parametrize("name", ["status", "reset", "garbage", "close-before-answer", "slow-drip"])
def test_a_fault_that_nobody_waits_for_is_not_delivered(stub: Stub, name: str) -> None:
    with connect(stub.url) as connection:
        connection.sendall(upload("pingone", stub, f"{name}; latency=30"))
        assert eventually(lambda: bool(stub.journal) and stub.journal[-1].size == len(PNG))
    assert eventually(lambda: stub.journal[-1].milliseconds is not None)
    assert (only(stub).asked, only(stub).taken, only(stub).delivered) == (1, 1, 0)
    assert stub.journal[-1].fault == {"scenario": str(only(stub).scenario), "delivered": False}


def test_an_incomplete_upload_gets_no_fault(stub: Stub) -> None:
    whole = upload("pingone", stub, "reset")
    with connect(stub.url) as connection:
        connection.sendall(whole[:-10])
        assert eventually(lambda: bool(stub.journal))
    assert eventually(lambda: stub.journal[-1].milliseconds is not None)
    assert stub.images() == []


def test_faults_are_told_by_the_control_address(stub: Stub) -> None:
    made = control(stub, "faults", "POST", {"scenario": "status", "status": 502, "times": 3})
    assert made.status == 201
    for _ in range(2):
        assert listing(stub).status == 502
    (told,) = control(stub, "faults").json["faults"]
    assert told["id"] == made.json["id"]
    assert (told["asked"], told["taken"], told["delivered"]) == (3, 2, 2)
    assert told["status"] == 502
    assert control(stub, "faults", "DELETE").status == 204
    assert control(stub, "faults").json["faults"] == []
    assert listing(stub).status == 200


def test_all_scenarios_are_listed_with_their_parameters(stub: Stub) -> None:
    listed = control(stub, "faults").json["scenarios"]
    assert set(listed) == set(KINDS)
    assert listed["slow-drip"]["parameters"] == ["after", "latency", "interval", "bytes"]
