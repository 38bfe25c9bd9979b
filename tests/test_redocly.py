"""The lint of the documents: what it says when it cannot run, and when it finds something.

Stand-ins for node and npx are on the PATH, so that the tests need neither Node.js nor a network.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.openapi.redocly import PACKAGE
from tests.pages import ROOT

pytestmark = pytest.mark.generator


def lint(path: Path, npx: str | None) -> subprocess.CompletedProcess[str]:
    """Runs the module with this shell script as npx; None for a machine without Node.js."""
    if npx is not None:
        for name, text in (("node", ""), ("npx", npx)):
            (path / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
            (path / name).chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "scripts.openapi.redocly"],
        cwd=ROOT,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("npx", "code", "said"),
    [
        (None, 0, "redocly: skipped, node and npx (Node.js 20) are not installed\n"),
        (
            "echo 'npm error code ENOTFOUND' >&2; exit 1",
            0,
            f"redocly: skipped, npm cannot fetch {PACKAGE} (ENOTFOUND)\n",
        ),
        ("echo 'npm error code E404' >&2; exit 1", 1, "npm error code E404"),
        (
            'test "$3" = --version || { echo "spec/x.yaml: 1:1 error"; exit 1; }',
            1,
            "spec/x.yaml: 1:1 error",
        ),
        ("exit 0", 0, "documents without errors\n"),
    ],
    ids=["no node", "no network", "no such release", "a fault", "no fault"],
)
def test_what_is_said_and_the_exit_code(
    tmp_path: Path, npx: str | None, code: int, said: str
) -> None:
    run = lint(tmp_path, npx)
    assert run.returncode == code, run.stderr
    assert said in (run.stderr if code else run.stdout)


def test_every_document_is_linted_by_a_pinned_release(tmp_path: Path) -> None:
    run = lint(tmp_path, f'echo "$@" >> {tmp_path}/calls')
    assert run.returncode == 0, run.stderr
    fetched, linted = (tmp_path / "calls").read_text("utf-8").splitlines()
    assert re.fullmatch(r"--yes @redocly/cli@\d+\.\d+\.\d+ --version", fetched)
    for vendor in ("inventorum", "pingone", "questionpro"):
        assert f"spec/{vendor}.yaml" in linted
        assert f"generated/{vendor}/openapi.yaml" in linted


def test_a_rule_is_only_off_with_a_reason() -> None:
    lines = (ROOT / ".redocly.yaml").read_text("utf-8").splitlines()
    off = [index for index, line in enumerate(lines) if line.endswith(": off")]
    assert off
    assert all(lines[index - 1].strip().startswith("# ") for index in off)
