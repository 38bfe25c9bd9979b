# Copied by scripts/codegen.py from overrides/runtime/pagination.py; do not edit.
"""Lists that the API gives page by page, walked as one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import msgspec

PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class PageRule:
    """How a list is paged: the document's ``x-pagination``, as attribute names of the page model.

    Attributes:
        items: where the items are.
        next: where a link or token stands while there is another page; empty when there is none.
        total_pages: where the number of pages stands; empty when nowhere.
    """

    items: tuple[str, ...]
    next: tuple[str, ...] = ()
    total_pages: tuple[str, ...] = ()

    def items_of(self, page: Any) -> Sequence[Any]:
        """The items of a page."""
        return cast("Sequence[Any]", _at(page, self.items) or ())

    def has_next(self, page: Any, number: int) -> bool:
        """Whether page ``number`` is followed by another.

        An empty page is the last: a server that keeps pointing forward would never end.
        """
        if not self.items_of(page):
            return False
        if self.next:
            return bool(_at(page, self.next))
        total = _at(page, self.total_pages) if self.total_pages else None
        return number < total if isinstance(total, int) else True


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = getattr(value, name, None)
        if value is None or value is msgspec.UNSET:
            return None
    return value


class Pager(Generic[PageT, ItemT]):
    """A list of the API. Iterate over it for the items of all pages; nothing is sent before.

    Every iteration asks the API anew, from the first page.
    """

    def __init__(self, fetch: Callable[[int], PageT], rule: PageRule, start: int) -> None:
        self._fetch, self._rule, self._start = fetch, rule, start

    @property
    def first_page(self) -> PageT:
        """The page the walk starts with, asked for at every access."""
        return self._fetch(self._start)

    def pages(self) -> Iterator[PageT]:
        """The pages, one request each. Ends when a page does not differ from the one before."""
        number, previous = self._start, None
        while True:
            page = self._fetch(number)
            if previous is not None and _same(self._rule, page, previous):
                return
            yield page
            if not self._rule.has_next(page, number):
                return
            number, previous = number + 1, page

    def __iter__(self) -> Iterator[ItemT]:
        for page in self.pages():
            yield from self._rule.items_of(page)


class AsyncPager(Generic[PageT, ItemT]):
    """A list of the API. ``async for`` gives the items of all pages; nothing is sent before.

    Every iteration asks the API anew, from the first page.
    """

    def __init__(
        self, fetch: Callable[[int], Awaitable[PageT]], rule: PageRule, start: int
    ) -> None:
        self._fetch, self._rule, self._start = fetch, rule, start

    @property
    def first_page(self) -> Awaitable[PageT]:
        """The page the walk starts with; await it."""
        return self._fetch(self._start)

    async def pages(self) -> AsyncIterator[PageT]:
        """The pages, one request each. Ends when a page does not differ from the one before."""
        number, previous = self._start, None
        while True:
            page = await self._fetch(number)
            if previous is not None and _same(self._rule, page, previous):
                return
            yield page
            if not self._rule.has_next(page, number):
                return
            number, previous = number + 1, page

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for page in self.pages():
            for item in self._rule.items_of(page):
                yield item


def _same(rule: PageRule, page: Any, previous: Any) -> bool:
    # a server that ignores the page number would be asked for ever
    return list(rule.items_of(page)) == list(rule.items_of(previous))
