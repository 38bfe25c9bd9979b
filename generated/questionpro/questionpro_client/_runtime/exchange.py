# Copied by scripts/codegen.py from overrides/runtime/exchange.py; do not edit.
"""One call over HTTP: credentials, redirects and retries.

:func:`exchange` decides and does no input or output: it is a generator that asks for requests to be
sent and for pauses, so that the sync and the async client share every decision.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote

from .answer import Received
from .errors import APIConnectionError, APITimeoutError
from .operation import Request
from .redaction import Redactor
from .retry import delay

if TYPE_CHECKING:
    import httpx2

    from .body import Body
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

    def wire_url(self) -> str:
        """The URL to request."""
        return self.url

    def wire_headers(self) -> dict[str, str]:
        """The headers to send, without those of the body."""
        return self.headers


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
            sent=not isinstance(outcome, Broken) or outcome.sent,
            replayable=send.body is None or send.body.replayable,
        )
        if wait is not None:
            yield Pause(wait)
            attempt += 1  # of the same hop: what led here may have been processed
            continue
        if isinstance(outcome, Answered):
            return Received(
                outcome.status,
                outcome.headers,
                outcome.content,
                send.method,
                shown,
                attempt,
                outcome.flaw,
            )
        assert outcome is not None
        return Failed(outcome, send.method, shown, attempt)


def _first_send(request: Request, policy: Policy) -> Send:
    pairs = list(request.query)
    cookies = list(request.cookies)
    headers = {"Accept": request.operation.accept, **policy.headers, **request.headers}
    chosen = policy.credentials.choose(request.operation.security) if policy.credentials else []
    for scheme, secret in chosen:
        if scheme.location == "query":
            pairs.append((scheme.name, secret.reveal()))
        elif scheme.location == "cookie":
            cookies.append(f"{scheme.name}={quote(secret.reveal(), safe='')}")
        else:
            headers[scheme.name] = f"{scheme.prefix} {secret.reveal()}".lstrip()
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    url = policy.base_url + request.path
    if pairs:
        url += "?" + "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in pairs)
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
    import httpx2  # only a redirect needs it

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
