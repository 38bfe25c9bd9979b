"""The seeded defects are there, and the suite finds some of them; all: `tox run -e defects`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.defects import patch
from tests.defects.__main__ import main
from tests.defects.defect import Defect, all_defects
from tests.defects.patch import PatchError
from tests.stub import Stub
from tests.stub.checks import security
from tests.stub.server import ROOT
from tests.stub.wire import USER, send

DEFECTS = all_defects()


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
@pytest.mark.parametrize("name", ["key-in-any-case", "form-without-end", "unknown-keys-dropped"])
def test_the_suite_finds(name: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.defects.trial", name, "--seed", "1", "--max-time", "60"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert result["killed"], result["stages"]
