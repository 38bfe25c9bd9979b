"""What an answer says of its own making: when, for which request, and where the thing is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from scripts.fuzzing.bench import Bench, NotApplicable, decoded, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.exchange import Exchange, Request
from scripts.fuzzing.facts import Fact, value
from scripts.openapi.operations import OperationView

_NEAR = 90.0
"""Seconds that two clocks may differ, and an answer may take."""


def _made(
    bench: Bench, view: OperationView, meaning: str, times: int
) -> Iterator[tuple[Draft, Exchange, Fact, str]]:
    """Answers to good requests with each text in them that has a meaning."""
    for draft in [draft for draft in bench.drafts(view) for _ in range(times)]:
        exchange = bench.send(bench.fresh(draft) or draft)
        if not 200 <= exchange.status < 300:
            continue
        for fact in bench.facts.find(view, exchange.status, meaning):
            given = value(decoded(exchange), fact.path)
            if isinstance(given, str) and "*" not in fact.path:
                yield draft, exchange, fact, given


def times_of_making_are_now(bench: Bench) -> None:
    """What was made just now was not made at another time, in whatever zone it is told."""
    applied = False
    for view in bench.each(bench.views):
        if view.method != "post":
            continue
        for _, exchange, fact, given in _made(bench, view, "created", 1):
            told, now = _moment(given), _clock(bench, exchange)
            if told is None or now is None:
                continue
            applied = True
            bench.judged()
            if abs((told - now).total_seconds()) > _NEAR + exchange.seconds:
                bench.found(
                    view,
                    f"{fact.pointer} is not the time at which the thing was made",
                    expected=f"about {now.isoformat(timespec='seconds')}",
                    got=given,
                    exchanges=(exchange,),
                )
    if not applied:
        raise NotApplicable("no answer tells when a thing was made")


def _moment(text: str) -> datetime.datetime | None:
    """A time with its zone; what has another form is judged by its schema."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _clock(bench: Bench, exchange: Exchange) -> datetime.datetime | None:
    """The server's clock: ours, or what it says of itself."""
    if bench.target.ours:
        return datetime.datetime.fromtimestamp(exchange.started, datetime.UTC)
    told = exchange.answer.header("Date") if exchange.answer is not None else None
    try:
        found = parsedate_to_datetime(told or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def every_request_has_its_id(bench: Bench) -> None:
    """Ids of requests tell one from the other."""
    seen: dict[tuple[str, str], Exchange] = {}
    applied = False
    for view in bench.each(bench.views):
        for _, exchange, fact, given in _made(bench, view, "request-id", 2):
            if _is_asked_for(view, fact):
                continue
            applied = True
            bench.judged()
            before = seen.setdefault((fact.path[-1], given), exchange)
            if before is not exchange:
                bench.found(
                    view,
                    f"the id of a request at {fact.pointer} was given before",
                    expected="an id of its own",
                    got=given,
                    exchanges=(before, exchange),
                )
    if not applied:
        raise NotApplicable("no answer names its request")


def _is_asked_for(view: OperationView, fact: Fact) -> bool:
    """Whether the id is one of a thing that a request speaks of: requests may be things, too."""
    names = [_plain(str(parameter["name"])) for parameter in view.parameters]
    return not fact.stated and (_plain(fact.path[-1]) in names or "request" in view.path.lower())


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def links_to_itself_are_its_own(bench: Bench) -> None:
    """No two things have one URL, and it leads to the thing where the document has a GET there."""
    applied = False
    for view in bench.each(bench.views):
        if view.method != "post":
            continue
        seen: dict[str, tuple[Any, Exchange]] = {}
        for _, exchange, fact, given in _made(bench, view, "self", 2):
            id_ = _id(bench, view, exchange)
            if id_ is None or "://" not in given:
                continue
            applied = True
            bench.judged()
            other, before = seen.setdefault(given, (id_, exchange))
            if other != id_:
                bench.found(
                    view,
                    f"{fact.pointer} of two things is one URL",
                    expected=f"a URL of its own for {id_}",
                    got=f"{given}, which is the one of {other}",
                    exchanges=(before, exchange),
                )
            _follow(bench, view, fact, given, id_, exchange)
    if not applied:
        raise NotApplicable("no answer links to the thing that was made")


def _follow(
    bench: Bench, view: OperationView, fact: Fact, url: str, id_: Any, exchange: Exchange
) -> None:
    for reader in bench.views:
        pattern = re.sub(r"\\{.*?\\}", "[^/?#]+", re.escape(reader.path))
        rest = url.removeprefix(bench.target.base_url)
        if reader.method != "get" or rest == url or not re.fullmatch(pattern, rest):
            continue
        got = bench.send(bench.target.sign(Request("GET", url), reader), reader)
        found = _id(bench, reader, got)
        bench.judged()
        if got.status != 200 or (found is not None and found != id_):
            bench.found(
                view,
                f"{fact.pointer} does not lead to the thing that was made",
                expected=f"200 and {id_}",
                got=shown(got),
                exchanges=(exchange, got),
            )
        return


def _id(bench: Bench, view: OperationView, exchange: Exchange) -> Any:
    facts = bench.facts.find(view, exchange.status, "id")
    return value(decoded(exchange), facts[0].path) if facts else None


CHECKS = [
    Check("times of making are now", times_of_making_are_now, kept=True),
    Check("every request has its id", every_request_has_its_id, writes=False, kept=True),
    Check("links to itself are its own", links_to_itself_are_its_own, kept=True),
]
