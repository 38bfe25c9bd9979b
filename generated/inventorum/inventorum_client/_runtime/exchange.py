# Copied by scripts/codegen.py from overrides/runtime/exchange.py; do not edit.
"""One call over HTTP: credentials, redirects and retries.

:func:`exchange` decides and does no input or output: it is a generator that asks for requests to be
sent and for pauses, so that the sync and the async client share every decision.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import quote

import anyio
import httpx2

from .answer import Received
from .body import Body, astream, stream
from .errors import APIConnectionError, APITimeoutError
from .headers import merged
from .operation import Request
from .redaction import Redactor
from .retry import delay
from .source import Source

if TYPE_CHECKING:
    from .security import Credentials

MAX_REDIRECTS = 5


@dataclass(frozen=True)
class Policy:
    """How a client sends: everything but the connection pool.

    ``credentials`` is None when the connection pool's default headers carry them.
    """

    base_url: str
    credentials: Credentials | None
    max_retries: int
    headers: Mapping[str, str]
    follow_redirects: bool = True


@dataclass
class Send:
    """Ask for one HTTP request. ``own`` means that it goes to the configured origin."""

    method: str
    url: str
    headers: dict[str, str]
    body: Body | None
    own: bool


@dataclass
class Pause:
    """Ask for a pause, in seconds."""

    seconds: float


@dataclass
class Answered:
    """An answer: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    content: bytes


@dataclass
class Failed:
    """The end of an exchange without an answer."""

    cause: Exception
    method: str
    url: str
    attempts: int

    def error(self, redactor: Redactor) -> APIConnectionError:
        """The typed error. It does not chain the cause, whose request holds the credentials."""
        timeout = isinstance(self.cause, httpx2.TimeoutException)
        kind = APITimeoutError if timeout else APIConnectionError
        reason = redactor.text(str(self.cause)) or type(self.cause).__name__
        return kind(f"{self.method} {self.url} got no answer: {reason}", attempts=self.attempts)


Outcome: TypeAlias = Answered | httpx2.TransportError | httpx2.DecodingError | None
Steps: TypeAlias = Generator[Send | Pause, Outcome, Received | Failed]


def exchange(request: Request, policy: Policy, redactor: Redactor) -> Steps:
    """Decide what to send until an answer stands.

    Yields:
        :class:`Send`, to be answered with what came of it, or :class:`Pause`.

    Returns:
        The last answer, whatever its status, or what went wrong in the last attempt.

    Raises:
        ConfigurationError: a credential that the operation needs is missing.
    """
    send, attempt, redirects = _first_send(request, policy), 1, 0
    while True:
        outcome = yield send
        shown = redactor.text(send.url)
        if isinstance(outcome, Answered):
            target = _redirect(send, outcome, redactor) if policy.follow_redirects else None
            if target is not None and redirects < MAX_REDIRECTS:
                send, redirects = target, redirects + 1
                continue
            status, retry_after = outcome.status, outcome.headers.get("retry-after")
        else:
            status, retry_after = None, None
        wait = delay(
            method=send.method,
            attempt=attempt,
            max_retries=policy.max_retries,
            status=status,
            retry_after=retry_after,
            sent=not isinstance(outcome, _NOT_SENT),
            replayable=send.body is None or send.body.replayable,
        )
        if wait is not None:
            yield Pause(wait)
            attempt += 1  # of the same hop: what led here may have been processed
            continue
        if isinstance(outcome, Answered):
            return Received(
                outcome.status, outcome.headers, outcome.content, send.method, shown, attempt
            )
        assert outcome is not None
        return Failed(outcome, send.method, shown, attempt)


# the connection never stood: no byte of the request can have arrived
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


def _first_send(request: Request, policy: Policy) -> Send:
    pairs = [*request.query, *request.extra_query]
    cookies = list(request.cookies)
    headers = {"Accept": request.operation.accept, **policy.headers, **request.headers}
    chosen = policy.credentials.choose(request.operation.security) if policy.credentials else []
    given = {name.lower() for name in request.extra_headers}
    for scheme, secret in chosen:
        if scheme.location == "header" and scheme.name.lower() in given:
            continue
        if scheme.location == "query":
            pairs.append((scheme.name, secret.reveal()))
        elif scheme.location == "cookie":
            cookies.append(f"{scheme.name}={quote(secret.reveal(), safe='')}")
        else:
            headers[scheme.name] = f"{scheme.prefix} {secret.reveal()}".lstrip()
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    headers = merged(headers, request.extra_headers)
    url = request.url(policy.base_url)
    if pairs:
        url += ("&" if "?" in url else "?") + "&".join(
            f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in pairs
        )
    return Send(request.operation.method, url, headers, request.body, own=True)


# what may go to another origin: it describes the message, not the caller
_PUBLIC_HEADERS = frozenset({"accept", "user-agent", "content-disposition"})


def _redirect(send: Send, answered: Answered, redactor: Redactor) -> Send | None:
    """The request a redirect asks for, or None when it is not to be followed.

    307 and 308 repeat the request; 303 becomes a GET; 301 and 302 are followed for GET and HEAD
    only, because clients disagree about what else they mean and a POST would lose its body. To
    another origin go neither credentials nor cookies, and nothing goes from https to http.
    """
    location = answered.headers.get("location")
    if location is None or answered.status not in (301, 302, 303, 307, 308):
        return None
    method, body = send.method, send.body
    if answered.status == 303 and method != "HEAD":
        method, body = "GET", None
    elif answered.status in (301, 302) and method not in ("GET", "HEAD"):
        return None
    if body is not None and not body.replayable:
        return None
    try:
        old = httpx2.URL(send.url)
        new = old.join(location)
    except (httpx2.InvalidURL, ValueError):
        return None
    if new.scheme not in ("http", "https") or not new.host:
        return None
    if (old.scheme, new.scheme) == ("https", "http"):
        return None
    same = _origin(old) == _origin(new)
    if not same and redactor.text(str(new)) != str(new):
        return None  # the redirect itself would carry the credential away
    headers = {
        name: value
        for name, value in send.headers.items()
        if same or name.lower() in _PUBLIC_HEADERS
    }
    return Send(method, str(new), headers, body, own=send.own and same)


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}[url.scheme]


_NOTHING: tuple[dict[str, str], Sequence[Source]] = ({}, ())


class _Stream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body for httpx2 that starts over whenever it is read."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def __iter__(self) -> Iterator[bytes]:
        return stream(self._sources)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return astream(self._sources)


def _build(
    http: httpx2.Client | httpx2.AsyncClient,
    send: Send,
    headers: dict[str, str],
    sources: Sequence[Source],
    timeout: float | httpx2.Timeout | None,
) -> httpx2.Request:
    # the pool's default headers and cookies belong to the configured origin
    build = http.build_request if send.own else httpx2.Request
    request = build(send.method, send.url, headers=merged(headers, send.headers))
    if timeout is not None:
        request.extensions["timeout"] = httpx2.Timeout(timeout).as_dict()
    if send.body is not None:
        request.stream = _Stream(sources)
    return request


def _auth(send: Send) -> Any:
    """The credentials that the pool itself may hold; they belong to the configured origin too."""
    return httpx2.USE_CLIENT_DEFAULT if send.own else None


def _answered(response: httpx2.Response, content: bytes) -> Answered:
    headers: dict[str, str] = {}
    for name, value in response.headers.multi_items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Answered(response.status_code, headers, content)


def run(
    steps: Steps,
    http: httpx2.Client,
    timeout: float | httpx2.Timeout | None,
) -> Received | Failed:
    """Carry out an exchange with a sync client; its own time limit holds when None is given."""
    outcome: Outcome = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as stop:
            return cast("Received | Failed", stop.value)
        outcome = None
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            continue
        headers, sources = step.body.open() if step.body is not None else _NOTHING
        request = _build(http, step, headers, sources, timeout)
        try:
            response = http.send(request, auth=_auth(step), follow_redirects=False)
            outcome = _answered(response, response.content)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            outcome = error


async def arun(
    steps: Steps,
    http: httpx2.AsyncClient,
    timeout: float | httpx2.Timeout | None,
) -> Received | Failed:
    """Carry out an exchange with an async client; see :func:`run`."""
    outcome: Outcome = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as stop:
            return cast("Received | Failed", stop.value)
        outcome = None
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
            continue
        headers, sources = await step.body.aopen() if step.body is not None else _NOTHING
        request = _build(http, step, headers, sources, timeout)
        try:
            response = await http.send(request, auth=_auth(step), follow_redirects=False)
            outcome = _answered(response, response.content)
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            outcome = error
