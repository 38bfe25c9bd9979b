"""What differs between two schemas at one level, keyword by keyword."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from .change import Change, Direction, Side, change
from .reading import mapping
from .schema import ANYTHING, TEXTS, Facts
from .texts import alike, canonical, told

_SHAPES = frozenset({"binary", "date", "date-time", "uuid"})
"""Formats that are a type of their own in the generated Python."""

_NARROWER = frozenset({("int32", "int64"), ("float", "double")})
_UPPER = frozenset({"maximum", "maxLength", "maxItems", "maxProperties"})

Movement = Literal["tightened", "loosened", "changed"]


def keyword_changes(
    before: Facts, after: Facts, direction: Direction, what: str
) -> Iterator[Change]:
    """Changes of everything in a schema that is no schema itself.

    Args:
        what: how a sentence names the value.
    """
    yield from _types(before, after, direction, what)
    yield from _enum(before, after, direction, what)
    yield from _const(before, after, direction, what)
    yield from _format(before, after, direction, what)
    yield from _default(before, after, direction, what)
    yield from _bounds(before, after, direction, what)
    yield from _pattern(before, after, direction, what)
    if before.closed != after.closed:
        word, side = ("closed", after) if after.closed else ("opened", before)
        at = side.place("additionalProperties")
        kind = f"{direction}-object-{word}"
        yield change(kind, at, "new" if after.closed else "old", what=what)
    if before.deprecated != after.deprecated:
        word = "deprecated" if after.deprecated else "no-longer-deprecated"
        at = (after if after.deprecated else before).place("deprecated")
        yield change(f"field-{word}", at, "new" if after.deprecated else "old", what=what)
    yield from _discriminator(before, after, what)
    yield from _rules(before, after, direction, what)
    yield from _told(before, after, what)


def _types(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    old, new = before.types, after.types
    if old != new:
        word = "narrowed" if new < old else "widened" if old < new else "changed"
        at, side = _written(before, after, "type")
        yield change(
            f"{direction}-type-{word}", at, side, what=what, old=_kinds(old), new=_kinds(new)
        )
        if ANYTHING in (old, new):
            return  # null comes and goes with everything else
    if before.null != after.null:
        kinds = {
            ("input", True): "input-null-allowed",
            ("input", False): "input-null-refused",
            ("output", True): "output-null-added",
            ("output", False): "output-null-removed",
        }
        at, side = _written(before, after, "type")
        yield change(kinds[direction, after.null], at, side, what=what)


def _kinds(types: frozenset[str]) -> str:
    if types == ANYTHING:
        return "anything"
    named = types - {"integer"} if "number" in types else types
    return " or ".join(sorted(named)) or "nothing"


def _written(before: Facts, after: Facts, keyword: str) -> tuple[str, Side]:
    """Where a keyword is written now, else where it was, else where the schema is."""
    if keyword in after.places or not (keyword in before.places or not after.at):
        return after.place(keyword), "new"
    return before.place(keyword), "old"


def _enum(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    old, new = before.values, after.values
    at, side = _written(before, after, "enum")
    if old is None and new is not None:
        yield change(f"{direction}-enum-closed", at, side, what=what, new=_list(new))
    elif old is not None and new is None:
        yield change(f"{direction}-enum-opened", at, side, what=what, old=_list(old))
    elif old is not None and new is not None:
        were, are = ({canonical(value): value for value in values} for values in (old, new))
        for key, value in were.items():
            if key not in are:
                yield change(f"{direction}-enum-value-removed", at, side, what=what, value=value)
        for key, value in are.items():
            if key not in were:
                yield change(f"{direction}-enum-value-added", at, side, what=what, value=value)


def _list(values: list[Any]) -> str:
    return ", ".join(value if isinstance(value, str) else canonical(value) for value in values)


def _const(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    if alike(before.const, after.const):
        return
    at, side = _written(before, after, "const")
    kind = f"{direction}-const-{_word(before.const, after.const)}"
    old, new = (facts.const[0] if facts.const else None for facts in (before, after))
    yield change(kind, at, side, what=what, old=old, new=new)


def _word(old: Any, new: Any) -> str:
    return "changed" if old and new else "added" if new else "removed"


def _format(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    for word in dict.fromkeys([*before.content, *after.content]):
        old, new = before.content.get(word), after.content.get(word)
        if not alike(old, new):
            at, side = _written(before, after, word)
            yield change("content-changed", at, side, what=what, key=word, old=old, new=new)
    old, new = before.format, after.format
    if old == new:
        return
    at, side = _written(before, after, "format")
    if {old, new} & _SHAPES:
        kind = f"{direction}-format-changed"
    elif (new, old) in _NARROWER:
        kind = f"{direction}-format-narrowed"
    elif (old, new) in _NARROWER:
        kind = f"{direction}-format-widened"
    else:
        kind = "format-note-changed"
    yield change(kind, at, side, what=what, old=old or "any", new=new or "any")


def _default(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    if alike(before.default, after.default):
        return
    at, side = _written(before, after, "default")
    old, new = (facts.default[0] if facts.default else None for facts in (before, after))
    kind = "output-default-changed"
    if direction == "input":
        kind = f"input-default-{_word(before.default, after.default)}"
    yield change(kind, at, side, what=what, old=old, new=new)


def _bounds(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    for key in dict.fromkeys([*before.bounds, *after.bounds]):
        old, new = before.bounds.get(key), after.bounds.get(key)
        if old == new:
            continue
        at, side = _written(before, after, key)
        kind = f"{direction}-bounds-{_movement(key, old, new)}"
        yield change(kind, at, side, what=what, key=key, old=_bound(old), new=_bound(new))


def _movement(key: str, old: tuple[float, bool] | None, new: tuple[float, bool] | None) -> Movement:
    if old is None:
        return "tightened"
    if new is None:
        return "loosened"
    if key == "multipleOf":
        if new[0] % old[0] == 0:
            return "tightened"
        return "loosened" if old[0] % new[0] == 0 else "changed"
    sign = -1 if key in _UPPER else 1
    return "tightened" if (sign * new[0], new[1]) > (sign * old[0], old[1]) else "loosened"


def _bound(bound: tuple[float, bool] | None) -> str:
    if bound is None:
        return "none"
    return f"{canonical(bound[0])}{' (excluded)' if bound[1] else ''}"


def _pattern(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    if before.patterns == after.patterns:
        return
    at, side = _written(before, after, "pattern")
    kind = f"{direction}-pattern-{_word(before.patterns, after.patterns)}"
    old, new = (" and ".join(facts.patterns) for facts in (before, after))
    yield change(kind, at, side, what=what, old=old, new=new)


def _discriminator(before: Facts, after: Facts, what: str) -> Iterator[Change]:
    old, new = before.discriminator.get("propertyName"), after.discriminator.get("propertyName")
    at, side = _written(before, after, "discriminator")
    if old != new:
        kind = f"discriminator-{_word(old, new)}"
        yield change(kind, at, side, what=what, old=old, new=new)
        return
    were, are = (
        {key: _target(value) for key, value in mapping(facts.discriminator, "mapping").items()}
        for facts in (before, after)
    )
    for value in dict.fromkeys([*were, *are]):
        if were.get(value) != are.get(value):
            word = _word(were.get(value), are.get(value))
            yield change(f"discriminator-value-{word}", at, side, what=what, value=value)


def _target(value: Any) -> str:
    """A schema in a mapping, which is written as a reference or as its name alone."""
    return str(value).rpartition("/")[2]


def _rules(before: Facts, after: Facts, direction: Direction, what: str) -> Iterator[Change]:
    """Keywords that are not read here. A keyword of JSON Schema never allows more than it would
    without it."""
    for key in dict.fromkeys([*before.rules, *after.rules]):
        if key in before.rules and key in after.rules:
            if alike(before.rules[key], after.rules[key]):
                continue
            word = "changed"
        else:
            word = "added" if key in after.rules else "removed"
        at, side = _written(before, after, key)
        yield change(f"{direction}-rule-{word}", at, side, what=what, key=key)


def _told(before: Facts, after: Facts, what: str) -> Iterator[Change]:
    for old, new in (
        (before.texts, after.texts),
        (before.examples, after.examples),
        (before.extensions, after.extensions),
    ):
        for one in told(old, new, ("", ""), what, TEXTS):
            key = one.pointer[1:].replace("~1", "/").replace("~0", "~")
            facts = before if one.side == "old" else after
            yield Change(one.kind, facts.place(key), one.words, one.side)
