"""Lists in pages: which operations answer them, and reading one page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.fuzzing.bench import Bench, Unjudged, decoded, shown
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.facts import Fact, answer_schema, value
from scripts.openapi import pointer
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import OperationView, resolve

_PAGE = ("page", "pagenumber", "pageno")
_OFFSET = ("offset", "skip", "start")
_SIZE = ("perpage", "pagesize", "limit", "size", "count", "maxresults")
_LONGEST_WALK = 200
_TOTAL_HEADERS = ("xtotalcount", "xtotal", "totalcount", "xtotalitems", "paginationcount")
_LISTS = ("items", "data", "results", "records", "entries", "content", "values", "elements", "list")
_DEEPEST = 4
"""Levels of an answer on which its list is looked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as answered. `ids` name the items, in order; `total` and `pages` are None where the
    answer does not tell.
    """

    number: int
    exchange: Exchange
    answer: Any
    items: list[Any]
    ids: list[Any]
    total: int | None
    pages: int | None

    def link(self, listing: Listing, name: str) -> tuple[bool, Any]:
        """Whether the document knows a link of this name (prev, next, …), and its value."""
        fact = listing.fact(f"link-{name}")
        return (False, None) if fact is None else (True, value(self.answer, fact.path))


@dataclass(frozen=True)
class Listing:
    """An operation that answers a list in pages.

    `page_name` and `size_name` are query parameters; with `offset` the first counts items, not
    pages. `first` is the number of the first page.
    """

    bench: Bench
    view: OperationView
    draft: Draft
    page_name: str
    size_name: str | None
    items: tuple[str, ...]
    offset: bool
    first: int

    @property
    def newest_first(self) -> bool:
        """Whether the document says so: `x-order: newest-first` on the operation."""
        return bool(self.view.operation.get("x-order") == "newest-first")

    def fact(self, meaning: str) -> Fact | None:
        """The fact of a meaning about the page itself, not about its items."""
        found = self.bench.facts.find(self.view, 200, meaning)
        return next((f for f in found if f.path[: len(self.items)] != self.items), None)

    def request(self, number: int | None, size: int | None = None) -> Draft:
        """The request for a page, counted from 1; None leaves the parameter out."""
        draft = self.draft.with_query(self.page_name, None)
        if number is not None:
            position = number - 1 + self.first
            if self.offset:
                position = (number - 1) * (size or self.default_size or 1)
            draft = draft.with_query(self.page_name, str(position))
        if self.size_name is not None:
            draft = draft.with_query(self.size_name, None if size is None else str(size))
        return draft

    @property
    def default_size(self) -> int | None:
        """The documented number of items of a page."""
        for parameter in self.view.parameters:
            if parameter["name"] == self.size_name:
                schema = resolve(self.bench.target.document, parameter.get("schema", {}))
                default = schema.get("default")
                return default if isinstance(default, int) else None
        return None

    @property
    def largest_size(self) -> int | None:
        """The documented most items of a page."""
        for parameter in self.view.parameters:
            if parameter["name"] == self.size_name:
                schema = resolve(self.bench.target.document, parameter.get("schema", {}))
                most = schema.get("maximum")
                return most if isinstance(most, int) else None
        return None

    def page(self, number: int | None, size: int | None = None) -> Page:
        """Read a page. Raises Unjudged when there is none."""
        return self.read(self.bench.send(self.request(number, size)), number or 1)

    def read(self, exchange: Exchange, number: int) -> Page:
        """An answer as a page. Raises Unjudged when it is none."""
        answer = decoded(exchange)
        items = value(answer, self.items) if self.items else answer
        if exchange.status != 200 or not is_array(items):
            raise Unjudged(f"{self.bench.target.label(self.view)} answers {shown(exchange)}")
        total, pages = (
            self._number(exchange, answer, name) for name in ("total-items", "total-pages")
        )
        return Page(number, exchange, answer, items, [self.id(i) for i in items], total, pages)

    def id(self, item: Any) -> Any:
        """What names an item: its id, else the whole item."""
        for fact in self.bench.facts.find(self.view, 200, "id"):
            if fact.path[: len(self.items) + 1] == (*self.items, "*"):
                found = value(item, fact.path[len(self.items) + 1 :])
                if found is not None:
                    return found
        return repr(item)

    def walk(self, size: int | None = None) -> Iterator[Page]:
        """All pages until one is not full or the last by its own words; at most 200."""
        seen = 0
        for number in range(1, _LONGEST_WALK + 1):
            page = self.page(number, size)
            yield page
            seen += len(page.items)
            full = len(page.items) >= (size or self.default_size or 1)
            if not page.items or (page.total is not None and seen >= page.total):
                return
            if page.total is None and not full:
                return

    def all_ids(self) -> list[Any]:
        """The ids of the whole list, by its default pages."""
        return [id_ for page in self.walk() for id_ in page.ids]

    def _number(self, exchange: Exchange, answer: Any, meaning: str) -> int | None:
        fact = self.fact(meaning)
        found = value(answer, fact.path) if fact else None
        if found is None and meaning == "total-items":
            return total_in_header(self.bench, self.view, exchange)
        return found if isinstance(found, int) and not isinstance(found, bool) else None


def total_in_header(bench: Bench, view: OperationView, exchange: Exchange) -> int | None:
    """The length of the whole list, where the document has a header for it."""
    response = resolve(bench.target.document, view.operation["responses"].get("200", {}))
    for name in response.get("headers", {}):
        if re.sub(r"[^a-z]", "", name.lower()) in _TOTAL_HEADERS and exchange.answer is not None:
            text = (exchange.answer.header(name) or "").strip()
            return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None
    return None


def listings(bench: Bench, path: str | None = None) -> list[Listing]:
    """The operations that answer lists in pages, by `x-pagination` or by what they are called;
    with `path` only those at it.
    """
    found: list[Listing] = []
    for view in bench.views:
        if view.method != "get" or path not in (None, view.path) or not bench.drafts(view):
            continue
        said: dict[str, Any] = view.operation.get("x-pagination", {})
        query = {str(p["name"]): p for p in view.parameters if p["in"] == "query"}
        page, offset = said.get("page") or _named(query, _PAGE), False
        if page is None:
            page, offset = _named(query, _OFFSET), True
        items = pointer.tokens(said["items"]) if "items" in said else array(bench, view)
        if page is None or page not in query or items is None:
            continue
        schema = resolve(bench.target.document, query[page].get("schema", {}))
        first = int(schema.get("minimum", 0 if offset else 1))
        size = said.get("size") or _named(query, _SIZE)
        draft = bench.drafts(view)[0]
        found.append(Listing(bench, view, draft, page, size, tuple(items), offset, first))
    return found


def lists_of(bench: Bench, view: OperationView) -> list[Listing]:
    """The lists that show what an operation makes: those at the same path."""
    return listings(bench, view.path)


def _named(query: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in query:
        if re.sub(r"[^a-z]", "", name.lower()) in names:
            return name
    return None


def array(bench: Bench, view: OperationView) -> list[str] | None:
    """Where the list of an answer is: its only array that is nearest to the top, of those the one
    of objects, or that is called like a list or like its path.
    """
    schema = answer_schema(bench.target, view, 200)
    if schema is None:
        return None
    document = bench.target.document
    level: list[tuple[list[str], dict[str, Any]]] = [([], schema)]
    for _ in range(_DEEPEST):
        arrays = [(at, found) for at, found in level if "items" in found]
        if arrays:
            return _of_arrays(document, arrays, view.path)
        level = [
            ([*at, name], described)
            for at, found in level
            for one in [found, *(resolve(document, part) for part in found.get("allOf", []))]
            for name, raw in one.get("properties", {}).items()
            if is_object(raw) and is_object(described := resolve(document, raw))
        ]
    return None


def _of_arrays(
    document: dict[str, Any], arrays: list[tuple[list[str], dict[str, Any]]], path: str
) -> list[str] | None:
    things = path.rstrip("/").rpartition("/")[2].lower()
    whole = [at for at, _ in arrays]
    of_objects = [at for at, found in arrays if _is_thing(resolve(document, found["items"]))]
    named = [at for at in whole if at and at[-1].lower() in (*_LISTS, things)]
    return next((one[0] for one in (whole, of_objects, named) if len(one) == 1), None)


def _is_thing(schema: Any) -> bool:
    return is_object(schema) and any(
        key in schema for key in ("properties", "allOf", "oneOf", "anyOf")
    )
