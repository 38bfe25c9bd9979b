"""What each kind of change means: one document per kind that differs in one place, and the way
back; tests/data/changes/cases.yaml lists them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from scripts.changes.change import Change
from scripts.changes.comparison import compare
from scripts.changes.kinds import KINDS
from scripts.openapi.pointer import resolve
from scripts.openapi.validity import faults
from tests.changed_document import BASE, GONE, changed
from tests.workshop import ROOT

pytestmark = pytest.mark.generator

Case = dict[str, Any]
CASES: list[Case] = yaml.safe_load(
    (ROOT / "tests" / "data" / "changes" / "cases.yaml").read_text(encoding="utf-8")
)

# a list of this length is for reading
BREAKING = """
operation-removed operation-renamed path-changed method-changed tag-changed pagination-added
pagination-removed pagination-items-changed client-shape-changed server-changed
server-variable-removed server-variable-default-changed server-variable-value-removed
server-variable-closed security-required security-alternative-removed security-scheme-changed
security-scope-added required-parameter-added parameter-removed parameter-renamed
parameter-required parameter-moved parameter-style-changed required-body-added body-removed
body-required body-media-type-removed part-media-type-removed part-style-changed
success-answer-added success-status-removed error-answer-removed answer-media-type-removed
answer-body-removed answer-header-removed answer-header-optional input-required-field-added
input-field-removed input-field-required input-field-read-only output-field-removed
output-field-optional output-field-write-only input-object-closed input-type-narrowed
input-type-changed output-type-widened output-type-changed input-null-refused output-null-added
input-enum-value-removed input-enum-closed output-enum-value-removed output-enum-opened
input-const-added input-const-changed output-const-removed output-const-changed
input-format-changed output-format-changed input-format-narrowed output-format-widened
content-changed input-default-removed input-default-changed input-bounds-tightened
input-bounds-changed output-bounds-loosened output-bounds-changed input-pattern-added
input-pattern-changed output-pattern-removed output-pattern-changed input-alternative-removed
output-alternative-added discriminator-changed discriminator-value-removed
discriminator-value-changed input-rule-added input-rule-changed output-rule-removed
output-rule-changed vendor-removed comparison-too-large
""".split()  # noqa: SIM905


def edited(one: Case) -> dict[str, Any]:
    edits: list[tuple[str, Any]] = []
    for edit in one["edits"]:
        if "copy" in edit:
            edits.append((edit["to"], resolve(BASE, edit["copy"])))
        elif "remove" in edit:
            edits.append((edit["remove"], GONE))
        else:
            edits.append((edit["set"], edit["value"]))
    return changed(BASE, *edits)


def only(found: list[Change]) -> Change:
    assert len(found) == 1, found
    return found[0]


def ids() -> list[str]:
    return [f"{one['kind']}-{number}" for number, one in enumerate(CASES)]


@pytest.mark.parametrize("one", CASES, ids=ids())
def test_a_change_is_told_with_its_verdict_place_and_operations(one: Case) -> None:
    found = only(compare(BASE, edited(one)))
    assert found.kind == one["kind"]
    assert found.verdict == one["verdict"]
    assert one["words"] in found.words
    assert found.pointer == one["at"]
    assert list(found.operations) == one["operations"]


@pytest.mark.parametrize("one", CASES, ids=ids())
def test_the_way_back_is_told_as_what_it_is(one: Case) -> None:
    found = only(compare(edited(one), BASE))
    assert found.kind == one["back"]
    assert found.verdict == ("breaking" if one["back"] in BREAKING else "compatible")


def test_every_kind_has_a_document_that_shows_it() -> None:
    shown = {one["kind"] for one in CASES} | {one["back"] for one in CASES}
    elsewhere = {
        *("vendor-added", "vendor-removed"),  # of no document: test_changes_report.py
        "comparison-too-large",  # test_changes_documents.py
        # twins of one that is shown: the direction alone differs
        *("output-bounds-changed", "input-rule-changed", "output-rule-changed"),
    }
    assert shown | elsewhere == set(KINDS)
    assert len(shown) >= 40


def test_the_verdicts_are_those_that_were_decided() -> None:
    assert {kind for kind, row in KINDS.items() if row.verdict == "breaking"} == set(BREAKING)


def test_the_base_document_is_valid() -> None:
    assert list(faults(BASE)) == []
