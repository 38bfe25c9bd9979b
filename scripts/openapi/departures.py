"""Where a corrected document departs from the vendor's pages: a row for each correction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scripts.openapi import yaml_source


@dataclass(frozen=True)
class Departure:
    """One correction, each text ready for a cell of a Markdown table.

    From the overlay action's `x-page`, `description`, `x-reason` with `x-assumed`, and `x-source`.
    """

    page: str
    done: str
    why: str
    source: str


def departures(root: Path, vendor: str) -> list[Departure]:
    """The corrections of a vendor in their order; none where it has no corrections.yaml.

    An action without `x-page` prepares the next one and has no row. Raises DocumentError for a file
    that is no YAML; whether it is an overlay is checked where it is applied.
    """
    path = root / "overrides" / vendor / "corrections.yaml"
    if not path.exists():
        return []
    found: list[Departure] = []
    for action in yaml_source.load(path).data.get("actions", []):
        if "x-page" not in action:
            continue
        why = str(action.get("x-reason", ""))
        if "x-assumed" in action:
            why = f"{why} Assumed: {action['x-assumed']}"
        texts = (action["x-page"], action.get("description", ""), why, action.get("x-source", ""))
        found.append(Departure(*(cell(str(text)) for text in texts)))
    return found


def cell(text: str) -> str:
    """A text as one cell of a Markdown table: in one line, with nothing that ends the cell, and
    read as it is written but for `code`."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # a backtick without a second one begins no code
        parts[-2:] = ["\\`".join(parts[-2:])]
    for index in range(0, len(parts), 2):
        parts[index] = re.sub(r"[<*\[\]]|\\(?!`)", r"\\\g<0>", parts[index])
    return "`".join(parts).replace("|", "\\|")
