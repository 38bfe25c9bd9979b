"""What the vendors' five pages hold as JSON: the index tests/data/pages.json and the files that it
names.

A `schema` is a JSON Schema (draft-06) as the page has it, an `example` a request or response body,
a `call` the page's sample request taken apart: method, url, headers, form, body. Line numbers count
in the text of the page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"


@dataclass(frozen=True)
class PageFile:
    """One file of a page: what it is, of which operation, for which status ("request" for what is
    sent); `repaired` says what was not valid JSON on the page, None where nothing was."""

    page: str
    operation: str
    file: str
    kind: str
    status: str
    lines: tuple[int, int]
    repaired: str | None

    @property
    def vendor(self) -> str:
        return self.page.partition("/")[0]

    def load(self) -> Any:
        return json.loads((DATA / self.file).read_text("utf-8"))


def page_files(*kinds: str) -> list[PageFile]:
    """The files of all pages, of these kinds or of every kind."""
    index = json.loads((DATA / "pages.json").read_text("utf-8"))
    return [
        PageFile(
            page,
            entry["operation"],
            file["file"],
            file["kind"],
            file["status"],
            (file["lines"][0], file["lines"][1]),
            file.get("repaired"),
        )
        for page, entry in index.items()
        for file in entry["files"]
        if not kinds or file["kind"] in kinds
    ]
