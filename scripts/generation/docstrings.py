"""Docstrings of the generated code, in the style of hand-written ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from .prose import escaped, prose, wrapped


class Described(Protocol):
    """An argument, field or option."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...


Section: TypeAlias = tuple[str, "Sequence[Described] | str"]


def docstring(summary: str, sections: Sequence[Section], indent: int) -> str:
    """The source lines of a docstring, ``indent`` spaces deep.

    The first sentence stands alone, the rest is wrapped below it. A section is a list of named
    things or one sentence; things without description and empty sections are left out.
    """
    pad = " " * indent
    first, rest = _first_sentence(prose(summary))
    blocks: list[str] = []
    if rest:
        blocks.append(wrapped(escaped(rest), indent))
    for title, content in sections:
        if isinstance(content, str):
            lines = [wrapped(escaped(content), indent + 4, 4)]
        else:
            lines = [
                wrapped(f"{item.name}: {escaped(prose(item.description))}", indent + 4, 4)
                for item in content
                if item.description
            ]
        if lines:
            blocks.append("\n".join([f"{pad}{title}:", *lines]))
    opening = wrapped(f'"""{escaped(first)}', indent)
    if not blocks and not first.endswith(('"', "\\")) and "\n" not in opening:
        return f'{opening}"""'
    return "\n\n".join([opening, *blocks]) + f'\n{pad}"""'


def _first_sentence(text: str) -> tuple[str, str]:
    head, dot, tail = text.partition(". ")
    if not dot:
        return text, ""
    # what is joined to a sentence with ". " may have ended with its own full stop
    return f"{head.rstrip('.')}.", tail.strip()
