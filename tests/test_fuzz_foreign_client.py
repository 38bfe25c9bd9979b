"""The fuzzer of clients on documents that are not ours: nothing in it knows a vendor."""

from __future__ import annotations

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing.budget import Budget
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


def test_journeys_through_a_foreign_server_find_nothing_where_nothing_is() -> None:
    found = Findings()
    with shelf() as (url, kept):
        counts = run(target("pictures", url), Budget(None, 4), 1, found, Silence())
        assert [(one.title, one.expected, one.got) for one in found] == []
        assert not counts.not_applicable
        assert len([method for method, _ in kept.requests if method == "POST"]) >= 5
