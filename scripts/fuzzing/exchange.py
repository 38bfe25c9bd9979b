"""A request, its answer, and sending the one for the other."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is sent. `url` is absolute and already encoded; `headers` are in the order of
    sending, without Host and Content-Length; values are Latin-1.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return _first(self.headers, name)

    def with_header(self, name: str, value: str | None) -> Request:
        """The request with one header of this name, in its old place; None removes it."""
        kept = [(n, v) for n, v in self.headers if n.lower() != name.lower()]
        return replace(self, headers=tuple(kept if value is None else [*kept, (name, value)]))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was received."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return _first(self.headers, name)

    def all(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for found, value in self.headers if found.lower() == name.lower()]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer, None if there was none (`problem` says why then).

    Where the bytes on the wire are the point, `raw_request` and `raw_answer` hold them. `started`
    is a time since the epoch, `seconds` how long the answer took.
    """

    request: Request
    answer: Answer | None
    problem: str = ""
    raw_request: bytes | None = None
    raw_answer: bytes | None = None
    started: float = 0.0
    seconds: float = 0.0

    @property
    def status(self) -> int:
        """The answer's status, 0 if there is no answer."""
        return self.answer.status if self.answer else 0

    @property
    def body(self) -> bytes:
        return self.answer.body if self.answer else b""


class Pace:
    """Sends no faster than asked: `per_second` None for no limit. Safe to use from any thread."""

    def __init__(self, per_second: float | None = None) -> None:
        self.per_second = per_second or 0.0
        self._gap = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    @property
    def limited(self) -> bool:
        return bool(self._gap)

    def wait(self) -> None:
        """Return when the next request may be sent."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + self._gap
        time.sleep(max(0.0, at - now))

    def pause(self, seconds: float) -> None:
        """Let nobody send for this long: the server asked for it."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)


class Sender:
    """Sends requests over connections that are kept open, one per thread.

    `retries` is how often a 429 is waited for (Retry-After, else a second, a minute at most) and
    the request sent again; `note` is told every exchange.
    """

    def __init__(
        self,
        pace: Pace | None = None,
        *,
        timeout: float = 15.0,
        retries: int = 0,
        note: Callable[[Exchange], None] | None = None,
    ) -> None:
        self.pace = pace or Pace()
        self.timeout = timeout
        self.retries = retries
        self._note = note
        self._local = threading.local()
        self._all: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close all connections. The sender can be used again."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()

    def send(self, request: Request) -> Exchange:
        """The exchange; never raises for what a server does."""
        exchange = self._send(request)
        for _ in range(self.retries):
            if exchange.status != 429 or exchange.answer is None:
                break
            self.pace.pause(_delay(exchange.answer))
            time.sleep(_delay(exchange.answer))
            exchange = self._send(request)
        return exchange

    def _send(self, request: Request) -> Exchange:
        self.pace.wait()
        started, clock = time.time(), time.perf_counter()
        answer, problem = None, ""
        for attempt in (1, 2):
            connection, fresh = self._connection(request.url)
            try:
                answer = _exchange(connection, request)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._local.connections = {}
                problem = f"{type(error).__name__}: {error}".rstrip(": ")
                # A connection that waited may have been closed by the server meanwhile; nothing was
                # answered, and RFC 9112 (9.3.1) lets only such a request be sent again.
                stale = isinstance(error, http.client.RemoteDisconnected | ConnectionError)
                if fresh or not stale or attempt == 2:
                    break
                continue
            problem = ""
            break
        exchange = Exchange(
            request,
            answer,
            problem,
            started=started,
            seconds=time.perf_counter() - clock,
        )
        if self._note is not None:
            self._note(exchange)
        return exchange

    def _connection(self, url: str) -> tuple[http.client.HTTPConnection, bool]:
        parts = urlsplit(url)
        connections: dict[tuple[str, str], http.client.HTTPConnection] | None
        connections = getattr(self._local, "connections", None)
        if connections is None:
            connections = self._local.connections = {}
        key = (parts.scheme, parts.netloc)
        found = connections.get(key)
        if found is not None and found.sock is not None:
            return found, False
        host, port = parts.hostname or "", parts.port
        made = (
            http.client.HTTPSConnection(
                host, port, timeout=self.timeout, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=self.timeout)
        )
        connections[key] = made
        with self._lock:
            self._all.append(made)
        return made, True


def _exchange(connection: http.client.HTTPConnection, request: Request) -> Answer:
    parts = urlsplit(request.url)
    target = parts.path or "/"
    if parts.query:
        target += "?" + parts.query
    fresh = connection.sock is None
    connection.putrequest(request.method, target, skip_accept_encoding=True)
    given = {name.lower() for name, _ in request.headers}
    for name, value in request.headers:
        connection.putheader(name, value.encode("latin-1"))
    body = request.body
    if body is not None and "content-length" not in given and "transfer-encoding" not in given:
        connection.putheader("Content-Length", str(len(body)))
    broken: OSError | None = None
    try:
        connection.endheaders(body)
        if fresh and isinstance(connection.sock, socket.socket):
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _acknowledge(connection.sock)
    except (BrokenPipeError, ConnectionResetError) as error:
        # A server may answer and close before it has read the whole body: look for the answer.
        if connection.sock is None:
            raise
        broken = error
    try:
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException):
        if broken is not None:
            raise broken from None
        raise
    return Answer(response.status, tuple(response.getheaders()), content)


def _acknowledge(connection: socket.socket | None) -> None:
    """Acknowledge the next packet at once, where the system can: a server that writes head and body
    by themselves, as plain `http.server` does, else waits 40 ms between the two. It is for one
    answer, the system forgets it.
    """
    option = getattr(socket, "TCP_QUICKACK", None)
    if option is not None and isinstance(connection, socket.socket):
        connection.setsockopt(socket.IPPROTO_TCP, option, 1)


def _delay(answer: Answer) -> float:
    text = (answer.header("Retry-After") or "").strip()
    return min(float(text), 60.0) if text.isdecimal() else 1.0


def _first(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for found, value in headers if found.lower() == name.lower()), None)
