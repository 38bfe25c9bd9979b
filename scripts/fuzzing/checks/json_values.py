"""JSON bodies whose values are not of their schema: each is refused, and stores nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema_rs

from scripts.fuzzing.bench import Bench, NotApplicable, refused, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.checks.refusals import state
from scripts.fuzzing.draft import Draft
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import OperationView, media_kind, resolve

_OTHERS: tuple[Any, ...] = (None, True, 0, -1, 1.5, "1", "", "no such value", [], {}, [{}])
"""Values of every JSON type; which of them a place may hold is for its schema to say."""


def values_beyond_their_schema_are_refused(bench: Bench) -> None:
    """Wherever a good body gets another value that its schema rules out, the body is refused."""
    applied = False
    for view in bench.views:
        for draft in bench.drafts(view):
            validator = _validator(bench, view, draft)
            if validator is None:
                continue
            applied = True
            before = state(bench, view)
            for where, what, value in _changed(draft.json):
                if bench.budget.spent:
                    return
                if not validator.is_valid(value):
                    before = _judge(bench, draft, where, what, value, before)
    if not applied:
        raise NotApplicable("no operation takes JSON with a schema")


def _validator(bench: Bench, view: OperationView, draft: Draft) -> Any:
    """What says whether a body fits; None if no schema does."""
    if draft.json is None or media_kind(draft.content_type or "") != "json":
        return None
    document = bench.target.document
    body = resolve(document, view.operation["requestBody"])
    schema = body["content"].get(draft.content_type, {}).get("schema")
    if schema is None:
        return None
    found = jsonschema_rs.Draft202012Validator(
        {"allOf": [schema], "components": document.get("components", {})},
        # Elsewhere a format may be but a remark, as JSON Schema has it.
        validate_formats=bench.target.ours,
    )
    return found if found.is_valid(draft.json) else None


def _judge(
    bench: Bench, draft: Draft, where: str, what: str, value: Any, before: tuple[Any, ...]
) -> tuple[Any, ...]:
    exchange = bench.send(replace(draft, raw=json.dumps(value).encode()))
    bench.judged()
    if not refused(exchange):
        bench.found(
            draft.view,
            f"{what} is accepted against the schema",
            expected=f"4xx for it at {where or 'the top'}",
            got=shown(exchange),
            exchanges=(exchange,),
        )
    after = state(bench, draft.view)
    if exchange.status >= 400 and after != before:
        bench.found(
            draft.view,
            "a refused JSON body changes state",
            expected=str(before)[:150],
            got=str(after)[:150],
            exchanges=(exchange,),
        )
    return after


def _changed(value: Any) -> Iterator[tuple[str, str, Any]]:
    """The value with one place changed at a time: where, what, and the whole."""
    for path in _paths(value):
        where = "".join(f"/{step}" for step in path)
        old = _at(value, path)
        for other in _OTHERS:
            if type(other) is not type(old) or other != old:
                what = f"{_name(other)} in place of {_name(old)}"
                yield where, what, _with(value, path, other)
        if is_object(old):
            for key in old:
                left = {name: item for name, item in old.items() if name != key}
                yield f"{where}/{key}", "an object without a key", _with(value, path, left)
            more = {**old, "noSuchKey": 1}
            yield where, "an object with an unknown key", _with(value, path, more)


def _paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place, of a list only its first item: the others have the same schema."""
    yield at
    if is_object(value):
        for key in value:
            yield from _paths(value[key], (*at, key))
    elif is_array(value) and value:
        yield from _paths(value[0], (*at, 0))


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    if not path:
        return new
    whole = copy.deepcopy(value)
    _at(whole, path[:-1])[path[-1]] = new
    return whole


def _name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int):
        return "an integer"
    if isinstance(value, float):
        return "a fraction"
    if isinstance(value, str):
        return "a text" if value else "an empty text"
    return "a list" if isinstance(value, list) else "an object"


CHECKS = [Check("values beyond their schema are refused", values_beyond_their_schema_are_refused)]
