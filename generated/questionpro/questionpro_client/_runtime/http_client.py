# Copied by scripts/codegen.py from overrides/runtime/http_client.py; do not edit.
"""Requests over an ``httpx2`` client that the caller brought, or that the own call style made.

Its authentication, hooks, proxies, mounts, cookies and base headers do their part, and for the
configured origin only.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any

import anyio
import httpcore2
import httpx2

from .content import Content, acceptable
from .exchange import Answered, Broken
from .headers import merged
from .transport import BodyStream

if TYPE_CHECKING:
    from .exchange import Send
    from .source import Source
    from .time_limit import Timeout


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, sources: Sequence[Source]) -> None:
        self._body = BodyStream(sources)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._body)


def _request(
    http: httpx2.Client | httpx2.AsyncClient,
    send: Send,
    framing: Mapping[str, str],
    sources: Sequence[Source],
    extensions: Mapping[str, Any],
) -> httpx2.Request:
    # the client's default headers and cookies belong to the configured origin
    build = http.build_request if send.own else httpx2.Request
    asked = acceptable(http.headers.get("accept-encoding")) if send.own else acceptable(None)
    request = build(
        send.method,
        send.wire_url(),
        headers=merged({"Accept-Encoding": asked, **framing}, send.wire_headers()),
    )
    request.extensions.update(extensions)
    if send.body is not None:
        request.stream = _Body(sources)
    return request


def _auth(send: Send) -> Any:
    """The credentials that the client itself may hold; they belong to the configured origin too."""
    return httpx2.USE_CLIENT_DEFAULT if send.own else None


# the connection never stood: no byte of the request can have arrived
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.InvalidURL,
    httpx2.UnsupportedProtocol,
)

_ERRORS = (httpx2.RequestError, httpx2.InvalidURL)


def _broken(error: Exception) -> Broken:
    reason = str(error) or type(error).__name__
    sent = not isinstance(error, _NOT_SENT)
    if isinstance(error, httpx2.TimeoutException):
        return Broken("timeout", sent, reason, error)
    if isinstance(error, httpx2.NetworkError | httpx2.ProxyError):
        return Broken("connection", sent, reason, error)
    return Broken("protocol", sent, reason, error)


_LATE = "the answer was not complete in time"
_SENT = ("send_request_body.complete", "send_request_body.failed")
_CONNECTED = ("connect_tcp.complete", "start_tls.complete")
_BEGUN = "send_request_headers.started"
_NOTHING: tuple[dict[str, str], Sequence[Source]] = ({}, ())


def _extensions(timeout: Timeout | None) -> dict[str, Any]:
    return {} if timeout is None else {"timeout": httpx2.Timeout(timeout).as_dict()}


class _Deadline:
    """When the whole answer has to be there, and that its connection keeps to it.

    The trace of a request tells when it was sent, and hands over each connection that is made for
    it; one that the caller's own requests have opened is found when the request begins. httpcore2
    takes one and the same number of seconds for every read of an answer, so the connection itself
    has to know how many are left.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._by = float("inf")

    def trace(self, event: str, told: Mapping[str, Any]) -> None:
        """The trace extension of httpcore2."""
        if event.endswith(_SENT):
            self._by = monotonic() + self._seconds
        elif event.endswith(_CONNECTED):
            _keep_time(told["return_value"])
        elif event.endswith(_BEGUN):
            _keep_time(_in_use(sys._getframe(1)))  # pyright: ignore[reportPrivateUsage]

    def left(self, timeout: float | None) -> float | None:
        """Seconds for the next read."""
        rest = self._by - monotonic()
        if rest <= 0:
            raise httpcore2.ReadTimeout(_LATE)
        return timeout if timeout is not None and timeout < rest else rest

    def over(self) -> bool:
        """Whether it is too late."""
        return monotonic() > self._by


_DEADLINE: ContextVar[_Deadline | None] = ContextVar("_DEADLINE", default=None)


def _keep_time(stream: httpcore2.NetworkStream | None) -> None:
    """Have a connection keep to the deadline of whichever request it is used for."""
    if stream is None or isinstance(stream.read, _TimedRead):
        return
    with suppress(AttributeError):  # of a backend of the caller's that lets nothing be replaced
        stream.read = _TimedRead(stream.read)  # type: ignore[method-assign]  # it is not ours


class _TimedRead:
    def __init__(self, read: Callable[[int, float | None], bytes]) -> None:
        self._read = read

    def __call__(self, max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = _DEADLINE.get()
        return self._read(max_bytes, timeout if deadline is None else deadline.left(timeout))


def _in_use(frame: FrameType | None) -> httpcore2.NetworkStream | None:
    """The network stream of the connection that a trace is called by; None when it has no such.

    No event names a connection that was there before, and no public name leads from a client to
    it, so the connection is looked for among the callers, as far as they are httpcore2's own.
    """
    while frame is not None and str(frame.f_globals.get("__name__")).startswith("httpcore2."):
        stream = getattr(frame.f_locals.get("self"), "_network_stream", None)
        if isinstance(stream, httpcore2.NetworkStream):
            return stream
        frame = frame.f_back
    return None


class HTTPClient:
    """Sends with an ``httpx2.Client``.

    A number as time limit bounds each phase, and the whole answer from the last byte that was sent,
    also over a connection that the caller's own requests have opened.
    """

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._http.is_closed

    def send(self, send: Send, timeout: Timeout | None) -> Answered | Broken:
        """Send a request and read its answer."""
        framing, sources = send.body.open() if send.body is not None else _NOTHING
        extensions = _extensions(timeout)
        deadline = None
        if isinstance(timeout, int | float):
            deadline = _Deadline(timeout)
            extensions["trace"] = deadline.trace
        token = _DEADLINE.set(deadline)
        content = Content()
        try:
            response = self._http.send(
                _request(self._http, send, framing, sources, extensions),
                auth=_auth(send),
                follow_redirects=False,
                stream=True,
            )
            try:
                if response.is_stream_consumed:  # by a hook, or it was never a stream
                    return _read(response)
                for chunk in response.iter_raw():
                    if deadline is not None and deadline.over():
                        return _broken(httpx2.ReadTimeout(_LATE))
                    if not content.add(chunk):
                        break
            finally:
                response.close()
        except httpx2.HTTPStatusError as error:
            return _refused_by_hook(error, timeout)
        except _ERRORS as error:
            return _broken(error)
        finally:
            _DEADLINE.reset(token)
        return content.answered(response.status_code, response.headers.raw)

    def close(self) -> None:
        """Close the client."""
        self._http.close()


class AsyncHTTPClient:
    """Sends with an ``httpx2.AsyncClient``; here a number as time limit bounds the whole answer."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._http.is_closed

    async def send(self, send: Send, timeout: Timeout | None) -> Answered | Broken:
        """Send a request and read its answer."""
        framing, sources = await send.body.aopen() if send.body is not None else _NOTHING
        extensions = _extensions(timeout)
        with anyio.CancelScope() as limit:
            if isinstance(timeout, int | float):

                async def trace(event: str, _: object) -> None:
                    if event.endswith(_SENT):
                        limit.deadline = anyio.current_time() + timeout

                extensions["trace"] = trace
            try:
                return await self._send(send, framing, sources, extensions)
            except httpx2.HTTPStatusError as error:
                return _refused_by_hook(error, timeout)
        return _broken(httpx2.ReadTimeout(_LATE))

    async def _send(
        self,
        send: Send,
        framing: Mapping[str, str],
        sources: Sequence[Source],
        extensions: Mapping[str, Any],
    ) -> Answered | Broken:
        content = Content()
        try:
            response = await self._http.send(
                _request(self._http, send, framing, sources, extensions),
                auth=_auth(send),
                follow_redirects=False,
                stream=True,
            )
            try:
                if response.is_stream_consumed:
                    return _read(response)
                async for chunk in response.aiter_raw():
                    if not content.add(chunk):
                        break
            finally:
                with anyio.CancelScope(shield=True):
                    await response.aclose()
        except _ERRORS as error:
            return _broken(error)
        return content.answered(response.status_code, response.headers.raw)

    async def aclose(self) -> None:
        """Close the client."""
        await self._http.aclose()


def _refused_by_hook(error: httpx2.HTTPStatusError, timeout: Timeout | None) -> Answered:
    """The answer that a hook of the caller's client raised for. Its body may not have been read.

    In the own call style, which has the client's time limit, the exception is the caller's.
    """
    if timeout is None:
        raise error
    response = error.response
    if response.is_stream_consumed:
        return _read(response)
    return Content().answered(response.status_code, response.headers.raw)


def _read(response: httpx2.Response) -> Answered:
    """An answer whose body was read, and decoded, before it got here."""
    content = Content()
    content.add(response.content)
    headers = [pair for pair in response.headers.raw if pair[0].lower() != b"content-encoding"]
    return content.answered(response.status_code, headers)
