"""What is wrong with a document that a person wrote, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Problem:
    """One fault of a document.

    `line` and `column` count from 1 and are None when the fault has no place inside the file (a
    missing file). `pointer` is the JSON pointer of the value at fault, `""` for the whole document.
    `message` says what is wrong and `remedy` what to do, both without a final full stop.
    """

    path: Path
    line: int | None
    column: int | None
    pointer: str
    message: str
    remedy: str

    @property
    def shown_path(self) -> str:
        """The path, from the root of the repository where it lies inside."""
        path = self.path
        if path.is_absolute() and path.is_relative_to(_ROOT):
            path = path.relative_to(_ROOT)
        return str(path)

    def __str__(self) -> str:
        parts = (self.shown_path, self.line, self.column)
        place = ":".join(str(part) for part in parts if part is not None)
        return f"{place}: #{self.pointer}: {self.message}. {self.remedy}."


class DocumentError(Exception):
    """A document was refused. `problems` holds every fault that was found, in the order of the
    checks, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
