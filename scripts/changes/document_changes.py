"""What changed in the document of a vendor, and where each change is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from scripts.openapi import yaml_source
from scripts.openapi.pointer import locate, pointer
from scripts.openapi.problem import DocumentError

from .change import Change, change
from .comparison import compare

Place = Callable[[str, str], tuple[str, int]]
"""File and line of a JSON pointer into the new document of a vendor, given after its name."""


@dataclass(frozen=True)
class DocumentChanges:
    """What changed in a document.

    Attributes:
        lines: for each change, the file, from the root on, and the line where it is written.
        notes: why it cannot be compared.
        compared: whether there is an old and a new one.
    """

    changes: tuple[Change, ...] = ()
    lines: dict[Change, tuple[str, int]] = field(default_factory=dict[Change, tuple[str, int]])
    notes: tuple[str, ...] = ()
    compared: bool = False


def document_changes(
    old_root: Path, vendor: str, new: yaml_source.YamlSource | None, place: Place | None = None
) -> DocumentChanges:
    """Compare a document with the one below another root.

    Args:
        new: None where the vendor is gone.
        place: where a change is written; in the generated document when left out.
    """
    try:
        old = document(old_root, vendor)
    except DocumentError as error:
        why = f"the old document cannot be read: {error.problems[0].message}"
        return DocumentChanges(notes=(why,))
    if old is None and new is None:
        return DocumentChanges()
    if old is None or new is None:
        kind = "vendor-added" if old is None else "vendor-removed"
        return DocumentChanges((change(kind, "", what=f"`{vendor}`"),))
    changes = compare(old.data, new.data) if old.data != new.data else []
    found = place or partial(_generated_line, new)
    return DocumentChanges(
        tuple(changes), {one: found(vendor, one.pointer) for one in changes}, compared=True
    )


def document(root: Path, vendor: str) -> yaml_source.YamlSource | None:
    """The document of a vendor below a root: as it was generated, else as it would be; None where
    there is none.

    Raises:
        DocumentError: it cannot be read.
    """
    path = root / "generated" / vendor / "openapi.yaml"
    if path.exists():
        return yaml_source.load(path)
    if not (root / "spec" / f"{vendor}.yaml").exists():
        return None
    from scripts.openapi.documents import corrected

    return yaml_source.YamlSource(path, corrected(root, vendor).data, {})


def _generated_line(new: yaml_source.YamlSource, vendor: str, at: str) -> tuple[str, int]:
    """Where a value is written; what is gone, where the nearest thing around it is."""
    at = pointer(locate(new.data, at))
    return f"generated/{vendor}/openapi.yaml", new.place(at)[0]
