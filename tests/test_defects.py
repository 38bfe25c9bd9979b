"""The seeded defects are there, and the suite finds some of them; all: `tox run -e defects`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.defects import patch, sources
from tests.defects.__main__ import main
from tests.defects.defect import Defect, all_defects
from tests.defects.patch import PatchError
from tests.defects.results import STOCK, SUITE, Results
from tests.stub import Stub
from tests.stub.checks import security
from tests.stub.wire import USER, send

DEFECTS = all_defects()
LIMITS = {"suite": 60.0, "stock": 6.0}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=list(DEFECTS))
def test_every_defect_changes_code_that_is_there_and_nothing_stays_of_it(defect: Defect) -> None:
    # Entering checks that a place exists, that its code changes, that a piece is there just once.
    with defect.patch():
        if defect.layer == "stub":
            with Stub() as stub:  # it may be wrong, it has to run
                assert stub.urls
    assert defect.says.endswith(".")


def test_there_are_defects_of_every_kind() -> None:
    assert len(DEFECTS) >= 60
    assert {defect.layer for defect in DEFECTS.values()} == {"stub", "client"}
    assert {defect.subtlety for defect in DEFECTS.values()} == {"plain", "subtle", "hidden"}


def test_a_defect_shows_on_the_wire_as_long_as_it_is_there() -> None:
    path = f"/users/{USER}/images"
    with Stub() as stub:
        url = stub.urls["questionpro"] + path

        def status() -> int:
            return send(url, headers={"api-key": "TEST-API-KEY"}).status

        assert status() == 401
        with DEFECTS["key-in-any-case"].patch():
            assert status() == 200
        assert status() == 401


@pytest.mark.parametrize(
    ("made", "complaint"),
    [
        (patch.edit("tests.stub.checks.security:nowhere", ("a", "b")), "is not there"),
        (patch.edit("tests.stub.nowhere:check", ("a", "b")), "is not there"),
        (patch.edit("tests.stub.checks.security:check", ("no such piece", "")), "0 times"),
        (patch.edit("tests.stub.checks.security:check", ("value", "")), "times, not once"),
        (patch.edit("tests.stub.checks.security:check", ('return ""', "return (")), "no Python"),
        (patch.edit("tests.stub.checks.security:ACCEPTED", ("a", "b")), "no function"),
        (patch.replace("tests.stub.checks.security:ACCEPTED", lambda old: old), "changes nothing"),
    ],
)  # fmt: skip
def test_a_defect_that_does_not_fit_the_code_fails_loudly(
    made: patch.Patch, complaint: str
) -> None:
    before = security.check.__code__
    with pytest.raises(PatchError, match=complaint), made():
        pass
    assert security.check.__code__ is before


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["no-such-defect"])
    assert ended.value.code == 2
    assert "no-such-defect" in capsys.readouterr().err


@pytest.mark.generator
def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    file, table = tmp_path / "results.jsonl", tmp_path / "TABLE.md"
    known = Results(file, sources.digest(), "", LIMITS)
    known.add((SUITE, "-", 1), {"killed": False, "check": "", "keys": [], "seconds": 1.0})
    told = {"killed": True, "check": "told", "stage": "before", "seconds": 1.0}
    known.add((SUITE, "key-in-log", 1), told)
    Results(file, "of others", "", LIMITS).add((SUITE, "form-without-end", 1), told)
    with file.open("a") as stream:
        stream.write('{"by": "suite", "defect": "form-with')  # where it was interrupted
        stream.write("\n")
    before = len(file.read_text().splitlines())

    code = main(
        ["key-in-log", "form-without-end", "unknown-keys-dropped", "--seeds", "1", "--jobs", "1",
         "--max-time", "60", "--results", str(file), "--out", str(table)]
    )  # fmt: skip

    assert code == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()[before:]]
    assert {line["defect"] for line in lines} == {"form-without-end", "unknown-keys-dropped"}
    assert all(line["killed"] and line["sources"] == sources.digest() for line in lines)
    text = table.read_text()
    assert "before: told" in text
    assert "3 defects tried, 3 killed" in text
    assert sources.digest() in text


def test_what_the_unbroken_one_shows_as_well_kills_no_defect(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    known = Results(file, sources.digest(), "", LIMITS)
    same = {"killed": True, "check": "a", "operation": "b", "title": "c", "stage": "", "seconds": 1}
    known.add((SUITE, "-", 1), {**same, "keys": [["a", "b", "c"]]})
    known.add((SUITE, "key-in-log", 1), same)
    words = ["key-in-log", "--seeds", "1", "--max-time", "60", "--results", str(file)]
    assert main([*words, "--out", str(tmp_path / "TABLE.md")]) == 1
    assert "**survived**" in (tmp_path / "TABLE.md").read_text()


def test_results_count_as_long_as_what_they_depend_on_is_the_same(tmp_path: Path) -> None:
    for name in ("scripts/fuzzing/a.py", "tests/stub/b.py", "overrides/c/codegen.yaml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    before = sources.digest(tmp_path)

    for name in ("README.md", "tests/test_more.py", "tests/stub/TABLE.md"):
        (tmp_path / name).write_text("more")
    assert sources.digest(tmp_path) == before

    seen = {before}
    for name in ("scripts/fuzzing/a.py", "tests/stub/b.py", "overrides/c/codegen.yaml"):
        (tmp_path / name).write_text("more")
        seen.add(sources.digest(tmp_path))
    assert len(seen) == 4


def test_stock_results_of_another_limit_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    Results(file, "sources", "", LIMITS).add((STOCK, "-", 1), {"killed": False})
    assert (STOCK, "-", 1) in Results(file, "sources", "", LIMITS)
    assert (STOCK, "-", 1) in Results(file, "sources", "", {**LIMITS, "suite": 1.0})
    assert (STOCK, "-", 1) not in Results(file, "sources", "", {**LIMITS, "stock": 1.0})
