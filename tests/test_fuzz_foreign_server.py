"""fuzz.py against a server that is not ours: its defects are found, nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.foreign_server import DEFECTS, KEY, shelf

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = str(ROOT / "tests/data/foreign/pictures.yaml")


def fuzz(*arguments: str, key: str | None = KEY) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "SHELF_KEY"}
    if key is not None:
        environment["SHELF_KEY"] = key
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/fuzz.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )


def run(url: str, *more: str) -> tuple[int, Any, str]:
    done = fuzz(
        DOCUMENT, "--base-url", url, "--auth-from-env", "key=SHELF_KEY", "--json",
        "--parts", "properties", "--cases", "10", "--seed", "5", "--max-time", "250", *more,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout), done.stdout + done.stderr


def test_three_defects_of_a_foreign_server_are_found() -> None:
    with shelf(*DEFECTS) as (url, _):
        code, report, output = run(url)
    found = {(item["check"], item["operation"]) for item in report["findings"]}
    assert code == 1
    assert ("pages partition the list", "GET /files") in found
    assert ("uploads are true", "POST /files") in found
    assert ("strangers are refused", "DELETE /files/{id}") in found
    assert KEY not in output


def test_a_foreign_server_without_defects_is_clean() -> None:
    with shelf() as (url, _):
        code, report, _ = run(url)
    assert report["findings"] == []
    assert code == 0


def test_read_only_sends_nothing_that_writes() -> None:
    with shelf() as (url, kept):
        code, _, _ = run(url, "--read-only")
        assert code == 0
        assert {method for method, _ in kept.requests} <= {"GET", "HEAD", "OPTIONS"}
        assert len(kept.requests) > 20


def test_another_host_is_not_written_to_without_yes() -> None:
    done = fuzz(DOCUMENT, "--base-url", "http://192.0.2.1/v1", "--auth-from-env", "key=SHELF_KEY")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert done.stdout == ""


def test_credentials_that_are_not_set_are_named() -> None:
    done = fuzz(
        DOCUMENT,
        "--base-url",
        "http://127.0.0.1:1/v1",
        "--auth-from-env",
        "key=SHELF_KEY",
        key=None,
    )
    assert done.returncode == 2
    assert "SHELF_KEY" in done.stderr
