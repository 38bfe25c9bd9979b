"""When a request is sent again, and after how long."""

from __future__ import annotations

import datetime
import time
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questionpro_client._runtime.retry import delay, retry_after_seconds

from tests.delivery import ok
from tests.recorder import Recorder, close, nobody, redirect, reply, reset, silence
from tests.vendors import QUESTIONPRO, USER, Vendor, call, every_vendor, failure, upload

NOW = [("Retry-After", "0")]
PAGE = (
    b'{"response": [], "requestID": "r", "pagination": {"totalItems": 0, "perPage": 1,'
    b' "totalPages": 0, "currentPage": 1,'
    b' "links": {"self": "x", "first": null, "last": null, "prev": null, "next": null}}}'
)


def first_page(mode: str, url: str, **options: Any) -> Any:
    """A GET."""

    def use(c: Any) -> Any:
        return c.images.list(user_id=USER).first_page

    return call(QUESTIONPRO.client(mode, url, **options), use)


# --- the rule


AGAIN: list[tuple[dict[str, Any], bool]] = [
    ({"method": "POST", "status": 408}, True),
    ({"method": "POST", "status": 429}, True),
    ({"method": "POST", "status": 503}, True),
    ({"method": "POST", "status": 500}, False),
    ({"method": "POST", "status": 502}, False),
    ({"method": "POST", "status": 504}, False),
    ({"method": "POST", "status": 520}, False),
    ({"method": "PATCH", "status": 500}, False),
    ({"method": "GET", "status": 500}, True),
    ({"method": "GET", "status": 520}, True),
    ({"method": "PUT", "status": 502}, True),
    ({"method": "DELETE", "status": 502}, True),
    ({"method": "GET", "status": 400}, False),
    ({"method": "GET", "status": 404}, False),
    ({"method": "GET", "status": 409}, False),
    ({"method": "GET", "status": 200}, False),
    ({"method": "GET", "status": 302}, False),
    ({"method": "POST", "status": None, "sent": True}, False),
    ({"method": "POST", "status": None, "sent": False}, True),
    ({"method": "GET", "status": None, "sent": True}, True),
    ({"method": "POST", "status": 503, "replayable": False}, False),
    ({"method": "POST", "status": 503, "attempt": 2}, True),
    ({"method": "POST", "status": 503, "attempt": 3}, False),
    ({"method": "POST", "status": 503, "max_retries": 0}, False),
    ({"method": "POST", "status": 429, "retry_after": "60"}, True),
    ({"method": "POST", "status": 429, "retry_after": "61"}, False),
    ({"method": "POST", "status": 429, "retry_after": "999999999999999999"}, False),
    ({"method": "POST", "status": 429, "retry_after": "junk"}, True),
    ({"method": "POST", "status": 400, "retry_after": "1"}, False),
    ({"method": "POST", "status": 429, "retry_after": "-1"}, True),
    ({"method": "POST", "status": 429, "retry_after": "60.0"}, True),
    ({"method": "POST", "status": 429, "retry_after": "60.1"}, False),
    ({"method": "POST", "status": 429, "retry_after": "9" * 5000}, False),
    ({"method": "POST", "status": 429, "retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, True),
    ({"method": "POST", "status": 429, "retry_after": "Wed, 21 Oct 2215 07:28:00 GMT"}, False),
    ({"method": "POST", "status": 500, "duplicates": True}, True),
    ({"method": "PATCH", "status": 520, "duplicates": True}, True),
    ({"method": "POST", "status": None, "sent": True, "duplicates": True}, True),
    ({"method": "POST", "status": 400, "duplicates": True}, False),
    ({"method": "POST", "status": 409, "duplicates": True}, False),
    ({"method": "POST", "status": 500, "duplicates": True, "replayable": False}, False),
    ({"method": "POST", "status": 500, "duplicates": True, "max_retries": 0}, False),
    ({"method": "POST", "status": 500, "duplicates": True, "retry_after": "61"}, False),
]


@pytest.mark.parametrize(("case", "again"), AGAIN, ids=str)
def test_what_is_sent_again(case: dict[str, Any], again: bool) -> None:
    assert (delay(**{"attempt": 1, "max_retries": 2, **case}) is not None) is again


@given(attempt=st.integers(1, 10_000), method=st.sampled_from(["GET", "POST"]))
def test_pauses_grow_with_jitter_up_to_a_cap(attempt: int, method: str) -> None:
    most = min(8.0, 0.5 * 2 ** min(attempt - 1, 10))
    pauses = [
        delay(method=method, attempt=attempt, max_retries=10_000, status=503) for _ in range(50)
    ]
    numbers = [pause for pause in pauses if pause is not None]
    assert len(numbers) == 50
    assert most / 2 <= min(numbers) < max(numbers) <= most


def test_retry_after_is_obeyed_to_the_second() -> None:
    assert delay(method="GET", attempt=1, max_retries=2, status=429, retry_after="17") == 17.0


THOUSAND_YEARS = 1000 * 365.25 * 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("-1", None),
        ("-5", None),
        ("+5", None),
        ("1.5", 1.5),
        ("1.", None),
        (".5", None),
        ("1e3", None),
        ("1_0", None),
        ("0x10", None),
        ("inf", None),
        ("nan", None),
        ("000000000000005", 5.0),
        ("9" * 20, THOUSAND_YEARS),
        ("9" * 5000, THOUSAND_YEARS),
        ("", None),
        ("soon", None),
        ("٣", None),
        ("²", None),
        ("1, 2", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", 0.0),
        ("Wed Oct 21 07:28:00 2015", 0.0),
        ("2015-10-21T07:28:00Z", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("Wednesday", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(text) == seconds


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0200", ""])
def test_retry_after_is_a_date_to_come(zone: str) -> None:
    hours = 2 if zone == "+0200" else 0
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=50, hours=hours)
    text = format_datetime(when.replace(tzinfo=None)).replace("-0000", zone)
    seconds = retry_after_seconds(text)
    assert seconds is not None
    assert 45 < seconds <= 50


@given(text=st.text() | st.from_regex(r"\w{3}, \d+ (Jan|Oct) \d+ \d+:\d+:\d+ ([+-]\d+|GMT)"))
def test_retry_after_never_breaks_an_answer(text: str) -> None:
    seconds = retry_after_seconds(text)
    assert seconds is None or seconds >= 0


# --- the wire


@every_vendor
@pytest.mark.parametrize("status", [408, 429, 503])
def test_a_request_that_was_not_processed_is_sent_again(
    vendor: Vendor, mode: str, status: int
) -> None:
    with Recorder(reply(status, b"", NOW), reply(status, b"", NOW), ok(vendor)) as server:
        assert upload(vendor, mode, server.url, b"x").to_dict() == vendor.success
    assert len(server.requests) == 3
    assert len({request.header("content-length") for request in server.requests}) == 1


@every_vendor
def test_attempts_are_counted(vendor: Vendor, mode: str) -> None:
    for retries in (0, 1, 2, 3):
        with Recorder(*[reply(429, b"", NOW)] * (retries + 1)) as server:
            error = failure(vendor, mode, server.url, max_retries=retries)
        assert error.attempts == retries + 1 == len(server.requests)
        assert error.retry_after == 0


@every_vendor
@pytest.mark.parametrize("status", [500, 502, 504, 520])
def test_a_post_that_may_have_been_processed_is_not_sent_again(
    vendor: Vendor, mode: str, status: int
) -> None:
    with Recorder(reply(status, b"", NOW)) as server:
        error = failure(vendor, mode, server.url)
    assert (error.status_code, error.attempts) == (status, 1)


@every_vendor
def test_a_post_is_not_sent_again_after_a_break(vendor: Vendor, mode: str) -> None:
    for step in (reset(), close(), reset("head"), close("head")):
        with Recorder(step) as server:
            error = failure(vendor, mode, server.url)
        assert type(error) is vendor.errors.APIConnectionError
        assert error.attempts == 1
        assert server.connections == 1


@every_vendor
def test_a_post_is_not_sent_again_after_a_timeout(vendor: Vendor, mode: str) -> None:
    with Recorder(silence()) as server:
        error = failure(vendor, mode, server.url, timeout=0.2)
    assert (type(error), error.attempts) == (vendor.errors.APITimeoutError, 1)


@every_vendor
def test_a_refused_connection_is_tried_again(vendor: Vendor, mode: str) -> None:
    start = time.perf_counter()
    with nobody() as url:
        assert failure(vendor, mode, url, max_retries=1).attempts == 2
    assert time.perf_counter() - start >= 0.25


@every_vendor
def test_a_post_is_sent_again_when_the_caller_says_so(vendor: Vendor, mode: str) -> None:
    script = [reply(500, b"", NOW), reset(), ok(vendor)]
    with Recorder(*script) as server:
        upload(vendor, mode, server.url, b"x", retry_non_idempotent=True)
    assert len(server.requests) == 3
    with Recorder(*script) as server:
        client = vendor.client(mode, server.url).with_options(retry_non_idempotent=True)
        call(client, lambda c: vendor.upload(c, b"x"))
    assert len(server.requests) == 3


@every_vendor
def test_with_options_keeps_or_takes_back_the_permission(vendor: Vendor, mode: str) -> None:
    client = vendor.client(mode, "http://127.0.0.1", retry_non_idempotent=True)
    assert client.with_options(max_retries=1)._session.options.retry_non_idempotent
    with Recorder(reply(500, b"", NOW)) as server:
        again = client.with_options(base_url=server.url, retry_non_idempotent=False)
        with pytest.raises(vendor.errors.InternalServerError):
            call(again, lambda c: vendor.upload(c, b"x"))


@every_vendor
def test_attempts_are_told_by_whatever_ends_a_call(vendor: Vendor, mode: str) -> None:
    def pieces() -> Any:
        yield b"x"

    with Recorder(redirect(307, "/next")) as server:  # the body is gone: an answer, not a failure
        error = failure(vendor, mode, server.url, pieces())
    assert (error.status_code, error.attempts) == (307, 1)
    assert failure(vendor, mode, "http://h", timeout=-1).attempts == 0
    client = vendor.client(mode, "http://127.0.0.1")
    call(client, lambda c: None)
    with pytest.raises(vendor.errors.ConfigurationError) as caught:
        call(client, lambda c: vendor.upload(c, b"x"))
    assert caught.value.attempts == 0


@pytest.mark.parametrize("status", [500, 502, 520])
def test_a_get_is_sent_again(mode: str, status: int) -> None:
    with Recorder(reply(status, b"", NOW), reply(200, PAGE)) as server:
        assert first_page(mode, server.url).response == []
    assert len(server.requests) == 2


def test_a_get_is_sent_again_after_a_break(mode: str) -> None:
    with Recorder(reset(), reply(200, PAGE)) as server:
        assert first_page(mode, server.url, max_retries=1).response == []
    assert len(server.requests) == 2


@every_vendor
def test_a_server_that_asks_for_too_long_a_pause_gets_no_second_try(
    vendor: Vendor, mode: str
) -> None:
    with Recorder(reply(429, b"", [("Retry-After", "3600")])) as server:
        error = failure(vendor, mode, server.url)
    assert (type(error), error.attempts) == (vendor.errors.RateLimitError, 1)
    assert error.retry_after == 3600


@every_vendor
def test_a_post_that_was_answered_elsewhere_is_not_sent_again(vendor: Vendor, mode: str) -> None:
    """303 means: done, the answer is there. A failure there does not undo it."""
    script = [redirect(303, "/done"), reply(503, b"", NOW), ok(vendor)]
    with Recorder(*script) as server:
        upload(vendor, mode, server.url, b"x")
    assert [request.method for request in server.requests] == ["POST", "GET", "GET"]
    assert [request.body for request in server.requests][1:] == [b"", b""]


@pytest.mark.parametrize("value", [-1])
@every_vendor
def test_impossible_limits_are_refused(vendor: Vendor, mode: str, value: int) -> None:
    with pytest.raises(vendor.errors.ConfigurationError, match="max_retries"):
        vendor.client(mode, "http://127.0.0.1", max_retries=value)
    for timeout in (0, -1, float("inf"), float("nan")):
        with pytest.raises(vendor.errors.ConfigurationError, match="timeout"):
            vendor.client(mode, "http://127.0.0.1", timeout=timeout)
