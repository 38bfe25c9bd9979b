"""What differs between a schema as it was and as it is, for what is sent and what is answered.

Every pair of schemas is compared once, level by level and without recursion, so that recursive and
deep schemas end. What is found in a pair belongs to all operations that lead there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scripts.openapi.json_value import is_object

from .alternatives import matched
from .change import Change, Direction, Side, change
from .keywords import keyword_changes
from .reading import Reading
from .schema import Facts, Schema, facts_of
from .wording import place

MAX_PAIRS = 50_000
"""Far above what documents hold. Two cycles of different lengths can make many more."""

Pair = tuple[Schema, Schema, Direction]


@dataclass
class _Compared:
    changes: list[Change]
    inner: list[Pair] = field(default_factory=list[Pair])


class SchemaComparison:
    """Compares schemas of two documents."""

    def __init__(self, old: Reading, new: Reading) -> None:
        self._old = old
        self._new = new
        self._compared: dict[Pair, _Compared] = {}
        self._facts: dict[tuple[Side, Schema], Facts] = {}

    def changes(self, old: Schema, new: Schema, direction: Direction) -> list[Change]:
        """All changes of two schemas and of what lies below them."""
        found: list[Change] = []
        first = self._canonical(old, new, direction)
        seen = {first}
        waiting = [first]
        while waiting:
            pair = waiting.pop()
            compared = self._compared.get(pair)
            if compared is None:
                if len(self._compared) >= MAX_PAIRS:
                    at = self._read("new", new).at
                    found.append(change("comparison-too-large", at, what=place(self._new.data, at)))
                    break
                compared = self._compared[pair] = self._compare(*pair)
            found += compared.changes
            for inner in reversed(compared.inner):
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
        return found

    def _canonical(self, old: Schema, new: Schema, direction: Direction) -> Pair:
        """The same pair for the same schemas, from wherever they are referred to."""
        return (_ends(self._old, old), _ends(self._new, new), direction)

    def _read(self, side: Side, schema: Schema) -> Facts:
        known = self._facts.get((side, schema))
        if known is None:
            reading = self._old if side == "old" else self._new
            known = self._facts[side, schema] = facts_of(reading, schema)
        return known

    def _compare(self, old: Schema, new: Schema, direction: Direction) -> _Compared:
        before, after = self._read("old", old), self._read("new", new)
        what = place(self._new.data if after.at else self._old.data, after.at or before.at)
        unions = bool(before.alternatives), bool(after.alternatives)
        if unions in ((True, False), (False, True)):
            one, union = (before, after) if unions[1] else (after, before)
            if one.says_something and not union.says_something:
                compared = _Compared([])
                self._compare_alternatives(compared, (old, new), direction)
                return compared
        compared = _Compared(list(keyword_changes(before, after, direction, what)))
        if all(unions):
            self._compare_alternatives(compared, (old, new), direction)
        elif unions[1]:
            kind, at = f"{direction}-rule-added", after.alternatives[0][0].rpartition("/")[0]
            compared.changes.append(change(kind, at, key="oneOf", what=what))
        elif unions[0]:
            kind, at = f"{direction}-rule-removed", before.alternatives[0][0].rpartition("/")[0]
            compared.changes.append(change(kind, at, "old", key="oneOf", what=what))
        if before.at and after.at:
            self._compare_fields(compared, before, after, direction)
        inner = [(before.others, after.others), (before.items, after.items)]
        for index in range(max(len(before.prefix), len(after.prefix))):
            # beyond the listed ones, an item is what `items` says
            inner.append(
                (
                    before.prefix[index] if index < len(before.prefix) else before.items,
                    after.prefix[index] if index < len(after.prefix) else after.items,
                )
            )
        compared.inner += [
            self._canonical(left, right, direction) for left, right in inner if left or right
        ]
        return compared

    def _compare_fields(
        self, compared: _Compared, before: Facts, after: Facts, direction: Direction
    ) -> None:
        for name in dict.fromkeys([*before.fields, *after.fields]):
            old, new = before.fields.get(name), after.fields.get(name)
            if old is None and new is not None:
                self._added(compared, name, new, after, direction)
            elif old is not None and new is None:
                if not self._hidden("old", old, direction):
                    what = place(self._old.data, old[0])
                    kind = f"{direction}-field-removed"
                    compared.changes.append(change(kind, old[0], "old", what=what))
            elif old is not None and new is not None:
                self._kept(compared, name, (old, new), (before, after), direction)
        self._required_without_field(compared, before, after, direction)

    def _added(
        self, compared: _Compared, name: str, new: Schema, after: Facts, direction: Direction
    ) -> None:
        if self._hidden("new", new, direction):
            return
        kind = "output-field-added"
        if direction == "input":
            word = "required" if name in after.required else "optional"
            kind = f"input-{word}-field-added"
        compared.changes.append(change(kind, new[0], what=place(self._new.data, new[0])))

    def _kept(
        self,
        compared: _Compared,
        name: str,
        pair: tuple[Schema, Schema],
        parents: tuple[Facts, Facts],
        direction: Direction,
    ) -> None:
        old, new = pair
        before, after = parents
        what = place(self._new.data, new[0])
        were, are = self._hidden("old", old, direction), self._hidden("new", new, direction)
        if were and are:
            return
        word = "read-only" if direction == "input" else "write-only"
        keyword = "readOnly" if direction == "input" else "writeOnly"
        if are:
            at = self._read("new", new).place(keyword)
            compared.changes.append(change(f"{direction}-field-{word}", at, what=what))
            return
        if were:
            at = self._read("old", old).place(keyword)
            kind = f"{direction}-field-no-longer-{word}"
            compared.changes.append(change(kind, at, "old", what=what))
        free = name not in before.required or (were and direction == "input")
        if name in after.required and free:
            at = after.required[name]
            compared.changes.append(change(f"{direction}-field-required", at, what=what))
        elif name in before.required and name not in after.required:
            at = before.required[name]
            compared.changes.append(change(f"{direction}-field-optional", at, "old", what=what))
        compared.inner.append(self._canonical(old, new, direction))

    def _required_without_field(
        self, compared: _Compared, before: Facts, after: Facts, direction: Direction
    ) -> None:
        """A required name need not be among the properties."""
        for name, at in after.required.items():
            if name not in before.required and name not in after.fields:
                what = place(self._new.data, f"{after.at}/properties/{name}")
                compared.changes.append(change(f"{direction}-field-required", at, what=what))
        for name, at in before.required.items():
            if name not in after.required and name not in before.fields:
                what = place(self._old.data, f"{before.at}/properties/{name}")
                compared.changes.append(change(f"{direction}-field-optional", at, "old", what=what))

    def _compare_alternatives(
        self, compared: _Compared, pair: tuple[Schema, Schema], direction: Direction
    ) -> None:
        """Compare unions; what is no union is compared with one as its only member."""
        sides: tuple[tuple[Side, Schema], ...] = (("old", pair[0]), ("new", pair[1]))
        olds, news = (
            [
                (one, self._read(side, one))
                for one in self._read(side, schema).alternatives or [schema]
            ]
            for side, schema in sides
        )
        pairs, gone, come = matched(olds, news)
        compared.inner += [self._canonical(old, new, direction) for old, new in pairs]
        for old in gone:
            what = place(self._old.data, self._read("old", old).at)
            kind = f"{direction}-alternative-removed"
            compared.changes.append(change(kind, old[0], "old", what=what))
        for new in come:
            what = place(self._new.data, self._read("new", new).at)
            kind = f"{direction}-alternative-added"
            compared.changes.append(change(kind, new[0], what=what))

    def _hidden(self, side: Side, schema: Schema, direction: Direction) -> bool:
        """Whether a property does not travel in a direction."""
        facts = self._read(side, schema)
        return facts.read_only if direction == "input" else facts.write_only


def _ends(reading: Reading, schema: Schema) -> Schema:
    """Parts that are nothing but a reference, followed to where they lead."""
    return tuple(dict.fromkeys(_followed(reading, schema)))


def _followed(reading: Reading, schema: Schema) -> Iterator[str]:
    for at in schema:
        seen: set[str] = set()
        while at not in seen:
            seen.add(at)
            value = reading.get(at)
            if not is_object(value) or list(value) != ["$ref"]:
                break
            target = reading.target(value["$ref"])
            if target is None:
                break
            at = target
        yield at
