"""Clients of documents that are not ours pass mypy and pyright, both strict.

Slow. The type checkers are in the tox environment `generator`; elsewhere these are skipped.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workshop import KEPT, foreign

pytestmark = pytest.mark.generator


# one cache for all tests that check these packages
MYPY = ["--strict", "--config-file=", "--python-version=3.11", f"--cache-dir={KEPT / 'mypy'}"]


def needs(module: str) -> pytest.MarkDecorator:
    missing = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(missing, reason=f"{module} is in the tox environment generator only")


@needs("mypy")
def test_mypy_strict(tmp_path: Path) -> None:
    folders = sorted((foreign().root / "generated").glob("*/"))
    packages = [part for folder in folders for part in ("-p", f"{folder.name}_client")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *MYPY, *packages],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MYPYPATH": os.pathsep.join(map(str, folders))},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs("pyright")
def test_pyright_strict(tmp_path: Path) -> None:
    folders = sorted((foreign().root / "generated").glob("*/"))
    settings = {
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "include": [str(folder) for folder in folders],
    }
    config = tmp_path / "pyrightconfig.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--project", str(config)]
    command += ["--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
