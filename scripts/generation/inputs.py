"""What a package is made from, as hashes: while they are the same, so is the package."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

_SCRIPTS = Path(__file__).resolve().parents[1]
_CODE = ("generation", "openapi")
_OWN = ("corrections.yaml", "codegen.yaml", "config.yaml")
_TOOLS = ("openapi-python-client", "ruff")
"""The pinned tools whose version shapes the output; the Python that runs them does not."""


def inputs(root: Path, parts: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
    """SHA-256 of all that ``generated/<vendor>`` is made from, by vendor and path below ``root``;
    of the tools their version.

    Folders have one hash for all of their files, so that a manifest stays short.

    Args:
        parts: by vendor, further files that the document was read from.

    Raises:
        ModuleNotFoundError: a tool is not installed.
        OSError: a file cannot be read.
    """
    shared = {**_shared(root), **_tools()}
    return {vendor: {**_own(root, vendor, files), **shared} for vendor, files in parts.items()}


def _own(root: Path, vendor: str, parts: Iterable[str]) -> dict[str, str]:
    own = [Path("spec", f"{vendor}.yaml"), *(Path("overrides", vendor, name) for name in _OWN)]
    paths = {path.as_posix() for path in own} | set(parts)
    return {path: digest(root / path) for path in paths if (root / path).is_file()}


def shared_parts(made: Mapping[str, str]) -> list[str]:
    """The files that a document was read from, by what was recorded of its inputs."""
    return [path for path in made if path.startswith("spec/")]


def watched(root: Path) -> list[Path]:
    """Folders with all that packages are made from: documents, overrides and our code."""
    return [root / "spec", root / "overrides", *code_folders()]


def code_folders() -> list[Path]:
    """Folders with our part of the generator."""
    return [_SCRIPTS / name for name in _CODE]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def below(root: Path, path: Path) -> str:
    """A path as it is recorded: relative to the root, the same on every system."""
    return Path(os.path.relpath(path, root)).as_posix()


def _shared(root: Path) -> dict[str, str]:
    overrides = root / "overrides"
    return {
        "overrides/runtime": _together(overrides / "runtime", "*.py"),
        "overrides/templates": _together(overrides / "templates", "*.jinja"),
        **{f"scripts/{folder.name}": _together(folder, "*.py") for folder in code_folders()},
    }


def _together(folder: Path, pattern: str) -> str:
    lines = [f"{path.name} {digest(path)}\n" for path in sorted(folder.glob(pattern))]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@cache
def _tools() -> dict[str, str]:
    return {name: version(name) for name in _TOOLS}
