"""Ids are unique, and an answer repeats of its request what the document says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scripts.fuzzing.bench import Bench, NotApplicable, decoded
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft, holds
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.facts import Fact, value
from scripts.fuzzing.parameter_text import text
from scripts.openapi import pointer
from scripts.openapi.operations import OperationView, resolve


def ids_are_unique(bench: Bench) -> None:
    """No two things have one id, and ids are negative only where the document says so."""
    applied = False
    for view in bench.each(bench.views):
        seen: dict[str, Exchange] = {}
        for draft in [d for d in bench.drafts(view) if view.method == "post"] * 3:
            exchange = bench.send(draft)
            if not 200 <= exchange.status < 300:
                continue
            answer = decoded(exchange)
            for fact in bench.facts.find(view, exchange.status, "id"):
                given = value(answer, fact.path)
                if given is None:
                    continue
                applied = True
                bench.judged()
                key = f"{fact.pointer} {given!r}"
                if key in seen:
                    bench.found(
                        view,
                        f"the id at {fact.pointer} was given before",
                        expected="an id of its own",
                        got=text(given),
                        exchanges=(seen[key], exchange),
                    )
                seen[key] = exchange
                _judge_sign(bench, draft, fact, given, exchange)
    if not applied:
        raise NotApplicable("no answer of a POST holds an id")


def _judge_sign(bench: Bench, draft: Draft, fact: Fact, given: Any, exchange: Exchange) -> None:
    if not isinstance(given, int) or isinstance(given, bool):
        return
    condition = fact.schema.get("x-negative-when")
    if condition is None:
        low = fact.schema.get("minimum")
        wrong = fact.stated and given < 0 and (low is None or low >= 0)
        wanted = "a positive number: the document does not speak of negative ones"
    else:
        negative = holds(condition, draft.parameter("header", str(condition["header"])))
        wrong = (given < 0) is not negative or given == 0
        wanted = f"a {'negative' if negative else 'positive'} number ({draft.note})"
    if wrong:
        bench.found(
            draft.view,
            f"the id at {fact.pointer} has the wrong sign",
            expected=wanted,
            got=str(given),
            exchanges=(exchange,),
        )


def answers_repeat_the_request(bench: Bench) -> None:
    """What the document says an answer takes over from the request (`x-same-as`, `x-index-of`)."""
    applied = False
    for view in bench.each(bench.views):
        for draft in _echoing(bench, view):
            exchange = bench.send(draft)
            if not 200 <= exchange.status < 300:
                continue
            answer = decoded(exchange)
            for fact in bench.facts.of(view, exchange.status):
                how, _, place = fact.meaning.partition(" ")
                if how not in ("same-as", "index-of"):
                    continue
                known, wanted = _placed(bench, draft, place, how)
                if not known:
                    continue
                applied = True
                bench.judged()
                given = value(answer, fact.path)
                if given != wanted or isinstance(given, bool) is not isinstance(wanted, bool):
                    bench.found(
                        view,
                        f"{fact.pointer} is not what the request says in {place}",
                        expected=repr(wanted),
                        got=repr(given),
                        exchanges=(exchange,),
                    )
    if not applied:
        raise NotApplicable("the document does not say that an answer repeats its request")


def _echoing(bench: Bench, view: OperationView) -> Iterator[Draft]:
    """The good requests, and their forms with every choice of an enumerated field."""
    for draft in bench.drafts(view):
        yield draft
        for part in draft.parts or ():
            for choice in _choices(bench, draft, part.name):
                yield replace(
                    draft,
                    parts=tuple(
                        replace(p, data=text(choice).encode()) if p.name == part.name else p
                        for p in draft.parts or ()
                    ),
                )


def _choices(bench: Bench, draft: Draft, name: str) -> list[Any]:
    document = bench.target.document
    body = resolve(document, draft.view.operation["requestBody"])
    schema = resolve(document, body["content"][draft.content_type].get("schema", {}))
    described = resolve(document, schema.get("properties", {}).get(name, {}))
    return list(described.get("enum", []))


def _placed(bench: Bench, draft: Draft, place: str, how: str) -> tuple[bool, Any]:
    """The value at a place of a request (`path.survey-id`, `body./language`)."""
    where, _, name = place.partition(".")
    if where != "body":
        given = draft.path.get(name) if where == "path" else draft.parameter(where, name)
        return given is not None, given
    if draft.parts is not None:
        field = name.lstrip("/")
        found = [part.data.decode() for part in draft.parts if part.name == field]
        if not found:
            return False, None
        if how == "index-of":
            return True, _choices(bench, draft, field).index(found[0])
        return True, found[0]
    try:
        return True, pointer.resolve(draft.json, name)
    except LookupError:
        return False, None


CHECKS = [
    Check("ids are unique", ids_are_unique, kept=True),
    Check("answers repeat the request", answers_repeat_the_request, kept=True),
]
