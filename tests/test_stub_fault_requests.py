"""Asking for faults: which request gets one, and what is no fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stub import Stub
from tests.stub.wire import exchange, send
from tests.test_stub_faults import control, listing, upload


def test_queued_faults_come_in_their_order_and_so_many_times(stub: Stub) -> None:
    stub.faults.queue("status", status=500, times=2)
    stub.faults.queue("rate-limit", retry_after=3)
    assert [listing(stub).status for _ in range(4)] == [500, 500, 429, 200]


def test_a_fault_of_an_operation_waits_for_it(stub: Stub) -> None:
    stub.faults.queue("status", status=500, vendor="inventorum", operation="uploadImage")
    stub.faults.queue("status", status=501, operation="listImages")
    stub.faults.queue("status", status=502, vendor="pingone")
    assert exchange(stub.url, upload("questionpro", stub)).status == 200
    assert exchange(stub.url, upload("pingone", stub)).status == 502
    assert exchange(stub.url, upload("inventorum", stub)).status == 500
    assert listing(stub).status == 501
    assert listing(stub).status == 200


def test_a_request_that_asks_itself_leaves_the_queue_alone(stub: Stub) -> None:
    stub.faults.queue("status", status=500)
    assert listing(stub, "status=502").status == 502
    assert listing(stub).status == 500


def test_the_control_addresses_never_fail(stub: Stub) -> None:
    stub.faults.queue("reset", times=5)
    assert control(stub, "health").status == 200
    assert send(f"{stub.url}/_stub/health", headers={"X-Stub-Fault": "reset"}).status == 200


def test_a_reset_stub_has_no_faults(stub: Stub) -> None:
    stub.faults.queue("reset", times=5)
    stub.reset()
    assert listing(stub).status == 200
    assert stub.faults.tickets() == []


# Descriptions that are wrong.


@pytest.mark.parametrize(
    ("fault", "pointer"),
    [
        ({}, "/scenario"),
        ({"scenario": "explode"}, "/scenario"),
        ({"scenario": ["status"]}, "/scenario"),
        ({"scenario": "status", "status": 99}, "/status"),
        ({"scenario": "status", "status": 600}, "/status"),
        ({"scenario": "status", "status": True}, "/status"),
        ({"scenario": "status", "status": 500.5}, "/status"),
        ({"scenario": "status", "interval": 1}, "/interval"),
        ({"scenario": "status", "content-type": "a\r\nb: c"}, "/content-type"),
        ({"scenario": "status", "retry-after": ""}, "/retry-after"),
        ({"scenario": "rate-limit", "retry-after": {}}, "/retry-after"),
        ({"scenario": "latency", "latency": -1}, "/latency"),
        ({"scenario": "latency", "latency": 1e9}, "/latency"),
        ({"scenario": "latency", "after": "headers"}, "/after"),
        ({"scenario": "reset", "after": "lunch"}, "/after"),
        ({"scenario": "malformed-json", "after": "body"}, "/after"),
        ({"scenario": "slow-drip", "interval": "often"}, "/interval"),
        ({"scenario": "garbage", "bytes": -1}, "/bytes"),
        ({"scenario": "reset", "times": 0}, "/times"),
        ({"scenario": "reset", "times": None}, "/times"),
        ({"scenario": "reset", "vendor": "acme"}, "/vendor"),
        ({"scenario": "reset", "vendor": "pingone", "operation": "listImages"}, "/operation"),
        ({"scenario": "reset", "operation": 7}, "/operation"),
    ],
)
def test_a_wrong_description_is_refused_with_place_and_remedy(
    stub: Stub, fault: dict[str, Any], pointer: str
) -> None:
    reply = control(stub, "faults", "POST", fault)
    assert (reply.status, reply.json["code"]) == (400, "stub.bad-fault")
    assert [item["pointer"] for item in reply.json["faults"]] == [pointer]
    assert stub.faults.tickets() == []


@pytest.mark.parametrize(
    "fault",
    [
        *("", ";", "explode", "status=abc", "status=503; status=504", "status; =", "latency=nan"),
        *("reset, status=500", "status; body={", "after=processing", "RESET; LATENCY=-1"),
        "slow-drip=4",
    ],
)
def test_a_wrong_header_is_refused_and_nothing_is_done(stub: Stub, fault: str) -> None:
    whole = upload("pingone", stub, "PLACE").replace(b"PLACE", fault.encode())
    reply = exchange(stub.url, whole)
    assert (reply.status, reply.json["code"]) == (400, "stub.bad-fault")
    assert reply.json["faults"][0]["pointer"] == "X-Stub-Fault"
    assert stub.images() == []
    assert stub.faults.tickets() == []


def test_two_headers_are_one_too_many(stub: Stub) -> None:
    whole = upload("pingone", stub, "reset").replace(
        b"X-Stub-Fault", b"X-Stub-Fault: reset\r\nX-Stub-Fault"
    )
    assert exchange(stub.url, whole).json["code"] == "stub.bad-fault"
