"""What changed from one tree to another, vendor by vendor: documents, packages, versions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .change import Change
from .kinds import Verdict
from .package_source import same_code
from .reading import mapping
from .verdict import Suggestion, suggested

if TYPE_CHECKING:
    from .document_changes import DocumentChanges, Place
    from .surface import SurfaceChange


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


def describe(
    old_root: Path,
    new_root: Path,
    vendors: Sequence[str],
    place: Place | None = None,
    documents: Mapping[str, DocumentChanges] | None = None,
) -> Report:
    """Compare the trees below two roots.

    Args:
        old_root, new_root: folders that hold ``generated/``; where it lacks the vendor, ``spec/``
            and ``overrides/`` are read.
        place: where a change is written; in the generated document when left out.
        documents: what is known already of the documents of vendors.

    Raises:
        DocumentError: a new document cannot be used. An old one that cannot is a note.
    """
    known = documents or {}
    roots = old_root, new_root
    found = [_described(vendor, roots, known.get(vendor), place) for vendor in vendors]
    return Report(tuple(one for one in found if one is not None))


def _described(
    vendor: str, roots: tuple[Path, Path], known: DocumentChanges | None, place: Place | None
) -> VendorReport | None:
    found = known
    if found is None:
        from .document_changes import document, document_changes

        found = document_changes(roots[0], vendor, document(roots[1], vendor), place)
    folders = [root / "generated" / vendor for root in roots]
    notes = list(found.notes)
    surface = _surface(vendor, folders, notes) if found.compared else []
    if not found.changes and not surface and not notes:
        return None
    told = VendorReport(vendor, found.changes, tuple(surface), None, tuple(notes), found.lines)
    versions = [_version(folder) for folder in folders]
    if not found.compared or versions[0] is None:
        return told
    suggestion = suggested(
        versions[0],
        versions[1] or versions[0],
        breaking=told.is_breaking,
        added=bool(surface) or any(not one.only_told for one in found.changes),
        any_change=bool(found.changes or surface),
    )
    return replace(told, suggestion=suggestion)


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
    old, new = sources
    if old.keys() == new.keys() and all(same_code(old[path], new[path]) for path in old):
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
