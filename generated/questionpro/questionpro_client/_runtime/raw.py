# Copied by scripts/codegen.py from overrides/runtime/raw.py; do not edit.
"""The methods of a resource as ``with_raw_response`` offers them.

They are the methods of a resource whose session answers every call with a :class:`RawResponse`, so
that no signature is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, cast

from . import session as _session
from .operation import Request
from .response import RawResponse

if TYPE_CHECKING:
    import httpx2

    from .pagination import AsyncPager, Pager

P = ParamSpec("P")
T = TypeVar("T")


class Session(_session.Session):
    """Makes the calls of a sync client and returns the answers themselves."""

    @classmethod
    def of(cls, session: _session.Session) -> Self:
        """The same client's."""
        return cls(session.options, session.pool)

    def call(
        self, request: Request, timeout: float | httpx2.Timeout | None = None
    ) -> RawResponse[Any]:
        """Send a request and return the answer, if it is a success."""
        answer: RawResponse[Any] = super().call(replace(request, raw=True), timeout)
        return answer


class AsyncSession(_session.AsyncSession):
    """Makes the calls of an async client and returns the answers themselves."""

    @classmethod
    def of(cls, session: _session.AsyncSession) -> Self:
        """The same client's."""
        return cls(session.options, session.pool)

    async def call(
        self, request: Request, timeout: float | httpx2.Timeout | None = None
    ) -> RawResponse[Any]:
        """Send a request and return the answer, if it is a success."""
        answer: RawResponse[Any] = await super().call(replace(request, raw=True), timeout)
        return answer


def value(method: Callable[P, T]) -> Callable[P, RawResponse[T]]:
    """A method of a resource that has a :class:`Session`, typed as what it then returns."""
    return cast("Callable[P, RawResponse[T]]", method)


def avalue(
    method: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, RawResponse[T]]]:
    """The same for the async client."""
    return cast("Callable[P, Coroutine[Any, Any, RawResponse[T]]]", method)


def page(method: Callable[P, Pager[T, Any]]) -> Callable[P, RawResponse[T]]:
    """A method that lists, returning the answer that holds the first page."""

    @wraps(method)
    def first(*args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        return method(*args, **kwargs).first_answer()

    return first


def apage(
    method: Callable[P, AsyncPager[T, Any]],
) -> Callable[P, Coroutine[Any, Any, RawResponse[T]]]:
    """The same for the async client."""

    @wraps(method)
    async def first(*args: P.args, **kwargs: P.kwargs) -> RawResponse[T]:
        return await method(*args, **kwargs).first_answer()

    return first
