"""The form of generated Python: ruff's, by its own defaults."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from .failure import GenerationError


def format_python(folders: Sequence[Path], meanwhile: Callable[[], None] | None = None) -> None:
    """Sort imports, drop unused ones and format, all folders at once.

    ``--isolated`` keeps any ruff configuration above the folders out of the result.

    Args:
        meanwhile: called while ruff works.

    Raises:
        GenerationError: ruff failed.
        ModuleNotFoundError: it is not installed.
    """
    ruff: str = import_module("ruff").find_ruff_bin()
    options = ["--isolated", "--no-cache", "--quiet", "--no-respect-gitignore"]
    options += ["--line-length", "100", "--target-version", "py311"]
    for command in (["check", "--select", "F401,I", "--fix"], ["format"]):
        with subprocess.Popen(
            [ruff, *command, *options, *map(str, folders)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            if meanwhile is not None:
                meanwhile()
                meanwhile = None
            out, errors = process.communicate()
        if process.returncode < 0:
            name = signal.Signals(-process.returncode).name
            raise GenerationError(f"ruff {command[0]} was ended by {name}")
        if process.returncode != 0:
            said = (errors or out).strip()
            raise GenerationError(f"ruff {command[0]} failed: {said}")
