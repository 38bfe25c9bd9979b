"""The YAML text of a document: the same bytes for the same data, readable, and the same data when
read again."""

from __future__ import annotations

import re
from typing import Any

import yaml

from scripts.openapi.yaml_source import plain_scalar

_WIDTH = 100
# With its key and indentation, a longer text no longer fits into a line.
_FOLDED_FROM = 60
# Line ends to YAML 1.1, or invisible; written as escapes they survive every reader.
_UNSAFE = re.compile("[\\r\\x85\\u2028\\u2029\\ufeff]")
# Only between single spaces a text can be folded and come back as it was.
_WORDS = re.compile(r"\S+(?: \S+)+\Z")


class _Dumper(yaml.SafeDumper):
    """Block style, indented lists, no aliases; texts quoted when YAML 1.1 or 1.2 would take them
    for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represented(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style=_style(value))


def _style(value: str) -> str | None:
    """PyYAML's mark for how a text is written; None lets PyYAML choose between plain and quoted."""
    if _UNSAFE.search(value):
        return '"'
    if "\n" in value:
        return "|"
    try:
        looks_like_text = isinstance(plain_scalar(value), str)
    except ValueError:
        looks_like_text = False
    if not looks_like_text:
        return '"'
    if len(value) > _FOLDED_FROM and _WORDS.match(value):
        return ">"
    return None


_Dumper.add_representer(str, _represented)


def text(data: dict[str, Any], comment: str) -> str:
    """YAML text of plain data under a comment of one line; ends with a newline and keeps the order
    of keys."""
    body: str = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
    return f"# {comment}\n{body}"
