"""The fuzzer of clients on documents that are not ours: nothing in it knows a vendor."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from hypothesis import given, settings

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client import requests
from scripts.fuzzing.client.arrival import File, Sent
from scripts.fuzzing.client.caller import calling
from scripts.fuzzing.client.documented import documented
from scripts.fuzzing.client.package import PICTURE, Bound, Package, example
from scripts.fuzzing.client.raw_server import RawServer
from scripts.fuzzing.client.requests import judge
from scripts.fuzzing.client.run import sweep
from scripts.fuzzing.credentials import Credentials, schemes
from scripts.fuzzing.finding import Findings, Silence
from scripts.fuzzing.journey import run
from scripts.fuzzing.target import Target
from scripts.openapi import yaml_source
from tests.foreign_server import KEY, shelf
from tests.workshop import foreign

pytestmark = pytest.mark.generator


def target(name: str, url: str = "http://127.0.0.1:9") -> Target:
    root = foreign().root
    document = yaml_source.load(root / "generated" / name / "openapi.yaml").data
    known = schemes(document)
    return Target(name, document, url, Credentials(known, dict.fromkeys(known, KEY)), root=root)


@pytest.mark.parametrize("name", ["library", "pictures", "search"])
def test_the_client_of_a_foreign_document_is_right(name: str) -> None:
    found = Findings()
    counts = sweep(target(name), Budget(None, 5), 1, found, Silence())
    assert [(one.check, one.operation, one.title, one.got) for one in found] == []
    assert counts.cases > 100
    assert not counts.not_applicable


def test_what_is_drawn_for_a_header_can_stand_in_one() -> None:
    package = Package(target("corners"))
    (bound,) = (one for one in package.bound if one.method == "counts")
    header_text = importlib.import_module("corners_client._runtime.parameters").header_text
    seen: set[str] = set()

    @settings(max_examples=60, derandomize=True, deadline=None, database=None)
    @given(requests.sent(package, bound))
    def holds(case: Sent) -> None:
        for place, value in case.values:
            if place.where == "header" and not case.wrong:
                seen.add(header_text(place.name, value, True))

    holds()
    assert len(seen) > 5


def test_journeys_through_a_foreign_server_find_nothing_where_nothing_is() -> None:
    found = Findings()
    with shelf() as (url, kept):
        counts = run(target("pictures", url), Budget(None, 4), 1, found, Silence())
        assert [(one.title, one.expected, one.got) for one in found] == []
        assert not counts.not_applicable
        assert len([method for method, _ in kept.requests if method == "POST"]) >= 5


def bound(package: Package, method: str) -> Bound:
    return next(one for one in package.bound if one.method == method)


def judged(package: Package, case: Sent) -> object:
    with RawServer() as server, calling(package, server.url) as caller:
        server.answer = b"HTTP/1.1 418 Arrived\r\nContent-Length: 0\r\n\r\n"
        return judge(package, caller, server, case)


def plain(package: Package, method: str, **changed: Any) -> Sent:
    """The minimal call with some arguments added or given otherwise."""
    one = bound(package, method)
    values = tuple(
        (place, changed.get(place.argument, example(package.document, place)))
        for place in one.places
        if place.required or place.argument in changed
    )
    return Sent(one, "sync", values)


@pytest.fixture(scope="module")
def wares() -> Package:
    return Package(target("wares"))


def test_a_false_header_is_a_value() -> None:
    package = Package(target("search"))
    found = plain(package, "find", x_exact=False)
    assert ("X-Exact", False) in [(place.name, value) for place, value in found.values]
    assert judged(package, found) is None


def test_a_body_may_arrive_under_any_media_type_that_its_kind_has(wares: Package) -> None:
    one = bound(wares, "put_prices")
    ranges = [place for place in one.places if place.media == ("application/*+json",)]
    assert len(ranges) == 1
    ware = {"id": 1, "sold": True, "code": "c"}
    values = {place.argument: (place, 1) for place in one.places if place.where == "path"}
    case = Sent(one, "sync", (*values.values(), (ranges[0], ware)))
    assert judged(wares, case) is None


def test_a_picture_where_none_is_documented_may_be_called_one(wares: Package) -> None:
    case = plain(wares, "import_wares", file=File("named", "a.png", "application/xml", PICTURE))
    assert judged(wares, case) is None


def test_a_text_is_a_body(wares: Package) -> None:
    assert judged(wares, plain(wares, "add_note", body="a-b")) is None


def test_the_value_of_a_const_is_no_schema(wares: Package) -> None:
    typed = documented(wares, bound(wares, "get_prices"))[0].typed
    assert typed is not None
    ware = {"id": 1, "sold": True, "kind": {"of": ["ware"]}}
    assert typed.is_valid(ware)
    assert not typed.is_valid({**ware, "kind": ["ware"]})
