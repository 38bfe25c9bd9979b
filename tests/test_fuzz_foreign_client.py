"""The fuzzer of clients on documents that are not ours: nothing in it knows a vendor."""

from __future__ import annotations

import importlib

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from hypothesis import given, settings

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client import requests
from scripts.fuzzing.client.arrival import Sent
from scripts.fuzzing.client.package import Package
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
