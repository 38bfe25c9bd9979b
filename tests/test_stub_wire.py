"""What a fault may do with the bare connection, by the extension `stub.wire` of an ASGI scope."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.stub.http.bounds import Bounds
from tests.stub.server import Server

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@contextmanager
def serving(app: ASGIApp, bounds: Bounds | None = None) -> Iterator[socket.socket]:
    """A client's connection to a server of any application."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    server = Server(app, listener, bounds or Bounds())
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.ready.wait(10)
    try:
        with socket.create_connection(address, timeout=10) as client:
            yield client
    finally:
        server.stop()
        thread.join(10)
    assert not thread.is_alive()


def everything(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def test_a_fault_can_reset_the_connection() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"]["stub.wire"].abort()

    with serving(app) as client:
        client.sendall(GET)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_fault_can_write_what_is_no_answer_and_the_connection_is_closed() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"]["stub.wire"].write_raw(b"\x00garbage")

    with serving(app) as client:
        client.sendall(GET + GET)
        assert everything(client) == b"\x00garbage"


def test_a_fault_can_close_before_an_answer() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"]["stub.wire"].close()

    with serving(app) as client:
        client.sendall(GET)
        assert everything(client) == b""


def test_a_fault_can_cut_an_answer_short() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"10")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await scope["extensions"]["stub.wire"].drain()
        scope["extensions"]["stub.wire"].close()

    with serving(app) as client:
        client.sendall(GET)
        answer = everything(client)
    assert b"content-length: 10\r\n" in answer
    assert answer.endswith(b"\r\n\r\nhalf")
