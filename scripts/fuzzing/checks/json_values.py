"""JSON bodies whose values are not of their schema: each is refused, and stores nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema_rs

from scripts.fuzzing.bench import Bench, NotApplicable, refused, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.json_changes import changes
from scripts.fuzzing.state import state
from scripts.openapi.direction import without_required
from scripts.openapi.operations import OperationView, media_kind, resolve


def values_beyond_their_schema_are_refused(bench: Bench) -> None:
    """Wherever a good body gets another value that its schema rules out, the body is refused."""
    applied = False
    for view in bench.each(bench.views):
        for draft in bench.drafts(view):
            validator = _validator(bench, view, draft)
            if validator is None:
                continue
            applied = True
            before = state(bench, view)
            for where, what, value in changes(draft.json):
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
    sent = without_required(document, "readOnly")
    found = jsonschema_rs.Draft202012Validator(
        {"allOf": [schema], "components": sent.get("components", {})},
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


CHECKS = [Check("values beyond their schema are refused", values_beyond_their_schema_are_refused)]
