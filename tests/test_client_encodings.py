"""Content encodings: undone within bounds, or one class of error for each kind of defect."""

from __future__ import annotations

import contextlib
import gzip
import importlib
import json
import tracemalloc
import zlib

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pingone_client._runtime.content import UndecodableError, acceptable, decoded

from tests.recorder import Exchange, Recorder, Step, reply
from tests.vendors import PINGONE, QUESTIONPRO, SECRET
from tests.ways import every_way, own_way, sending

CONTENT = importlib.import_module("pingone_client._runtime.content")
ANSWER = PINGONE.answer()


def raw_deflate(content: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(content) + compressor.flush()


GOOD = {
    "gzip": ("gzip", gzip.compress(ANSWER)),
    "in capitals": ("GZIP", gzip.compress(ANSWER)),
    "the old name": ("x-gzip", gzip.compress(ANSWER)),
    "members": ("gzip", gzip.compress(ANSWER[:9]) + gzip.compress(b"") + gzip.compress(ANSWER[9:])),
    "padding": ("gzip", gzip.compress(ANSWER) + bytes(512)),
    "zlib": ("deflate", zlib.compress(ANSWER)),
    "raw deflate": ("deflate", raw_deflate(ANSWER)),
    "stored deflate": ("deflate", zlib.compress(ANSWER, 0)),
    "identity": ("identity", ANSWER),
    "identity twice": ("identity, identity", ANSWER),
    "empty name": ("", ANSWER),
}
BAD = {
    "no gzip": ("gzip", b"not gzip"),
    "cut gzip": ("gzip", gzip.compress(ANSWER)[:-9]),
    "cut gzip header": ("gzip", gzip.compress(ANSWER)[:5]),
    "cut checksum": ("gzip", gzip.compress(ANSWER)[:-1]),
    "wrong checksum": ("gzip", gzip.compress(ANSWER)[:-8] + bytes(8)),
    "cut member": ("gzip", gzip.compress(ANSWER) + gzip.compress(b"x")[:-3]),
    "bytes after gzip": ("gzip", gzip.compress(ANSWER) + b"more"),
    "bytes after zlib": ("deflate", zlib.compress(ANSWER) + b"more"),
    "cut zlib": ("deflate", zlib.compress(ANSWER)[:-4]),
    "cut raw deflate": ("deflate", raw_deflate(ANSWER)[:-4]),
    "no deflate": ("deflate", b"\xff\xff"),
    "plain": ("gzip", ANSWER),
    "brotli": ("br", b"\x0b\x02\x80{}\x03"),
    "zstandard": ("zstd", b"\x28\xb5\x2f\xfd"),
    "unknown": ("rot13", ANSWER),
    "a list": ("gzip, gzip", gzip.compress(gzip.compress(ANSWER))),
    "a long name": ("x" * 5000, ANSWER),
}


def encoded(case: tuple[str, bytes], status: int = 201) -> Step:
    return reply(status, case[1], [("Content-Encoding", case[0])])


@every_way
@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD)
def test_encodings_are_undone(way: str, case: tuple[str, bytes]) -> None:
    with Recorder(encoded(case)) as server:
        assert sending(way, PINGONE, server.url).to_dict() == PINGONE.success
    assert server.only.header("accept-encoding") == "gzip, deflate"


@every_way
@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_what_cannot_be_decoded_is_not_what_was_promised(way: str, case: tuple[str, bytes]) -> None:
    with Recorder(encoded(case)) as server:
        error = sending(way, PINGONE, server.url)
    assert type(error) is PINGONE.errors.APIResponseValidationError
    assert (error.status_code, error.body, error.attempts) == (201, case[1], 1)
    assert len(str(error)) < 600


@every_way
@pytest.mark.parametrize("status", [401, 503])
@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_an_undecodable_error_is_still_that_error(
    way: str, status: int, case: tuple[str, bytes]
) -> None:
    with Recorder(encoded(case, status)) as server:
        error = sending(way, PINGONE, server.url, max_retries=0)
    names = {401: "AuthenticationError", 503: "InternalServerError"}
    assert type(error) is getattr(PINGONE.errors, names[status])
    assert (error.status_code, error.body) == (status, case[1])


@every_way
def test_an_encoded_error_is_read(way: str) -> None:
    body = json.dumps(PINGONE.refusal).encode()
    with Recorder(encoded(("gzip", gzip.compress(body)), 400)) as server:
        error = sending(way, PINGONE, server.url)
    assert error.body == body
    assert "Nope" in str(error)


def test_own_style_raises_what_the_library_raises() -> None:
    arguments = PINGONE.arguments(PINGONE.package.File(b"x"))
    with Recorder(encoded(BAD["cut gzip"])) as server:
        client = PINGONE.package.AuthenticatedClient(server.url, SECRET)
        with client, pytest.raises(httpx2.DecodingError, match="cut short"):
            PINGONE.module.sync(client=client, **arguments)


@own_way
@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_a_bomb_takes_bounded_memory(way: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CONTENT, "MAX_DECODED", 4 << 20)
    bits = {"gzip": 31, "deflate": 15}[name]
    compressor = zlib.compressobj(9, wbits=bits)
    mebibyte = bytes(1 << 20)
    bomb = b"".join(compressor.compress(mebibyte) for _ in range(128)) + compressor.flush()
    with Recorder(encoded((name, bomb))) as server:
        tracemalloc.start()
        error = sending(way, PINGONE, server.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert type(error) is PINGONE.errors.APIResponseValidationError
    assert "longer than" in str(error)
    assert peak < 16 << 20


@every_way
@pytest.mark.parametrize("framing", ["Transfer-Encoding: chunked", "X-Length: unknown"])
def test_an_answer_without_end_is_bounded(
    way: str, framing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CONTENT, "MAX_RECEIVED", 1 << 20)
    chunk = bytes(1 << 16)
    piece = b"10000\r\n" + chunk + b"\r\n" if "chunked" in framing else chunk

    def act(exchange: Exchange) -> bool:
        exchange.send(f"HTTP/1.1 201 Created\r\n{framing}\r\n\r\n".encode())
        with contextlib.suppress(OSError):
            for _ in range(1000):  # an end after all, for a client that would wait for it
                exchange.connection.sendall(piece)
        return False

    with Recorder(Step(act)) as server:
        error = sending(way, PINGONE, server.url)
    assert type(error) is PINGONE.errors.APIResponseValidationError
    assert "longer than 1048576 bytes" in str(error)
    assert 0 < len(error.body) < 1 << 20


@own_way
def test_an_empty_answer_is_not_encoded(way: str) -> None:
    with Recorder(encoded(("gzip", b""), 503)) as server:
        error = sending(way, QUESTIONPRO, server.url, max_retries=0)
    assert error.body == b""


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (None, "gzip, deflate"),
        ("gzip, deflate, br, zstd", "gzip, deflate"),
        ("gzip;q=0.5, br", "gzip;q=0.5"),
        ("identity", "identity"),
        ("br", "identity"),
        ("", "identity"),
    ],
)
def test_only_what_can_be_decoded_is_asked_for(asked: str | None, kept: str) -> None:
    assert acceptable(asked) == kept


@given(content=st.binary(max_size=2000), name=st.sampled_from(["gzip", "deflate"]))
def test_any_content_comes_back(content: bytes, name: str) -> None:
    compressed = gzip.compress(content) if name == "gzip" else zlib.compress(content)
    assert decoded(compressed, name) == content
    assert decoded(raw_deflate(content), "deflate") == content


@given(content=st.binary(min_size=1), name=st.sampled_from(["gzip", "deflate", "br"]) | st.text())
def test_decoding_ends_in_content_or_in_one_error(content: bytes, name: str) -> None:
    said = ""
    try:
        assert isinstance(decoded(content, name), bytes)
    except UndecodableError as error:
        said = str(error)
    assert len(said) < 300
