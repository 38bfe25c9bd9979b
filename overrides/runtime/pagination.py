"""Lists that the API gives page by page, walked as one.

A rule says where a page has its items and what to ask for the next one, as the document's
``x-pagination`` does. A pager asks; it ends at a page that is empty, that is like the one before,
or that would lead back to one it has seen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast
from urllib.parse import unquote_plus

import msgspec

from . import raw
from .errors import APIResponseValidationError, ConfigurationError
from .link import linked, target
from .operation import Request
from .parameters import query_pairs

if TYPE_CHECKING:
    import httpx2

    from .response import RawResponse
    from .session import AsyncSession, Options, Session

PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")

Path = tuple[str, ...]
"""Attribute names that lead from a page to a part of it; empty for the page itself."""


class PageRule(Protocol):
    """How a list is paged."""

    @property
    def items(self) -> Path:
        """Where the items of a page are."""
        ...

    def next_request(
        self, request: Request, answer: RawResponse[Any], options: Options
    ) -> Request | None:
        """What to send for the page after ``answer``, which has items; None at the end."""
        ...


@dataclass(frozen=True, kw_only=True)
class PageNumbers:
    """Pages are counted.

    Attributes:
        parameter: the query parameter with the number of the page.
        next: where something stands while there is another page; empty when nowhere.
        total_pages: where the number of pages stands; empty when nowhere.
        first: the number of the first page.
    """

    parameter: str
    items: Path
    next: Path = ()
    total_pages: Path = ()
    first: int = 1

    def next_request(
        self, request: Request, answer: RawResponse[Any], options: Options
    ) -> Request | None:
        number, page = _count(request, self.parameter, self.first), answer.parse()
        if self.next:
            more = bool(_at(page, self.next))
        else:
            total = _at(page, self.total_pages) if self.total_pages else None
            more = not isinstance(total, int) or number - self.first + 1 < total
        return _moved(request, self.parameter, number + 1) if more else None


@dataclass(frozen=True, kw_only=True)
class Offsets:
    """Items are counted, and a page begins behind so many of them.

    Attributes:
        parameter: the query parameter with the number of items to pass over.
        next: where something stands while there is another page; empty when nowhere.
        total: where the number of items of the whole list stands; empty when nowhere.
    """

    parameter: str
    items: Path
    next: Path = ()
    total: Path = ()

    def next_request(
        self, request: Request, answer: RawResponse[Any], options: Options
    ) -> Request | None:
        page = answer.parse()
        # a page may hold fewer than were asked for, and yet not be the last
        passed = _count(request, self.parameter, 0) + len(_items(self, page))
        if self.next:
            more = bool(_at(page, self.next))
        else:
            total = _at(page, self.total) if self.total else None
            more = not isinstance(total, int) or passed < total
        return _moved(request, self.parameter, passed) if more else None


@dataclass(frozen=True, kw_only=True)
class Cursors:
    """A page gives the token that the next one is asked for with.

    Attributes:
        parameter: the query parameter with the token.
        next: where the token stands; there is none on the last page.
    """

    parameter: str
    items: Path
    next: Path

    def next_request(
        self, request: Request, answer: RawResponse[Any], options: Options
    ) -> Request | None:
        token = _at(answer.parse(), self.next)
        return _moved(request, self.parameter, token) if token else None


@dataclass(frozen=True, kw_only=True)
class NextUrls:
    """A page gives the URL of the next one.

    Attributes:
        next_url: where the URL stands; there is none on the last page.
    """

    items: Path
    next_url: Path

    def next_request(
        self, request: Request, answer: RawResponse[Any], options: Options
    ) -> Request | None:
        return _followed(request, _at(answer.parse(), self.next_url), answer, options)


@dataclass(frozen=True, kw_only=True)
class Links:
    """The ``Link`` header of a page gives the URL of the next one.

    Attributes:
        relation: the relation type of that link, mostly ``next``.
    """

    items: Path
    relation: str = "next"

    def next_request(
        self, request: Request, answer: RawResponse[Any], options: Options
    ) -> Request | None:
        url = linked(answer.headers.get("link", ""), self.relation)
        return _followed(request, url, answer, options)


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = getattr(value, name, None)
    return None if value is msgspec.UNSET else value


def _items(rule: PageRule, page: Any) -> Sequence[Any]:
    return cast("Sequence[Any]", _at(page, rule.items) or ())


def _count(request: Request, parameter: str, default: int) -> int:
    text = dict(request.query).get(parameter, str(default))
    try:
        return int(text)
    except ValueError:
        raise ConfigurationError(f"{parameter}={text!r} is not a whole number") from None


def _moved(request: Request, parameter: str, value: Any) -> Request:
    """The request with another value of a query parameter, in its place."""
    pairs = query_pairs(parameter, value)
    names = [name for name, _ in request.query]
    at = names.index(parameter) if parameter in names else len(names)
    others = [pair for pair in request.query[at:] if pair[0] != parameter]
    return replace(request, query=[*request.query[:at], *pairs, *others])


def _followed(
    request: Request, reference: object, answer: RawResponse[Any], options: Options
) -> Request | None:
    """The request for a URL that an answer gave, with the headers of the first one.

    Raises:
        APIResponseValidationError: the URL leads to another origin.
    """
    if not reference:
        return None
    server = options.server_url(request.operation)
    found = target(str(reference), request.url(server))
    if found is None:
        redactor = options.redactor
        raise APIResponseValidationError(
            f"{answer.method} {answer.url} names {redactor.text(str(reference))[:500]!r} as the"
            f" next page, which is not on {server}: it is not asked for",
            status_code=answer.status_code,
            headers={name: redactor.text(value) for name, value in answer.headers.items()},
            body=redactor.content(answer.content),
            attempts=answer.attempts,
        )
    path, _, query = found.partition("?")
    schemes = options.credentials.schemes.values()
    secret = {scheme.name for scheme in schemes if scheme.location == "query"}
    # the credential of this client is added again, whatever the server wrote there
    parts = [part for part in query.split("&") if part and _name(part) not in secret]
    names = {_name(part) for part in parts}
    return replace(
        request,
        path=f"{path}?{'&'.join(parts)}" if parts else path,
        rooted=True,
        query=[],
        extra_query=[pair for pair in request.extra_query if pair[0] not in names],
    )


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


class _Walk:
    """One walk over a list: what to send next, and whether what came is another page."""

    def __init__(self, rule: PageRule, request: Request, options: Options) -> None:
        self._rule, self._options = rule, options
        self._request = request
        self._answer: RawResponse[Any] | None = None
        self._items: list[Any] | None = None
        self._seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def next_request(self) -> Request | None:
        request: Request | None = self._request
        if self._answer is not None:
            if not self._items:  # a server that keeps pointing forward would never end
                return None
            request = self._rule.next_request(self._request, self._answer, self._options)
        if request is None or (place := (request.path, tuple(request.query))) in self._seen:
            return None
        self._seen.add(place)
        self._request = request
        return request

    def is_new(self, answer: RawResponse[Any]) -> bool:
        """Take an answer; False when its page is the one before, whatever was asked for."""
        before, self._items = self._items, list(_items(self._rule, answer.parse()))
        self._answer = answer
        return not before or before != self._items


def _shown(pager: object, request: Request) -> str:
    operation = request.operation
    return f"{type(pager).__name__}({operation.name}: {operation.method} {operation.path})"


class Pager(Generic[PageT, ItemT]):
    """A list of the API. Iterate over it for the items of all pages; nothing is sent before.

    Every iteration asks the API anew, from the first page.
    """

    def __init__(
        self,
        session: Session,
        request: Request,
        rule: PageRule,
        timeout: float | httpx2.Timeout | None = None,
    ) -> None:
        self._session = raw.Session.of(session)
        self._request, self._rule, self._timeout = request, rule, timeout

    @property
    def first_page(self) -> PageT:
        """The page the walk starts with, asked for at every access."""
        return self.first_answer().parse()

    def first_answer(self) -> RawResponse[PageT]:
        """The answer that holds :attr:`first_page`."""
        return self._session.call(self._request, self._timeout)

    def pages(self) -> Iterator[PageT]:
        """The pages, one request each. Ends when a page does not differ from the one before."""
        walk = _Walk(self._rule, self._request, self._session.options)
        while (request := walk.next_request()) is not None:
            answer: RawResponse[PageT] = self._session.call(request, self._timeout)
            if not walk.is_new(answer):
                return
            yield answer.parse()

    def __iter__(self) -> Iterator[ItemT]:
        for page in self.pages():
            yield from _items(self._rule, page)

    def __repr__(self) -> str:
        return _shown(self, self._request)


class AsyncPager(Generic[PageT, ItemT]):
    """A list of the API. ``async for`` gives the items of all pages; nothing is sent before.

    Every iteration asks the API anew, from the first page.
    """

    def __init__(
        self,
        session: AsyncSession,
        request: Request,
        rule: PageRule,
        timeout: float | httpx2.Timeout | None = None,
    ) -> None:
        self._session = raw.AsyncSession.of(session)
        self._request, self._rule, self._timeout = request, rule, timeout

    @property
    def first_page(self) -> Awaitable[PageT]:
        """The page the walk starts with; await it."""
        return self._first_page()

    async def _first_page(self) -> PageT:
        return (await self.first_answer()).parse()

    async def first_answer(self) -> RawResponse[PageT]:
        """The answer that holds :attr:`first_page`."""
        return await self._session.call(self._request, self._timeout)

    async def pages(self) -> AsyncIterator[PageT]:
        """The pages, one request each. Ends when a page does not differ from the one before."""
        walk = _Walk(self._rule, self._request, self._session.options)
        while (request := walk.next_request()) is not None:
            answer: RawResponse[PageT] = await self._session.call(request, self._timeout)
            if not walk.is_new(answer):
                return
            yield answer.parse()

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for page in self.pages():
            for item in _items(self._rule, page):
                yield item

    def __repr__(self) -> str:
        return _shown(self, self._request)
