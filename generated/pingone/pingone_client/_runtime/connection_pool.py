# Copied by scripts/codegen.py from overrides/runtime/connection_pool.py; do not edit.
"""The connections of a client that was given no HTTP client: pools of httpcore2.

One pool for each way that the environment's proxies ask for, made when it is first used; TLS
settings are made when a server needs them.
"""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import httpcore2

from .content import ACCEPT_ENCODING, Content
from .environment_proxy import EnvironmentProxies, Proxy
from .errors import ConfigurationError
from .exchange import Answered, Broken
from .time_limit import AsyncBackend, Backend, Clock
from .transport import BodyStream, escaped

if TYPE_CHECKING:
    from .exchange import Send
    from .source import Source
    from .time_limit import Timeout

MAX_CONNECTIONS = 100
MAX_IDLE_CONNECTIONS = 20
IDLE_SECONDS = 5.0
"""How long a connection is kept for the next request."""


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings of every client of this process; making them is slower than a request."""
    return httpcore2.default_ssl_context()


class Origin(NamedTuple):
    """The server that a URL names; ``authority`` is what its ``Host`` header says."""

    scheme: str
    host: str
    port: int
    authority: str


_DEFAULT_PORTS = {"http": 80, "https": 443}


def _origin(url: str) -> Origin | None:
    """The origin of an absolute URL; None when it names no server."""
    match = re.match("(https?)://([^/?#]*)", url)
    return None if match is None else _parsed_origin(match[1], match[2])


@lru_cache(maxsize=64)
def _parsed_origin(scheme: str, authority: str) -> Origin | None:
    try:
        parts = urlsplit(f"{scheme}://{authority}")
        port = _DEFAULT_PORTS[scheme] if parts.port is None else parts.port
        host = (parts.hostname or "").encode("ascii").decode()
    except ValueError:  # a port that is no number, brackets that are no address
        return None
    if not host:
        return None
    default = _DEFAULT_PORTS[scheme]
    shown = f"[{host}]" if ":" in host else host
    return Origin(scheme, host, port, shown if port == default else f"{shown}:{port}")


def _url(origin: Origin, url: str) -> httpcore2.URL:
    rest = re.sub("^https?://[^/?#]*", "", url).partition("#")[0]
    target = escaped(rest if rest.startswith("/") else f"/{rest}")
    port = None if origin.port == _DEFAULT_PORTS[origin.scheme] else origin.port
    return httpcore2.URL(scheme=origin.scheme, host=origin.host, port=port, target=target)


def _headers(
    given: Mapping[str, str], framing: Mapping[str, str], origin: Origin, method: str
) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name in given}
    headers = [] if "host" in names else [(b"Host", origin.authority.encode())]
    if "accept-encoding" not in names:
        headers.append((b"Accept-Encoding", ACCEPT_ENCODING.encode()))
    if not framing and method in ("POST", "PUT", "PATCH"):
        headers.append((b"Content-Length", b"0"))
    headers += [(name.encode(), value.encode()) for name, value in given.items()]
    headers += [
        (name.encode(), value.encode())
        for name, value in framing.items()
        if name.lower() not in names
    ]
    return headers


def _request(
    send: Send,
    origin: Origin,
    framing: Mapping[str, str],
    sources: Sequence[Source],
    clock: Clock,
) -> httpcore2.Request:
    # what holds a credential is named by no variable, so that no traceback shows it
    return httpcore2.Request(
        send.method,
        _url(origin, send.wire_url()),
        headers=_headers(send.wire_headers(), framing, origin, send.method),
        content=BodyStream(sources) if send.body is not None else b"",
        extensions=clock.extensions(),
    )


_ERRORS = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProxyError,
    httpcore2.ProtocolError,
)


def _broken(error: Exception, clock: Clock) -> Broken:
    reason = str(error) or type(error).__name__
    if isinstance(error, httpcore2.TimeoutException):
        return Broken("timeout", clock.sent, reason)
    if isinstance(error, httpcore2.ProtocolError):
        return Broken("protocol", clock.sent, reason)
    return Broken("connection", clock.sent and not isinstance(error, httpcore2.ProxyError), reason)


class _Pools:
    """Which pool leads to a server."""

    def __init__(self) -> None:
        self.closed = False
        self._pools: dict[tuple[str, Proxy | None], Any] = {}
        self._proxies = EnvironmentProxies()
        self._lock = threading.Lock()

    def _pool(self, origin: Origin, kinds: tuple[Any, Any, Any], backend: Any) -> Any:
        proxy = self._proxies.proxy(origin.scheme, origin.host, origin.port)
        with self._lock:
            if self.closed:  # by another thread or task, since this request began
                raise ConfigurationError("this client is closed: make a new one")
            pool = self._pools.get((origin.scheme, proxy))
            if pool is None:
                pool = _make_pool(origin.scheme, proxy, kinds, backend)
                self._pools[origin.scheme, proxy] = pool
            return pool

    def _release(self) -> list[Any]:
        with self._lock:
            self.closed = True
            pools, self._pools = list(self._pools.values()), {}
            return pools


def _make_pool(scheme: str, proxy: Proxy | None, kinds: tuple[Any, Any, Any], backend: Any) -> Any:
    direct, through_http, through_socks = kinds
    options: dict[str, Any] = {
        "ssl_context": tls_context() if scheme == "https" else None,
        "max_connections": MAX_CONNECTIONS,
        "max_keepalive_connections": MAX_IDLE_CONNECTIONS,
        "keepalive_expiry": IDLE_SECONDS,
        "network_backend": backend,
    }
    if proxy is None:
        return direct(**options)
    options["proxy_url"] = httpcore2.URL(
        scheme=proxy.scheme, host=proxy.host, port=proxy.port, target=b"/"
    )
    if proxy.auth is not None:
        options["proxy_auth"] = tuple(part.encode() for part in proxy.auth)
    if proxy.scheme.startswith("socks"):
        try:
            return through_socks(**options)
        except RuntimeError as error:  # what stands in for the class without socksio
            what = str(error)
        raise ConfigurationError(f"the environment names a SOCKS proxy: {what}")
    if proxy.scheme == "https":
        options["proxy_ssl_context"] = tls_context()
    return through_http(**options)


_NO_SERVER = Broken("protocol", False, "the URL names no server")
_NOTHING: tuple[dict[str, str], Sequence[Source]] = ({}, ())


class ConnectionPool(_Pools):
    """Sends over connections of its own; threads can share it."""

    def send(self, send: Send, timeout: Timeout | None) -> Answered | Broken:
        """Send a request and read its answer."""
        assert timeout is not None
        framing, sources = send.body.open() if send.body is not None else _NOTHING
        origin = _origin(send.wire_url())
        if origin is None:
            return _NO_SERVER
        clock = Clock(timeout, tls=origin.scheme == "https")
        pool: httpcore2.ConnectionPool = self._pool(origin, _SYNC, _BACKEND)
        content = Content()
        try:
            response = pool.handle_request(_request(send, origin, framing, sources, clock))
            clock.begin_body()
            try:
                for chunk in response.iter_stream():
                    if not content.add(chunk):
                        break
            finally:
                response.close()
        except _ERRORS as error:
            return _broken(error, clock)
        return content.answered(response.status, response.headers)

    def close(self) -> None:
        """Close every connection."""
        for pool in self._release():
            pool.close()


class AsyncConnectionPool(_Pools):
    """The same for the async client, on asyncio or trio."""

    async def send(self, send: Send, timeout: Timeout | None) -> Answered | Broken:
        """Send a request and read its answer."""
        assert timeout is not None
        framing, sources = await send.body.aopen() if send.body is not None else _NOTHING
        origin = _origin(send.wire_url())
        if origin is None:
            return _NO_SERVER
        clock = Clock(timeout, tls=origin.scheme == "https")
        pool: httpcore2.AsyncConnectionPool = self._pool(origin, _ASYNC, _ASYNC_BACKEND)
        content = Content()
        try:
            response = await pool.handle_async_request(
                _request(send, origin, framing, sources, clock)
            )
            clock.begin_body()
            try:
                async with aclosing(response.aiter_stream()) as chunks:
                    async for chunk in chunks:
                        if not content.add(chunk):
                            break
            finally:
                await response.aclose()
        except _ERRORS as error:
            return _broken(error, clock)
        return content.answered(response.status, response.headers)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._release():
            await pool.aclose()


_SYNC = (httpcore2.ConnectionPool, httpcore2.HTTPProxy, httpcore2.SOCKSProxy)
_ASYNC = (httpcore2.AsyncConnectionPool, httpcore2.AsyncHTTPProxy, httpcore2.AsyncSOCKSProxy)
_BACKEND, _ASYNC_BACKEND = Backend(), AsyncBackend()
