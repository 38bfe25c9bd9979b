"""What ``--check`` found, as text for people, as JSON, and as GitHub's annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scripts.openapi.rendering import Format, annotation

COMMAND = "python3 -m tox run -e codegen"
_SHOWN = 5
"""Of so many files the text shows the difference; it names the others."""
_LINE = re.compile(r"line ([0-9]+):")

State = Literal["changed", "missing", "stale", "extra"]


@dataclass(frozen=True)
class Difference:
    """A file that is not what a run would write.

    Attributes:
        path: below ``generated/``.
        detail: the first lines that differ, or why.
        by_hand: whether it is not what was written once either.
    """

    path: str
    state: State
    detail: tuple[str, ...] = ()
    by_hand: bool = False

    @property
    def words(self) -> str:
        """What is wrong with it, in a word or two."""
        return f"{self.state}, by hand" if self.by_hand else self.state

    @property
    def shown_path(self) -> str:
        """Its path below the root, fit to be printed."""
        path = "".join(char if char.isprintable() else repr(char)[1:-1] for char in self.path)
        return f"generated/{path}"

    @property
    def line(self) -> int | None:
        """The first line that differs, where there is one."""
        found = _LINE.fullmatch(self.detail[0]) if self.detail else None
        return int(found[1]) if found else None


@dataclass(frozen=True)
class Differences:
    """All that was found; ``forced``: a run sees no reason to mend it, and has to be told."""

    files: tuple[Difference, ...]
    forced: bool = False

    @property
    def command(self) -> str:
        """What mends it."""
        return f"{COMMAND}{' -- --force' if self.forced else ''}"


def rendered(found: Differences, form: Format) -> str:
    """Text that ends with a newline; nothing where there is nothing to annotate.

    json: an object ``{command, files: [{path, state, by_hand, line, difference}]}``, ``command``
    null when all is well, ``line`` null where no line differs. github: a workflow command
    ``::error file=…,line=…::…`` for each file.
    """
    if form == "json":
        return _json(found) + "\n"
    lines = _annotations(found) if form == "github" else _text(found)
    return "".join(f"{line}\n" for line in lines)


def _text(found: Differences) -> Iterator[str]:
    if not found.files:
        yield "generated/ is what a run would write"
        return
    details = 0
    for one in found.files:
        yield f"{one.shown_path}: {one.words}"
        if one.detail and details < _SHOWN:
            yield from (f"    {line}" for line in one.detail)
            details += 1
    yield f"Run `{found.command}`, commit generated/."


def _json(found: Differences) -> str:
    files = [
        {
            "path": one.shown_path,
            "state": one.state,
            "by_hand": one.by_hand,
            "line": one.line,
            "difference": list(one.detail),
        }
        for one in found.files
    ]
    told = {"command": found.command if files else None, "files": files}
    return json.dumps(told, indent=1, ensure_ascii=False)


def _annotations(found: Differences) -> Iterator[str]:
    for one in found.files:
        mends = f"Run `{found.command}`, commit generated/."
        told = "\n".join([f"{one.words}. {mends}", *one.detail])
        yield annotation(one.shown_path, told, line=one.line or 1)
