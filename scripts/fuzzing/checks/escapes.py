"""Escapes: those of URLs are undone once, those of JSON may name what is no character."""

from __future__ import annotations

import json
from dataclasses import replace

from scripts.fuzzing.bench import Bench, NotApplicable, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.checks.json_bodies import leaves
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.parameter_text import Escaped
from scripts.openapi.operations import media_kind, resolve

_HALVES = ("\\ud800", "\\udc00 ", "\\ud800\\ud800", "a\\udfff")
"""Halves of surrogate pairs, which JSON can spell and UTF-8 lacks."""


def escapes_are_undone_once(bench: Bench) -> None:
    """A parameter whose escapes are escaped once more is another value: where a number is wanted
    it is none, and in a path it names nothing.
    """
    applied = False
    for view in bench.each(bench.views):
        for draft in bench.drafts(view)[:1]:
            for parameter in view.parameters:
                place, name = str(parameter["in"]), str(parameter["name"])
                schema = resolve(bench.target.document, parameter.get("schema", {}))
                known = draft.parameter(place, name) or _example(parameter)
                if place not in ("path", "query") or not known or isinstance(known, Escaped):
                    continue  # what a twice escaped delimiter would mean is nowhere said
                if not bench.target.ours and schema.get("type") != "integer":
                    continue
                if place == "query" and schema.get("type") not in ("integer", "number", "boolean"):
                    continue
                applied = True
                _judge(bench, draft, place, name, known)
    if not applied:
        raise NotApplicable("no parameter would show it")


def _example(parameter: dict[str, object]) -> str:
    given = parameter.get("example")
    return "" if given is None else str(given)


def _judge(bench: Bench, draft: Draft, place: str, name: str, known: str) -> None:
    escaped = "".join(f"%25{byte:02X}" for byte in known.encode())
    request = draft.with_parameter(place, name, Escaped(escaped)).request(bench.target)
    exchange = bench.send(request, draft.view)
    bench.judged()
    if exchange.status < 400:
        bench.found(
            draft.view,
            f"escapes in {name} are undone twice",
            expected="4xx",
            got=shown(exchange),
            exchanges=(exchange,),
        )


def half_characters_do_no_harm(bench: Bench) -> None:
    """A JSON text with half of a surrogate pair, wherever it stands, is no failure of the server
    (RFC 8259, 8.2); every answer is judged for that.
    """
    applied = False
    for view in bench.each(bench.views):
        for draft in bench.drafts(view):
            if draft.json is None or media_kind(draft.content_type or "") != "json":
                continue
            text = json.dumps(draft.json)
            texts = {item for item in leaves(draft.json).values() if isinstance(item, str)}
            for old in sorted(texts):
                for half in _HALVES[: 1 if len(texts) > 10 else None]:
                    applied = True
                    changed = text.replace(f": {json.dumps(old)}", f': "{half}"')
                    bench.send(replace(draft, raw=changed.encode()))
                    bench.judged()
    if not applied:
        raise NotApplicable("no operation takes JSON with texts")


CHECKS = [
    Check("escapes are undone once", escapes_are_undone_once, writes=False, kept=True),
    Check("half characters do no harm", half_characters_do_no_harm),
]
