"""What differs in what the service answers: statuses, bodies, headers."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.openapi.json_value import is_object

from .change import Change, Side, change
from .contract import Operation, Place, media, schema_of
from .reading import Reading, below, mapping
from .requests import deprecation, written
from .schema_comparison import SchemaComparison
from .texts import alike, told

Answers = dict[str, Place]


def answer_changes(
    old: Operation,
    new: Operation,
    readings: tuple[Reading, Reading],
    schemas: SchemaComparison,
) -> Iterator[Change]:
    """Changes of the answers of an operation.

    Args:
        readings: the old and the new document.
    """
    olds, news = old.answers, new.answers
    successes = [place for status, place in olds.items() if _is_success(status, olds)]
    for status, place in news.items():
        what = f"the answer {status}"
        if status in olds:
            yield from _answer(what, olds[status], place, readings, schemas)
        elif not _is_success(status, news):
            yield change("error-status-added", place.at, what=what)
        elif any(_same_body(other, place, schemas) for other in successes):
            yield change("success-status-added", place.at, what=what)
        else:
            yield change("success-answer-added", place.at, what=what)
    for status, place in olds.items():
        if status not in news:
            kind = "success-status-removed"
            if not _is_success(status, olds):
                kept = not media(place) or _covered(status, place, news, schemas)
                kind = "error-status-removed" if kept else "error-answer-removed"
            yield change(kind, place.at, "old", what=f"the answer {status}")


def _is_success(status: str, answers: Answers) -> bool:
    if status == "DEFAULT":
        return not any(other.startswith("2") for other in answers)
    return status.startswith("2")


def _same_body(old: Place, new: Place, schemas: SchemaComparison) -> bool:
    olds, news = media(old), media(new)
    return list(olds) == list(news) and not any(
        one.verdict == "breaking"
        for name in olds
        for one in schemas.changes(schema_of(olds[name]), schema_of(news[name]), "output")
    )


def _covered(status: str, old: Place, news: Answers, schemas: SchemaComparison) -> bool:
    """Whether a range or the default describes the same body still."""
    for other in (f"{status[0]}XX", "DEFAULT"):
        if other in news:
            return _same_body(old, news[other], schemas)
    return False


def _answer(
    what: str,
    old: Place,
    new: Place,
    readings: tuple[Reading, Reading],
    schemas: SchemaComparison,
) -> Iterator[Change]:
    yield from told(old.data, new.data, (old.at, new.at), what)
    if not alike(old.data.get("links"), new.data.get("links")):
        yield change("answer-links-changed", *written("links", old, new), what=what)
    yield from _headers(what, old, new, readings, schemas)
    olds, news = media(old), media(new)
    if not olds and news:
        yield change("answer-body-added", below(new.at, "content"), what=what)
        return
    if olds and not news:
        yield change("answer-body-removed", below(old.at, "content"), "old", what=what)
        return
    for name, place in olds.items():
        if name not in news:
            yield change("answer-media-type-removed", place.at, "old", what=what, value=name)
    for name, place in news.items():
        if name not in olds:
            yield change("answer-media-type-added", place.at, what=what, value=name)
            continue
        before = olds[name]
        yield from told(before.data, place.data, (before.at, place.at), what)
        yield from schemas.changes(schema_of(before), schema_of(place), "output")


def _headers(
    what: str,
    old: Place,
    new: Place,
    readings: tuple[Reading, Reading],
    schemas: SchemaComparison,
) -> Iterator[Change]:
    olds, news = (
        {
            name.lower(): Place(*reading.follow(below(place.at, "headers", name)))
            for name in mapping(place.data, "headers")
        }
        for place, reading in zip((old, new), readings, strict=True)
    )
    for name in dict.fromkeys([*olds, *news]):
        if name == "content-type":
            continue  # OpenAPI ignores it there
        text = f"header `{name}` of {what}"
        if name not in olds or name not in news:
            side: Side = "new" if name in news else "old"
            kind = "answer-header-added" if side == "new" else "answer-header-removed"
            yield change(kind, (news if side == "new" else olds)[name].at, side, what=text)
            continue
        before, after = olds[name], news[name]
        were, are = (place.data.get("required") is True for place in (before, after))
        if were != are:
            kind = "answer-header-required" if are else "answer-header-optional"
            yield change(kind, *written("required", before, after), what=text)
        yield from deprecation("field", before, after, text)
        yield from told(before.data, after.data, (before.at, after.at), text)
        if is_object(before.data.get("schema")) or is_object(after.data.get("schema")):
            yield from schemas.changes(schema_of(before), schema_of(after), "output")
