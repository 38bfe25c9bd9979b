"""Whatever a server answers ends in a documented result or in an error of the package."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pingone_client.models import ImageTargetType

from tests.recorder import Recorder, Step, close, nobody, raw, reply, reset, silence
from tests.vendors import (
    PINGONE,
    Vendor,
    every_vendor,
    failure,
    upload,
)


def altered(vendor: Vendor, path: str, value: Any = ...) -> bytes:
    """The vendor's documented answer with one value replaced, or removed."""
    document = json.loads(vendor.answer())
    *way, last = path.split("/")
    place = document
    for name in way:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document).encode()


# the way to a string, a number and an object of each vendor's documented answer
PLACES = {
    "questionpro": ("response/size", "response/imageID", "response"),
    "inventorum": ("urls/thumb", "id", "urls"),
    "pingone": ("targets/original/href", "targets/original/width", "targets"),
}


# --- statuses


@every_vendor
@pytest.mark.parametrize(
    ("status", "name"),
    [
        (300, "APIStatusError"),
        (304, "APIStatusError"),
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (405, "APIStatusError"),
        (409, "ConflictError"),
        (418, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (499, "APIStatusError"),
        (500, "InternalServerError"),
        (520, "InternalServerError"),
        (600, "InternalServerError"),
        (999, "InternalServerError"),
    ],
)
def test_every_status_has_its_error(vendor: Vendor, mode: str, status: int, name: str) -> None:
    body = b"" if status == 304 else json.dumps(vendor.refusal).encode()
    with Recorder(reply(status, body)) as server:
        error = failure(vendor, mode, server.url, max_retries=0)
    assert type(error) is getattr(vendor.errors, name)
    assert error.status_code == status
    assert error.method == "POST"
    assert error.url == server.url + vendor.path
    assert error.headers["content-type"] == "application/json"
    assert ("Nope" in str(error)) == bool(body)
    documented = str(status) in vendor.module.OPERATION.answers
    assert (error.parsed is not None) == documented


@every_vendor
@pytest.mark.parametrize("status", [202, 204, 299])
def test_an_undocumented_success_is_an_error(vendor: Vendor, mode: str, status: int) -> None:
    with Recorder(reply(status, b"" if status == 204 else vendor.answer())) as server:
        error = failure(vendor, mode, server.url)
    assert type(error) is vendor.errors.APIResponseValidationError
    assert error.status_code == status


@every_vendor
@pytest.mark.parametrize("status", [401, 500])
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"a": 1}', b"\xff"])
def test_a_strange_error_body_leaves_the_status(
    vendor: Vendor, mode: str, status: int, body: bytes
) -> None:
    with Recorder(reply(status, body, media_type="text/html")) as server:
        error = failure(vendor, mode, server.url)
    assert (error.status_code, error.body, error.parsed) == (status, body, None)


# --- bodies


DEEP = b'{"x":' * 100_000 + b"1" + b"}" * 100_000

BODIES: dict[str, bytes] = {
    "HTML": b"<!DOCTYPE html><title>Login</title>",
    "empty": b"",
    "blank": b" \n",
    "truncated": b'{"response": {"imageID": 1',
    "trailing": b"{} {}",
    "array": b"[]",
    "array of objects": b"[{}]",
    "null": b"null",
    "true": b"true",
    "number": b"5",
    "string": b'"text"',
    "empty object": b"{}",
    "NaN": b"NaN",
    "NaN inside": b'{"id": NaN}',
    "infinity": b'{"id": Infinity}',
    "huge float": b'{"id": 1e999}',
    "invalid UTF-8": b'{"id": "\xff\xfe"}',
    "overlong UTF-8": b'{"id": "\xc0\xaf"}',
    "UTF-16": '{"id": 1}'.encode("utf-16"),
    "lone surrogate": b'{"id": "\\ud800"}',
    "NUL": b"\0",
    "deep objects": DEEP,
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep and broken": b"[" * 100_000,
}


@every_vendor
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_wrong_body_is_a_typed_error(vendor: Vendor, mode: str, body: bytes) -> None:
    with Recorder(reply(vendor.status, body)) as server:
        error = failure(vendor, mode, server.url)
    assert type(error) is vendor.errors.APIResponseValidationError
    assert (error.status_code, error.body, error.attempts) == (vendor.status, body, 1)
    assert len(str(error)) < 500
    assert error.__cause__ is None
    assert error.__context__ is None


@every_vendor
@pytest.mark.parametrize("index", [0, 1, 2], ids=["string", "number", "object"])
@pytest.mark.parametrize(
    "value", [..., None, True, 1.5, "7", [], [{}], {}], ids=lambda value: str(value)
)
def test_a_value_of_the_wrong_type_is_named(
    vendor: Vendor, mode: str, index: int, value: Any
) -> None:
    place = PLACES[vendor.name][index]
    if value == "7" and index == 0:
        value = 7
    body = altered(vendor, place, value)
    with Recorder(reply(vendor.status, body)) as server:
        error = failure(vendor, mode, server.url)
    assert type(error) is vendor.errors.APIResponseValidationError
    assert "$" in str(error)
    assert place.split("/")[-1] in str(error)


@every_vendor
@pytest.mark.parametrize("number", [10**30, -(10**25), 2**64])
def test_huge_integers_are_kept(vendor: Vendor, mode: str, number: int) -> None:
    body = altered(vendor, PLACES[vendor.name][1], number)
    with Recorder(reply(vendor.status, body)) as server:
        result = upload(vendor, mode, server.url, b"x")
    assert result.to_dict() == json.loads(body)


@every_vendor
def test_an_integer_of_too_many_digits_is_a_typed_error(vendor: Vendor, mode: str) -> None:
    body = altered(vendor, PLACES[vendor.name][1], "@").replace(b'"@"', b"9" * 100_000)
    with Recorder(reply(vendor.status, body)) as server:
        error = failure(vendor, mode, server.url)
    assert type(error) is vendor.errors.APIResponseValidationError


@every_vendor
def test_a_byte_order_mark_is_ignored(vendor: Vendor, mode: str) -> None:
    with Recorder(reply(vendor.status, b"\xef\xbb\xbf" + vendor.answer())) as server:
        assert upload(vendor, mode, server.url, b"x").to_dict() == vendor.success


@every_vendor
def test_unknown_keys_are_kept_and_sent_back(vendor: Vendor, mode: str) -> None:
    parent = PLACES[vendor.name][0].split("/")[0]
    document = json.loads(altered(vendor, "later", "a-b"))
    document[parent]["new"] = {"deep": [1, None]} if vendor is not PINGONE else None
    if vendor is PINGONE:  # an unknown target is a target
        document[parent]["new"] = document[parent]["original"] | {"later": 1}
    with Recorder(reply(vendor.status, json.dumps(document).encode())) as server:
        result = upload(vendor, mode, server.url, b"x")
    assert result["later"] == "a-b"
    assert result.additional_keys == ["later"]
    assert result.to_dict() == document


def test_unknown_keys_of_a_documented_type_are_checked(mode: str) -> None:
    with Recorder(reply(201, altered(PINGONE, "targets/small", "not a target"))) as server:
        error = failure(PINGONE, mode, server.url)
    assert "$.targets.small" in str(error)


def test_unknown_enum_values_are_kept(mode: str) -> None:
    with Recorder(reply(201, altered(PINGONE, "targets/original/type", "avif"))) as server:
        result = upload(PINGONE, mode, server.url, b"x")
    assert isinstance(result.targets.original.type, ImageTargetType)
    assert result.targets.original.type == "avif"
    assert result.to_dict()["targets"]["original"]["type"] == "avif"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-02-27T19:49:36.457Z", "2020-02-27T19:49:36.457000+00:00"),
        ("2020-02-27t19:49:36z", "2020-02-27T19:49:36+00:00"),
        ("2020-02-27 19:49:36Z", "2020-02-27T19:49:36+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999+00:00"),
        ("2016-12-31T15:59:60.5-08:00", "2016-12-31T23:59:59.999999+00:00"),
        ("2020-02-27T19:49:36.123456789+01:30", "2020-02-27T18:19:36.123456+00:00"),
        ("2020-02-27T19:49:36-00:00", "2020-02-27T19:49:36+00:00"),
    ],
)
def test_dates_are_read_and_kept_to_the_letter(mode: str, text: str, utc: str) -> None:
    with Recorder(reply(201, altered(PINGONE, "createdAt", text))) as server:
        result = upload(PINGONE, mode, server.url, b"x")
    assert (result.created_at - result.created_at.utcoffset()).replace(
        tzinfo=None
    ).isoformat() + "+00:00" == utc
    assert result.to_dict()["createdAt"] == text


@pytest.mark.parametrize(
    "text",
    ["2020-02-27T19:49:36", "2020-02-30T00:00:00Z", "yesterday", "", "2020-02-27T19:49:61Z",
     "2020-02-27T24:00:00Z", "2020-02-27T19:49:36+99:00", "0000-01-01T00:00:00Z",
     "٢٠٢٠-02-27T19:49:36Z"],
)  # fmt: skip
def test_what_is_no_date_is_named(mode: str, text: str) -> None:
    with Recorder(reply(201, altered(PINGONE, "createdAt", text))) as server:
        error = failure(PINGONE, mode, server.url)
    assert "$.createdAt" in str(error)


# --- the wire


@every_vendor
def test_compressed_answers_are_read(vendor: Vendor, mode: str) -> None:
    body = gzip.compress(vendor.answer())
    with Recorder(reply(vendor.status, body, [("Content-Encoding", "gzip")])) as server:
        assert upload(vendor, mode, server.url, b"x").to_dict() == vendor.success


def message(head: str, body: bytes = b"") -> bytes:
    return f"{head}\r\n\r\n".encode("latin-1") + body


BROKEN: dict[str, Step] = {
    "closed before the request": close("accepted"),
    "reset before the request": reset("accepted"),
    "closed before the body": close("head"),
    "closed before the answer": close(),
    "reset before the answer": reset(),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "cut status line": raw(b"HTTP/1.1 20"),
    "cut headers": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "cut body": raw(message("HTTP/1.1 200 OK\r\nContent-Length: 100", b'{"id": 1}')),
    "cut chunk": raw(message("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"a\r\n{}")),
    "bad chunk": raw(message("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"zz\r\n{}")),
    "bad length": raw(message("HTTP/1.1 200 OK\r\nContent-Length: -5", b"{}")),
    "two lengths": raw(message("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3", b"{}")),
    "status 0": raw(message("HTTP/1.1 000 Zero\r\nContent-Length: 0")),
    "status 99": raw(message("HTTP/1.1 99 Few\r\nContent-Length: 0")),
    "status 1000": raw(message("HTTP/1.1 1000 Many\r\nContent-Length: 0")),
    "only 100": raw(message("HTTP/1.1 100 Continue")),
    "switching": raw(message("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c")),
    "endless header": raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000),
    "many headers": raw(message("HTTP/1.1 200 OK" + "\r\nX: y" * 50_000)),
    "folded header": raw(message("HTTP/1.1 200 OK\r\n X: y\r\nContent-Length: 0")),
    "nothing but line ends": raw(b"\r\n" * 50_000),
    "long chunk size": raw(
        message("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"f" * 90 + b"\r\n")
    ),
    "NUL in header": raw(message("HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0")),
    "HTTP/2": raw(b"\0\0\0\x04\0\0\0\0\0"),
}  # fmt: skip


@every_vendor
@pytest.mark.parametrize("step", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_a_connection_error(vendor: Vendor, mode: str, step: Step) -> None:
    with Recorder(step) as server:
        error = failure(vendor, mode, server.url, max_retries=0)
    assert isinstance(error, vendor.errors.APIError)
    assert not isinstance(error, vendor.errors.ConfigurationError)
    if isinstance(error, vendor.errors.APIConnectionError):
        assert f"POST {server.url}{vendor.path} got no answer: " in str(error)
        assert error.attempts == 1
    else:  # h11 takes 000 and 101 for statuses
        assert type(error) is vendor.errors.APIStatusError
        assert error.status_code in (0, 101)
    assert error.__cause__ is None
    assert error.__context__ is None


@every_vendor
def test_an_answer_may_come_before_the_body(vendor: Vendor, mode: str) -> None:
    body = json.dumps(vendor.refusal).encode()
    with Recorder(reply(413, body, when="head")) as server:
        error = failure(vendor, mode, server.url, b"x" * 1_000_000)
    assert error.status_code == 413
    assert "Nope" in str(error)


@every_vendor
def test_no_server_is_a_connection_error(vendor: Vendor, mode: str) -> None:
    with nobody() as url:
        error = failure(vendor, mode, url, max_retries=0)
    assert type(error) is vendor.errors.APIConnectionError
    assert error.attempts == 1


@every_vendor
def test_a_silent_server_is_a_timeout(vendor: Vendor, mode: str) -> None:
    with Recorder(silence()) as server:
        error = failure(vendor, mode, server.url, timeout=0.2)
    assert type(error) is vendor.errors.APITimeoutError
    assert error.attempts == 1


@every_vendor
@pytest.mark.parametrize(
    "base_url",
    ["", "example.com", "ftp://example.com", "http://", "http://exa mple.com", "http://a\nb.com",
     "http://example.com:port", "http://[::1", "http://u:p@example.com", "http://a.com/?q=1",
     "http://a.com/#f", "http://a\\b.com", "http://a..b", "http://²", "http://a.com/\0",
     "http://a.com/x y", "http://" + "a" * 64 + ".com"],
)  # fmt: skip
def test_an_impossible_base_url_is_refused(vendor: Vendor, mode: str, base_url: str) -> None:
    with pytest.raises(vendor.errors.ConfigurationError, match="base_url"):
        vendor.client(mode, base_url)


@given(text=st.text(max_size=12) | st.text("a1.-_%:@[]{}<>!$&()*+,;=|^`~é²/", max_size=10))
def test_a_base_url_is_refused_at_once_or_can_be_used(text: str) -> None:
    try:
        client = PINGONE.client("sync", f"http://{text}")
    except PINGONE.errors.ConfigurationError:
        return
    url = client._session.options.base_url
    assert httpx2.URL(url + PINGONE.path).host
