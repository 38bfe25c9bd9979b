"""What changed since a git revision, in the working tree as it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from scripts.openapi import documents
from scripts.openapi.problem import DocumentError, Problem

from .description import Report, describe
from .document_changes import Place
from .revision import tree_at

Generate = Callable[[Path, Sequence[str]], object]
"""Writes ``generated/`` below a root for some vendors."""


def since(root: Path, revision: str, vendors: Sequence[str], generate: Generate) -> Report:
    """Compare with a revision what would be generated now; nothing is written.

    Args:
        vendors: some vendors of today or of then; all of them when empty.
        generate: is called for a temporary copy.

    Raises:
        RevisionError: the revision cannot be read.
        DocumentError: a document of today cannot be used, or a vendor is unknown.
    """
    with tree_at(root, revision) as old_root:
        today = documents.vendors(root)
        known = sorted({*today, *documents.vendors(old_root)})
        _refuse_unknown(root, revision, [one for one in vendors if one not in known], known)
        changed = [
            vendor
            for vendor in dict.fromkeys(vendors or known)
            if _inputs(old_root, vendor) != _inputs(root, vendor)
        ]
        with tempfile.TemporaryDirectory(prefix="codegen-") as folder:
            new_root = Path(folder)
            fresh = [vendor for vendor in changed if vendor in today]
            if fresh:
                _generate_aside(root, new_root, fresh, generate)
            return describe(old_root, new_root, changed, _place(root, fresh))


def _refuse_unknown(root: Path, revision: str, unknown: list[str], known: list[str]) -> None:
    if unknown:
        remedy = f"Known are {', '.join(known)}" if known else "Put <vendor>.yaml into spec/"
        message = f"there is no such vendor, neither now nor at {revision}"
        raise DocumentError(
            Problem(root / "spec" / f"{vendor}.yaml", None, None, "", message, remedy)
            for vendor in unknown
        )


def _inputs(root: Path, vendor: str) -> dict[str, bytes]:
    """All files that a vendor's package may be made from, by path."""
    others = {root / "spec" / f"{other}.yaml" for other in documents.vendors(root)}
    others.discard(root / "spec" / f"{vendor}.yaml")
    files = [path for path in (root / "spec").rglob("*") if path not in others]
    for part in (vendor, "templates", "runtime"):
        files += (root / "overrides" / part).rglob("*")
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    }


def _generate_aside(root: Path, folder: Path, vendors: Sequence[str], generate: Generate) -> None:
    for part in ("spec", "overrides"):
        if (root / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(root / part, folder / part, ignore=ignored)
    try:
        generate(folder, vendors)
    except DocumentError as error:
        # people look for the file in the repository, not in a copy that is gone by then
        raise DocumentError(_at_home(one, folder, root) for one in error.problems) from None


def _at_home(problem: Problem, folder: Path, root: Path) -> Problem:
    if not problem.path.is_relative_to(folder):
        return problem
    return replace(problem, path=root / problem.path.relative_to(folder))


def _place(root: Path, vendors: Iterable[str]) -> Place:
    """Where in spec/ or overrides/ a value was written."""
    read = {vendor: documents.corrected(root, vendor) for vendor in vendors}

    def place(vendor: str, at: str) -> tuple[str, int]:
        origin = read[vendor].origin(at)
        return origin.path.relative_to(root).as_posix(), origin.line

    return place
