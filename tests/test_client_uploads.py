"""What arrives is byte for byte what was given, on every attempt, whatever it was given as."""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
import io
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery import file_of, named, ok, over_sockets, sent
from tests.form_parts import boundary_of
from tests.recorder import Recorder, redirect, reply
from tests.stub import Stub
from tests.stub.pictures import noise, picture
from tests.vendors import (
    Vendor,
    every_vendor,
    failure,
    form_vendor,
    upload,
)

INJECTION = (
    b'before\r\n--+++\r\nContent-Disposition: form-data; name="admin"\r\n\r\ntrue\r\n--+++--\r\n'
)
PNG = picture("PNG")


class Stream(io.RawIOBase):
    """A stream that cannot seek and gives few bytes at a time, like a pipe or a socket."""

    def __init__(self, content: bytes, step: int = 1000) -> None:
        self._rest, self._step = content, step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._step, len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def pieces(content: bytes) -> Iterator[bytes]:
    yield b""  # would end a chunked body if it were sent
    for start in range(0, len(content), 7):
        yield content[start : start + 7]


async def apieces(content: bytes) -> AsyncIterator[bytes]:
    for piece in pieces(content):
        yield piece


class Replayed:
    """An async iterable that can be read again."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return apieces(self._content)


KINDS: dict[str, Callable[[bytes, Path], Any]] = {
    "bytes": lambda content, _: content,
    "bytearray": lambda content, _: bytearray(content),
    "memoryview": lambda content, _: memoryview(content),
    "path": lambda _, path: path,
    "BytesIO": lambda content, _: io.BytesIO(content),
    "stream": lambda content, _: Stream(content),
    "slow stream": lambda content, _: Stream(content, step=1),
    "generator": lambda content, _: pieces(content),
    "list": lambda content, _: list(pieces(content)),
    "pair": lambda content, _: ("a.png", content),
    "triple": lambda content, _: ("a.png", content, "image/png"),
    "pair with path": lambda _, path: ("a.png", path),
    "nameless pair": lambda content, _: (None, content),
    "async generator": lambda content, _: apieces(content),
    "async iterable": lambda content, _: Replayed(content),
}


def modes(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Each kind of file with each client that can send it."""
    both = [(mode, kind) for mode in ("sync", "async") for kind in kinds]
    return [(mode, kind) for mode, kind in both if (mode, kind[:5]) != ("sync", "async")]


# --- content


@every_vendor
@pytest.mark.parametrize(("mode", "kind"), modes(KINDS))
def test_every_kind_of_file_arrives_whole(
    vendor: Vendor, mode: str, kind: str, tmp_path: Path, stub: Stub
) -> None:
    content = noise(20, 20)
    path = tmp_path / "a.png"
    path.write_bytes(content)
    options = {vendor.option: vendor.stub_secret}
    upload(vendor, mode, stub.urls[vendor.name], KINDS[kind](content, path), **options)
    (image,) = stub.images()
    assert image.sha256 == hashlib.sha256(content).hexdigest()
    assert stub.content(image) == content
    request = sent(vendor, mode, KINDS[kind](content, path))
    assert file_of(vendor, request) == content
    known = (
        "stream" not in kind and "generator" not in kind and kind not in ("list", "async iterable")
    )
    assert request.header("content-length") == (str(len(request.body)) if known else None)
    assert request.header("transfer-encoding") == (None if known else "chunked")


@every_vendor
def test_an_open_file_arrives_whole(vendor: Vendor, mode: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    for buffering in (-1, 0):
        with path.open("rb", buffering=buffering) as handle:
            request = sent(vendor, mode, handle)
        assert file_of(vendor, request) == PNG
        assert request.header("content-length") == str(len(request.body))
        assert 'filename="a.png"' in named(vendor, request)[1]


@every_vendor
def test_a_pipe_arrives_whole(vendor: Vendor, mode: str) -> None:
    read_end, write_end = os.pipe()

    def write() -> None:
        with os.fdopen(write_end, "wb", buffering=0) as writer:
            for start in range(0, len(PNG), 5):
                writer.write(PNG[start : start + 5])

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(read_end, "rb", buffering=0) as reader:
        request = sent(vendor, mode, reader)
    thread.join()
    assert file_of(vendor, request) == PNG
    assert named(vendor, request)[0] == "image/png"


@every_vendor
def test_a_file_of_many_chunks_arrives_whole(vendor: Vendor, mode: str, tmp_path: Path) -> None:
    content = PNG + os.urandom(700_000)
    path = tmp_path / "big.png"
    path.write_bytes(content)
    for file in (content, path, io.BytesIO(content), iter([content]), Stream(content, 300_000)):
        assert file_of(vendor, sent(vendor, mode, file)) == content


@every_vendor
def test_content_that_looks_like_a_boundary_stays_content(vendor: Vendor, mode: str) -> None:
    request = sent(vendor, mode, ("a.png", INJECTION, "image/png"))
    assert file_of(vendor, request) == INJECTION


@form_vendor
def test_each_body_has_a_boundary_of_its_own(vendor: Vendor, mode: str) -> None:
    first = sent(vendor, mode, PNG)
    copy = sent(vendor, mode, ("a.png", first.body, "image/png"))
    assert boundary_of(first) != boundary_of(copy)
    assert file_of(vendor, copy) == first.body


@form_vendor
def test_another_parser_reads_the_same_parts(vendor: Vendor, mode: str) -> None:
    request = sent(vendor, mode, ("a.png", INJECTION, "image/png"))
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    assert not message.defects
    files = [part for part in message.walk() if part.get_filename()]
    assert [part.get_payload(decode=True) for part in files] == [INJECTION]
    names = [part.get_param("name", header="content-disposition") for part in message.iter_parts()]
    assert names == {"questionpro": ["file"], "inventorum": ["type", "image"]}[vendor.name]


@every_vendor
@over_sockets
@given(content=st.binary(max_size=3000))
def test_any_content_arrives_as_given(vendor: Vendor, mode: str, content: bytes) -> None:
    assert file_of(vendor, sent(vendor, mode, content)) == content


@every_vendor
@over_sockets
@given(chunks=st.lists(st.binary(max_size=40), max_size=12))
def test_any_cut_into_chunks_arrives_as_given(
    vendor: Vendor, mode: str, chunks: list[bytes]
) -> None:
    assert file_of(vendor, sent(vendor, mode, iter(chunks))) == b"".join(chunks)


@every_vendor
def test_a_handle_is_read_from_its_position(vendor: Vendor, mode: str) -> None:
    request = sent(vendor, mode, at_position(b"skipped" + PNG, 7))
    assert file_of(vendor, request) == PNG
    assert request.header("content-length") == str(len(request.body))


def at_position(content: bytes, position: int) -> io.BytesIO:
    handle = io.BytesIO(content)
    handle.seek(position)
    return handle


# --- the second time


REPLAYABLE = ["bytes", "path", "BytesIO", "list", "pair", "async iterable"]


@every_vendor
@pytest.mark.parametrize(("mode", "kind"), modes(REPLAYABLE))
@pytest.mark.parametrize("status", [307, 308, 429, 503])
def test_a_body_is_sent_whole_again(
    vendor: Vendor, mode: str, kind: str, status: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    again = (
        redirect(status, "/elsewhere")
        if status < 400
        else reply(status, headers=[("Retry-After", "0")])
    )
    with Recorder(again, ok(vendor)) as server:
        upload(vendor, mode, server.url, KINDS[kind](PNG, path))
    first, second = server.requests
    assert [file_of(vendor, request) for request in server.requests] == [PNG, PNG]
    assert named(vendor, first) == named(vendor, second)
    assert named(vendor, second)[0] == "image/png"
    assert first.header("content-length") == second.header("content-length")
    assert second.target == ("/elsewhere" if status < 400 else first.target)
    assert second.header(vendor.header) == first.header(vendor.header)


@every_vendor
@pytest.mark.parametrize("status", [307, 503])
def test_a_handle_is_sent_again_from_its_position(vendor: Vendor, mode: str, status: int) -> None:
    again = (
        redirect(307, "/elsewhere") if status == 307 else reply(503, headers=[("Retry-After", "0")])
    )
    for kind in (None, "image/png"):  # the type is told from the first bytes, or not
        with Recorder(again, ok(vendor)) as server:
            file = ("a.png", at_position(b"skipped" + PNG, 7), kind)
            upload(vendor, mode, server.url, file)
        assert [file_of(vendor, request) for request in server.requests] == [PNG, PNG]


@every_vendor
def test_a_stream_is_not_sent_twice(vendor: Vendor, mode: str) -> None:
    makers: list[Callable[[], Any]] = [lambda: Stream(PNG), lambda: pieces(PNG)]
    for make in makers:
        with Recorder(reply(503, headers=[("Retry-After", "0")])) as server:
            error = failure(vendor, mode, server.url, make())
        assert isinstance(error, vendor.errors.InternalServerError)
        assert error.attempts == 1
        with Recorder(redirect(307, "/elsewhere")) as server:
            error = failure(vendor, mode, server.url, make())
        assert error.status_code == 307


# --- files that change or hold nothing


@every_vendor
def test_an_empty_file_gets_the_vendors_own_error(vendor: Vendor, mode: str, stub: Stub) -> None:
    options = {vendor.option: vendor.stub_secret}
    error = failure(vendor, mode, stub.urls[vendor.name], ("a.png", b""), **options)
    assert isinstance(error, vendor.errors.BadRequestError)
    assert error.parsed is not None
    assert stub.images() == []


@every_vendor
def test_a_file_that_shrinks_is_an_error(vendor: Vendor, mode: str) -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(10) if self.tell() == 0 else b""

    with Recorder(ok(vendor)) as server:
        error = failure(vendor, mode, server.url, Shrinking(PNG), max_retries=0)
    assert "became shorter" in str(error)
    assert not server.only.whole


@every_vendor
def test_a_file_that_grows_is_sent_as_it_was_given(vendor: Vendor, mode: str) -> None:
    class Growing(io.BytesIO):
        """Four bytes longer when it is read than when its end was looked for."""

        def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
            position = super().seek(offset, whence)
            return position - 4 if whence == os.SEEK_END else position

    assert file_of(vendor, sent(vendor, mode, Growing(PNG + b"more"))) == PNG
