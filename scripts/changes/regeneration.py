"""What a run of the generator changes: documents compared while packages are written, packages when
they are."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .description import Report
    from .document_changes import DocumentChanges


class Regeneration:
    """Tells after a run what it changed; see ``generation.generate.Comparison``."""

    report: Report | None = None

    def document(self, old: Path, vendor: str, text: str) -> DocumentChanges | None:
        """What changes in a document; None for a new vendor."""
        from scripts.openapi import yaml_source

        from .document_changes import document_changes

        path = old / vendor / "openapi.yaml"
        if not path.is_file():
            return None
        return document_changes(old.parent, vendor, yaml_source.parse(text.encode(), path))

    def ready(self) -> None:
        """Import what reads packages."""
        for name in ("description", "surface"):
            with contextlib.suppress(ModuleNotFoundError):  # `trees` tells of it, or needs it not
                import_module(f".{name}", __package__)

    def trees(
        self,
        old: Path,
        new: Path,
        vendors: Sequence[str],
        documents: Mapping[str, DocumentChanges | None],
    ) -> None:
        """Make the report, without vendors that had no package."""
        from .description import describe

        known = [vendor for vendor in vendors if (old / vendor / "openapi.yaml").is_file()]
        found = {vendor: one for vendor, one in documents.items() if one is not None}
        self.report = describe(old.parent, new.parent, known, documents=found)
