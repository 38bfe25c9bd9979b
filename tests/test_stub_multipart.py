"""Hostile form bodies: every one is a 400 in the vendor's envelope, and nothing is stored."""

from __future__ import annotations

import pytest

from tests.stub import Stub
from tests.stub.pictures import picture
from tests.stub.wire import (
    API_KEY,
    BOUNDARY,
    TOKEN,
    USER,
    Reply,
    connect,
    exchange,
    field_part,
    file_part,
    form,
    form_type,
    part,
    receive,
    request,
    send,
    stored,
    violations,
)

PNG = picture("PNG")
GOOD = form(file_part(PNG))
END = b"--" + BOUNDARY + b"--\r\n"
NAMED = b'Content-Disposition: form-data; name="file"; filename="a.png"'

HOSTILE = {
    "empty body": b"",
    "only the closing boundary": END,
    "no closing boundary": file_part(PNG),
    "cut in the file": GOOD[:60],
    "closing boundary with one dash": GOOD[:-3] + b"\r\n",
    "another boundary": GOOD.replace(BOUNDARY, b"another"),
    "boundary with junk": GOOD.replace(BOUNDARY + b"\r\n", BOUNDARY + b"junk\r\n"),
    "spaces after the boundary": GOOD.replace(BOUNDARY + b"\r\n", BOUNDARY + b"  \r\n"),
    "text before": b"preamble\r\n" + GOOD,
    "text before without line break": b"preamble" + GOOD,
    "text after": GOOD + b"epilogue",
    "text after without line break": GOOD[:-2] + b"epilogue",
    "a second body after": GOOD + GOOD,
    "bare line feeds": GOOD.replace(b"\r\n", b"\n"),
    "bare line feeds in headers": GOOD.replace(b"\r\nContent-Type", b"\nContent-Type"),
    "part without name": form(part(b"Content-Disposition: form-data", PNG)),
    "part with empty name": form(part(b'Content-Disposition: form-data; name=""', PNG)),
    "part without headers": form(part(b"Content-Type: image/png", PNG)),
    "attachment": form(part(b'Content-Disposition: attachment; name="file"', PNG)),
    "file twice": form(file_part(PNG), file_part(PNG)),
    "undocumented part": form(file_part(PNG), field_part("admin", "true")),
    "undocumented part first": form(field_part("admin", "true"), file_part(PNG)),
    "file without filename": form(part(b'Content-Disposition: form-data; name="file"', PNG)),
    "empty file": form(file_part(b"")),
    "base64 part": form(part(NAMED + b"\r\nContent-Transfer-Encoding: base64", PNG)),
    "two dispositions": form(part(NAMED + b"\r\n" + NAMED, PNG)),
    "name twice": form(part(NAMED + b'; name="type"', PNG)),
    "junk in the disposition": form(part(NAMED + b" junk; x", PNG)),
    "folded header": form(part(NAMED + b"\r\n  ; x=y", PNG)),
    "header without colon": form(part(NAMED + b"\r\njunk", PNG)),
    "NUL in a part's header": form(part(NAMED + b"\r\nX-Note: a\0b", PNG)),
    "NUL in a part's header name": form(part(NAMED + b"\r\nX\0: a", PNG)),
    "NUL in a name": form(part(b'Content-Disposition: form-data; name="fi\0le"', PNG)),
    "header that is not UTF-8": form(part(NAMED.replace(b"a.png", b"\xff.png"), PNG)),
    "too many headers": form(part(NAMED + b"".join(b"\r\nX-%d: y" % i for i in range(2000)), PNG)),
    "too long a header": form(part(NAMED + b"\r\nX: " + b"y" * 100_000, PNG)),
    "too many parts": form(*[file_part(PNG, name="file")] * 2000),
    "part with a wrong length": form(part(NAMED + b"\r\nContent-Length: 1", PNG)),
    "not a form": b'{"file": "logo.png"}',
    "path for a file": form(field_part("file", "/etc/passwd")),
}


def upload(stub: Stub, body: bytes, headers: dict[str, str] | None = None) -> Reply:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    return send(url, "POST", API_KEY | (headers or form_type()), body)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_form_is_refused(stub: Stub, body: bytes) -> None:
    reply = upload(stub, body)
    assert reply.status == 400
    assert violations("questionpro", "uploadImage", reply) == []
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_form_is_refused_however_the_network_cuts_it(stub: Stub, body: bytes) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    head = request(url, "POST", API_KEY | form_type() | {"Transfer-Encoding": "chunked"})
    step = max(1, min(7, len(body)), len(body) // 5000)
    pieces = [body[start : start + step] for start in range(0, len(body), step)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    reply = exchange(stub.url, head + chunks + b"0\r\n\r\n")
    assert reply.status == 400
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        f"multipart/form-data; boundary = {BOUNDARY.decode()}",
        f"multipart/form-data; boundary ={BOUNDARY.decode()}",
        f"multipart/form-data; boundary= {BOUNDARY.decode()}",
        "multipart/form-data; boundary=" + "b" * 71,
        'multipart/form-data; boundary="a\tb"',
        f"multipart/form-data; boundary={BOUNDARY.decode()}é",
    ],
)
def test_a_form_without_a_usable_boundary_is_refused(stub: Stub, content_type: str) -> None:
    reply = upload(stub, GOOD, {"Content-Type": content_type})
    assert reply.status in (400, 415)
    assert violations("questionpro", "uploadImage", reply) == []
    assert stored(stub) == (0, 0)


GOOD_FORMS = {
    "plain": GOOD,
    "no line break at the end": GOOD[:-2],
    "line break at the start": b"\r\n" + GOOD,
    "boundary-like bytes in the file": form(file_part(PNG + b"\r\n--a-boundary\r\n--" + b"-" * 9)),
    "unknown part header": form(part(NAMED + b"\r\nX-Trace: 1", PNG)),
    "right part length": form(part(NAMED + b"\r\nContent-Length: %d" % len(PNG), PNG)),
    "no part type": form(part(NAMED, PNG)),
    "lower-case header": form(part(NAMED.lower(), PNG)),
    "extended filename": form(part(NAMED + b"; filename*=UTF-8''na%C3%AFve.png", PNG)),
}


@pytest.mark.parametrize("body", GOOD_FORMS.values(), ids=GOOD_FORMS.keys())
@pytest.mark.parametrize("step", [1, 2, 3, 1000])
def test_a_good_form_is_stored_byte_for_byte(stub: Stub, body: bytes, step: int) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    with connect(url) as connection:
        head = {"Content-Length": str(len(body))}
        connection.sendall(request(url, "POST", API_KEY | form_type() | head))
        for start in range(0, len(body), step):
            connection.sendall(body[start : start + step])
        reply = receive(connection)
    assert reply.status == 200
    assert violations("questionpro", "uploadImage", reply) == []
    (image,) = stub.images()
    kept = stub.content(image)
    assert kept.startswith(PNG)
    assert kept in body


def test_a_boundary_inside_the_file_does_not_smuggle_a_part(stub: Stub) -> None:
    smuggled = b"\r\n--+++\r\n" + b'Content-Disposition: form-data; name="admin"\r\n\r\ntrue'
    reply = upload(stub, form(file_part(PNG + smuggled)))
    assert reply.status == 200
    assert stub.content(stub.images()[0]) == PNG + smuggled


def test_parts_come_in_any_order(stub: Stub) -> None:
    for parts in (
        [field_part("type", "user"), file_part(PNG, "image")],
        [file_part(PNG, "image"), field_part("type", "user")],
    ):
        url = stub.urls["inventorum"] + "/images/"
        reply = send(url, "POST", TOKEN | form_type() | {"X-Api-Version": "12"}, form(*parts))
        assert reply.status == 200
        assert reply.json["type"] == 2
