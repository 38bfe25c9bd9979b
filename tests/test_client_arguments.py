"""What cannot be used as an option or a parameter is refused by its name, and nothing is sent."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.delivery import ok
from tests.recorder import Recorder, reply
from tests.vendors import PINGONE, QUESTIONPRO, SURVEY, USER, call

ERROR = PINGONE.errors.ConfigurationError

LIMITS = {
    "text": "5",
    "pair": (5, 5),
    "Decimal": Decimal(5),
    "bool": True,
    "longer than a system's clock runs": 1e300,
    "no float can hold it": 10**400,
    "phase that is no number": httpx2.Timeout(5, read=math.nan),
    "phase below 0": httpx2.Timeout(5, connect=-1),
    "phase of 0": httpx2.Timeout(0),
    "phase without end by number": httpx2.Timeout(math.inf),
}


@pytest.mark.parametrize("limit", [*LIMITS.values(), None], ids=[*LIMITS, "None"])
def test_what_is_no_time_limit_is_refused_by_the_constructor(mode: str, limit: Any) -> None:
    with pytest.raises(ERROR, match="timeout="):
        PINGONE.client(mode, None, timeout=limit)


@pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)
def test_what_is_no_time_limit_is_refused_for_a_call_too(mode: str, limit: Any) -> None:
    client = PINGONE.client(mode, None)
    with pytest.raises(ERROR, match="timeout="):
        client.with_options(timeout=limit)
    with pytest.raises(ERROR, match="timeout="):
        call(client, lambda c: PINGONE.upload(c, b"x", timeout=limit))


@pytest.mark.parametrize("limit", [httpx2.Timeout(None), httpx2.Timeout(5, pool=None), 10**9])
def test_a_phase_may_have_no_limit_when_the_caller_says_so(mode: str, limit: Any) -> None:
    with Recorder(ok(PINGONE)) as server:
        call(PINGONE.client(mode, server.url, timeout=limit), lambda c: PINGONE.upload(c, b"x"))


@pytest.mark.parametrize("retries", [-1, 1.5, math.nan, "2", None, True])
def test_what_is_no_number_of_retries_is_refused(mode: str, retries: Any) -> None:
    with pytest.raises(ERROR, match="max_retries="):
        PINGONE.client(mode, None, max_retries=retries)


@pytest.mark.parametrize(
    "url",
    [b"http://h", 5, Path("h"), httpx2.URL("http://h"), "http://h?", "http://h/v1#", "http://h?q"],
)
def test_what_is_no_base_url_is_refused(mode: str, url: Any) -> None:
    with pytest.raises(ERROR, match="base_url "):
        PINGONE.client(mode, url)
    with pytest.raises(ERROR, match="base_url "):
        PINGONE.client(mode, None).with_options(base_url=url)


def test_a_scheme_in_capitals_is_the_same_scheme(mode: str) -> None:
    with Recorder(ok(PINGONE)) as server:
        call(
            PINGONE.client(mode, server.url.replace("http", "HTTP")),
            lambda client: PINGONE.upload(client, b"x"),
        )


VALUES = {
    "bytes": b"x",
    "object": object(),
    "Decimal": Decimal("1.5"),
    "NaN": math.nan,
    "infinity": -math.inf,
    "half a character": "\ud800",
    "list with half a character": ["a", "\udfff"],
    "time without zone": datetime.datetime(2020, 1, 1),
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_that_no_url_can_hold_is_refused_by_the_name_of_its_parameter(
    mode: str, value: Any
) -> None:
    client = QUESTIONPRO.client(mode, None)
    with pytest.raises(QUESTIONPRO.errors.ConfigurationError, match="'user-id' cannot"):
        call(client, lambda c: c.images.upload(user_id=value, file=b"x"))
    with pytest.raises(QUESTIONPRO.errors.ConfigurationError, match="'page' cannot"):
        call(client, lambda c: c.images.list(user_id=USER, page=value).first_page)
    with pytest.raises(QUESTIONPRO.errors.ConfigurationError, match="extra_query: 'k' cannot"):
        call(client, lambda c: QUESTIONPRO.upload(c, b"x", extra_query={"k": value}))


@pytest.mark.parametrize("given", [{5: "x"}, {None: "x"}, {"\ud800": "x"}, [("a", "b")], "a=b", 5])
@pytest.mark.parametrize("option", ["extra_query", "extra_headers"])
def test_what_is_no_mapping_of_names_is_refused(mode: str, option: str, given: Any) -> None:
    with pytest.raises(ERROR, match=f"^{option}"):
        call(PINGONE.client(mode, None), lambda c: PINGONE.upload(c, b"x", **{option: given}))


BODIES = {
    "bytes": b"x",
    "set": {1},
    "number as key": {1: 2},
    "NaN": math.nan,
    "half a character": "\ud800",
    "iterator": iter([1]),
}


@pytest.mark.parametrize("value", BODIES.values(), ids=BODIES)
def test_a_value_that_json_lacks_is_refused(mode: str, value: Any) -> None:
    client = QUESTIONPRO.client(mode, None)
    with pytest.raises(QUESTIONPRO.errors.ConfigurationError, match="the body cannot be sent"):
        call(client, lambda c: c.responses.create(SURVEY, body={"k": value}))


def test_another_credential_in_the_query_of_a_call_is_not_shown(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = "another/secret+key"
    extra = {"a": 1, "apiKey": other, "b": 2}
    client = QUESTIONPRO.client(mode, None, max_retries=0)
    with (
        caplog.at_level("DEBUG"),
        Recorder(reply(404)) as server,
        pytest.raises(QUESTIONPRO.errors.NotFoundError) as caught,
    ):
        call(
            client.with_options(base_url=server.url),
            lambda c: QUESTIONPRO.upload(c, b"x", extra_query=extra),
        )
    assert "apiKey=another%2Fsecret%2Bkey" in server.only.target
    assert caught.value.url.endswith("?a=1&apiKey=[redacted]&b=2")
    for shown in (str(caught.value), repr(vars(caught.value)), caplog.text):
        assert "another" not in shown
