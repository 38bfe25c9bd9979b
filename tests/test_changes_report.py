"""A report as text, as JSON and as GitHub's annotations; trees of which a part is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.changes.description import Report, describe
from scripts.changes.report import rendered
from tests.changed_document import BASE, GONE, changed

pytestmark = pytest.mark.generator

BREAK = ("/components/schemas/Order/properties/code", GONE)
ADD = ("/components/schemas/Order/properties/more", {"type": "string"})
ODD = ("/components/schemas/Order/properties/code/pattern", "%,:\n::error::")


def tree(root: Path, vendor: str, document: dict[str, Any] | str, **modules: str) -> Path:
    """A root that holds the generated document of a vendor and modules of its package."""
    folder = root / "generated" / vendor
    package = folder / f"{vendor}_client"
    package.mkdir(parents=True)
    text = document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False)
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    for name, source in modules.items():
        (package / f"{name}.py").write_text(source, encoding="utf-8")
    return root


def reported(tmp_path: Path, *edits: tuple[str, Any], old: str = "", new: str = "") -> Report:
    before = tree(tmp_path / "old", "acme", BASE, models=old)
    after = tree(tmp_path / "new", "acme", changed(BASE, *edits), models=new)
    return describe(before, after, ["acme"])


def test_breaking_changes_come_first(tmp_path: Path) -> None:
    lines = rendered(reported(tmp_path, ADD, BREAK, new="def added(): ...\n")).splitlines()
    assert lines[0] == "acme: 1 breaking and 2 compatible changes"
    assert "suggested version 2.0.0 (major; it is 1.2.3)" in lines[1]
    assert [line.split()[0] for line in lines[2::2]] == ["breaking", "compatible", "compatible"]
    assert [line.split()[0].rpartition(":")[0] for line in lines[3:6:2]] == [
        "generated/acme/openapi.yaml"
    ] * 2


def test_the_line_is_that_of_the_value_in_the_new_document(tmp_path: Path) -> None:
    report = reported(tmp_path, ADD)
    (change,) = report.vendors[0].changes
    path, line = report.vendors[0].lines[change]
    text = (tmp_path / "new" / path).read_text(encoding="utf-8").splitlines()
    assert text[line - 1].strip() == "more:"


def test_a_version_that_is_raised_already_is_not_suggested(tmp_path: Path) -> None:
    before = tree(tmp_path / "old", "acme", BASE)
    after = tree(tmp_path / "new", "acme", changed(BASE, BREAK))
    project = after / "generated" / "acme" / "pyproject.toml"
    for given, told in (
        ("2.0.0", "version 2.0.0, at least 2.0.0 (major)"),
        ("1.9.0", "suggested version 2.0.0 (major; it is 1.9.0)"),
    ):
        project.write_text(f'[project]\nversion = "{given}"\n', encoding="utf-8")
        assert told in rendered(describe(before, after, ["acme"])).splitlines()[1]


def test_json_holds_all_of_it(tmp_path: Path) -> None:
    told = json.loads(rendered(reported(tmp_path, BREAK, old="x = 1\n"), "json"))
    assert told["breaking"] is True
    acme = told["vendors"]["acme"]
    assert acme["version"] == {"level": "major", "suggested": "2.0.0", "given": "1.2.3"}
    (change,) = acme["changes"]
    assert change["file"] == "generated/acme/openapi.yaml"
    assert {
        key: change[key] for key in ("kind", "verdict", "operations", "pointer", "document")
    } == {
        "kind": "output-field-removed",
        "verdict": "breaking",
        "operations": ["listOrders", "createOrder"],
        "pointer": "/components/schemas/Order/properties/code",
        "document": "old",
    }
    assert acme["python"] == [
        {
            "kind": "object-removed",
            "verdict": "breaking",
            "name": "models.x",
            "words": "is gone",
        }
    ]


def test_annotations_are_errors_when_the_run_fails_and_hold_nothing_that_ends_them(
    tmp_path: Path,
) -> None:
    report = reported(tmp_path, ODD, ADD)
    for fails, level in ((True, "error"), (False, "warning")):
        lines = rendered(report, "github", fails=fails).splitlines()
        assert [line.split(" ")[0] for line in lines] == [f"::{level}", "::notice"]
        assert "title=output-pattern-changed::acme: " in lines[0]
        assert "%25,: ::error::" in lines[0]


def test_nothing_changed_is_a_sentence_or_nothing_to_annotate(tmp_path: Path) -> None:
    report = reported(tmp_path)
    assert report.vendors == ()
    assert rendered(report) == "Nothing that a caller can see has changed.\n"
    assert rendered(report, "github") == ""
    assert json.loads(rendered(report, "json")) == {"breaking": False, "vendors": {}}


def test_a_vendor_that_is_new_or_gone_is_one_change(tmp_path: Path) -> None:
    before = tree(tmp_path / "old", "acme", BASE)
    after = tree(tmp_path / "new", "shop", BASE)
    report = describe(before, after, ["acme", "shop", "nobody"])
    assert [(one.vendor, one.changes[0].kind, one.is_breaking) for one in report.vendors] == [
        ("acme", "vendor-removed", True),
        ("shop", "vendor-added", False),
    ]


@pytest.mark.parametrize("text", ["a: [", "", "- 1\n", "a: 1\na: 2\n"])
def test_an_old_document_that_cannot_be_read_is_a_note(text: str, tmp_path: Path) -> None:
    before = tree(tmp_path / "old", "acme", text)
    after = tree(tmp_path / "new", "acme", BASE)
    (vendor,) = describe(before, after, ["acme"]).vendors
    assert not vendor.is_breaking
    assert "the old document cannot be read" in rendered(Report((vendor,)))


@pytest.mark.parametrize("source", ["def (\n", "x = '\0'\n"])
def test_python_that_cannot_be_read_is_a_note(source: str, tmp_path: Path) -> None:
    report = reported(tmp_path, ADD, old=source, new="x = 1\n")
    assert "the packages cannot be compared" in rendered(report)
    assert [one.kind for one in report.vendors[0].changes] == ["output-field-added"]


def test_the_same_change_of_a_parameter_is_one_line_for_all_functions(tmp_path: Path) -> None:
    old = "def sync(page): ...\ndef call(page): ...\n"
    old += "class AsyncOrders:\n    def list(self, page): ...\n"
    report = reported(tmp_path, old=old, new=old.replace("page", "number"))
    lines = [line for line in rendered(report).splitlines() if "(page) is gone" in line]
    assert lines == [
        "  breaking    Python: models.call(page) is gone (also models.sync(page), "
        "models.AsyncOrders.list(page))"
    ]
    assert len(report.vendors[0].surface) == 6
    assert rendered(report).startswith("acme: 2 breaking changes\n")


def test_a_change_in_python_alone_is_told(tmp_path: Path) -> None:
    (vendor,) = reported(tmp_path, old="def call(a): ...\n", new="def call(b): ...\n").vendors
    assert vendor.changes == ()
    assert vendor.is_breaking
    assert vendor.suggestion is not None
    assert vendor.suggestion.version == "2.0.0"
