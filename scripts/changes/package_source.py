"""The public modules of a generated package, as source; nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_ENUMS = {"OpenStrEnum": "str", "OpenIntEnum": "int", "StrEnum": "str", "IntEnum": "int"}


@dataclass(frozen=True)
class Package:
    """A package: the text and the file of each public module, by dotted name (``""`` for itself).

    Names that begin with an underscore are no part of it, and with them its ``_runtime``.
    """

    name: str
    texts: dict[str, str] = field(default_factory=dict[str, str])
    files: dict[str, Path] = field(default_factory=dict[str, Path])

    @classmethod
    def read(cls, folder: Path) -> Package:
        """The package in a folder, which has no modules when it does not exist.

        Raises:
            OSError, UnicodeDecodeError: a module cannot be read.
        """
        package = cls(folder.name)
        for path in sorted(folder.rglob("*.py")):
            parts = [*path.relative_to(folder).parent.parts, path.stem]
            if parts[-1] == "__init__":
                parts.pop()
            if not any(part.startswith("_") for part in parts):
                name = ".".join(parts)
                package.texts[name] = path.read_text(encoding="utf-8")
                package.files[name] = path
        return package

    @cached_property
    def sent(self) -> set[str]:
        """Names of the classes that a method takes, and of those that they hold."""
        return self._reached(0)

    @cached_property
    def answered(self) -> set[str]:
        """Names of the classes that a method returns, and of those that they hold."""
        return self._reached(1)

    @cached_property
    def enums(self) -> dict[str, str]:
        """The enums among the models, with the type that their members have in Python too."""
        return {
            node.name: kind
            for _, tree in self._trees(("models",))
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            if (kind := _ENUMS.get(ast.unparse(base))) is not None
        }

    def _reached(self, which: int) -> set[str]:
        found: set[str] = set()
        waiting = list(self._signatures[which])
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._held.get(name, ())
        return found

    @cached_property
    def _signatures(self) -> tuple[set[str], set[str]]:
        """Names in the parameters and in the results of the functions that call the API."""
        sent: set[str] = set()
        answered: set[str] = set()
        for _, tree in self._trees(("api", "resources", "service")):
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    arguments = node.args
                    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                    sent |= _names(one.annotation for one in given)
                    # resources.py returns what a success is; the own style in api errors too
                    answered |= _names([node.returns])
        return sent, answered

    @cached_property
    def _held(self) -> dict[str, set[str]]:
        """By class, the names in the annotations of its attributes."""
        held: dict[str, set[str]] = {}
        for _, tree in self._trees(("models",)):
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    held[node.name] = _names(
                        part.annotation for part in node.body if isinstance(part, ast.AnnAssign)
                    )
        return held

    def _trees(self, parts: tuple[str, ...]) -> Iterator[tuple[str, ast.Module]]:
        for name, text in self.texts.items():
            if name.partition(".")[0] in parts:
                yield name, ast.parse(text)


def same_code(one: bytes, other: bytes) -> bool:
    """Whether two modules do the same: only comments, docstrings and layout differ, if anything.

    What is no Python is the same only byte for byte.
    """
    if one == other:
        return True
    try:
        return _code(one) == _code(other)
    except (SyntaxError, ValueError, RecursionError):  # ValueError: a null byte
        return False


def _code(source: bytes) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [part for part in node.body if not _is_text(part)]
    return ast.dump(tree)


def _is_text(statement: ast.stmt) -> bool:
    """A docstring, or a text below an attribute that says what it is."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _names(annotations: Iterable[ast.expr | None]) -> set[str]:
    return {
        node.id
        for annotation in annotations
        if annotation is not None
        for node in ast.walk(annotation)
        if isinstance(node, ast.Name)
    }
