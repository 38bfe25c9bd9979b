"""What one client may take of the stub: connections, bytes and time."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.stub import Stub
from tests.stub.http.bounds import Bounds
from tests.stub.pictures import noise, picture
from tests.stub.server import ROOT
from tests.stub.wire import (
    API_KEY,
    ENVIRONMENT,
    TOKEN,
    USER,
    connect,
    exchange,
    form_type,
    receive,
    request,
    send,
    stored,
    violations,
)

LIST = f"/a/api/v2/users/{USER}/images"
PNG = {"Content-Type": "image/png"}


def list_request(stub: Stub) -> bytes:
    return request(stub.url + LIST, headers=API_KEY)


def send_all(connection: socket.socket, *pieces: bytes, pause: float = 0) -> None:
    for piece in pieces:
        connection.sendall(piece)
        time.sleep(pause)


def test_a_head_that_does_not_end_is_refused_in_the_vendors_envelope() -> None:
    with Stub(strict=True, bounds=Bounds(head=0.2)) as stub:
        reply = exchange(stub.url, list_request(stub)[:-2])
        assert reply.status == 400
        assert reply.headers["connection"] == "close"
        assert violations("questionpro", "listImages", reply) == []


def test_a_head_that_comes_byte_by_byte_gets_no_more_time_for_it() -> None:
    with Stub(strict=True, bounds=Bounds(head=0.3)) as stub, connect(stub.url) as connection:
        connection.settimeout(0.02)
        for byte in list_request(stub) + b"x" * 10_000:
            connection.send(bytes([byte]))
            try:
                answer = connection.recv(12)
            except TimeoutError:
                continue
            assert answer == b"HTTP/1.1 408"  # of no vendor: the path has not come
            return
    pytest.fail("the head was never refused")


def test_a_second_request_that_does_not_end_is_refused_too() -> None:
    with Stub(strict=True, bounds=Bounds(head=0.2)) as stub, connect(stub.url) as connection:
        connection.sendall(list_request(stub))
        assert receive(connection).status == 200
        connection.sendall(b"GET /a")
        assert receive(connection).status == 408


def test_a_silent_connection_is_closed() -> None:
    with Stub(strict=True, bounds=Bounds(head=0.2, keep_alive=0.2)) as stub:
        with connect(stub.url) as connection:
            assert connection.recv(1) == b""
        with connect(stub.url) as connection:
            connection.sendall(list_request(stub))
            assert receive(connection).status == 200
            assert connection.recv(1) == b""


def test_a_body_that_never_ends_is_refused_though_it_never_pauses() -> None:
    with Stub(strict=True, bounds=Bounds(body=0.3)) as stub:
        url = f"{stub.urls['questionpro']}/users/{USER}/images"
        head = API_KEY | form_type() | {"Content-Length": "1000000"}
        with connect(url) as connection:
            connection.sendall(request(url, "POST", head) + b"--a-boundary-of-the-tests")
            connection.settimeout(0.02)
            begin = b""
            while not begin:
                connection.send(b"\r")
                try:
                    begin = connection.recv(12)
                except TimeoutError:
                    continue
        assert begin == b"HTTP/1.1 400"
        assert stored(stub) == (0, 0)


def test_a_client_that_takes_no_answers_is_dropped() -> None:
    with Stub(strict=True, bounds=Bounds(idle=0.3, keep_alive=0.3)) as stub:
        url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
        image = send(url, "POST", TOKEN | PNG, noise(700, 700))
        requests = request(image.json["targets"]["original"]["href"]) * 1000
        with (
            connect(stub.url) as connection,
            pytest.raises((ConnectionResetError, BrokenPipeError)),
        ):
            send_all(connection, *[requests] * 1000)
        assert send(stub.url + LIST, headers=API_KEY).status == 200


def test_one_connection_too_many_is_told_so_at_once() -> None:
    with Stub(strict=True, bounds=Bounds(connections=3)) as stub, ExitStack() as stack:
        held = [stack.enter_context(connect(stub.url)) for _ in range(3)]
        for connection in held:
            connection.sendall(list_request(stub))
            assert receive(connection).status == 200
        reply = exchange(stub.url, list_request(stub))
        assert (reply.status, reply.headers["retry-after"]) == (503, "1")
        assert reply.json["code"] == "stub.busy"
        held[0].close()
        for _ in range(100):  # the server has yet to see that it is closed
            if exchange(stub.url, list_request(stub)).status == 200:
                return
            time.sleep(0.02)
    pytest.fail("a place that became free was not given away")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (API_KEY | form_type(), 413),
        (form_type(), 401),
        (API_KEY | {"Content-Type": "text/plain"}, 415),
    ],
)
def test_an_early_refusal_reaches_a_client_that_sends_on(
    stub: Stub, headers: dict[str, str], status: int
) -> None:
    length = 30 * 1024 * 1024
    url = stub.url + LIST
    with connect(url) as connection:
        connection.sendall(request(url, "POST", headers | {"Content-Length": str(length)}))
        for _ in range(30):
            connection.sendall(bytes(1024 * 1024))
        reply = receive(connection)
        assert reply.status == status
        assert reply.headers["connection"] == "close"
        assert connection.recv(1) == b""


def test_the_rest_of_a_refused_body_is_dropped_within_bounds() -> None:
    with Stub(strict=True, bounds=Bounds(discard=1024 * 1024)) as stub:
        url = stub.url + LIST
        head = request(url, "POST", form_type() | {"Content-Length": str(10**9)})
        with (
            connect(url) as connection,
            pytest.raises((ConnectionResetError, BrokenPipeError)),
        ):
            send_all(connection, head, *[bytes(1024 * 1024)] * 1000)
    with Stub(strict=True, bounds=Bounds(linger=0.2)) as stub, connect(stub.url) as connection:
        connection.sendall(head)
        assert receive(connection).status == 401
        connection.settimeout(0.02)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            send_all(connection, *[b"x"] * 1000, pause=0.01)


UPLOAD = """
import resource, socket, sys
from tests.stub import Stub
from tests.stub.pictures import picture
from tests.stub.wire import *
size, chunked = int(sys.argv[2]), sys.argv[3] == "chunked"
with Stub(db=sys.argv[1], max_body=size + 1000) as stub:
    url = stub.urls["questionpro"] + f"/users/{USER}/images"
    png = picture("PNG")
    assert send(url, "POST", API_KEY | form_type(), form(file_part(png))).status == 200
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    whole = form(file_part(png + b"$"))
    begin, end = whole.split(b"$")
    block = bytes(1024 * 1024)
    count = size // len(block)
    length = len(begin) + len(end) + count * len(block)
    framing = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(length)}
    with connect(url) as connection:
        connection.sendall(request(url, "POST", API_KEY | form_type() | framing))
        for piece in (begin, *[block] * count, end):
            connection.sendall(b"%x\\r\\n%s\\r\\n" % (len(piece), piece) if chunked else piece)
        connection.sendall(b"0\\r\\n\\r\\n" if chunked else b"")
        reply = receive(connection)
    assert reply.status == 200, reply
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    image = stub.images()[-1]
    assert image.size == len(png) + count * len(block)
    with connect(url) as connection:
        connection.sendall(request(reply.json["response"]["imageURL"]))
        read = 0
        while read < image.size:
            piece = connection.recv(1 << 20)
            assert piece
            read += len(piece)
    later = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print((after - before) // 1024, (later - before) // 1024)
"""


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_large_upload_and_its_download_take_little_memory(tmp_path: Path, framing: str) -> None:
    size = 80 * 1024 * 1024
    command = [sys.executable, "-c", UPLOAD, str(tmp_path / "state.db"), str(size), framing]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert result.returncode == 0, result.stderr
    assert max(map(int, result.stdout.split())) < 30, "MiB"


def test_a_refused_flood_of_chunks_takes_no_memory(stub: Stub) -> None:
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with connect(url) as connection:
        head = TOKEN | PNG | {"Transfer-Encoding": "chunked"}
        connection.sendall(request(url, "POST", head) + b"%x\r\n" % (10**9))
        for _ in range(100):
            connection.sendall(bytes(1024 * 1024))
        reply = receive(connection)
    assert reply.status == 413
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024 < 20
    assert stored(stub) == (0, 0)


def test_a_client_that_leaves_frees_its_place(stub: Stub) -> None:
    for _ in range(50):
        with connect(stub.url) as connection:
            connection.sendall(list_request(stub)[:20])
        with connect(stub.url) as connection:
            connection.sendall(list_request(stub))
            connection.shutdown(socket.SHUT_RDWR)
    reply = send(
        f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images",
        "POST",
        TOKEN | PNG,
        picture("PNG"),
    )
    assert reply.status == 201
