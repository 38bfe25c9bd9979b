"""The stub as a running server: a context manager for tests, demos and the command line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from pathlib import Path
from types import TracebackType

from starlette.types import ASGIApp

from .app import load_documents, make_app
from .body import MAX_BODY, Limits
from .connection import Bounds, Connection, Traffic
from .document import DocumentError
from .json_values import JSONObject
from .store import Store, StoredImage, StoreError

ROOT = Path(__file__).resolve().parents[2]


STOP_TIME = 2.0
"""Seconds that running requests get to end when the server stops."""
_BACKLOG = 256


class StubError(Exception):
    """The stub cannot start; the message is one sentence with place and remedy."""


class Server:
    """The event loop with the listening socket and its connections, in a thread of its own."""

    def __init__(self, app: ASGIApp, listener: socket.socket, bounds: Bounds) -> None:
        self.ready = threading.Event()
        self._app = app
        self._listener = listener
        self._bounds = bounds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def run(self) -> None:
        """Serve until `stop`."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        """Answer what was asked, then end. From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        traffic = Traffic(self._app, self._bounds, self._loop)
        server = await self._loop.create_server(
            lambda: Connection(traffic), sock=self._listener, backlog=_BACKLOG
        )
        self.ready.set()
        await self._stop.wait()
        # A connection that asyncio has just accepted is known to us three turns of the loop later;
        # if the server closes before that, asyncio drops it without closing its socket. So: accept
        # no more, let the turns pass, and only then close.
        with contextlib.suppress(NotImplementedError):  # Windows' proactor has no readers
            self._loop.remove_reader(self._listener.fileno())
        for _ in range(5):
            await asyncio.sleep(0)
        server.close()
        await self._empty(traffic)

    async def _empty(self, traffic: Traffic) -> None:
        traffic.stopping = True
        for connection in list(traffic.connections):
            connection.stop()
        end = traffic.loop.time() + STOP_TIME
        while traffic.connections and traffic.loop.time() < end:
            await asyncio.sleep(0.005)
        for connection in list(traffic.connections):
            connection.abort()
        for _ in range(5):  # in which asyncio tells them that they are lost
            await asyncio.sleep(0)


class Stub:
    """The three services on one local origin.

        with Stub() as stub:
            stub.url                  # http://127.0.0.1:43211
            stub.urls["questionpro"]  # http://127.0.0.1:43211/a/api/v2

    `db` keeps the state in an SQLite file instead of in memory; `port` 0 takes a free one; `root`
    is the folder that holds `generated/<vendor>/openapi.yaml`; `max_body` is in bytes; `bounds`
    says how many clients there may be and how slow; `strict` makes an answer that the documents do
    not allow a 500. Raises StubError.
    """

    def __init__(
        self,
        db: str | Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        root: str | Path = ROOT,
        *,
        max_body: int = MAX_BODY,
        bounds: Bounds | None = None,
        strict: bool = False,
    ) -> None:
        self._db = db
        self._host = host
        self._port = port
        self._root = Path(root)
        self._limits = Limits(max_body)
        self._bounds = bounds or Bounds()
        self._strict = strict
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._store: Store | None = None
        self.url = ""
        self.urls: dict[str, str] = {}

    def __enter__(self) -> Stub:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Accept connections, or raise StubError."""
        if self._server is not None:
            raise StubError("This stub is already running; make another Stub.")
        try:
            documents = load_documents(self._root)
            self._store = Store(str(self._db) if self._db is not None else None)
        except (DocumentError, StoreError) as error:
            raise StubError(str(error)) from error
        try:
            listener = _listen(self._host, self._port)
            self.url = _url(listener)
            try:
                app = make_app(documents, self._store, self.url, self._limits, self._strict)
            except DocumentError as error:
                listener.close()
                raise StubError(str(error)) from error
        except StubError:
            self.stop()
            raise
        self.urls = {document.vendor: self.url + document.prefix for document in documents}
        self._server = Server(app, listener, self._bounds)
        self._thread = threading.Thread(
            target=self._server.run, name=f"stub {self.url}", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(10):
            self.stop()
            raise StubError(
                f"The server on {self.url} did not start within 10 seconds; see its log above."
            )

    def stop(self) -> None:
        """Finish running requests, close all connections and the database. Does nothing if not
        running.
        """
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
        if self._store is not None:
            self._store.close()
        self._server = self._thread = self._store = None

    def reset(self) -> None:
        """Forget all that was stored; the next ids are the first ones again."""
        self._opened.reset()

    def images(self, vendor: str | None = None) -> list[StoredImage]:
        """Stored images, oldest first."""
        return self._opened.images(vendor=vendor)

    def stored(self, sha256: str) -> StoredImage | None:
        """The last stored image whose bytes have this hash (hexadecimal)."""
        found = self._opened.images(sha256=sha256)
        return found[-1] if found else None

    def content(self, image: StoredImage) -> bytes:
        """The bytes of a stored image."""
        return self._opened.content(image.seq)

    def responses(self) -> list[JSONObject]:
        """Stored survey responses as they were answered, oldest first."""
        return self._opened.responses()

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise StubError("This stub is not running; use it in its `with` block.")
        return self._store


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only on sockets that do (without it,
    # every answer waits 40 ms for the client's delayed acknowledgement).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        return listener
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise StubError(
            f"Cannot listen on {host}:{port} ({reason}); choose another port or host."
        ) from error


def _url(listener: socket.socket) -> str:
    """The origin of a listening socket; one that listens everywhere is reached by the loopback
    address.
    """
    address: tuple[str, int] = listener.getsockname()[:2]
    host, port = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0]), address[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
