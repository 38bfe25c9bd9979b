"""A new openapi-python-client is looked at before it is used: what it changes is named here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.upstream import RECORD, ROOT

pytestmark = pytest.mark.generator

TEMPLATES = sorted((ROOT / "overrides" / "templates").glob("*.jinja"))
RENEW = "compare, then run `python -m tests.upstream`"


@cache
def installed() -> dict[str, Any]:
    # in a process of its own: another test may have generated in this one, which sets attributes
    text = "import json; from tests.upstream import record; print(json.dumps(record()))"
    found: dict[str, Any] = json.loads(
        subprocess.check_output([sys.executable, "-c", text], cwd=ROOT, text=True)
    )
    return found


def differences(kind: str) -> list[str]:
    expected: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))[kind]
    found: dict[str, Any] = installed()[kind]
    return [
        *(f"{name} is gone" for name in expected if not found.get(name)),
        *(f"{name} is new" for name in found if name not in expected),
        *(
            f"{name} changed" + (f", see overrides/templates/{name}" if name in OURS else "")
            for name in expected
            if found.get(name, expected[name]) not in (expected[name], "")
        ),
    ]


OURS = {path.name for path in TEMPLATES}


def test_the_upstream_templates_are_those_that_ours_were_written_against() -> None:
    assert differences("templates") == [], RENEW


def test_what_the_generation_uses_of_upstream_is_as_it_was() -> None:
    assert differences("internals") == [], RENEW


def test_the_recorded_version_is_the_pinned_one() -> None:
    pinned = (ROOT / "scripts" / "constraints.txt").read_text(encoding="utf-8")
    expected = json.loads(RECORD.read_text(encoding="utf-8"))["version"]
    assert f"openapi-python-client=={expected}\n" in pinned


def test_a_change_upstream_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = json.loads(RECORD.read_text(encoding="utf-8"))
    known["templates"]["model.py.jinja"] = "0"
    known["templates"]["old.py.jinja"] = known["templates"].pop("helpers.jinja")
    changed = tmp_path / "upstream.json"
    changed.write_text(json.dumps(known), encoding="utf-8")
    monkeypatch.setattr("tests.test_upstream.RECORD", changed)
    assert differences("templates") == [
        "old.py.jinja is gone",
        "helpers.jinja is new",
        "model.py.jinja changed, see overrides/templates/model.py.jinja",
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_each_template_says_what_it_changes_and_which_issue_wants_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header = re.match(r"\{#-? (.{20,}?)[. ]*\(issues? \d+[^)]*\)\. -?#\}", text, re.DOTALL)
    assert header is not None, f"{path.name} begins with no {{# what and why (issue N). #}}"


def test_a_template_that_is_no_override_says_so() -> None:
    theirs = json.loads(RECORD.read_text(encoding="utf-8"))["templates"]
    for path in TEMPLATES:
        new = path.read_text(encoding="utf-8").startswith("{# New: ")
        assert new == (path.name not in theirs), path.name
