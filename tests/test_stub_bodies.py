"""Bodies that are too large, malformed, mislabelled or never finished."""

from __future__ import annotations

import json
import resource
import socket
from pathlib import Path

import pytest

from tests.stub import Stub
from tests.stub.http.bounds import Bounds
from tests.stub.pictures import noise, picture
from tests.stub.wire import (
    API_KEY,
    ENVIRONMENT,
    SURVEY,
    TOKEN,
    USER,
    Reply,
    connect,
    exchange,
    file_part,
    form,
    form_type,
    receive,
    request,
    send,
    stored,
    violations,
)

JSON = {"Content-Type": "application/json"}
PNG = picture("PNG")
ANSWER: dict[str, object] = {
    "responseSet": [{"questionID": 12345678, "answerValues": [{"answerID": 123456789}]}]
}


def respond(stub: Stub, body: bytes, headers: dict[str, str] | None = None) -> Reply:
    url = f"{stub.urls['questionpro']}/surveys/{SURVEY}/responses"
    return send(url, "POST", API_KEY | (JSON if headers is None else headers), body)


HOSTILE_JSON = {
    "empty": b"",
    "not JSON": b"{responseSet: []}",
    "cut": json.dumps(ANSWER).encode()[:-3],
    "two values": b"{} {}",
    "not UTF-8": b'{"responseSet": [], "language": "\xff"}',
    "UTF-16": json.dumps(ANSWER).encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(ANSWER).encode(),
    "NaN": b'{"responseSet": [], "timeTaken": NaN}',
    "infinite": b'{"responseSet": [], "location": {"radius": -Infinity}}',
    "beyond a double": b'{"responseSet": [], "location": {"radius": 1e999}}',
    "repeated key": b'{"responseSet": [], "responseSet": []}',
    "repeated key below": b'{"responseSet": [{"questionID": 1, "questionID": 2}]}',
    "half a surrogate pair": b'{"responseSet": [], "language": "\\ud800"}',
    "half a surrogate pair as key": b'{"responseSet": [], "\\udc00": 1}',
    "deep lists": b'{"responseSet": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deeper than taken": b'{"responseSet": [], "x": ' + b"[" * 200 + b"]" * 200 + b"}",
    "too many digits": b'{"responseSet": [], "timeTaken": ' + b"9" * 10_000 + b"}",
    "a list": b"[]",
    "a text": b'"responseSet"',
    "null": b"null",
    "nothing in it": b"{}",
    "responseSet is an object": b'{"responseSet": {}}',
    "question is a text": b'{"responseSet": [{"questionID": "12345678", "answerValues": []}]}',
    "question is a boolean": b'{"responseSet": [{"questionID": true, "answerValues": []}]}',
    "no answers": b'{"responseSet": [{"questionID": 12345678}]}',
    "no IPv4 address": b'{"responseSet": [], "ipAddress": "999.1.1.1"}',
}


@pytest.mark.parametrize("body", HOSTILE_JSON.values(), ids=HOSTILE_JSON.keys())
def test_hostile_json_is_refused(stub: Stub, body: bytes) -> None:
    reply = respond(stub, body)
    assert reply.status == 400
    assert violations("questionpro", "createResponse", reply) == []
    assert len(reply.body) < 3000
    assert stored(stub) == (0, 0)


def test_a_huge_integer_is_no_defect(stub: Stub) -> None:
    body = json.dumps(ANSWER | {"timeTaken": 10**400}).encode()
    reply = respond(stub, body)
    assert reply.status == 200
    assert reply.json["response"]["timeTaken"] == 10**400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/xml"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "junk"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "content-type": "application/json"},
        {"Content-Type": "application/json; charset"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_another_content_type_is_refused(stub: Stub, headers: dict[str, str]) -> None:
    reply = respond(stub, json.dumps(ANSWER).encode(), headers)
    assert reply.status == 415
    assert violations("questionpro", "createResponse", reply) == []
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize("name", ["application/json; charset=utf-8", "Application/JSON"])
def test_a_content_type_may_be_spelt_otherwise(stub: Stub, name: str) -> None:
    assert respond(stub, json.dumps(ANSWER).encode(), {"Content-Type": name}).status == 200


def test_no_body_at_all_is_refused(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/surveys/{SURVEY}/responses"
    for reply in (send(url, "POST", API_KEY), send(url, "POST", API_KEY, b"")):
        assert reply.status == 400
        assert violations("questionpro", "createResponse", reply) == []


def test_chunked_uploads_are_stored(stub: Stub) -> None:
    data = noise(100, 100)
    headers = TOKEN | {"Content-Type": "image/png"}
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    assert send(url, "POST", headers, data, chunked=True).status == 201
    body = form(file_part(data))
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    assert send(url, "POST", API_KEY | form_type(), body, chunked=True).status == 200
    assert [stub.content(image) for image in stub.images()] == [data, data]


def test_a_body_over_the_limit_is_refused_before_it_is_read(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    headers = API_KEY | form_type() | {"Content-Length": str(10 * 1024 * 1024 + 1)}
    reply = exchange(url, request(url, "POST", headers))
    assert reply.status == 413
    assert violations("questionpro", "uploadImage", reply) == []


def test_a_chunked_body_over_the_limit_is_refused(stub: Stub) -> None:
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    headers = TOKEN | {"Content-Type": "image/png"}
    with connect(url) as connection:
        connection.sendall(request(url, "POST", headers | {"Transfer-Encoding": "chunked"}))
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(33):
            connection.sendall(chunk)
        reply = receive(connection)
    assert reply.status == 413
    assert violations("pingone", "createImage", reply) == []
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize(("size", "status"), [(2 * 1024 * 1024, 201), (2 * 1024 * 1024 + 1, 413)])
def test_pingone_takes_two_megabytes(stub: Stub, size: int, status: int) -> None:
    data = PNG + b"\0" * (size - len(PNG))
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    reply = send(url, "POST", TOKEN | {"Content-Type": "image/png"}, data)
    assert reply.status == status
    assert violations("pingone", "createImage", reply) == []


def test_a_large_file_is_stored_byte_for_byte(stub: Stub) -> None:
    data = PNG + b"\xa5" * (9 * 1024 * 1024)
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    reply = send(url, "POST", API_KEY | form_type(), form(file_part(data)))
    assert reply.status == 200
    assert reply.json["response"]["size"] == "9 Mb"
    assert send(reply.json["response"]["imageURL"]).body == data


def test_a_refused_flood_takes_no_memory() -> None:
    # The server is of this process, so its memory shows in the peak of this process.
    with Stub(strict=True) as stub:
        url = f"{stub.urls['questionpro']}/users/{USER}/images"
        length = 300 * 1024 * 1024
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with connect(url) as connection:
            head = API_KEY | form_type() | {"Content-Length": str(length)}
            connection.sendall(request(url, "POST", head))
            block = b"x" * (1024 * 1024)
            for _ in range(length // len(block)):
                connection.sendall(block)
            reply = receive(connection)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert reply.status == 413
    assert (after - before) // 1024 < 30


def test_a_client_that_leaves_in_the_middle_stores_nothing(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    body = form(file_part(PNG))
    for end in (socket.SHUT_RDWR, socket.SHUT_WR):
        with connect(url) as connection:
            head = API_KEY | form_type() | {"Content-Length": str(len(body))}
            connection.sendall(request(url, "POST", head) + body[:-10])
            connection.shutdown(end)
    assert send(f"{stub.url}/_stub/health").status == 200
    assert stored(stub) == (0, 0)


def test_a_length_shorter_than_the_body_stores_nothing(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    body = form(file_part(PNG))
    head = API_KEY | form_type() | {"Content-Length": str(len(body) - 20)}
    assert exchange(url, request(url, "POST", head) + body).status == 400
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffffff\r\n",
        b"Transfer-Encoding: gzip\r\n\r\nx",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 1_0\r\n\r\n0123456789",
    ],
)
def test_nonsense_framing_is_refused(stub: Stub, rest: bytes) -> None:
    path = f"/v1/environments/{ENVIRONMENT}/images"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer test-token\r\n"
    reply = exchange(stub.url, head.encode() + b"Content-Type: image/png\r\n" + rest)
    assert reply.status in (400, 501)
    assert stored(stub) == (0, 0)


def test_a_silent_client_is_told_so() -> None:
    with Stub(strict=True, bounds=Bounds(idle=0.2)) as stub:
        url = f"{stub.urls['questionpro']}/users/{USER}/images"
        head = API_KEY | form_type() | {"Content-Length": "1000"}
        reply = exchange(url, request(url, "POST", head) + b"--a-b")
        assert reply.status == 400
        assert violations("questionpro", "uploadImage", reply) == []
        assert stored(stub) == (0, 0)


def test_the_limit_can_be_set(tmp_path: Path) -> None:
    with Stub(strict=True, max_body=1000) as stub:
        url = f"{stub.urls['questionpro']}/users/{USER}/images"
        data = PNG + b"\0" * 1000
        assert send(url, "POST", API_KEY | form_type(), form(file_part(data))).status == 413
        assert send(url, "POST", API_KEY | form_type(), form(file_part(PNG))).status == 200
