"""Generates packages aside and puts them in place whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.openapi import documents
from scripts.openapi.problem import DocumentError, Problem


class GenerationError(Exception):
    """A tool that generation needs is missing or failed; nothing was written."""


def generate(root: Path, vendors: Sequence[str]) -> list[str]:
    """Write ``generated/<vendor>`` for each vendor, or change nothing at all.

    Returns:
        The vendors, in the order given.

    Raises:
        DocumentError: a document cannot be used; holds the problems of all vendors.
        GenerationError: the formatter is missing or failed.
        OSError: ``generated/`` cannot be written.
    """
    unique = list(dict.fromkeys(vendors))
    if not unique:
        raise GenerationError("there is no document in spec/: put <vendor>.yaml there")
    known = documents.vendors(root)
    for vendor in unique:
        if vendor not in known:
            documents.as_written(root, vendor)  # refuses, naming those that exist
    from .package import write_package

    output = root / "generated"
    output.mkdir(exist_ok=True)
    # beside the goal: a rename is atomic only inside one file system
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=output))
    try:
        problems: list[Problem] = []
        for vendor in unique:
            try:
                write_package(root, vendor, aside / vendor)
            except DocumentError as error:
                problems.extend(error.problems)
        if problems:
            raise DocumentError(problems)
        _format(aside)
        for vendor in unique:
            _swap(aside / vendor, output / vendor, aside / f"{vendor}.old")
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return unique


def _format(folder: Path) -> None:
    """Sort imports, drop unused ones and format, with ruff's own defaults.

    ``--isolated`` keeps any ruff configuration above the folder out of the result.
    """
    options = ["--isolated", "--no-cache", "--quiet", "--line-length", "100", "--target-version"]
    for command in (
        ["check", "--select", "F401,I", "--fix", *options, "py311", "--no-respect-gitignore"],
        ["format", *options, "py311", "--no-respect-gitignore"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise GenerationError(
                f"ruff {command[0]} failed: {(done.stderr or done.stdout).strip()}"
            )


def _swap(new: Path, place: Path, old: Path) -> None:
    """Put a folder in the place of another; the old one is back if the second step fails."""
    if not place.exists():
        new.rename(place)
        return
    place.rename(old)
    try:
        new.rename(place)
    except OSError:
        os.rename(old, place)
        raise
