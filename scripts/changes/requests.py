"""What differs in what a caller sends: parameters and bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.openapi.json_value import is_object

from .change import Change, Side, change
from .contract import Operation, Place, media, schema_of
from .reading import below, mapping
from .schema_comparison import SchemaComparison
from .texts import alike, told

Parameters = dict[tuple[str, str], Place]


def request_changes(old: Operation, new: Operation, schemas: SchemaComparison) -> Iterator[Change]:
    """Changes of the parameters and the body of an operation."""
    yield from _parameters(old, new, schemas)
    yield from _body(old.body, new.body, schemas)


def _parameters(old: Operation, new: Operation, schemas: SchemaComparison) -> Iterator[Change]:
    gone = {key: place for key, place in old.parameters.items() if key not in new.parameters}
    come = {key: place for key, place in new.parameters.items() if key not in old.parameters}
    pairs = [
        (old.parameters[key], new.parameters[key]) for key in old.parameters if key not in gone
    ]
    for key in list(gone):
        moved = next((other for other in come if other[1].lower() == key[1].lower()), None)
        if moved is not None:
            before, after = gone.pop(key), come.pop(moved)
            at, what = below(after.at, "in"), f"parameter `{after.data['name']}`"
            yield change("parameter-moved", at, what=what, old=key[0], new=moved[0])
            pairs.append((before, after))
    for key, other in _renamed(old, new, gone, come):
        before, after = gone.pop(key), come.pop(other)
        yield change("parameter-renamed", below(after.at, "name"), old=key[1], new=other[1])
        pairs.append((before, after))
    for place in gone.values():
        what = f"parameter `{place.data['name']}`"
        yield change("parameter-removed", place.at, "old", what=what)
    for place in come.values():
        word = "required" if place.data.get("required") is True else "optional"
        what = f"parameter `{place.data['name']}`"
        yield change(f"{word}-parameter-added", place.at, what=what)
    for before, after in pairs:
        yield from _parameter(before, after, schemas)


def _renamed(
    old: Operation, new: Operation, gone: Parameters, come: Parameters
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Names in braces that stand at the same place of the path."""
    if old.shape[1] != new.shape[1]:
        return
    for before, after in zip(_names(old.path), _names(new.path), strict=True):
        if ("path", before) in gone and ("path", after) in come:
            yield ("path", before), ("path", after)


def _names(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _parameter(old: Place, new: Place, schemas: SchemaComparison) -> Iterator[Change]:
    what = f"parameter `{new.data['name']}`"
    were, are = (place.data.get("required") is True for place in (old, new))
    if were != are:
        kind = "parameter-required" if are else "parameter-optional"
        yield change(kind, *written("required", old, new), what=what)
    yield from deprecation("parameter", old, new, what)
    if old.data.get("in") == new.data.get("in"):
        ways = _way(old.data), _way(new.data)
        for key in ways[0]:
            if not alike(ways[0][key], ways[1][key]):
                at, side = written(key, old, new)
                before, after = ways[0][key], ways[1][key]
                yield change(
                    "parameter-style-changed", at, side, what=what, key=key, old=before, new=after
                )
    yield from told(old.data, new.data, (old.at, new.at), what)
    yield from schemas.changes(_value(old), _value(new), "input")


def _way(parameter: dict[str, Any]) -> dict[str, Any]:
    """How a parameter is written, with the defaults of OpenAPI."""
    style = parameter.get("style")
    if style is None:
        style = "form" if parameter.get("in") in ("query", "cookie") else "simple"
    content = next(iter(mapping(parameter, "content")), None)
    return {
        "content": content or "no media type",
        "style": style,
        "explode": parameter.get("explode", style == "form"),
        "allowReserved": parameter.get("allowReserved", False),
    }


def _value(parameter: Place) -> tuple[str, ...]:
    for content in media(parameter).values():
        return schema_of(content)
    return schema_of(parameter)


def written(key: str, old: Place, new: Place) -> tuple[str, Side]:
    """Where a key is written now; where it was when it is gone; else the object that holds it."""
    if key in new.data or key not in old.data:
        return below(new.at, key) if key in new.data else new.at, "new"
    return below(old.at, key), "old"


def deprecation(kind: str, old: Place, new: Place, what: str) -> Iterator[Change]:
    """That something is deprecated, or no longer."""
    were, are = (place.data.get("deprecated") is True for place in (old, new))
    if were != are:
        word = "deprecated" if are else "no-longer-deprecated"
        yield change(f"{kind}-{word}", *written("deprecated", old, new), what=what)


def _body(old: Place | None, new: Place | None, schemas: SchemaComparison) -> Iterator[Change]:
    if old is None or new is None:
        if new is not None:
            word = "required" if new.data.get("required") is True else "optional"
            yield change(f"{word}-body-added", new.at)
        elif old is not None:
            yield change("body-removed", old.at, "old")
        return
    were, are = (place.data.get("required") is True for place in (old, new))
    if were != are:
        kind = "body-required" if are else "body-optional"
        yield change(kind, *written("required", old, new))
    yield from told(old.data, new.data, (old.at, new.at), "the body")
    olds, news = media(old), media(new)
    for name, place in olds.items():
        if name not in news:
            yield change("body-media-type-removed", place.at, "old", what=f"`{name}`")
    for name, place in news.items():
        if name not in olds:
            yield change("body-media-type-added", place.at, what=f"`{name}`")
            continue
        before = olds[name]
        yield from told(before.data, place.data, (before.at, place.at), "the body")
        yield from _encoding(before, place)
        yield from schemas.changes(schema_of(before), schema_of(place), "input")


def _encoding(old: Place, new: Place) -> Iterator[Change]:
    olds, news = mapping(old.data, "encoding"), mapping(new.data, "encoding")
    for name in dict.fromkeys([*olds, *news]):
        before, after = mapping(olds, name), mapping(news, name)
        side: Side = "new" if name in news else "old"
        at = below(new.at if side == "new" else old.at, "encoding", name)
        what = f"`{name}`"
        were, are = _types(before), _types(after)
        if bool(were) != bool(are):
            # without contentType it follows from the schema
            yield change("part-style-changed", at, side, what=what)
        else:
            for value in (value for value in were if value not in are):
                kind = "part-media-type-removed"
                yield change(kind, below(at, "contentType"), side, what=what, value=value)
            for value in (value for value in are if value not in were):
                kind = "part-media-type-added"
                yield change(kind, below(at, "contentType"), side, what=what, value=value)
        rest = [
            {key: value for key, value in rules.items() if key != "contentType"}
            for rules in (before, after)
        ]
        if not alike(*rest):
            yield change("part-style-changed", at, side, what=what)


def _types(encoding: Any) -> list[str]:
    given = encoding.get("contentType") if is_object(encoding) else None
    return [part.strip().lower() for part in given.split(",")] if isinstance(given, str) else []
