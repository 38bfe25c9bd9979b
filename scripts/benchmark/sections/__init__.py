"""The subjects that are measured; each makes tables of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts.benchmark.comparison import Bench
from scripts.benchmark.figures import Table

from . import calls, concurrency, decoding, fuzz, generation, imports, stub, uploads


@dataclass(frozen=True)
class Section:
    """A subject.

    Attributes:
        part: the part of this repository that it belongs to.
        tables: measures; yields each table as soon as it is there.
    """

    name: str
    part: str
    tables: Callable[[Bench], Iterator[Table]]


SECTIONS = (
    Section("list", "clients", calls.lists),
    Section("create", "clients", calls.creations),
    Section("imports", "clients", imports.tables),
    Section("decode", "clients", decoding.tables),
    Section("upload", "clients", uploads.tables),
    Section("aiohttp", "clients", concurrency.tables),
    Section("stub", "stub", stub.tables),
    Section("codegen", "codegen", generation.tables),
    Section("fuzz", "fuzz", fuzz.tables),
)

NAMES = tuple(
    dict.fromkeys([section.part for section in SECTIONS] + [section.name for section in SECTIONS])
)
"""What can be asked for: parts and sections."""


def chosen(names: list[str]) -> list[Section]:
    """The sections that were asked for, all when nothing was; in their own order."""
    return [
        section
        for section in SECTIONS
        if not names or section.part in names or section.name in names
    ]
