# Copied by scripts/codegen.py from overrides/runtime/exchange.py; do not edit.
"""One call over HTTP: credentials, redirects and retries.

:func:`exchange` decides and does no input or output: it is a generator that asks for requests to be
sent and for pauses, so that the sync and the async client share every decision.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from .answer import Received
from .call_log import LOGGER, log_again, log_attempt, veil
from .errors import APIConnectionError, APITimeoutError
from .headers import merged
from .operation import Request
from .redaction import Redactor
from .retry import delay
from .secret import Secret
from .security import Placed, headers_with, url_with

if TYPE_CHECKING:
    from .body import Body
    from .credential import Credential
    from .security import Credentials, SecurityScheme

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
    retry_non_idempotent: bool = False
    follow_redirects: bool = True


@dataclass
class Send:
    """Ask for one HTTP request.

    Nothing in it is secret but what :meth:`wire_url` and :meth:`wire_headers` return, which belongs
    into the expression that sends it: what is bound to a name shows in tracebacks.

    Attributes:
        url: where to, without credentials.
        headers: without credentials.
        own: whether it goes to the configured origin.
        placed: the credentials that go with it.
        target: the URL as a redirect gave it, which may hold a credential; ``url`` when None.
        attempt: how many times it was sent then, this time included.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: Body | None
    own: bool
    placed: Sequence[Placed] = ()
    target: Secret[str] | None = None
    attempt: int = 1

    def wire_url(self) -> str:
        """The URL to send, credentials included."""
        return url_with(self.placed, self.url if self.target is None else self.target.reveal())

    def wire_headers(self) -> dict[str, str]:
        """The headers to send, credentials included."""
        return headers_with(self.placed, self.headers)


@dataclass
class Authorize:
    """Ask for a token: :meth:`obtain` calls the user's function for it.

    Attributes:
        stale: the token that the API refused; None for the first one.
        attempts: how often the request was sent so far.
    """

    credential: Credential
    stale: Secret[str] | None
    attempts: int

    def obtain(self) -> None:
        """Have a token.

        Raises:
            ConfigurationError: the function returned something unusable. What the function itself
                raises goes to the caller as it is.
        """
        self.credential.obtain(self.stale, self.attempts)

    async def aobtain(self) -> None:
        """The same for the async client, whose function may be async."""
        await self.credential.aobtain(self.stale, self.attempts)


@dataclass
class Pause:
    """Ask for a pause, in seconds."""

    seconds: float


@dataclass
class Answered:
    """An answer.

    Attributes:
        headers: names in lower case.
        content: the body, its content encoding undone.
        flaw: why ``content`` is not the whole body decoded; empty when it is.
    """

    status: int
    headers: dict[str, str]
    content: bytes
    flaw: str = ""


@dataclass
class Broken:
    """No answer came.

    Attributes:
        sent: whether any byte of the request may have reached the server.
        reason: what the HTTP library says.
        cause: its exception, where a caller is to get it.
    """

    kind: Literal["timeout", "connection", "protocol"]
    sent: bool
    reason: str
    cause: Exception | None = field(default=None, repr=False)


@dataclass
class Failed:
    """The end of an exchange without an answer."""

    cause: Broken
    method: str
    url: str
    attempts: int

    def error(self, redactor: Redactor) -> APIConnectionError:
        """The typed error. It does not chain the cause, whose request holds the credentials."""
        kind = APITimeoutError if self.cause.kind == "timeout" else APIConnectionError
        reason = redactor.text(self.cause.reason)
        return kind(f"{self.method} {self.url} got no answer: {reason}", attempts=self.attempts)


Outcome: TypeAlias = Answered | Broken | None
Steps: TypeAlias = Generator[Send | Authorize | Pause, Outcome, Received | Failed]


def exchange(request: Request, policy: Policy, redactor: Redactor) -> Steps:
    """Decide what to send until an answer stands.

    Yields:
        :class:`Send`, to be answered with what came of it; :class:`Authorize` or :class:`Pause`,
        to be answered with None.

    Returns:
        The last answer, whatever its status, or what went wrong in the last attempt.

    Raises:
        ConfigurationError: a credential that the operation needs is missing.
    """
    chosen = policy.credentials.choose(request.operation.security) if policy.credentials else []
    for _, credential in chosen:
        if credential.current is None:
            yield Authorize(credential, None, 0)
    send = _first_send(request, policy, chosen)
    attempt, retries, redirects, renewed = 1, 0, 0, False
    veil(redactor)
    while True:
        send.attempt = attempt
        start = time.perf_counter()
        outcome = yield send
        assert outcome is not None  # this is how a Send is to be answered
        shown = redactor.url(send.url)
        answered = outcome if isinstance(outcome, Answered) else None
        status = answered.status if answered else None
        failure = "" if isinstance(outcome, Answered) else f"no answer ({outcome.kind})"
        if LOGGER.isEnabledFor(logging.DEBUG):
            seconds = time.perf_counter() - start
            log_attempt(send.method, shown, status, failure, seconds, attempt)
        if answered and policy.follow_redirects and redirects < MAX_REDIRECTS:
            target = _redirect(send, answered, redactor)
            if target is not None:
                send, redirects = target, redirects + 1
                continue
        replayable = send.body is None or send.body.replayable
        stale = [each for each in send.placed if each.credential.renewable]
        if status == 401 and stale and replayable and not renewed:
            renewed, attempt = True, attempt + 1
            log_again(send.method, shown, "401, with a new token", 0.0, attempt)
            for each in stale:
                yield Authorize(each.credential, each.secret, attempt - 1)
            send.placed = _placed([(each.scheme, each.credential) for each in send.placed])
            continue
        wait = delay(
            method=send.method,
            attempt=retries + 1,
            max_retries=policy.max_retries,
            status=status,
            retry_after=answered.headers.get("retry-after") if answered else None,
            sent=isinstance(outcome, Answered) or outcome.sent,
            replayable=replayable,
            duplicates=policy.retry_non_idempotent,
        )
        if wait is not None:
            # of the same hop: what led here may have been processed
            retries, attempt = retries + 1, attempt + 1
            log_again(send.method, shown, failure or str(status), wait, attempt)
            yield Pause(wait)
            continue
        if isinstance(outcome, Broken):
            return Failed(outcome, send.method, shown, attempt)
        return Received(
            outcome.status,
            outcome.headers,
            outcome.content,
            send.method,
            shown,
            attempt,
            outcome.flaw,
        )


def _placed(chosen: Sequence[tuple[SecurityScheme, Credential]]) -> list[Placed]:
    return [
        Placed(scheme, credential, credential.current)
        for scheme, credential in chosen
        if credential.current is not None
    ]


def _first_send(
    request: Request, policy: Policy, chosen: Sequence[tuple[SecurityScheme, Credential]]
) -> Send:
    headers = {"Accept": request.operation.accept, **policy.headers, **request.headers}
    if request.cookies:
        headers["Cookie"] = "; ".join(request.cookies)
    url = request.url(policy.base_url)
    pairs = [f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in request.pairs()]
    if pairs:
        url += ("&" if "?" in url else "?") + "&".join(pairs)
    return Send(
        request.operation.method,
        url,
        merged(headers, request.extra_headers) if request.extra_headers else headers,
        request.body,
        own=True,
        placed=_placed(chosen),
    )


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
    target = Secret(_joined(send.url, location))  # a server may spell the credential back in it
    shown = redactor.text(target.reveal())
    old, new = _origin(send.url), _origin(shown)
    if new is None or old is None or (old.scheme, new.scheme) == ("https", "http"):
        return None
    same = old == new
    if not same and shown != target.reveal():
        return None  # the redirect itself would carry the credential away
    headers = {
        name: value
        for name, value in send.headers.items()
        if same or name.lower() in _PUBLIC_HEADERS
    }
    return Send(
        method,
        shown,
        headers,
        body,
        own=send.own and same,
        placed=send.placed if same else [],
        target=target,
    )


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int


def _joined(url: str, location: str) -> str:
    """The absolute URL of a redirect, without fragment; empty when there is none."""
    try:
        target = urldefrag(urljoin(url, location.strip())).url
    except ValueError:
        return ""
    return quote(target, safe="!#$%&'()*+,/:;=?@[]~")


def _origin(url: str) -> _Origin | None:
    """Scheme, host and port of an http or https URL; None for anything else."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return None
    if scheme not in ("http", "https") or not host or "@" in parts.netloc or "%" in parts.netloc:
        return None
    return _Origin(scheme, host, port or {"http": 80, "https": 443}[scheme])
