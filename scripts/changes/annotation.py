"""Whether every value of one annotated type may stand where another is annotated."""

from __future__ import annotations

import ast
from collections.abc import Mapping

_WIDER = {"int": "float", "bool": "int"}
"""Python's own promotions; an integer is taken where a number is."""

Bases = Mapping[str, str]
"""Classes of the package that are texts or integers too, which its enums are."""


def fits(inner: object, outer: object, bases: Bases) -> bool:
    """Whether a value of ``inner`` is one of ``outer``, both as they are written.

    Members of unions and of literals count one by one; what is in brackets has to fit as well, as
    a caller reads or passes it. Nothing written is anything.
    """
    if outer is None or str(outer) == str(inner):
        return True
    if inner is None:
        return False
    olds, news = _members(_parsed(inner)), _members(_parsed(outer))
    return all(any(_one_fits(old, new, bases) for new in news) for old in olds)


def same(one: object, other: object) -> bool:
    """Whether two annotations allow the same, in any order of a union."""
    if one is None or other is None:
        return one is other
    texts = [sorted(ast.unparse(part) for part in _members(_parsed(it))) for it in (one, other)]
    return texts[0] == texts[1]


def _parsed(annotation: object) -> ast.expr:
    text = str(annotation)
    try:
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
    except SyntaxError:
        return ast.Constant(text)
    return node


def _members(node: ast.expr) -> list[ast.expr]:
    """The members of a union, and each value of a Literal as a Literal of its own."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_members(node.left), *_members(node.right)]
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Literal"):
        return [ast.Subscript(node.value, value, ast.Load()) for value in _arguments(node)]
    return [node]


def _arguments(node: ast.Subscript) -> list[ast.expr]:
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def _one_fits(inner: ast.expr, outer: ast.expr, bases: Bases) -> bool:
    name, wanted = ast.unparse(inner), ast.unparse(outer)
    if wanted in (name, "Any", "object"):
        return True
    if isinstance(inner, ast.Subscript):
        if name.startswith("Literal["):
            value = inner.slice
            return isinstance(value, ast.Constant) and type(value.value).__name__ == wanted
        if isinstance(outer, ast.Subscript) and ast.unparse(inner.value) == ast.unparse(
            outer.value
        ):
            olds, news = _arguments(inner), _arguments(outer)
            return len(olds) == len(news) and all(
                all(
                    any(_one_fits(old, new, bases) for new in _members(right))
                    for old in _members(left)
                )
                for left, right in zip(olds, news, strict=True)
            )
        return False
    wider = bases.get(name) or _WIDER.get(name)
    return wider is not None and (wider == wanted or _WIDER.get(wider) == wanted)
