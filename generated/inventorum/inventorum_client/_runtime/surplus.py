# Copied by scripts/codegen.py from overrides/runtime/surplus.py; do not edit.
"""Unknown keys of a decoded JSON value: taken out before msgspec reads it, given back after.

msgspec either refuses an unknown key or drops it. Taking the unknown keys out first leaves it a
value that it reads at its own speed, so an answer to which the server added a key costs a few times
the usual, not twenty times.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Protocol, TypeAlias, Union, cast, get_args, get_origin

from .model import Model
from .shapes import is_array, is_object
from .structure import additional_type, fields

Build = Callable[[Any, Any], Any]


Surplus: TypeAlias = "tuple[dict[str, Any] | None, dict[Any, Surplus] | None]"
"""The unknown keys of one value: its own, and those of what it holds, by attribute or index."""


class Sieve(Protocol):
    """Takes the unknown keys out of values of one type."""

    def part(self, raw: Any) -> tuple[Any, Surplus | None]:
        """The value without unknown keys, and those; the argument stays as it is."""
        ...

    def join(self, value: Any, surplus: Surplus, build: Build) -> None:
        """Give the unknown keys to what was built from the value.

        Args:
            build: makes a typed value of decoded JSON and a type.
        """
        ...


@cache
def sieve_for(expected: Any) -> Sieve | None:
    """The sieve of a type; None when no model is in it."""
    origin = get_origin(expected)
    if origin is list:
        item = sieve_for(get_args(expected)[0])
        return None if item is None else _ListSieve(item)
    if origin is dict:
        item = sieve_for(get_args(expected)[1])
        return None if item is None else _DictSieve(item)
    if origin in (Union, types.UnionType):
        # msgspec tells the members of a union by the kind of the JSON value, and so does this
        found = [sieve for member in get_args(expected) if (sieve := sieve_for(member)) is not None]
        return found[0] if len(found) == 1 else _UnionSieve(tuple(found)) if found else None
    if isinstance(expected, type) and issubclass(expected, Model):
        return _ModelSieve(expected)
    return None


class _ModelSieve:
    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._known = frozenset(field.key for field in fields(model))
        extra = additional_type(model)
        self._extra = None if extra is Any else types.GenericAlias(dict, (str, extra))

    @cached_property
    def nested(self) -> tuple[tuple[str, str, Sieve], ...]:
        """(key, attribute, sieve) of the fields with models; late, for a model may hold itself."""
        return tuple(
            (field.key, field.name, sieve)
            for field in fields(self._model)
            if (sieve := sieve_for(field.type)) is not None
        )

    def part(self, raw: Any) -> tuple[Any, Surplus | None]:
        if type(raw) is not dict:
            return raw, None
        given = cast("dict[str, Any]", raw)
        rest, known = given, self._known
        own: dict[str, Any] | None = None
        if not given.keys() <= known:
            rest, own = given.copy(), {}
            for key in given:  # a comprehension is a call, which takes longer
                if key not in known:
                    own[key] = rest.pop(key)
        nested: dict[str, Surplus] | None = None
        for key, name, sieve in self.nested:
            if key in rest:
                item, surplus = sieve.part(rest[key])
                if surplus is not None:
                    if nested is None:
                        nested, rest = {}, rest if own else rest.copy()
                    rest[key], nested[name] = item, surplus
        return rest, (own, nested) if own or nested else None

    def join(self, value: Any, surplus: Surplus, build: Build) -> None:
        own, nested = surplus
        if own:
            value.__extra__ = build(own, self._extra) if self._extra else own
        if nested:
            for _, name, sieve in self.nested:
                if name in nested:
                    sieve.join(getattr(value, name), nested[name], build)


@dataclass(frozen=True)
class _ListSieve:
    item: Sieve

    def part(self, raw: Any) -> tuple[Any, Surplus | None]:
        if not is_array(raw):
            return raw, None
        part = self.item.part
        items: list[Any] = []
        nested: dict[int, Surplus] = {}
        for index, item in enumerate(raw):
            known, surplus = part(item)
            items.append(known)
            if surplus is not None:
                nested[index] = surplus
        return (items, (None, nested)) if nested else (raw, None)

    def join(self, value: Any, surplus: Surplus, build: Build) -> None:
        for index, inner in (surplus[1] or {}).items():
            self.item.join(value[index], inner, build)


@dataclass(frozen=True)
class _DictSieve:
    item: Sieve

    def part(self, raw: Any) -> tuple[Any, Surplus | None]:
        if not is_object(raw):
            return raw, None
        parts = {key: self.item.part(item) for key, item in raw.items()}
        nested = {key: surplus for key, (_, surplus) in parts.items() if surplus is not None}
        clean = {key: item for key, (item, _) in parts.items()}
        return (clean, (None, nested)) if nested else (raw, None)

    def join(self, value: Any, surplus: Surplus, build: Build) -> None:
        for key, inner in (surplus[1] or {}).items():
            self.item.join(value[key], inner, build)


@dataclass(frozen=True)
class _UnionSieve:
    """A union of a list and an object, say: at most one member takes a JSON value."""

    members: tuple[Sieve, ...]

    def part(self, raw: Any) -> tuple[Any, Surplus | None]:
        return self._member(raw).part(raw)

    def join(self, value: Any, surplus: Surplus, build: Build) -> None:
        self._member(value).join(value, surplus, build)

    def _member(self, value: Any) -> Sieve:
        array = is_array(value)
        return next(
            (found for found in self.members if isinstance(found, _ListSieve) is array),
            self.members[0],
        )
