"""A TCP server that keeps every byte it gets and answers what a test scripted.

It speaks just enough HTTP to know where a request ends. What it answers is bytes, so an answer can
be anything that a server, a proxy or a broken line can send.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import BinaryIO, Self

_PATIENCE = 20.0
"""Seconds after which a silent client fails a test instead of hanging it."""


@dataclass
class Request:
    """One request as it came.

    Attributes:
        connection: number of the connection, from 1.
        line: the request line.
        headers: names in lower case, in order of arrival.
        raw: the body as it was on the wire.
        body: the body, chunks joined.
        whole: whether all of the announced body came.
    """

    connection: int
    line: str
    headers: list[tuple[str, str]]
    raw: bytes = b""
    body: bytes = b""
    whole: bool = False

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    def header(self, name: str) -> str | None:
        """A header that may come once; None if it did not come."""
        values = [value for key, value in self.headers if key == name.lower()]
        assert len(values) <= 1, f"{name} was sent {len(values)} times: {values}"
        return values[0] if values else None


class Exchange:
    """One accepted connection, as a step of the script sees it."""

    def __init__(self, connection: socket.socket, request: Request | None) -> None:
        self.connection = connection
        self.request = request

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the client may have gone, which is its right
            self.connection.sendall(data)

    def wait_for_hangup(self) -> None:
        with contextlib.suppress(OSError):
            while self.connection.recv(65536):
                pass

    def reset(self) -> None:
        """End the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass(frozen=True)
class Step:
    """What happens with one request.

    ``act`` returns whether the connection stays open. ``when`` tells at which point it acts:
    ``accepted`` before a byte is read, ``head`` before the body is read, ``request`` after it.
    """

    act: Callable[[Exchange], bool]
    when: str = "request"


def raw(data: bytes, *, when: str = "request", keep: bool = False) -> Step:
    """Answer these bytes and close."""

    def act(exchange: Exchange) -> bool:
        exchange.send(data)
        return keep

    return Step(act, when)


def reply(
    status: int = 200,
    body: bytes = b"",
    headers: Iterable[tuple[str, str]] = (),
    *,
    media_type: str = "application/json",
    when: str = "request",
) -> Step:
    """Answer a well-formed message and keep the connection."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}"]
    if media_type:
        lines.append(f"Content-Type: {media_type}")
    lines += [f"{name}: {value}" for name, value in headers]
    return raw("\r\n".join([*lines, "", ""]).encode("latin-1") + body, when=when, keep=True)


def redirect(status: int, location: str) -> Step:
    """Answer a redirect."""
    return reply(status, headers=[("Location", location)], media_type="")


def close(when: str = "request") -> Step:
    """Close without an answer."""
    return Step(lambda _: False, when)


def reset(when: str = "request") -> Step:
    """Break the connection without an answer."""

    def act(exchange: Exchange) -> bool:
        exchange.reset()
        return False

    return Step(act, when)


def silence() -> Step:
    """Never answer; end when the client hangs up."""

    def act(exchange: Exchange) -> bool:
        exchange.wait_for_hangup()
        return False

    return Step(act)


class Recorder:
    """The server. Its script has one step for each request; a request too many fails the test.

    ``with Recorder(reply(503), reply(200, b"{}")) as server: … server.url … server.requests``

    Attributes:
        url: ``http://127.0.0.1:PORT``.
        requests: what came, in order.
        connections: how many connections were accepted.
    """

    def __init__(self, *script: Step) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._script = list(script)
        self._surplus: list[Request] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._last: tuple[str, int] | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def script(self, *steps: Step) -> None:
        """Add steps, for a script that needs the address of another recorder."""
        with self._lock:
            self._script += steps

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if kind is None:
            assert not self._surplus, f"requests beyond the script: {self._surplus}"

    @property
    def only(self) -> Request:
        """The one request that came."""
        (request,) = self.requests
        return request

    def stop(self) -> None:
        """Close everything and wait until the last byte is recorded."""
        # connections are accepted in order: after this one, every earlier one has been
        last = socket.socket()
        last.bind(("127.0.0.1", 0))
        with self._lock:
            self._last = last.getsockname()
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
        with last:
            last.settimeout(_PATIENCE)
            last.connect(self._listener.getsockname())
            self._threads[0].join(_PATIENCE)
        for thread in self._threads:
            thread.join(_PATIENCE)
            assert not thread.is_alive(), "a connection of the recorder did not end"
        self._listener.close()

    def _spawn(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, peer = self._listener.accept()
            connection.settimeout(_PATIENCE)
            with self._lock:
                if peer == self._last:
                    connection.close()
                    return
                if self._last is not None:  # what has arrived can still be read
                    connection.shutdown(socket.SHUT_RD)
                self._open.add(connection)
                self.connections += 1
                number = self.connections
            self._spawn(partial(self._serve, connection, number))

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while self._one(connection, stream, number):
                    pass
        except OSError:
            pass  # the client broke the connection; what came before is recorded
        finally:
            with self._lock:
                self._open.discard(connection)

    def _one(self, connection: socket.socket, stream: BinaryIO, number: int) -> bool:
        step = self._next_step("accepted")
        if step is not None:
            return step.act(Exchange(connection, None))
        line = stream.readline()
        if not line:
            return False
        request = Request(number, line.decode("latin-1").rstrip("\r\n"), [])
        while (header := stream.readline()) not in (b"\r\n", b"\n", b""):
            name, _, value = header.decode("latin-1").partition(":")
            request.headers.append((name.lower(), value.strip()))
        step = self._next_step("head", "request")
        if step is None:
            self._surplus.append(request)
            return False
        self.requests.append(request)
        if step.when == "head":
            keep = step.act(Exchange(connection, request))
            _read_body(stream, request)
            return keep
        _read_body(stream, request)
        return request.whole and step.act(Exchange(connection, request))

    def _next_step(self, *when: str) -> Step | None:
        with self._lock:
            if self._script and self._script[0].when in when:
                return self._script.pop(0)
            return None


def _read_body(stream: BinaryIO, request: Request) -> None:
    if request.header("transfer-encoding") != "chunked":
        length = int(request.header("content-length") or 0)
        while len(request.body) < length and (piece := stream.read(length - len(request.body))):
            request.body += piece
        request.raw, request.whole = request.body, len(request.body) == length
        return
    while size_line := stream.readline():
        request.raw += size_line
        size = int(size_line, 16)
        chunk = stream.read(size + 2)
        request.raw += chunk
        request.body += chunk[:size]
        if size == 0:
            request.whole = chunk == b"\r\n"
            return


@contextlib.contextmanager
def nobody() -> Generator[str, None, None]:
    """An address that refuses every connection; no server of another test gets it meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
