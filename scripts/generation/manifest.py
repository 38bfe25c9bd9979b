"""generated/manifest.json: from what each package was made, and what was written.

It has no times and nothing of a machine. When two branches disagree about it, a run writes it anew:
one that cannot be read is as good as none.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from .inputs import digest

NAME = "manifest.json"
_NOTE = "Written by scripts/codegen.py; do not edit. After a merge conflict, run it again."
_LEFT_BY_TOOLS = frozenset(("__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"))
_LEFT_BY_BUILDS = frozenset(("build", "dist"))  # beside pyproject.toml


@dataclass(frozen=True)
class Entry:
    """A package.

    Attributes:
        inputs: see `inputs.inputs`.
        outputs: SHA-256 of every file, by its path in ``generated/<vendor>``.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


def read(folder: Path) -> dict[str, Entry]:
    """The entries of the manifest in a folder, by vendor; none of what is not as we write it."""
    try:
        held: Any = json.loads((folder / NAME).read_bytes())
        return {
            str(vendor): Entry(_hashes(entry["inputs"]), _hashes(entry["outputs"]))
            for vendor, entry in held["vendors"].items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def _hashes(value: Any) -> dict[str, str]:
    if not all(isinstance(text, str) for text in value.values()):
        raise TypeError
    return cast("dict[str, str]", value)


def text(entries: Mapping[str, Entry]) -> str:
    """The manifest, one line for each hash, so that two branches seldom change the same one."""
    content = {
        "note": _NOTE,
        "vendors": {vendor: asdict(entry) for vendor, entry in entries.items()},
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def entry(inputs: Mapping[str, str], package: Path) -> Entry:
    """The entry of a package that was just written."""
    return Entry(dict(inputs), {path: digest(package / path) for path, _ in files(package)})


def intact(folder: Path, vendor: str, made: Entry) -> bool:
    """Whether the package of a vendor in ``generated/`` is what was written: the same files, all of
    them, nothing else.
    """
    package, modes = folder / vendor, keeps_modes(folder)
    try:
        held = dict(files(package))
        return (
            not package.is_symlink()
            and held.keys() == made.outputs.keys()
            and all(
                oddity(found, modes=modes) is None and digest(package / path) == made.outputs[path]
                for path, found in held.items()
            )
        )
    except OSError:
        return False


def keeps_modes(folder: Path) -> bool:
    """Whether the file system tells programs from other files: some show all as executable, and
    then the manifest is too.
    """
    try:
        return not (folder / NAME).stat().st_mode & stat.S_IXUSR
    except OSError:
        return False


def oddity(found: os.stat_result, *, modes: bool) -> str | None:
    """What a file is that we would not have written so."""
    if stat.S_ISLNK(found.st_mode):
        return "a symbolic link"
    if not stat.S_ISREG(found.st_mode):
        return "not a file"
    return "executable" if modes and found.st_mode & stat.S_IXUSR else None


def files(folder: Path, *, at: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Whatever a package holds that is no folder, with its path, sorted; not what tools leave.

    Raises:
        OSError: a folder cannot be read.
    """
    for found in sorted(os.scandir(folder / at), key=lambda item: item.name):
        if found.name in _LEFT_BY_TOOLS or found.name.endswith(".egg-info"):
            continue
        if found.is_dir(follow_symlinks=False):
            if at or found.name not in _LEFT_BY_BUILDS:
                yield from files(folder, at=f"{at}{found.name}/")
        else:
            yield f"{at}{found.name}", found.stat(follow_symlinks=False)
