"""Which vendors there are; told without reading a document, which would load a YAML library."""

from __future__ import annotations

from pathlib import Path


def vendors(root: Path) -> list[str]:
    """Names of the vendors: the `spec/*.yaml` file stems, sorted."""
    return sorted(path.stem for path in (root / "spec").glob("*.yaml"))
