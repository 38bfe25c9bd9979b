"""Which alternative of a union is which in another edition of the document."""

from __future__ import annotations

from collections.abc import Callable

from .schema import Facts, Schema
from .texts import canonical

Member = tuple[Schema, Facts]
Matched = tuple[list[tuple[Schema, Schema]], list[Schema], list[Schema]]

_SIMILAR = 0.5
"""Share of field names from which on two objects are taken for the same alternative."""


def matched(old: list[Member], new: list[Member]) -> Matched:
    """Pair the members of two unions; what is left over on either side comes with it.

    Pairs are looked for by name in ``components``, by what the members say at first sight, by type
    and similar fields, and last by type where only one is left.
    """
    olds, news = list(old), list(new)
    pairs: list[tuple[Schema, Schema]] = []

    def pair_by(key: Callable[[Member], object]) -> None:
        left: dict[object, list[int]] = {}
        for index, member in enumerate(news):
            left.setdefault(key(member), []).append(index)
        taken: set[int] = set()
        for member in list(olds):
            same = left.get(key(member), []) if key(member) is not None else []
            if same:
                taken.add(same[0])
                _drop(olds, member)
                pairs.append((member[0], news[same.pop(0)][0]))
        news[:] = [member for index, member in enumerate(news) if index not in taken]

    pair_by(_name)
    pair_by(_signature)
    for member in list(olds):
        best = max(news, key=lambda other: _likeness(member, other), default=None)
        if best is not None and _likeness(member, best) >= _SIMILAR:
            _drop(olds, member)
            _drop(news, best)
            pairs.append((member[0], best[0]))
    if len(olds) == len(news) == 1 and olds[0][1].types == news[0][1].types:
        pairs.append((olds.pop()[0], news.pop()[0]))
    return pairs, [schema for schema, _ in olds], [schema for schema, _ in news]


def _drop(members: list[Member], one: Member) -> None:
    """Remove a member, not one that is equal."""
    del members[next(index for index, other in enumerate(members) if other is one)]


def _name(member: Member) -> str | None:
    at = member[1].at
    return at if at.startswith("/components/schemas/") and at.count("/") == 3 else None


def _signature(member: Member) -> str:
    facts = member[1]
    return canonical(
        {
            "types": sorted(facts.types),
            "values": facts.values,
            "const": facts.const,
            "format": facts.format,
            "fields": sorted(facts.fields),
            "required": sorted(facts.required),
            "items": bool(facts.items),
        }
    )


def _likeness(one: Member, other: Member) -> float:
    left, right = one[1], other[1]
    if left.types != right.types or "object" not in left.types:
        return 0
    names = {*left.fields, *right.fields}
    return len({*left.fields} & {*right.fields}) / len(names) if names else 0
