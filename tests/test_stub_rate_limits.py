"""The documented rate limits, by a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stub import Stub
from tests.stub.checks.rate_limit import MOST_CALLERS, Rate, RateLimits
from tests.stub.refusal import Refused
from tests.stub.wire import API_KEY, ENVIRONMENT, TOKEN, USER, Reply, send, violations


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(clock: Clock) -> Iterator[Stub]:
    with Stub(strict=True, rate_limits=True, clock=clock) as running:
        yield running


def call(stub: Stub, vendor: str, headers: dict[str, str] | None = None) -> Reply:
    """The cheapest call that counts."""
    if vendor == "questionpro":
        url = f"{stub.urls[vendor]}/users/{USER}/images?perPage=1"
        return send(url, headers=API_KEY if headers is None else headers)
    path = "images/" if vendor == "inventorum" else f"environments/{ENVIRONMENT}/images"
    return send(f"{stub.urls[vendor]}/{path}", "POST", TOKEN if headers is None else headers, b"")


@pytest.mark.parametrize(
    ("vendor", "calls", "seconds", "operation", "retry_after"),
    [
        ("questionpro", 300, 60, "listImages", None),
        ("inventorum", 20, 1, "uploadImage", None),
        ("pingone", 100, 1, "createImage", "1"),
    ],
)
def test_one_call_too_many_is_refused_until_the_first_is_old(
    limited: Stub,
    clock: Clock,
    vendor: str,
    calls: int,
    seconds: float,
    operation: str,
    retry_after: str | None,
) -> None:
    assert {call(limited, vendor).status for _ in range(calls)} <= {200, 400}
    clock.now += seconds * 0.9
    for _ in range(3):  # refused calls do not count
        reply = call(limited, vendor)
        assert reply.status == 429
        assert reply.headers.get("retry-after") == retry_after
        assert violations(vendor, operation, reply) == []
    clock.now += seconds * 0.1
    assert call(limited, vendor).status in (200, 400)


def test_the_window_slides(limited: Stub, clock: Clock) -> None:
    for _ in range(10):
        call(limited, "inventorum")
    clock.now += 0.6
    for _ in range(10):
        call(limited, "inventorum")
    assert call(limited, "inventorum").status == 429
    clock.now += 0.4
    assert [call(limited, "inventorum").status for _ in range(11)] == [400] * 10 + [429]


def test_each_vendor_counts_for_itself(limited: Stub) -> None:
    assert [call(limited, "inventorum").status for _ in range(21)][-1] == 429
    assert call(limited, "pingone").status == 400
    assert call(limited, "questionpro").status == 200


def test_a_wrong_key_uses_up_nobodys_calls(limited: Stub) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    assert {call(limited, "inventorum", wrong).status for _ in range(30)} == {401}
    assert call(limited, "inventorum").status == 400


def test_an_address_is_limited_whatever_it_presents(limited: Stub) -> None:
    assert {call(limited, "pingone", {}).status for _ in range(100)} == {401}
    assert call(limited, "pingone").status == 429


def test_nothing_is_limited_unless_asked_for(stub: Stub) -> None:
    assert {call(stub, "inventorum").status for _ in range(40)} == {400}


def test_a_reset_forgets_the_calls(limited: Stub) -> None:
    assert [call(limited, "inventorum").status for _ in range(21)][-1] == 429
    limited.reset()
    assert call(limited, "inventorum").status == 400


def test_the_callers_that_are_remembered_are_bounded(clock: Clock) -> None:
    limits = RateLimits(True, clock)
    rate = Rate(1, 60, "address", tells_when=True)
    for number in range(MOST_CALLERS + 1):
        limits.admit("a", rate, "address", str(number))
    limits.admit("a", rate, "address", "0")  # forgotten
    with pytest.raises(Refused):
        limits.admit("a", rate, "address", str(MOST_CALLERS))
