"""What is no HTTP, or HTTP that two servers would read differently: refused in the vendor's
envelope, and the connection closed where its framing can't be trusted.
"""

from __future__ import annotations

import gc
import json
import socket
import struct
import threading

import pytest

from tests.stub import Stub
from tests.stub.http.connection import Connection
from tests.stub.http.request_head import LONGEST_HEAD, LONGEST_TARGET, MOST_FIELDS
from tests.stub.pictures import picture
from tests.stub.wire import (
    ENVIRONMENT,
    Reply,
    connect,
    exchange,
    file_part,
    form,
    form_type,
    part,
    receive,
    send,
    stored,
)

PATH = f"/v1/environments/{ENVIRONMENT}/images".encode()
KEY = b"Host: x\r\nAuthorization: Bearer test-token\r\nContent-Type: image/png\r\n"
LIST = b"/a/api/v2/users/1234567/images"
GOOD = b"GET " + LIST + b" HTTP/1.1\r\nHost: x\r\napi-key: test-api-key\r\n"


def post(fields: bytes, body: bytes = b"", line: bytes = b"POST " + PATH + b" HTTP/1.1") -> bytes:
    return line + b"\r\n" + KEY + fields + b"\r\n" + body


def head(*fields: bytes, line: bytes = b"GET " + LIST + b" HTTP/1.1") -> bytes:
    return b"\r\n".join([line, *fields, b"", b""])


HOST = b"Host: x"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
HOSTILE = {
    # the request line
    "HTTP/0.9": b"GET " + LIST + b"\r\n",
    "no version": head(HOST, line=b"GET " + LIST),
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/2.0": head(HOST, line=b"GET " + LIST + b" HTTP/2.0"),
    "HTTP/1.2": head(HOST, line=b"GET " + LIST + b" HTTP/1.2"),
    "http in lower case": head(HOST, line=b"GET " + LIST + b" http/1.1"),
    "two spaces": head(HOST, line=b"GET  " + LIST + b" HTTP/1.1"),
    "a tab": head(HOST, line=b"GET\t" + LIST + b" HTTP/1.1"),
    "a space in the target": head(HOST, line=b"GET " + LIST + b" x HTTP/1.1"),
    "a space at the end": head(HOST, line=b"GET " + LIST + b" HTTP/1.1 "),
    "a space before": b" " + head(HOST),
    "no method": head(HOST, line=LIST + b" HTTP/1.1"),
    "a bracket in the method": head(HOST, line=b"GE(T " + LIST + b" HTTP/1.1"),
    "a raw byte in the target": head(HOST, line=b"GET " + LIST + b"\xff HTTP/1.1"),
    "NUL in the target": head(HOST, line=b"GET " + LIST + b"\0 HTTP/1.1"),
    "a fragment": head(HOST, line=b"GET " + LIST + b"#top HTTP/1.1"),
    "an https target": head(HOST, line=b"GET https://x" + LIST + b" HTTP/1.1"),
    "credentials in the target": head(HOST, line=b"GET http://a@x" + LIST + b" HTTP/1.1"),
    "a target without slash": head(HOST, line=b"GET images HTTP/1.1"),
    "CONNECT": head(HOST, line=b"CONNECT example.com:80 HTTP/1.1"),
    "OPTIONS *": head(HOST, line=b"OPTIONS * HTTP/1.1"),
    "GET *": head(HOST, line=b"GET * HTTP/1.1"),
    "a long target": head(HOST, line=b"GET " + LIST + b"?" + b"x" * LONGEST_TARGET + b" HTTP/1.1"),
    "an endless target": b"GET " + LIST + b"?" + b"x" * 2 * LONGEST_TARGET,
    "two empty lines before": b"\r\n\r\n" + head(HOST),
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(range(200)),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "noise": bytes(range(256)) * 4,
    # header fields
    "bare line feeds": GOOD.replace(b"\r\n", b"\n") + b"\n",
    "one bare line feed": GOOD + b"X: y\n\r\n",
    "bare carriage return": GOOD + b"X: y\rZ: z\r\n\r\n",
    "a folded line": GOOD + b"X: y\r\n z\r\n\r\n",
    "a folded line with tab": GOOD + b"X: y\r\n\tz\r\n\r\n",
    "the first line folded": b"GET " + LIST + b" HTTP/1.1\r\n Host: x\r\n\r\n",
    "NUL in a value": GOOD + b"X: a\0b\r\n\r\n",
    "escape in a value": GOOD + b"X: a\x1bb\r\n\r\n",
    "no colon": GOOD + b"X\r\n\r\n",
    "space before the colon": GOOD + b"X : y\r\n\r\n",
    "no name": GOOD + b": y\r\n\r\n",
    "a raw byte in a name": GOOD + b"X\xff: y\r\n\r\n",
    "no Host": head(b"api-key: test-api-key"),
    "two Hosts": GOOD + HOST + b"\r\n\r\n",
    **{
        f"Host is {host!r}": head(b"Host: " + host, b"api-key: test-api-key")
        for host in (b"", b"a b", b"x:99999", b"x:y", b"x/y", b"x@y", b'"', b"a,b", b"[::1", b"-")
    },
    "many fields": GOOD + b"X: y\r\n" * (MOST_FIELDS + 1) + b"\r\n",
    "a long field": GOOD + b"X: " + b"y" * LONGEST_HEAD + b"\r\n\r\n",
    "an endless head": GOOD + b"X: y\r\n" * (LONGEST_HEAD // 4),
    "an endless name": GOOD + b"X" * 2 * LONGEST_HEAD,
    "another expectation": post(b"Content-Length: 3\r\nExpect: 200-maybe\r\n", b"abc"),
    # the body's length
    "length and chunks": post(b"Content-Length: 5\r\n" + CHUNKED, b"0\r\n\r\n"),
    "chunks and length": post(CHUNKED + b"Content-Length: 5\r\n", b"0\r\n\r\n"),
    "two lengths": post(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello!"),
    "one length twice": post(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello"),
    **{
        f"length is {length!r}": post(b"Content-Length: " + length + b"\r\n", b"hello")
        for length in (b"", b"-1", b"+5", b"5, 5", b"5;", b"0x5", b"1_0", b"5 5", b"\xb2", b"5.0")
    },
    "a length of a thousand digits": post(b"Content-Length: " + b"9" * 1000 + b"\r\n"),
    **{
        f"coding is {coding!r}": post(b"Transfer-Encoding: " + coding + b"\r\n", b"0\r\n\r\n")
        for coding in (b"", b"gzip", b"gzip, chunked", b"chunked, chunked", b"chunked;q=1", b"x")
    },
    "chunks twice": post(CHUNKED * 2, b"0\r\n\r\n"),
    "chunks in HTTP/1.0": post(CHUNKED, b"0\r\n\r\n", b"POST " + PATH + b" HTTP/1.0"),
    # chunks
    **{
        f"chunks are {body[:12]!r}": post(CHUNKED, body)
        for body in (
            b"zz\r\n",
            b"-5\r\nhello\r\n0\r\n\r\n",
            b"0x5\r\nhello\r\n0\r\n\r\n",
            b" 5\r\nhello\r\n0\r\n\r\n",
            b"\r\n5\r\nhello\r\n0\r\n\r\n",
            b"5\nhello\n0\n\n",
            b"5;a\nhello\r\n0\r\n\r\n",
            b"5;a\0\r\nhello\r\n0\r\n\r\n",
            b"5 \r\nhello\r\n0\r\n\r\n",
            b"5;\r\nhello\r\n0\r\n\r\n",
            b"5;=b\r\nhello\r\n0\r\n\r\n",
            b'5;a="b\r\nhello\r\n0\r\n\r\n',
            b"5;a b\r\nhello\r\n0\r\n\r\n",
            b"4\r\nhello\r\n0\r\n\r\n",
            b"6\r\nhello\r\n0\r\n\r\n",
            b"5\r\nhelloX\r\n0\r\n\r\n",
            b"ffffffffffffffffffffff\r\n",
            b"5" + b";x" * 600,
            b"".join(b"1;%s\r\nx\r\n" % (b"e" * 1000) for _ in range(20)),
            b"0\r\nX y\r\n\r\n",
            b"0\r\n folded\r\n\r\n",
            b"0\r\nContent-Length: 7\r\n\r\n",
            b"0\r\nAuthorization: Bearer test-token\r\n\r\n",
            b"0\r\n" + b"X: y\r\n" * 3000,
        )
    },
}  # fmt: skip


def in_envelope(reply: Reply, request: bytes) -> bool:
    keys = set(reply.json)
    if PATH in request[:100]:
        return keys == {"id", "code", "message", "details"}
    if LIST in request[:100]:
        return keys == {"response"}
    return keys == {"status", "code", "message", "faults"}


@pytest.mark.parametrize("request_", HOSTILE.values(), ids=HOSTILE.keys())
def test_nonsense_is_refused_in_the_vendors_envelope_and_the_connection_closed(
    stub: Stub, request_: bytes
) -> None:
    with connect(stub.url) as connection:
        connection.sendall(request_)
        reply = receive(connection)
        assert connection.recv(1) == b""
    assert 400 <= reply.status < 500
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["connection"] == "close"
    assert in_envelope(reply, request_)
    assert stored(stub) == (0, 0)
    assert exchange(stub.url, GOOD + b"\r\n").status == 200


@pytest.mark.parametrize(
    "request_",
    [value for key, value in HOSTILE.items() if "endless" not in key and len(value) < 4000],
)
def test_the_verdict_does_not_depend_on_how_the_network_cuts(stub: Stub, request_: bytes) -> None:
    whole = exchange(stub.url, request_)
    with connect(stub.url) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for position in range(len(request_)):
                connection.send(request_[position : position + 1])
        except (BrokenPipeError, ConnectionResetError):
            pass
        reply = receive(connection)
    assert reply.status == whole.status
    assert stored(stub) == (0, 0)


def test_what_follows_a_refused_request_is_never_taken_for_one(stub: Stub) -> None:
    smuggled = GOOD + b"\r\n"
    for request in HOSTILE.values():
        with connect(stub.url) as connection:
            connection.sendall(request + smuggled)
            answers = b""
            while piece := connection.recv(65536):
                answers += piece
        assert answers.count(b"HTTP/1.1 ") == 1
        assert b"HTTP/1.1 4" in answers


def test_the_ends_of_half_closed_connections(stub: Stub) -> None:
    for whole in (GOOD + b"\r\n", post(b"Content-Length: 5\r\n", b"hell")):
        for end in range(1, len(whole)):
            reply = exchange(stub.url, whole[:end], half_close=True)
            assert reply.status == 400
            assert json.loads(reply.body)
    assert exchange(stub.url, GOOD + b"\r\n", half_close=True).status == 200
    with connect(stub.url) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""


def test_pipelined_requests_are_answered_in_order(stub: Stub) -> None:
    lists = [GOOD.replace(b"images HTTP", b"images?perPage=%d HTTP" % n) for n in range(1, 200)]
    with connect(stub.url) as connection:
        connection.sendall(b"".join(request + b"\r\n" for request in lists))
        sizes = [receive_one(connection)["pagination"]["perPage"] for _ in lists]
    assert sizes == list(range(1, 200))


def receive_one(connection: socket.socket) -> dict[str, dict[str, int]]:
    """One answer, and no byte of the next one."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = connection.recv(length, socket.MSG_WAITALL)
    answer: dict[str, dict[str, int]] = json.loads(body)
    return answer


@pytest.mark.parametrize(
    ("line", "fields", "kept"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: close\r\n", False),
        (b"1.1", b"Connection: x, Close\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", True),
    ],
)
def test_a_connection_is_kept_as_the_client_asks(
    stub: Stub, line: bytes, fields: bytes, kept: bool
) -> None:
    request = GOOD.replace(b"HTTP/1.1", b"HTTP/" + line) + fields + b"\r\n"
    with connect(stub.url) as connection:
        connection.sendall(request)
        receive_one(connection)
        if not kept:
            assert connection.recv(1) == b""
            return
        connection.sendall(request)
        receive_one(connection)


def test_a_refused_small_body_keeps_the_connection(stub: Stub) -> None:
    first = b"POST " + PATH + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
    with connect(stub.url) as connection:
        connection.sendall(first)
        assert "code" in receive_one(connection)
        connection.sendall(b"hello" + GOOD + b"\r\n")
        assert "pagination" in receive_one(connection)


def test_extensions_and_trailers_of_chunks_are_ignored(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/surveys/7654321/responses"
    body = b'{"responseSet": []}'
    fields = {"api-key": "test-api-key", "Content-Type": "application/json"}
    plain = send(url, "POST", fields, body, chunked=True)
    lines = b"".join(b"%s: %s\r\n" % (k.encode(), v.encode()) for k, v in fields.items())
    chunks = b'%x;a=b ; c="d;\\""\r\n%s\r\n0;e\r\nX: y\r\n\r\n' % (len(body), body)
    start = b"POST /a/api/v2/surveys/7654321/responses HTTP/1.1\r\nHost: x\r\n"
    decorated = exchange(url, start + lines + CHUNKED + b"\r\n" + chunks)
    assert decorated.status == plain.status == 200


def test_a_client_that_asks_first_is_told_to_go_on_every_time(stub: Stub) -> None:
    request = post(b"Content-Length: 3\r\nExpect: 100-Continue\r\n")
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    with connect(stub.url) as one, connect(stub.url) as other:
        for connection in (one, one, other):
            connection.sendall(request)
            assert connection.recv(len(go_on), socket.MSG_WAITALL) == go_on
            connection.sendall(b"abc")
            assert receive(connection).status == 400


def test_a_client_that_asks_first_is_refused_before_it_sends(stub: Stub) -> None:
    request = post(b"Content-Length: 3\r\nExpect: 100-continue\r\n").replace(b"test-token", b"x")
    with connect(stub.url) as connection:
        connection.sendall(request)
        reply = receive(connection)
        assert (reply.status, reply.headers["connection"]) == (401, "close")
        assert connection.recv(1) == b""


def test_an_upgrade_is_not_taken_up(stub: Stub) -> None:
    """As RFC 9110 lets a server do; Java's client offers h2c with its every first request."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    assert exchange(stub.url, GOOD + upgrade + b"\r\n").status == 200


def test_one_empty_line_before_a_request_is_forgiven(stub: Stub) -> None:
    assert exchange(stub.url, b"\r\n" + GOOD + b"\r\n").status == 200


def test_a_client_without_host_gets_links_to_where_the_stub_listens(stub: Stub) -> None:
    old = GOOD.replace(b"HTTP/1.1\r\nHost: x", b"HTTP/1.0") + b"\r\n"
    links = exchange(stub.url, old).json["pagination"]["links"]
    assert links["self"].startswith(stub.url + "/")


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"Content-Length: 2\r\n", b""),
        (CHUNKED, b"5,5\r\n"),
        (CHUNKED, b"5\r\nhello\r\n0\r\n"),
        (CHUNKED, b"5\r\nhelloX\r\n0\r\n\r\n"),
    ],
)
def test_a_body_that_nobody_wants_is_read_before_its_request_is_answered(
    stub: Stub, fields: bytes, body: bytes
) -> None:
    reply = exchange(stub.url, GOOD + fields + b"\r\n" + body, half_close=True)
    assert reply.status == 400
    whole = GOOD + b"Content-Length: 5\r\n\r\nhello"
    assert exchange(stub.url, whole).status == 200


def test_a_form_that_ends_within_a_parts_headers_is_refused(stub: Stub) -> None:
    headers = b'Content-Disposition: form-data; name="x"'
    url = f"{stub.urls['questionpro']}/users/1234567/images"
    fields = {"api-key": "test-api-key", **form_type()}
    open_part = part(headers, b"").removesuffix(b"\r\n\r\n\r\n") + b"\r\n"
    reply = send(url, "POST", fields, form(file_part(picture()), open_part))
    assert reply.status == 400
    assert stored(stub) == (0, 0)


def test_a_client_that_resets_amid_its_refusal_leaves_no_error_behind(
    stub: Stub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, finish = threading.Event(), Connection._finish

    def finish_late(connection: Connection) -> None:
        gone.wait(10)
        finish(connection)

    with connect(stub.url) as connection:
        monkeypatch.setattr(Connection, "_finish", finish_late)
        connection.sendall(b"nonsense\r\n\r\n")
        assert connection.recv(1)
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    gone.set()
    assert exchange(stub.url, GOOD + b"\r\n").status == 200
    gc.collect()  # which tells of tasks that ended with an error
    assert [record for record in caplog.records if record.name == "asyncio"] == []
