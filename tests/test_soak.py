"""The soak: a short one is clean, and it sees what it is there to see."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.soaking import run, shots
from scripts.soaking.run import Plan, Run
from scripts.soaking.shots import ONE_IN, bytes_of, shot
from tests.stub import Stub
from tests.stub.app import load_documents
from tests.stub.server import ROOT

OPERATIONS = [
    (document, operation) for document in load_documents(ROOT) for operation in document.operations
]


def _soak(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "soak.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kept", ["memory", "file"])
def test_a_short_soak_finds_nothing(kept: str, tmp_path: Path) -> None:
    db = ["--db", str(tmp_path / "soak.db")] if kept == "file" else []
    done = _soak("--requests", "300", *db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "malformed requests" in done.stdout
    assert "FINDING" not in done.stdout


@pytest.mark.parametrize("wrong", ["--requests=0", "--connections=x", "--db=/nowhere/at/all.db"])
def test_a_soak_that_cannot_run_says_so(wrong: str) -> None:
    done = _soak(wrong)
    assert done.returncode == 2
    assert done.stderr


def test_the_same_seed_sends_the_same_requests() -> None:
    first = [shot(number, 7, OPERATIONS, "http://127.0.0.1:1").data for number in range(60)]
    again = [shot(number, 7, OPERATIONS, "http://127.0.0.1:1").data for number in range(60)]
    other = [shot(number, 8, OPERATIONS, "http://127.0.0.1:1").data for number in range(60)]
    assert first == again
    assert first != other


def test_one_request_in_twenty_is_malformed() -> None:
    shots = [shot(number, 7, OPERATIONS, "http://127.0.0.1:1") for number in range(200)]
    assert sum(bool(one.bent) for one in shots) == 200 // ONE_IN


def _run(stub: Stub, requests: int = 40) -> Run:
    return Run(Plan(requests=requests), stub.url, os.getpid(), lambda line: None)


def test_memory_that_grows_is_a_finding(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LIMIT", -(1 << 40))
    soaked = _run(stub)
    soaked.shoot()
    assert any("the memory grew" in finding for finding in soaked.verdict.findings)


@pytest.mark.parametrize("status", [400, 503])
def test_a_good_request_that_is_refused_is_a_finding(stub: Stub, status: int) -> None:
    stub.faults.queue("status", status=status, operation="listImages")
    soaked = _run(stub)
    soaked.shoot()
    (finding,) = soaked.verdict.findings
    assert f"listImages, is good and got {status}" in finding
    assert soaked.verdict.good[status] == 1


def test_a_malformed_request_that_is_taken_is_a_finding(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        shots, "_BENDS", {"not at all": lambda made, url, dice: bytes_of(made, url)}
    )
    soaked = _run(stub, 20)
    soaked.shoot()
    (finding,) = soaked.verdict.findings
    assert "request 0, malformed (not at all), got 20" in finding


def test_an_upload_that_is_gone_is_a_finding(stub: Stub) -> None:
    soaked = _run(stub)
    soaked.shoot()
    soaked.read_back()
    assert soaked.verdict.read_back == soaked.verdict.accepted > 0
    assert soaked.verdict.findings == []
    stub.reset()
    soaked.read_back()
    assert any("got 404 and other bytes" in finding for finding in soaked.verdict.findings)
