"""The form of generated Python: ruff's, by its own defaults."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from .failure import GenerationError


def format_python(folders: Sequence[Path]) -> None:
    """Sort imports, drop unused ones and format, all folders at once.

    ``--isolated`` keeps any ruff configuration above the folders out of the result.

    Raises:
        GenerationError: ruff failed.
        ModuleNotFoundError: it is not installed.
    """
    ruff: str = import_module("ruff").find_ruff_bin()
    options = ["--isolated", "--no-cache", "--quiet", "--no-respect-gitignore"]
    options += ["--line-length", "100", "--target-version", "py311"]
    for command in (["check", "--select", "F401,I", "--fix"], ["format"]):
        done = subprocess.run(
            [ruff, *command, *options, *map(str, folders)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode < 0:
            name = signal.Signals(-done.returncode).name
            raise GenerationError(f"ruff {command[0]} was ended by {name}")
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise GenerationError(f"ruff {command[0]} failed: {said}")
