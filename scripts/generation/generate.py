"""Generates packages aside and puts the whole of ``generated/`` in place at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.openapi import documents
from scripts.openapi.problem import DocumentError, Problem

from . import tree


class GenerationError(Exception):
    """A tool that generation needs is missing or failed; nothing was written."""


def generate(root: Path, vendors: Sequence[str]) -> list[str]:
    """Write ``generated/<vendor>`` for each vendor, or change nothing at all.

    Packages of other vendors stay as they are.

    Returns:
        The vendors, in the order given.

    Raises:
        DocumentError: a document cannot be used; holds the problems of all vendors.
        GenerationError: there is no document, or the formatter is missing or failed.
        OSError: the folder cannot be written.
    """
    unique = list(dict.fromkeys(vendors))
    if not unique:
        raise GenerationError("there is no document in spec/: put <vendor>.yaml there")
    problems: list[Problem] = list(documents.unread(root))
    sound: list[str] = []
    for vendor in unique:
        try:
            documents.as_written(root, vendor)  # refused before the generator is even imported
            sound.append(vendor)
        except DocumentError as error:
            problems.extend(documents.problems(root, vendor) or error.problems)
    if not sound:
        raise DocumentError(problems)
    from .package import write_package

    output = root / "generated"
    with tree.aside(output) as new:
        tree.keep(output, new, leave_out=unique)
        for vendor in sound:
            try:
                write_package(root, vendor, new / vendor)
            except DocumentError as error:
                problems.extend(
                    {
                        **dict.fromkeys(error.problems),
                        **dict.fromkeys(documents.problems(root, vendor)),
                    }
                )
        if problems:
            raise DocumentError(problems)
        _format([new / vendor for vendor in unique])
        tree.exchange(new, output)
    return unique


def _format(folders: Sequence[Path]) -> None:
    """Sort imports, drop unused ones and format, with ruff's own defaults.

    ``--isolated`` keeps any ruff configuration above the folders out of the result.
    """
    options = ["--isolated", "--no-cache", "--quiet", "--no-respect-gitignore"]
    options += ["--line-length", "100", "--target-version", "py311"]
    for command in (["check", "--select", "F401,I", "--fix"], ["format"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *options, *map(str, folders)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            output = (done.stderr or done.stdout).strip()
            raise GenerationError(f"ruff {command[0]} failed: {output}")
