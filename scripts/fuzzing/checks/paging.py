"""Pages partition their list, and links lead where they say."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urljoin

from scripts.fuzzing.bench import Bench, NotApplicable, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.exchange import Exchange, Request
from scripts.fuzzing.paged import Listing, Page, listings
from scripts.openapi.operations import OperationView

WANTED = 7
"""Items that a list should hold, so that there are pages in the middle and a last one in part."""
_MOST_PAGES = 60
_LARGE_PAGE = 200


def fill(bench: Bench, maker: OperationView, length: Callable[[], int]) -> None:
    """Make things until a list is so long, or so many: not every page holds as many."""
    for _ in range(WANTED):
        if length() >= WANTED:
            return
        bench.accepted(bench.drafts(maker)[0])


def _length(listing: Listing) -> int:
    return len(listing.page(1).ids)


def _filled(bench: Bench) -> list[Listing]:
    """The lists, filled where the document offers a way to."""
    found = listings(bench)
    if not found:
        raise NotApplicable("no operation answers a list in pages")
    for listing in found:
        makers = [v for v in bench.views if v.path == listing.view.path and v.method == "post"]
        for view in makers[:1]:
            fill(bench, view, partial(_length, listing))
    return found


def pages_partition_the_list(bench: Bench) -> None:
    """Whatever the size of a page: no item twice, none missing, the same order, true counts."""
    for listing in _filled(bench):
        _before_reading(bench, listing)
        whole = list(listing.walk())
        reference = [id_ for page in whole for id_ in page.ids]
        _no_doubles(bench, listing, whole, reference, listing.default_size)
        if listing.size_name is None:
            size = len(whole[0].items) if len(whole) > 1 else len(reference)
            bench.judged()
            _true_counts(bench, listing, whole, max(1, size), len(reference), sized=False)
            continue
        for size in _sizes(bench, listing, len(reference)):
            pages = list(listing.walk(size))
            got = [id_ for page in pages for id_ in page.ids]
            bench.judged()
            _no_doubles(bench, listing, pages, got, size)
            if got != reference:
                _report(
                    bench,
                    listing,
                    "pages of another size hold another list",
                    f"{len(reference)} items: {_few(reference)}",
                    f"{len(got)} items in pages of {size}: {_few(got)}",
                    _apart(pages, reference),
                )
            _true_counts(bench, listing, pages, size, len(reference))


def large_pages_are_full(bench: Bench) -> None:
    """A page has as many items as are asked for, up to the documented most."""
    stub = bench.target.stub
    if stub is None:
        raise NotApplicable("so many things are not made on a server that is not ours")
    found = listings(bench)
    if not any(listing.size_name for listing in found):
        raise NotApplicable("no operation answers a list in pages of a size that is asked for")
    for listing in found:
        usual = listing.default_size or 0
        size = min(listing.largest_size or _LARGE_PAGE, max(_LARGE_PAGE, 2 * usual))
        before = listing.page(1)
        stub.seed(bench.target.name, images=size + 1)
        if before.total is None or listing.page(1).total != before.total + size + 1:
            continue  # what can be seeded is not what this list shows
        for asked in (size // 2 + 1, size):
            page = listing.page(1, asked)
            bench.judged()
            if len(page.items) != asked:
                _report(
                    bench,
                    listing,
                    "a page holds fewer items than are asked for and there",
                    f"{asked} items",
                    f"{len(page.items)} items",
                    [page.exchange],
                )


def _before_reading(bench: Bench, listing: Listing) -> None:
    """An empty list is a list too; it can only be had where everything can be forgotten."""
    if bench.target.ours and bench.check not in bench.counts.checks:
        bench.target.reset()
        page = listing.page(1)
        bench.judged()
        if page.items or page.total not in (None, 0) or page.pages not in (None, 0):
            _report(
                bench,
                listing,
                "an empty list is not shown as empty",
                "no items, totals of 0",
                shown(page.exchange),
                [page.exchange],
            )
        for name in ("prev", "next"):
            known, link = page.link(listing, name)
            if known and link is not None:
                _report(
                    bench,
                    listing,
                    f"an empty list has a {name} page",
                    "null",
                    str(link),
                    [page.exchange],
                )
        _filled(bench)


def _sizes(bench: Bench, listing: Listing, total: int) -> list[int]:
    wanted = [1, 2, 3, total // 2, total - 1, total, total + 1, 2 * total]
    most = listing.largest_size
    return [
        size
        for size in dict.fromkeys(wanted)
        if size >= 1 and -(-total // size) <= _MOST_PAGES and (most is None or size <= most)
    ]


def _no_doubles(
    bench: Bench, listing: Listing, pages: list[Page], got: list[Any], size: int | None
) -> None:
    doubles = [id_ for index, id_ in enumerate(got) if id_ in got[:index]]
    if doubles:
        _report(
            bench,
            listing,
            "an item is on two pages",
            "every item once",
            f"{doubles[0]!r} twice in pages of {size}",
            [p.exchange for p in pages if doubles[0] in p.ids][:2],
        )


def _true_counts(
    bench: Bench,
    listing: Listing,
    pages: list[Page],
    size: int,
    total: int,
    *,
    sized: bool = True,
) -> None:
    """Judge what pages say of themselves; `sized` tells whether the size was asked for, or was
    only seen.
    """
    last = -(-total // size)
    for page in pages:
        full = size if page.number < last else total - size * (last - 1)
        wrong: list[tuple[str, Any, Any]] = []
        if page.number <= last and len(page.items) != full:
            wrong.append((f"items on {_which(page, last)}", full, len(page.items)))
        if page.number > last and page.items:
            wrong.append(("items behind the last page", 0, len(page.items)))
        for meaning, wanted in (
            ("total-items", total),
            ("total-pages", last),
            ("page", page.number - 1 + listing.first),
            ("page-size", size),
        ):
            fact = listing.fact(meaning)
            if fact is None or (meaning == "page" and listing.offset):
                continue
            if meaning == "page-size" and not sized:
                continue
            given = _given(page, fact.path)
            if given is not None and given != wanted:
                wrong.append((fact.pointer, wanted, given))
        for what, wanted, given in wrong:
            _report(
                bench,
                listing,
                f"a page tells a wrong number: {what}",
                f"{wanted} on page {page.number} of {last}, {size} items each, {total} in all",
                str(given),
                [page.exchange],
            )


def links_lead_where_they_say(bench: Bench) -> None:
    """self, prev, next, first and last are the URLs of those pages; at the ends there is none."""
    applied = False
    for listing in _filled(bench):
        total = len(listing.all_ids())
        if not any(listing.fact(f"link-{name}") for name in ("next", "prev", "first", "last")):
            continue
        applied = True
        sizes = [2, 3] if listing.size_name else [None]
        for size in sizes:
            last = -(-total // (size or listing.default_size or total))
            if last > _MOST_PAGES:
                continue
            pages = {number: listing.page(number, size) for number in range(1, last + 1)}
            for number, page in pages.items():
                goals = {
                    "self": number,
                    "prev": number - 1 if number > 1 else None,
                    "next": number + 1 if number < last else None,
                    "first": 1,
                    "last": last,
                }
                for name, goal in goals.items():
                    known, link = page.link(listing, name)
                    if known:
                        bench.judged()
                        _judge_link(bench, listing, pages, page, name, goal, link)
    if not applied:
        raise NotApplicable("lists have no links")


def _judge_link(
    bench: Bench,
    listing: Listing,
    pages: dict[int, Page],
    page: Page,
    name: str,
    goal: int | None,
    link: Any,
) -> None:
    where = _which(page, len(pages))
    if goal is None:
        if link is not None:
            _report(
                bench,
                listing,
                f"{where} has a link to a {name} page",
                "none",
                str(link),
                [page.exchange],
            )
        return
    if not isinstance(link, str):
        fact = listing.fact(f"link-{name}")
        if fact is not None and (fact.stated or name in ("next", "prev")):
            _report(
                bench,
                listing,
                f"{where} has no link to the {name} page",
                f"the URL of page {goal}",
                repr(link),
                [page.exchange],
            )
        return
    url = urljoin(page.exchange.request.url, link)
    got = bench.send(_signed(bench, listing, url), listing.view)
    found = listing.read(got, goal) if got.status == 200 else None
    if found is None or found.ids != pages[goal].ids:
        _report(
            bench,
            listing,
            f"the {name} link of {where} leads elsewhere",
            f"page {goal}: {_few(pages[goal].ids)}",
            shown(got, 80) if found is None else _few(found.ids),
            [page.exchange, got],
        )


def beyond_the_end_is_nothing(bench: Bench) -> None:
    """A page behind the last is empty or refused, never something and never a failure."""
    for listing in _filled(bench):
        total = len(listing.all_ids())
        size = 3 if listing.size_name else None
        last = -(-total // (size or listing.default_size or total or 1))
        for number in (last + 1, last + 2, last + 1000, 2**31, 2**53 + 1):
            exchange = bench.send(listing.request(number, size))
            bench.judged()
            if exchange.status == 200:
                page = listing.read(exchange, number)
                if page.items:
                    _report(
                        bench,
                        listing,
                        "a page behind the last holds items",
                        "none",
                        f"{len(page.items)} on page {number} of {last}",
                        [exchange],
                    )
                known, link = page.link(listing, "next")
                if known and link is not None:
                    _report(
                        bench,
                        listing,
                        "a page behind the last has a next page",
                        "null",
                        str(link),
                        [exchange],
                    )
            elif not 400 <= exchange.status < 500:
                _report(
                    bench,
                    listing,
                    "a page behind the last is a failure",
                    "an empty page or a 4xx",
                    shown(exchange),
                    [exchange],
                )


def _signed(bench: Bench, listing: Listing, url: str) -> Request:
    """The request for a link. Credentials go along: a link that holds them would show them."""
    return bench.target.sign(Request("GET", url, listing.draft.headers), listing.view)


def _which(page: Page, last: int) -> str:
    if last == 1:
        return "the only page"
    place = {1: "the first page", last: "the last page"}
    return place.get(page.number, "a page in the middle")


def _given(page: Page, path: tuple[str, ...]) -> Any:
    from scripts.fuzzing.facts import value

    return value(page.answer, path)


def _apart(pages: list[Page], reference: list[Any]) -> list[Exchange]:
    """The first page that differs from the list."""
    at = 0
    for page in pages:
        if page.ids != reference[at : at + len(page.ids)]:
            return [page.exchange]
        at += len(page.ids)
    return [pages[-1].exchange]


def _few(ids: list[Any]) -> str:
    shown_ids = ", ".join(str(id_)[:40] for id_ in ids[:6])
    return shown_ids + (", …" if len(ids) > 6 else "")


def _report(
    bench: Bench,
    listing: Listing,
    title: str,
    expected: str,
    got: str,
    exchanges: list[Exchange],
) -> None:
    bench.found(listing.view, title, expected=expected, got=got, exchanges=tuple(exchanges))


CHECKS = [
    Check("pages partition the list", pages_partition_the_list, writes=False, kept=True),
    Check("large pages are full", large_pages_are_full, kept=True),
    Check("links lead where they say", links_lead_where_they_say, writes=False, kept=True),
    Check("beyond the end is nothing", beyond_the_end_is_nothing, writes=False, kept=True),
]
