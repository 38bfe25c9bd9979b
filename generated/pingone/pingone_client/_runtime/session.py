# Copied by scripts/codegen.py from overrides/runtime/session.py; do not edit.
"""What a client object holds, and the calls it makes: options, connection pool, decoding.

The HTTP library is imported by the first request, not by the import of the package.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from .errors import ConfigurationError
from .redaction import Redactor
from .security import Credentials

if TYPE_CHECKING:
    import ssl

    import httpx2

    from .answer import Received
    from .exchange import Failed, Policy, Steps
    from .operation import Operation, Request

DEFAULT_TIMEOUT = 60.0
"""Seconds for each phase of a request: connecting, sending, waiting for the next bytes."""

DEFAULT_MAX_RETRIES = 2


@dataclass(frozen=True)
class Options:
    """The settings of a client object.

    Attributes:
        base_url: the server URL without trailing slash.
        explicit_base_url: whether the caller gave it, so that it also replaces the servers which
            single operations name.
        values: the constructor's other options by name: server variables, client-wide parameters.
        error_message: JSON pointer to the sentence in an error body.
    """

    base_url: str
    explicit_base_url: bool
    credentials: Credentials
    user_agent: str
    timeout: float | httpx2.Timeout = DEFAULT_TIMEOUT
    max_retries: int = DEFAULT_MAX_RETRIES
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error_message: str = ""

    def __post_init__(self) -> None:
        if self.max_retries < 0:
            raise ConfigurationError(f"max_retries={self.max_retries} is below 0")
        if isinstance(self.timeout, int | float) and not 0 < self.timeout < float("inf"):
            raise ConfigurationError(f"timeout={self.timeout} is not a number of seconds above 0")

    def option(self, name: str) -> Any:
        """One of :attr:`values`; UNSET when it was not given."""
        from msgspec import UNSET

        value = self.values[name]
        return UNSET if value is None else value

    @cached_property
    def redactor(self) -> Redactor:
        """What hides this client's credentials."""
        return Redactor(secret.reveal() for secret in self.credentials.secrets.values())

    def steps(self, request: Request) -> Steps:
        """Begin an exchange."""
        from .exchange import exchange

        return exchange(request, self._policy(request), self.redactor)

    def server_url(self, operation: Operation) -> str:
        """The server URL of an operation, which may name servers of its own."""
        if operation.servers and not self.explicit_base_url:
            return operation.servers[0].resolve(self.values)
        return self.base_url

    def _policy(self, request: Request) -> Policy:
        from .exchange import Policy

        return Policy(
            base_url=self.server_url(request.operation),
            credentials=self.credentials,
            max_retries=self.max_retries,
            headers={"User-Agent": self.user_agent},
        )

    def finish(self, request: Request, end: Received | Failed) -> Any:
        """The value of an exchange, or its error."""
        from .answer import Received, result

        if isinstance(end, Received):
            return result(request, end, self.redactor, self.error_message)
        raise end.error(self.redactor)

    def changed(self, **changes: Any) -> Options:
        """A copy with other settings; None leaves a setting as it is."""
        return replace(
            self, **{name: value for name, value in changes.items() if value is not None}
        )


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings of every client of this process; making them is slower than a request."""
    import httpx2

    return httpx2.create_ssl_context()


class Pool:
    """A connection pool that several clients may share, made when it is first used.

    It closes once: a client whose pool was closed cannot be used again.
    """

    def __init__(self, http: Any, make: Callable[[], Any]) -> None:
        self._http = http
        self._make = make
        self._owned = http is None
        self._closed = False
        self._lock = threading.Lock()

    def get(self) -> Any:
        """The HTTP client.

        Raises:
            ConfigurationError: it is closed.
        """
        with self._lock:
            http = self._http
            if http is None and not self._closed:
                http = self._http = self._make()
            if http is None or http.is_closed:
                raise ConfigurationError("this client is closed: make a new one")
            return http

    def release(self) -> Any:
        """The HTTP client to close, or None when there is none left or the caller owns it."""
        with self._lock:
            if not self._owned:
                return None
            http, self._http = self._http, None
            self._closed = True
            return http


def _make_sync() -> httpx2.Client:
    import httpx2

    return httpx2.Client(verify=tls_context(), timeout=DEFAULT_TIMEOUT)


def _make_async() -> httpx2.AsyncClient:
    import httpx2

    return httpx2.AsyncClient(verify=tls_context(), timeout=DEFAULT_TIMEOUT)


class Session:
    """Makes the calls of a sync client."""

    def __init__(self, options: Options, pool: Pool) -> None:
        self.options = options
        self.pool = pool

    @classmethod
    def create(cls, options: Options, http_client: httpx2.Client | None) -> Session:
        """A session with a pool of its own, or with the caller's HTTP client."""
        return cls(options, Pool(http_client, _make_sync))

    def option(self, name: str) -> Any:
        """An option of the client that its operations send; UNSET when it was not given."""
        return self.options.option(name)

    def call(self, request: Request, timeout: float | httpx2.Timeout | None = None) -> Any:
        """Send a request and return its documented value.

        Args:
            timeout: of this call alone; that of the client when None.

        Raises:
            APIError: any of its subclasses.
        """
        from .exchange import run

        options = self.options.changed(timeout=timeout) if timeout is not None else self.options
        steps = options.steps(request)
        end = run(steps, self.pool.get(), options.timeout)
        return options.finish(request, end)

    def close(self) -> None:
        """Close the connections, unless the caller brought them."""
        http = self.pool.release()
        if http is not None:
            http.close()


class AsyncSession:
    """Makes the calls of an async client."""

    def __init__(self, options: Options, pool: Pool) -> None:
        self.options = options
        self.pool = pool

    @classmethod
    def create(cls, options: Options, http_client: httpx2.AsyncClient | None) -> AsyncSession:
        """A session with a pool of its own, or with the caller's HTTP client."""
        return cls(options, Pool(http_client, _make_async))

    def option(self, name: str) -> Any:
        """An option of the client that its operations send; UNSET when it was not given."""
        return self.options.option(name)

    async def call(self, request: Request, timeout: float | httpx2.Timeout | None = None) -> Any:
        """Send a request and return its documented value.

        Args:
            timeout: of this call alone; that of the client when None.

        Raises:
            APIError: any of its subclasses.
        """
        from .exchange import arun

        options = self.options.changed(timeout=timeout) if timeout is not None else self.options
        steps = options.steps(request)
        end = await arun(steps, self.pool.get(), options.timeout)
        return options.finish(request, end)

    async def aclose(self) -> None:
        """Close the connections, unless the caller brought them."""
        http = self.pool.release()
        if http is not None:
            await http.aclose()
