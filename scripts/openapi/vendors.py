"""Which vendors there are; told without a YAML library, which would take a moment to load."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.openapi.problem import Problem

# The line of a document that says what it is; a file that only holds parts of one has none.
_OPENS = re.compile(rb"""^[\s{"']*(?:openapi|swagger)["']?\s*:""", re.MULTILINE)


def vendors(root: Path) -> list[str]:
    """Names of the vendors: the `spec/*.yaml` file stems, sorted.

    A file that is no document of its own and that another one names is a part of that one.
    """
    texts = {path: _bytes(path) for path in sorted((root / "spec").glob("*.yaml"))}
    return [
        path.stem
        for path, text in texts.items()
        if _OPENS.search(text)
        or not any(path.name.encode() in other for at, other in texts.items() if at != path)
    ]


def unread(root: Path) -> list[Problem]:
    """A problem for each document in spec/ whose name ends so that nobody reads it."""
    return [
        Problem(
            path,
            1,
            1,
            "",
            f"the document is not read, because its name ends in {path.suffix}",
            f"Rename it to {path.stem}.yaml; JSON is YAML too",
        )
        for path in sorted((root / "spec").glob("*"))
        if path.suffix in (".yml", ".json") and path.is_file() and _OPENS.search(_bytes(path))
    ]


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        return b""  # reading it as a document tells why; a pipe would never end
    try:
        return path.read_bytes()
    except OSError:
        return b""
