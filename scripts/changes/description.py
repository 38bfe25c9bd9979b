"""What changed from one tree to another, vendor by vendor: documents, packages, versions."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.openapi import yaml_source
from scripts.openapi.pointer import locate, pointer
from scripts.openapi.problem import DocumentError

from .change import Change, change
from .comparison import compare
from .kinds import Verdict
from .reading import mapping
from .verdict import Suggestion, suggested

if TYPE_CHECKING:
    from .surface import SurfaceChange

_FIRST = "0.0.0"


@dataclass(frozen=True)
class VendorReport:
    """What changed of one vendor.

    Attributes:
        changes: of the document; ``surface``: of the package's Python.
        notes: what could not be compared, and why.
        lines: for each change, the file, from the root on, and the line where it is written.
    """

    vendor: str
    changes: tuple[Change, ...] = ()
    surface: tuple[SurfaceChange, ...] = ()
    suggestion: Suggestion | None = None
    notes: tuple[str, ...] = ()
    lines: dict[Change, tuple[str, int]] = field(
        default_factory=dict[Change, tuple[str, int]], compare=False
    )

    @property
    def is_breaking(self) -> bool:
        """Whether anything in it breaks a call."""
        return "breaking" in self.verdicts

    @property
    def verdicts(self) -> list[Verdict]:
        """Of each change."""
        found: list[Verdict] = [one.verdict for one in self.changes]
        return found + [one.verdict for one in self.surface]


@dataclass(frozen=True)
class Report:
    """What changed; only of vendors of whom something did."""

    vendors: tuple[VendorReport, ...]

    @property
    def is_breaking(self) -> bool:
        """Whether anything in it breaks a call."""
        return any(vendor.is_breaking for vendor in self.vendors)


Place = Callable[[str, str], tuple[str, int]]
"""File and line of a JSON pointer into the new document of a vendor, given after its name."""


def describe(
    old_root: Path, new_root: Path, vendors: Sequence[str], place: Place | None = None
) -> Report:
    """Compare the trees below two roots.

    Args:
        old_root, new_root: folders that hold ``generated/``; where it lacks the vendor, ``spec/``
            and ``overrides/`` are read.
        place: where a change is written; in the generated document when left out.

    Raises:
        DocumentError: a new document cannot be used. An old one that cannot is a note.
    """
    found = [_described(old_root, new_root, vendor, place) for vendor in vendors]
    return Report(tuple(one for one in found if one is not None))


def _described(
    old_root: Path, new_root: Path, vendor: str, place: Place | None
) -> VendorReport | None:
    notes: list[str] = []
    try:
        old = _document(old_root, vendor)
    except DocumentError as error:
        notes.append(f"the old document cannot be read: {error.problems[0].message}")
        old = None
    new = _document(new_root, vendor)
    if old is None and new is None:
        return None
    folders = [root / "generated" / vendor for root in (old_root, new_root)]
    if old is None or new is None:
        if notes:
            return VendorReport(vendor, notes=tuple(notes))
        kind = "vendor-added" if old is None else "vendor-removed"
        return VendorReport(vendor, (change(kind, "", what=f"`{vendor}`"),))
    changes = compare(old.data, new.data) if old.data != new.data else []
    surface = _surface(vendor, folders, notes)
    if not changes and not surface and not notes:
        return None
    told = VendorReport(vendor, tuple(changes), tuple(surface), notes=tuple(notes))
    versions = [_version(folder) for folder in folders]
    found = place or partial(_generated_line, new)
    lines = {one: found(vendor, one.pointer) for one in changes}
    suggestion = suggested(
        versions[0] or _FIRST,
        versions[1] or versions[0] or _FIRST,
        breaking=told.is_breaking,
        added=bool(surface) or any(not one.only_told for one in changes),
        any_change=bool(changes or surface),
    )
    return replace(told, suggestion=suggestion if versions[0] else None, lines=lines)


def _document(root: Path, vendor: str) -> yaml_source.YamlSource | None:
    path = root / "generated" / vendor / "openapi.yaml"
    if path.exists():
        return yaml_source.load(path)
    if not (root / "spec" / f"{vendor}.yaml").exists():
        return None
    from scripts.openapi.documents import corrected

    return yaml_source.YamlSource(path, corrected(root, vendor).data, {})


def _surface(vendor: str, folders: list[Path], notes: list[str]) -> list[SurfaceChange]:
    name = f"{vendor.replace('-', '_')}_client"
    packages = [folder / name for folder in folders]
    for package, which in zip(packages, ("old", "new"), strict=True):
        if not package.is_dir():
            notes.append(f"there is no {which} package: only the documents are compared")
            return []
    sources = [
        {path.relative_to(package): path.read_bytes() for path in package.rglob("*.py")}
        for package in packages
    ]
    if sources[0] == sources[1]:
        return []
    try:
        from .surface import surface_changes  # griffe takes a moment
    except ModuleNotFoundError as error:
        if error.name != "griffe":
            raise
        notes.append("griffe is not installed: what changes in Python is not told")
        return []
    try:
        return surface_changes(*packages)
    except (SyntaxError, ValueError, RecursionError) as error:  # ValueError: a null byte
        notes.append(f"the packages cannot be compared: {error}")
        return []


def _version(folder: Path) -> str | None:
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        version: Any = mapping(tomllib.loads(text), "project").get("version")
    except (OSError, ValueError):
        return None
    return version if isinstance(version, str) else None


def _generated_line(new: yaml_source.YamlSource, vendor: str, at: str) -> tuple[str, int]:
    """Where a value is written; what is gone, where the nearest thing around it is."""
    at = pointer(locate(new.data, at))
    return f"generated/{vendor}/openapi.yaml", new.place(at)[0]
