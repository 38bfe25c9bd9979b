"""A list is as long as it says, however its pages are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin

from scripts.fuzzing.bench import Bench, NotApplicable, decoded, documents_success
from scripts.fuzzing.checks import Check
from scripts.fuzzing.checks.paging import fill
from scripts.fuzzing.exchange import Exchange, Request
from scripts.fuzzing.facts import Fact, value
from scripts.fuzzing.paged import Listing, array, listings, total_in_header
from scripts.openapi import pointer
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import OperationView

_MOST_PAGES = 60
_LARGE = 50
"""Items of a page where its size may be asked for."""

_TOKENS = re.compile(r"next(page)?(cursor|token|marker)|cursor|continuation(token)?")
_TOKEN_PARAMETERS = re.compile(r"(next|page)?(cursor|token|marker)|continuation(token)?|after")


@dataclass(frozen=True)
class _List:
    """An operation that answers a list, in pages or not. `items` leads to it, `listing` is there
    where pages are counted, `token` and `parameter` where one names the next.
    """

    bench: Bench
    view: OperationView
    items: tuple[str, ...]
    listing: Listing | None
    token: tuple[str, ...] | None
    parameter: str | None

    def pages(self) -> Iterator[tuple[Exchange, list[Any]]]:
        """The pages and their items until there is none after; ends with a page that is refused."""
        bench = self.bench
        draft = bench.drafts(self.view)[0]
        what: Any = self._counted(1) if self.listing is not None else draft
        number = 1
        while what is not None:
            exchange = bench.send(what, self.view)
            answer = decoded(exchange)
            items = value(answer, self.items) if self.items else answer
            if exchange.status != 200 or not is_array(items):
                return
            yield exchange, items
            number += 1
            what = self._next(exchange, answer, number) if items else None

    def _counted(self, number: int) -> Any:
        assert self.listing is not None
        size = None
        if self.listing.size_name is not None:
            size = min(_LARGE, self.listing.largest_size or _LARGE)
        return self.listing.request(number, size)

    def _next(self, exchange: Exchange, answer: Any, number: int) -> Any:
        if self.listing is not None:
            return self._counted(number)
        if self.token is not None and self.parameter is not None:
            token = value(answer, self.token)
            if token in (None, ""):
                return None
            return self.bench.drafts(self.view)[0].with_query(self.parameter, str(token))
        for fact in self.facts("link-next"):
            link = value(answer, fact.path)
            url = urljoin(exchange.request.url, link) if isinstance(link, str) else ""
            if url.startswith(self.bench.target.base_url):
                return self.bench.target.sign(Request("GET", url), self.view)
        return None

    def facts(self, meaning: str) -> list[Fact]:
        """What an answer says of itself, not of its items."""
        found = self.bench.facts.find(self.view, 200, meaning)
        return [fact for fact in found if fact.path[: len(self.items)] != self.items]

    @property
    def whole(self) -> bool:
        """Whether the pages that can be read are all that there are."""
        query = [str(p["name"]).lower() for p in self.view.parameters if p["in"] == "query"]
        paged = self.listing is not None or self.token is not None or self.facts("link-next")
        return bool(paged) or not any(re.search("page|offset|limit|cursor", name) for name in query)


def _lists(bench: Bench) -> Iterator[_List]:
    for view in bench.each(bench.views):
        if view.method != "get" or view.path.endswith("}") or not documents_success(view):
            continue
        said: dict[str, Any] = view.operation.get("x-pagination", {})
        items = pointer.tokens(said["items"]) if "items" in said else array(bench, view)
        if items is None:
            continue
        counted = next((one for one in listings(bench, view.path) if one.view is view), None)
        token, parameter = _token(bench, view, tuple(items))
        yield _List(bench, view, tuple(items), counted, token, parameter)


def _token(
    bench: Bench, view: OperationView, items: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, str | None]:
    """Where an answer names the next page, and the parameter that takes it."""
    parameters = [
        str(parameter["name"])
        for parameter in view.parameters
        if parameter["in"] == "query"
        and _TOKEN_PARAMETERS.fullmatch(re.sub("[^a-z]", "", str(parameter["name"]).lower()))
    ]
    if not parameters:
        return None, None
    answer = decoded(bench.send(bench.drafts(view)[0]))
    for path in _keys(answer, items):
        if _TOKENS.fullmatch(re.sub("[^a-z]", "", path[-1].lower())):
            return path, parameters[0]
    return None, None


def _keys(
    answer: Any, items: tuple[str, ...], at: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    if is_object(answer) and len(at) < 3:
        for key, inner in answer.items():
            path = (*at, str(key))
            if path != items:
                yield path
                yield from _keys(inner, items, path)


def totals_are_true(bench: Bench) -> None:
    """The total is the number of items over all pages, whatever it is called and however the next
    page is found.
    """
    applied = False
    for one in _lists(bench):
        for maker in [v for v in bench.views if v.path == one.view.path and v.method == "post"][:1]:
            fill(bench, maker, partial(_length, one))
        pages = list(_few(one))
        whole = [item for _, items in pages for item in items]
        if not pages or not one.whole or len(pages) > _MOST_PAGES or _repeats(pages):
            continue
        last = pages[-1][0] if pages[-1][1] or len(pages) == 1 else pages[-2][0]
        for exchange in dict.fromkeys((pages[0][0], last)):
            for place, told, right in _told(one, exchange, pages, len(whole)):
                applied = True
                bench.judged()
                # on a server that others use, too, a list may grow meanwhile
                if not right and len([item for _, items in _few(one) for item in items]) == len(
                    whole
                ):
                    bench.found(
                        one.view,
                        f"{place} is not the number of items over all pages",
                        expected=f"{len(whole)} items on {len(pages)} pages",
                        got=str(told),
                        exchanges=(exchange,),
                        signature=place,
                    )
    if not applied:
        raise NotApplicable("no list says how long it is")


def _length(one: _List) -> int:
    return sum(len(items) for _, items in _few(one))


def _few(one: _List) -> Iterator[tuple[Exchange, list[Any]]]:
    for number, page in enumerate(one.pages()):
        yield page
        if number >= _MOST_PAGES:
            return


def _repeats(pages: list[tuple[Exchange, list[Any]]]) -> bool:
    """Whether a page came twice: then the pages are not told apart, which others report."""
    return any(a and a == b for (_, a), (_, b) in pairwise(pages))


def _told(
    one: _List, exchange: Exchange, pages: list[tuple[Exchange, list[Any]]], total: int
) -> Iterator[tuple[str, int, bool]]:
    """What an answer says of the length, where, and whether it is so."""
    answer = decoded(exchange)
    for fact in one.facts("total-items"):
        given = value(answer, fact.path)
        if isinstance(given, int) and not isinstance(given, bool):
            yield fact.pointer, given, given == total
    for fact in one.facts("count"):
        counts = [(value(decoded(page), fact.path), len(items)) for page, items in pages if items]
        given = value(answer, fact.path)
        if isinstance(given, int) and not isinstance(given, bool):
            of_page = all(told == length for told, length in counts)
            yield fact.pointer, given, of_page or all(told == total for told, _ in counts)
    header = total_in_header(one.bench, one.view, exchange)
    if header is not None:
        yield "a header", header, header == total


CHECKS = [Check("totals are true", totals_are_true, writes=False, kept=True)]
