"""The reference parser: as others read what is valid, and stricter than they are with the rest."""

from __future__ import annotations

import string
from importlib import import_module
from typing import Any

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.fuzzing.wire import answers, reference, reference_form
from scripts.fuzzing.wire.reference_form import Malformed

_multipart: Any = import_module("multipart")  # it carries no types

HEAD = b"POST /x HTTP/1.1\r\nHost: h\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

_token = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=12)
_value = st.binary(max_size=20).map(
    lambda data: bytes(b for b in data if b in b"\t " or 0x21 <= b <= 0x7E or b >= 0x80).strip()
)
_framing = {"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"}
_fields = st.lists(
    st.tuples(_token.filter(lambda name: name.lower() not in _framing).map(str.encode), _value),
    max_size=5,
)
_target = st.text(string.ascii_letters + string.digits + "-._~%/?&=", max_size=20).map(
    lambda text: b"/" + text.encode()
)


@st.composite
def _requests(draw: st.DrawFn) -> bytes:
    method = draw(st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"OPTIONS"]))
    lines = [method + b" " + draw(_target) + b" HTTP/1.1", b"Host: h"]
    lines += [name + b":" + draw(st.sampled_from([b"", b" ", b"\t "])) + value
              for name, value in draw(_fields)]  # fmt: skip
    body = draw(st.binary(max_size=60))
    if draw(st.booleans()):
        size = draw(st.integers(1, 20))
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        extension = draw(st.sampled_from([b"", b";a", b";a=b", b';a="b"']))
        coded = b"".join(b"%x%s\r\n%s\r\n" % (len(p), extension, p) for p in pieces)
        trailer = draw(st.sampled_from([b"", b"X-Trailer: 1\r\n"]))
        lines.append(b"Transfer-Encoding: chunked")
        body = coded + b"0\r\n" + trailer + b"\r\n"
    else:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", body])


def read_by_h11(data: bytes) -> list[tuple[bytes, bytes, list[tuple[bytes, bytes]], bytes]]:
    """Method, target, fields and body of every request."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    found: list[tuple[bytes, bytes, list[tuple[bytes, bytes]], bytes]] = []
    while True:
        event: Any = connection.next_event()
        if isinstance(event, h11.Request):
            found.append((event.method, event.target, list(event.headers), b""))
        elif isinstance(event, h11.Data):
            method, target, fields, body = found[-1]
            found[-1] = method, target, fields, body + bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            response = h11.Response(status_code=200, headers=[("Content-Length", "0")])
            connection.send(response)
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
        else:
            return found


@settings(max_examples=150, deadline=None)
@given(st.lists(_requests(), min_size=1, max_size=3))
def test_valid_requests_are_read_as_h11_reads_them(messages: list[bytes]) -> None:
    data = b"".join(messages)
    reading = reference.read(data)
    assert reading.clean
    ours = [(r.method, r.target, list(r.fields), r.body) for r in reading.requests]
    assert ours == read_by_h11(data)
    assert [r.fault for r in reading.requests] == [""] * len(messages)
    ends = [sum(map(len, messages[: count + 1])) for count in range(len(messages))]
    assert [r.end for r in reading.requests] == ends


@settings(max_examples=100, deadline=None)
@given(_requests(), st.data())
def test_a_request_that_is_cut_is_incomplete_wherever(message: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(message) - 1))
    reading = reference.read(message[:cut])
    assert reading.requests == ()
    assert reading.refusal is None
    assert reading.incomplete is not None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_have_a_reading(data: bytes) -> None:
    for whole in (data, HEAD + data, CHUNKED + data, HEAD + b"Content-Length: 3\r\n\r\n" + data):
        reading = reference.read(whole)
        assert (reading.refusal is None) or (reading.incomplete is None)


def get(*fields: bytes, line: bytes = b"GET /x HTTP/1.1") -> bytes:
    return b"\r\n".join([line, b"Host: h", *fields, b"", b""])


REFUSED = [
    (get(line=b"GET  /x HTTP/1.1"), "RFC 9112, 3"),
    (get(line=b"GET /x"), "RFC 9112, 3"),
    (get(line=b"GET\t/x HTTP/1.1"), "RFC 9112, 3"),
    (get(line=b"GET /x http/1.1"), "RFC 9112, 3"),
    (get(line=b"G(T /x HTTP/1.1"), "RFC 9112, 3"),
    (get(line=b"GET /\xff HTTP/1.1"), "RFC 9112, 3"),
    (get(line=b"GET /x HTTP/1.1 "), "RFC 9112, 3"),
    (get(line=b"GET /x HTTP/2.0"), "RFC 9112, 2.3"),
    (b"GET /x HTTP/1.1\nHost: h\n\n", "RFC 9112, 2.2"),
    (get(b"A: b\nC: d"), "RFC 9112, 2.2"),
    (get(b"A: b\rC: d"), "RFC 9112, 2.2"),
    (get(b"A: b", b" c"), "RFC 9112, 5.2"),
    (get(b"A : b"), "RFC 9112, 5.1"),
    (get(b"A"), "RFC 9112, 5"),
    (get(b": b"), "RFC 9112, 5"),
    (get(b"A\xff: b"), "RFC 9112, 5"),
    (get(b"A: b\x00"), "RFC 9110, 5.5"),
    (get(b"A: \x1b"), "RFC 9110, 5.5"),
    (get(b"Content-Length: +1") + b"x", "RFC 9110, 8.6"),
    (get(b"Content-Length: 0x1") + b"x", "RFC 9110, 8.6"),
    (get(b"Content-Length: 1, 1") + b"x", "RFC 9110, 8.6"),
    (get(b"Content-Length:") + b"x", "RFC 9110, 8.6"),
    (get("Content-Length: ٣".encode()) + b"xxx", "RFC 9110, 8.6"),
    (get(b"Content-Length: 1", b"Content-Length: 1") + b"x", "RFC 9112, 6.3"),
    (get(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n", "RFC 9112, 6.1"),
    (get(b"Transfer-Encoding: xchunked") + b"0\r\n\r\n", "RFC 9112, 6.1"),
    (get(b"Transfer-Encoding: chunked, chunked") + b"0\r\n\r\n", "RFC 9112, 6.1"),
    (get(b"Transfer-Encoding: identity"), "RFC 9112, 6.1"),
    (get(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), "RFC 9112, 6.1"),
    (get(b"Transfer-Encoding: chunked", line=b"GET /x HTTP/1.0") + b"0\r\n\r\n", "RFC 9112, 6.1"),
    (CHUNKED + b"0x1\r\nx\r\n0\r\n\r\n", "RFC 9112, 7.1"),
    (CHUNKED + b"-1\r\nx\r\n0\r\n\r\n", "RFC 9112, 7.1"),
    (CHUNKED + b"\r\n0\r\n\r\n", "RFC 9112, 7.1"),
    (CHUNKED + b"1 \r\nx\r\n0\r\n\r\n", "RFC 9112, 7.1"),
    (CHUNKED + b"1\r\nxy\r\n0\r\n\r\n", "RFC 9112, 7.1"),
    (CHUNKED + b"2\r\nx\r\n0\r\n\r\n", "RFC 9112, 7.1"),
    (CHUNKED + b"1\nx\r\n0\r\n\r\n", "RFC 9112, 7.1"),
    (CHUNKED + b"1;\r\nx\r\n0\r\n\r\n", "RFC 9112, 7.1.1"),
    (CHUNKED + b'1;a="\r\nx\r\n0\r\n\r\n', "RFC 9112, 7.1.1"),
    (CHUNKED + b"0\r\nA b\r\n\r\n", "RFC 9112, 5"),
]


@pytest.mark.parametrize(("data", "section"), REFUSED)
def test_what_is_no_http_is_refused_by_its_section(data: bytes, section: str) -> None:
    reading = reference.read(data + get())
    assert reading.requests == ()
    assert reading.refusal is not None
    assert reading.refusal.section == section


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"GET /x HTTP/1.1\r\n\r\n", "no Host"),
        (get(b"Host: h"), "more than one Host"),
        (b"GET /x HTTP/1.1\r\nHost: a b\r\n\r\n", "a Host that is no host"),
        (get(line=b"GET x HTTP/1.1"), "a target that is neither path nor http URI"),
        (get(line=b"GET /x#y HTTP/1.1"), "a fragment in the target"),
        (get(line=b"GET http://a@h/x HTTP/1.1"), "a target whose authority is not readable"),
        (get(line=b"GET * HTTP/1.1"), "an asterisk as target"),
    ],
)
def test_what_must_be_refused_although_its_end_is_known(data: bytes, fault: str) -> None:
    reading = reference.read(data + get())
    assert [request.fault for request in reading.requests] == [fault, ""]


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n" + get(),
        get(line=b"GET /x HTTP/1.9"),
        b"GET /x HTTP/1.0\r\n\r\n",
        get(line=b"GET http://h/x HTTP/1.1"),
        get(b"TRANSFER-ENCODING: Chunked") + b"00A;x=y;z\r\n0123456789\r\n0\r\n\r\n",
        get(b"Content-Length: 0003") + b"abc",
    ],
)
def test_what_recipients_have_to_take_is_taken(data: bytes) -> None:
    reading = reference.read(data)
    assert reading.clean
    assert [request.fault for request in reading.requests] == [""]


def test_nothing_is_a_request_after_one_that_closes() -> None:
    reading = reference.read(get(b"Connection: x, Close") + get() + b"junk")
    assert len(reading.requests) == 1
    assert reading.ignored == len(get()) + 4
    assert reading.clean


# Forms.

_boundaries = st.text(
    string.ascii_letters + string.digits + "'()+_,-./:=?", min_size=1, max_size=70
)
_parts = st.lists(
    st.tuples(st.text(string.ascii_letters, min_size=1, max_size=8), st.binary(max_size=40)),
    min_size=1,
    max_size=4,
)


def body_of(boundary: bytes, parts: list[tuple[str, bytes]]) -> bytes:
    pieces = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="f"\r\n'
        b"Content-Type: image/png\r\n\r\n%s\r\n" % (boundary, name.encode(), data)
        for name, data in parts
    ]
    return b"".join(pieces) + b"--%s--\r\n" % boundary


@settings(max_examples=150, deadline=None)
@given(_boundaries, _parts)
def test_valid_forms_are_read_as_another_parser_reads_them(
    boundary: str, parts: list[tuple[str, bytes]]
) -> None:
    raw = boundary.encode()
    if any(b"\r\n--" + raw in b"\r\n" + data for _, data in parts):
        return
    body = body_of(raw, parts)
    ours = reference_form.read(b'multipart/form-data; boundary="%s"' % raw, body)
    assert [(part.name.decode(), part.data) for part in ours] == parts
    theirs: list[tuple[str, bytes]] = []
    with _multipart.PushMultipartParser(boundary, strict=True) as parser:
        for event in parser.parse(body):
            if isinstance(event, _multipart.MultipartSegment):
                theirs.append((event.name, b""))
            elif event:
                theirs[-1] = theirs[-1][0], theirs[-1][1] + bytes(event)
    assert theirs == parts


GOOD = body_of(b"b", [("x", b"1")])


@pytest.mark.parametrize(
    ("content_type", "body", "section"),
    [
        (b"multipart/form-data", GOOD, "RFC 2046, 5.1.1"),
        (b"multipart/form-data; boundary=", GOOD, "RFC 9110, 5.6.6"),
        (b"multipart/form-data; boundary = b", GOOD, "RFC 9110, 5.6.6"),
        (b"multipart/form-data; boundary=b; boundary=b", GOOD, "RFC 2045, 5.1"),
        (b"multipart/form-data; boundary=" + b"b" * 71, GOOD, "RFC 2046, 5.1.1"),
        (b'multipart/form-data; boundary="b "', GOOD, "RFC 2046, 5.1.1"),
        (None, GOOD.replace(b"--b--\r\n", b""), "RFC 2046, 5.1.1"),
        (None, GOOD.replace(b"--b--", b"--b"), "RFC 2046, 5.1.1"),
        (None, GOOD.replace(b"--b--", b"--b--x"), "RFC 2046, 5.1.1"),
        (None, GOOD.replace(b"--b\r\n", b"--bx\r\n"), "RFC 2046, 5.1.1"),
        (None, GOOD.replace(b"\r\n", b"\n"), "RFC 2046, 5.1.1"),
        (None, b"", "RFC 2046, 5.1.1"),
        (None, b"x" + GOOD, "RFC 2046, 5.1.1"),
        (None, GOOD.replace(b"form-data", b"attachment"), "RFC 7578, 4.2"),
        (None, GOOD.replace(b'; name="x"', b""), "RFC 7578, 4.2"),
        (None, GOOD.replace(b'name="x"', b'name=""'), "RFC 7578, 4.2"),
        (None, GOOD.replace(b'name="x"', b'name="x"; name="y"'), "RFC 2045, 5.1"),
        (None, GOOD.replace(b'filename="f"', b'filename="f'), "RFC 9110, 5.6.6"),
        (
            None,
            GOOD.replace(b"Content-Type: image/png", b"Content-Disposition: x"),
            "RFC 7578, 4.2",
        ),
        (None, GOOD.replace(b"image/png", b"image/png\x00"), "RFC 7578, 4.8"),
        (
            None,
            GOOD.replace(b"Content-Type: image/png", b"Content-Transfer-Encoding: base64"),
            "RFC 7578, 4.7",
        ),
        (None, b'--b\r\nContent-Disposition: form-data; name="x"\r\n--b--\r\n', "RFC 2046, 5.1.1"),
        (None, b"--b\r\n\r\n1\r\n--b--\r\n", "RFC 7578, 4.2"),
    ],
)
def test_what_is_no_form_is_refused_by_its_section(
    content_type: bytes | None, body: bytes, section: str
) -> None:
    with pytest.raises(Malformed) as caught:
        reference_form.read(content_type or b"multipart/form-data; boundary=b", body)
    assert caught.value.section == section


@pytest.mark.parametrize("body", [b"preamble\r\n" + GOOD, GOOD + b"epilogue", GOOD[:-2]])
def test_what_surrounds_a_form_is_ignored(body: bytes) -> None:
    parts = reference_form.read(b"multipart/form-data; boundary=b", body)
    assert [part.data for part in parts] == [b"1"]


# Answers.


def test_answers_are_told_apart_however_they_are_framed() -> None:
    data = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"
        b"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
        b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end"
    )
    read = answers.read(data, [b"GET", b"GET", b"HEAD", b"GET"], ended=True)
    assert [(answer.status, answer.body) for answer in read.final] == [
        (200, b"ab"),
        (404, b"x"),
        (200, b""),
        (204, b""),
        (200, b"to the end"),
    ]
    assert (read.interim, read.problem) == ((100,), "")


@pytest.mark.parametrize(
    "data",
    [
        b"Bad request\r\n\r\n",
        b"HTTP/1.1 200 OK\nA: b\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    ],
)
def test_what_is_no_answer_is_named(data: bytes) -> None:
    assert answers.read(data, [b"GET"], ended=True).problem
