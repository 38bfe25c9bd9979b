"""A server that answers whatever bytes it is told, and keeps what it was sent."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self

_PATIENCE = 20.0


@dataclass
class Arrived:
    """A request as it came: names of headers in lower case, the body without its chunks."""

    line: str
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    body: bytes = b""
    raw: bytes = b""

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name.lower()), None)


class RawServer:
    """Answers every request with `answer`, then hangs up if `close`; one thread each. What
    is in `queue`, an answer and whether to hang up, comes first.
    """

    def __init__(self) -> None:
        self.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.close = False
        self.queue: list[tuple[bytes, bool]] = []
        self.arrived: list[Arrived] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(_PATIENCE)
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            connection.settimeout(_PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream:
                while (request := _read(stream)) is not None:
                    self.arrived.append(request)
                    # once it is sent, the next answer may be set
                    answer, close = self.queue.pop(0) if self.queue else (self.answer, self.close)
                    connection.sendall(answer)
                    if close:
                        break
        except (OSError, ValueError):
            pass  # the client hung up, or sent a length that is none: what came is kept
        finally:
            with self._lock:
                self._open.discard(connection)


def _read(stream: BinaryIO) -> Arrived | None:
    line = stream.readline()
    if not line:
        return None
    request = Arrived(line.decode("latin-1").rstrip("\r\n"), raw=line)
    while (header := stream.readline()) not in (b"\r\n", b"\n", b""):
        name, _, value = header.decode("latin-1").partition(":")
        request.headers.append((name.strip().lower(), value.strip()))
        request.raw += header
    if request.header("transfer-encoding") != "chunked":
        request.body = stream.read(int(request.header("content-length") or 0))
        request.raw += b"\r\n" + request.body
        return request
    while (size := int(stream.readline(), 16)) > 0:
        request.body += stream.read(size)
        stream.readline()
    stream.readline()
    request.raw += b"\r\n" + request.body
    return request
