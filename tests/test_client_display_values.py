"""Texts for people stay what they are; properties beside them tell what they mean."""

from __future__ import annotations

import datetime
import locale
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from questionpro_client._runtime.display import display_size, display_time
from questionpro_client.models import CreateResponseRequest, Image, SurveyResponse

from tests.things import SCHEMAS, put, refused_document
from tests.workshop import Workshop


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("18 Kb", (18_000, 18 * 1024, 17_500, 18_943), (17_000, 19 * 1024)),
        ("137 Kb", (137_000, 137 * 1024), (136_000, 138 * 1024)),
        ("1 Mb", (1_000_000, 1024 * 1024), (0, 2 * 1024 * 1024)),
        ("1.5 Mb", (1_500_000, 1_572_864), (1_400_000, 1_677_722)),
        ("0 Kb", (0, 999), (1024,)),
        ("2 gb", (2 * 10**9, 2 * 2**30), (10**9,)),
        ("12 b", (12,), (11, 13)),
    ],
)
def test_a_size_is_every_number_of_bytes_that_it_may_mean(
    text: str, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    found = display_size(text)
    assert found is not None
    assert all(size in found for size in inside)
    assert not any(size in found for size in outside)


@given(size=st.integers(1, 10**12), unit=st.sampled_from([1000, 1024]), digits=st.integers(0, 2))
def test_the_size_that_was_shown_is_in_the_range(size: int, unit: int, digits: int) -> None:
    for power, letter in enumerate("kMg", 1):
        whole, rest = divmod(size * 10**digits, unit**power)
        for rounded in (whole, whole + (rest > 0)):  # down and up; the nearest is one of them
            number = f"{rounded:0{digits + 1}}"
            point = len(number) - digits
            text = f"{number[:point]}.{number[point:]}" if digits else number
            found = display_size(f"{text} {letter}B")
            assert found is not None
            assert size in found


@pytest.mark.parametrize(
    "text",
    [
        *("", "18", "Kb", "1,5 Mb", "1.5 b", "-1 Kb", "\uff11\uff18 Kb", "18 Kb\n", " 18 Kb"),
        *("9" * 99 + " Kb", "1e3 Kb", "18 Zb", "18 \u212ab", "1. Kb", "0x12 Kb"),
    ],
)
def test_another_text_is_no_size(text: str) -> None:
    assert display_size(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("05 Oct, 2020 02:51:51 PM PDT", "2020-10-05T14:51:51-07:00"),
        ("5 Jan, 2021 12:00:00 AM PST", "2021-01-05T00:00:00-08:00"),
        ("29 Feb, 2024 12:59:59 pm EST", "2024-02-29T12:59:59-05:00"),
        ("31 Dec, 9999 11:59:59 PM EDT", "9999-12-31T23:59:59-04:00"),
        ("01 Jan, 0001 12:00:00 AM PDT", "0001-01-01T00:00:00-07:00"),
        ("05 Oct, 2020 02:51:51 PM CST", "2020-10-05T14:51:51-06:00"),
        ("05 Oct, 2020 02:51:51 PM MDT", "2020-10-05T14:51:51-06:00"),
        ("05 Oct, 2020 02:51:51 PM UTC", "2020-10-05T14:51:51+00:00"),
        ("05 Oct, 2020 02:51:51 PM GMT", "2020-10-05T14:51:51+00:00"),
        ("05 Oct, 2020 02:51:51 PM IST", "2020-10-05T14:51:51"),
        ("05 Oct, 2020 02:51:51 PM CEST", "2020-10-05T14:51:51"),
    ],
)
def test_a_time_is_aware_where_its_zone_is_known(text: str, shown: str) -> None:
    found = display_time(text)
    assert found is not None
    assert found.isoformat() == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", "2020-10-05T14:51:51Z", "31 Feb, 2020 02:51:51 PM PDT", "05 Oct, 2020 02:51:51 PM"),
        *("05 Oct, 0000 02:51:51 PM PDT", "05 Oct, 2020 13:51:51 PM PDT"),
        *("05 Oct, 2020 00:51:51 AM PDT", "05 Oct, 2020 02:60:51 PM PDT"),
        *("05 Oct, 2020 02:51:60 PM PDT", "05 Okt, 2020 02:51:51 PM PDT"),
        *("0\u0665 Oct, 2020 02:51:51 PM PDT", "05 Oct, 2020 02:51:51 PM PDT\n"),
        *("05 Oct, 99999 02:51:51 PM PDT", "05 Oct, 2020 02:51:51 PM " + "P" * 10_000),
    ],
)
def test_another_text_is_no_time(text: str) -> None:
    assert display_time(text) is None


@given(text=st.text() | st.from_regex(r"\d{1,2} [A-Za-z]{3}, \d{4} \d\d?:\d\d:\d\d [AP]M [A-Z]+"))
@example(text="\ud800 Kb")
def test_no_text_is_an_error(text: str) -> None:
    assert display_time(text) is None or isinstance(display_time(text), datetime.datetime)
    assert display_size(text) is None or isinstance(display_size(text), range)


@pytest.fixture
def other_locale() -> Iterator[str]:
    before = locale.setlocale(locale.LC_ALL)
    for name in ("tr_TR.UTF-8", "de_DE.UTF-8", "C.UTF-8", "C"):
        try:
            yield locale.setlocale(locale.LC_ALL, name)
            break
        except locale.Error:
            continue
    locale.setlocale(locale.LC_ALL, before)


def test_no_locale_changes_a_time(other_locale: str) -> None:
    assert display_time("05 Oct, 2020 02:51:51 PM PDT") is not None, other_locale


def test_models_keep_the_text_and_tell_what_it_means() -> None:
    image = Image(image_id=1, size="18 Kb", image_url="u")
    assert image.size == image.to_dict()["size"] == "18 Kb"
    assert image.size_bytes == range(17_001, 19_456)
    image.size = "large"
    assert image.size_bytes is None
    assert "size_bytes" not in repr(image)
    assert list(image.to_dict()) == ["imageID", "size", "imageURL"]
    request = CreateResponseRequest(response_set=[])
    assert request.timestamp_at is None
    request.timestamp = "05 Oct, 2020 02:51:51 PM IST"
    assert request.timestamp_at == datetime.datetime(2020, 10, 5, 14, 51, 51)
    assert isinstance(SurveyResponse.timestamp_at, property)
    assert SurveyResponse.timestamp_at.__doc__


NAME = f"{SCHEMAS}/Thing/properties/name"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("display-size", "x-client-parsed is 'display-size'"),
        ({"name": "size"}, "x-client-parsed is"),
        ({"name": "size", "as": "bytes"}, "'bytes', which is not display-size or display-time"),
        ({"name": "size", "as": ["x"]}, "which is not display-size"),
        ({"name": "class", "as": "display-size"}, "'class', which cannot be one in Python"),
        ({"name": "_size", "as": "display-size"}, "'_size', which cannot be one in Python"),
        ({"name": 5, "as": "display-size"}, "5, which cannot be one in Python"),
        ({"name": "name", "as": "display-size"}, "'name', which Thing has already"),
        ({"name": "to_dict", "as": "display-size"}, "'to_dict', which Thing has already"),
        ({"name": "size", "as": "display-size", "unit": 1000}, "x-client-parsed is"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(shop: Workshop, rule: object, message: str) -> None:
    refused_document(shop, put(NAME, "x-client-parsed", rule), message)


def test_a_rule_needs_a_text_of_a_property(shop: Workshop) -> None:
    rule = {"name": "size", "as": "display-size"}
    refused_document(
        shop,
        put(f"{SCHEMAS}/Page/properties/total", "x-client-parsed", rule),
        "reads a text, and this is integer",
    )
    refused_document(
        shop, put(f"{SCHEMAS}/Thing", "x-client-parsed", rule), "outside of the schema of a propert"
    )
