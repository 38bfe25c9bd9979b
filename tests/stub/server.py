"""The stub as a running server: a context manager for tests, demos and the command line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from starlette.types import ASGIApp

from .app import load_documents, make_app
from .checks.body import MAX_BODY, Limits
from .checks.rate_limit import RateLimits
from .control.control import Control
from .control.faults import Faults, Ticket
from .control.journal import MOST_ENTRIES, Selection, Shown
from .document_file import DocumentError
from .http.bounds import Bounds
from .http.connection import Connection
from .http.traffic import Traffic
from .json_values import JSON, JSONObject
from .refusal import Refused
from .state.store import Store, StoredImage, StoreError
from .vendors.profile import DOCUMENTED, UnknownProfile

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


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

    def call(self, task: Callable[[], T]) -> T:
        """What `task` returns in the thread of the server."""
        assert self._loop is not None

        async def run() -> T:
            return task()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

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
    not allow a 500; `profile` is `documented` or `observed` (see /_stub/profile); `rate_limits`
    switches the documented ones on, counted by `clock` in seconds; `journal` is how many requests
    it keeps, up to 1,000. Raises StubError.

        stub.faults.queue("status", status=503, operation="listImages", times=2)
        stub.seed("questionpro", images=250)
        stub.journal[-1].status
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
        profile: str = DOCUMENTED,
        rate_limits: bool = False,
        clock: Callable[[], float] = time.monotonic,
        journal: int = MOST_ENTRIES,
    ) -> None:
        self._db = db
        self._host = host
        self._port = port
        self._root = Path(root)
        self._limits = Limits(max_body)
        self._bounds = bounds or Bounds()
        self._strict = strict
        self._profile = profile
        self._rate_limits = rate_limits
        self._clock = clock
        self._journal = journal
        self._control: Control | None = None
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
                self._control = make_app(
                    documents,
                    self._store,
                    self.url,
                    self._limits,
                    strict=self._strict,
                    profile=self._profile,
                    rate_limits=RateLimits(self._rate_limits, self._clock),
                    journal=self._journal,
                )
            except (DocumentError, UnknownProfile) as error:
                listener.close()
                raise StubError(str(error)) from error
        except StubError:
            self.stop()
            raise
        self.urls = {document.vendor: self.url + document.prefix for document in documents}
        self._server = Server(self._control, listener, self._bounds)
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
        self._server = self._thread = self._store = self._control = None

    def reset(self) -> None:
        """As just started: nothing stored, noted or queued, the profile of the start; the next ids
        are the first ones again.
        """
        self._opened.reset()
        self._in_server(self._controlled.state.reset)

    @property
    def faults(self) -> FaultQueue:
        """Faults for the next requests."""
        return FaultQueue(self)

    @property
    def journal(self) -> list[Shown]:
        """The last requests, oldest first, credentials blacked out."""
        return self.requests()

    def requests(self, selection: Selection | None = None) -> list[Shown]:
        """Those requests of the journal that are selected."""
        journal = self._controlled.state.journal
        return self._in_server(lambda: journal.shown(selection))

    @property
    def profile(self) -> str:
        """`documented` or `observed`; can be set while the stub runs. Raises UnknownProfile."""
        return self._controlled.state.profile.name

    @profile.setter
    def profile(self, name: str) -> None:
        self._controlled.state.profile.name = name

    def seed(
        self, vendor: str, images: int | list[JSON] = 1, owner: str | None = None
    ) -> list[StoredImage]:
        """Keep images that nobody has to upload: a number of them, or a description of each (see
        /_stub/seed). Raises ValueError.
        """
        wanted: JSONObject = {"vendor": vendor, "images": images}
        if owner is not None:
            wanted["owner"] = owner
        try:
            return self._controlled.desk.seed(wanted)
        except Refused as refused:
            raise ValueError(refused.message) from refused

    def in_faults(self, task: Callable[[Faults], T]) -> T:
        """What `task` makes of the faults, in the server's thread."""
        faults = self._controlled.state.faults
        return self._in_server(lambda: task(faults))

    def _in_server(self, task: Callable[[], T]) -> T:
        """What `task` returns, called between the server's own steps: it sees all that a client has
        an answer to.
        """
        if self._server is None:
            raise StubError("This stub is not running; use it in its `with` block.")
        return self._server.call(task)

    @property
    def _controlled(self) -> Control:
        if self._control is None:
            raise StubError("This stub is not running; use it in its `with` block.")
        return self._control

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


class FaultQueue:
    """The faults of a running stub."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub

    def queue(
        self,
        scenario: str,
        *,
        vendor: str | None = None,
        operation: str | None = None,
        times: int = 1,
        **parameters: JSON,
    ) -> Ticket:
        """Give the next `times` requests that fit this fault. Parameters are those of
        /_stub/faults, with `_` for `-`: `queue("rate-limit", retry_after=2)`. Raises InvalidFault.
        """
        description: JSONObject = {name.replace("_", "-"): v for name, v in parameters.items()}
        description |= {"scenario": scenario, "vendor": vendor, "operation": operation}
        return self._stub.in_faults(lambda faults: faults.queue(description | {"times": times}))

    def tickets(self) -> list[Ticket]:
        """All faults that were asked for, with their counts."""
        return self._stub.in_faults(lambda faults: faults.tickets())

    def clear(self) -> None:
        """Forget them, also those still waiting."""
        self._stub.in_faults(lambda faults: faults.clear())


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
