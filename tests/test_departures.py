"""The table of corrections in each client's README."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.openapi import documents, yaml_source
from scripts.openapi.departures import cell, departures
from tests.pages import ROOT

pytestmark = pytest.mark.generator

VENDORS = documents.vendors(ROOT)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a | b", "a \\| b"),
        ("`a|b`", "`a\\|b`"),
        ("one\ntwo\r\n\tthree\u2028four", "one two three four"),
        ("<b> and `<b>`", "\\<b> and `<b>`"),
        ("2 * 3 [x](y)", "2 \\* 3 \\[x\\](y)"),
        ("a \\| b", "a \\\\\\| b"),
        ("`open [", "\\`open \\["),
        ("`a` and ` alone", "`a` and \\` alone"),
    ],
)
def test_a_text_stays_one_cell_that_reads_as_it_is(text: str, written: str) -> None:
    assert cell(text) == written


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_correction_has_a_row(vendor: str) -> None:
    """But for removals that make room for a later action: their row is that action's."""
    actions = yaml_source.load(ROOT / "overrides" / vendor / "corrections.yaml").data["actions"]
    changes = documents.corrected(ROOT, vendor).changes
    for index, action in enumerate(actions):
        assert ("x-page" in action) == ("description" in action), index
        if "x-page" not in action:
            gone = {change.pointer for change in changes if change.action_index == index}
            again = {change.pointer for change in changes if change.action_index > index}
            assert action.get("remove"), index
            assert gone <= again, index


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_readme_has_the_table(vendor: str) -> None:
    lines = (ROOT / "generated" / vendor / "README.md").read_text("utf-8").splitlines()
    start = lines.index("| what the page says | what we do | why | source |")
    rows = departures(ROOT, vendor)
    assert lines[start + 1] == "|---|---|---|---|"
    assert lines[start + 2 :] == [
        f"| {row.page} | {row.done} | {row.why} | {row.source} |" for row in rows
    ]
    assert all(row.page and row.done and row.why and row.source for row in rows)


def test_a_vendor_without_corrections_departs_from_nothing(tmp_path: Path) -> None:
    assert departures(tmp_path, "acme") == []
