"""Which sources a result is of: results of other sources must not be mixed with it unseen."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from scripts.fuzzing.target import ROOT

_FOLDERS = (
    "scripts/fuzzing", "scripts/openapi", "tests/defects", "tests/stub", "generated", "overrides",
)  # fmt: skip
_KINDS = frozenset({".py", ".yaml", ".json"})


def digest(root: Path = ROOT) -> str:
    """Twelve hexadecimal digits over suite, defects, stub, clients and their documents."""
    found = hashlib.sha256()
    for file in _files(root):
        content = file.read_bytes()
        found.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()[:12]


def commit(root: Path = ROOT) -> str:
    """The commit that is checked out, `+` behind it where one of the sources differs from it; empty
    where there is no git to ask.
    """
    revision = _git(root, "rev-parse", "--short=12", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", *_FOLDERS)
    return revision + ("+" if any(_counts(line[3:]) for line in changed.splitlines()) else "")


def _files(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and _counts(str(file.relative_to(root))):
                yield file


def _counts(name: str) -> bool:
    return Path(name).suffix in _KINDS and "__pycache__" not in name


def _git(root: Path, *words: str) -> str:
    try:
        ended = subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, timeout=20, check=False
        )
    except OSError:
        return ""
    return ended.stdout.rstrip() if ended.returncode == 0 else ""
