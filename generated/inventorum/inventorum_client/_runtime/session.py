# Copied by scripts/codegen.py from overrides/runtime/session.py; do not edit.
"""What a client object holds, and the calls it makes: options, connection pool, decoding.

The HTTP library is imported by the first request, not by the import of the package.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .errors import APIError, ConfigurationError
from .redaction import Redactor
from .security import Credentials

if TYPE_CHECKING:
    import aiohttp
    import httpx2

    from .answer import Received
    from .exchange import Failed, Policy, Steps
    from .operation import Operation, Request
    from .transport import AsyncTransport, Transport

DEFAULT_TIMEOUT = 60.0
"""Seconds that connecting and sending may stall, and that a whole answer may take."""

DEFAULT_MAX_RETRIES = 2


@dataclass(frozen=True)
class Options:
    """The settings of a client object.

    Attributes:
        base_url: the server URL without trailing slash.
        explicit_base_url: whether the caller gave it, so that it also replaces the servers which
            single operations name.
        retry_non_idempotent: whether a POST is sent again too when it may have been processed.
        values: the constructor's other options by name: server variables, client-wide parameters.
        error_message: JSON pointer to the sentence in an error body.
    """

    base_url: str
    explicit_base_url: bool
    credentials: Credentials
    user_agent: str
    timeout: float | httpx2.Timeout = DEFAULT_TIMEOUT
    max_retries: int = DEFAULT_MAX_RETRIES
    retry_non_idempotent: bool = False
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error_message: str = ""

    def __post_init__(self) -> None:
        retries = cast("object", self.max_retries)
        if not isinstance(retries, int) or isinstance(retries, bool) or retries < 0:
            raise ConfigurationError(f"max_retries={retries!r} is not a whole number from 0")
        if not _is_time_limit(self.timeout):
            raise ConfigurationError(
                f"timeout={self.timeout!r} is neither a number of seconds above 0"
                " nor an httpx2.Timeout of such"
            )

    def option(self, name: str) -> Any:
        """One of :attr:`values`; UNSET when it was not given."""
        from msgspec import UNSET

        value = self.values[name]
        return UNSET if value is None else value

    @property
    def redactor(self) -> Redactor:
        """What hides this client's credentials."""
        return self.credentials.redactor

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
            retry_non_idempotent=self.retry_non_idempotent,
            headers={"User-Agent": self.user_agent},
        )

    def finish(self, request: Request, end: Received | Failed) -> Any:
        """The value of an exchange.

        Callers do not bind ``end`` to a name: an answer may repeat the credential, and tracebacks
        show the variables of every function that an exception passed.

        Raises:
            APIError: there is none.
        """
        from .answer import Received, result

        if isinstance(end, Received):
            try:
                return result(request, end, self.redactor, self.error_message)
            except APIError as error:
                failure = error.with_traceback(None)
        else:
            failure = end.error(self.redactor)
        del end
        raise failure

    def changed(self, **changes: Any) -> Options:
        """A copy with other settings; None leaves a setting as it is."""
        return replace(
            self, **{name: value for name, value in changes.items() if value is not None}
        )


def _is_time_limit(given: object) -> bool:
    if _is_a(given, "httpx2", "Timeout"):
        phases = cast("httpx2.Timeout", given).as_dict().values()
        return all(seconds is None or _is_time_limit(seconds) for seconds in phases)
    if not isinstance(given, int | float) or isinstance(given, bool):
        return False
    return 0 < given <= threading.TIMEOUT_MAX  # no clock of the system runs longer


T = TypeVar("T", bound="Transport | AsyncTransport")


class Pool(Generic[T]):
    """The connections that several clients may share, made when they are first used.

    They close once: a client whose connections were closed cannot be used again.

    Args:
        make: makes them.
        owned: whether they are closed with the client; not those of a caller's HTTP client.
    """

    def __init__(self, make: Callable[[], T], *, owned: bool) -> None:
        self._transport: T | None = None
        self._make = make
        self._owned = owned
        self._closed = False
        self._lock = threading.Lock()

    def get(self) -> T:
        """What sends requests.

        Raises:
            ConfigurationError: it is closed.
        """
        with self._lock:
            transport = self._transport
            if transport is None and not self._closed:
                transport = self._transport = self._make()
            if transport is None or transport.closed:
                raise ConfigurationError("this client is closed: make a new one")
            return transport

    def release(self) -> T | None:
        """What is to be closed; None when there is nothing left or the caller owns it."""
        with self._lock:
            if not self._owned:
                return None
            transport, self._transport = self._transport, None
            self._closed = True
            return transport


def _own() -> Transport:
    from .connection_pool import ConnectionPool

    return ConnectionPool()


def _own_async() -> AsyncTransport:
    from .connection_pool import AsyncConnectionPool

    return AsyncConnectionPool()


def _given(client: httpx2.Client) -> Transport:
    if not _is_a(client, "httpx2", "Client"):
        raise ConfigurationError("http_client= must be an httpx2.Client")
    from .http_client import HTTPClient

    return HTTPClient(client)


def _given_async(client: httpx2.AsyncClient | aiohttp.ClientSession) -> AsyncTransport:
    if _is_a(client, "aiohttp", "ClientSession"):
        from .aiohttp_session import AiohttpSession

        return AiohttpSession(cast("aiohttp.ClientSession", client))
    if not _is_a(client, "httpx2", "AsyncClient"):
        raise ConfigurationError(
            "http_client= must be an httpx2.AsyncClient or an aiohttp.ClientSession"
        )
    from .http_client import AsyncHTTPClient

    return AsyncHTTPClient(cast("httpx2.AsyncClient", client))


def _is_a(value: object, module: str, name: str) -> bool:
    """Whether a value is of a class whose module only those import who use it."""
    return module in sys.modules and isinstance(value, getattr(sys.modules[module], name))


class Session:
    """Makes the calls of a sync client."""

    def __init__(self, options: Options, pool: Pool[Transport]) -> None:
        self.options = options
        self.pool = pool

    @classmethod
    def create(cls, options: Options, http_client: httpx2.Client | None) -> Session:
        """A session with connections of its own, or with the caller's HTTP client.

        Raises:
            ConfigurationError: ``http_client`` is something else.
        """
        if http_client is None:
            return cls(options, Pool(_own, owned=True))
        transport = _given(http_client)
        return cls(options, Pool(lambda: transport, owned=False))

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
        from .transport import run

        options = self.options.changed(timeout=timeout) if timeout is not None else self.options
        try:
            return options.finish(
                request, run(options.steps(request), self.pool.get(), options.timeout)
            )
        finally:
            request.close()

    def close(self) -> None:
        """Close the connections, unless the caller brought them."""
        transport = self.pool.release()
        if transport is not None:
            transport.close()


class AsyncSession:
    """Makes the calls of an async client."""

    def __init__(self, options: Options, pool: Pool[AsyncTransport]) -> None:
        self.options = options
        self.pool = pool

    @classmethod
    def create(
        cls, options: Options, http_client: httpx2.AsyncClient | aiohttp.ClientSession | None
    ) -> AsyncSession:
        """A session with connections of its own, or with the caller's HTTP client.

        Raises:
            ConfigurationError: ``http_client`` is something else.
        """
        if http_client is None:
            return cls(options, Pool(_own_async, owned=True))
        transport = _given_async(http_client)
        return cls(options, Pool(lambda: transport, owned=False))

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
        from .transport import arun

        options = self.options.changed(timeout=timeout) if timeout is not None else self.options
        try:
            return options.finish(
                request, await arun(options.steps(request), self.pool.get(), options.timeout)
            )
        finally:
            request.close()

    async def aclose(self) -> None:
        """Close the connections, unless the caller brought them."""
        transport = self.pool.release()
        if transport is not None:
            await transport.aclose()
