"""Files that wait, that belong to somebody, or that only look like files."""

from __future__ import annotations

import array
import gzip
import io
import mmap
import os
import socket
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.delivery import file_of, ok, refused, sent
from tests.open_files import open_files
from tests.recorder import Recorder, close, redirect, reply
from tests.stub.pictures import noise, picture
from tests.vendors import PINGONE, QUESTIONPRO, Vendor, failure, upload

PNG = picture("PNG")
CONTENT = noise(200, 200) + os.urandom(300_000)
either = pytest.mark.parametrize("vendor", [QUESTIONPRO, PINGONE], ids=str)


# --- everything that can be read


def zip_member(path: Path, stack: ExitStack) -> Any:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", CONTENT)
    archive = stack.enter_context(zipfile.ZipFile(path))
    return stack.enter_context(archive.open("a.png"))


def gzip_file(path: Path, stack: ExitStack) -> Any:
    path.write_bytes(gzip.compress(CONTENT))
    return stack.enter_context(gzip.open(path))


def spooled(path: Path, stack: ExitStack) -> Any:
    handle: Any = tempfile.SpooledTemporaryFile(max_size=1000)  # noqa: SIM115
    stack.enter_context(handle)
    handle.write(b"skipped" + CONTENT)
    handle.seek(7)
    return handle


def temporary(path: Path, stack: ExitStack) -> Any:
    handle: Any = tempfile.NamedTemporaryFile()  # noqa: SIM115
    stack.enter_context(handle)
    handle.write(CONTENT)
    handle.seek(0)
    return handle


def mapped(path: Path, stack: ExitStack) -> Any:
    path.write_bytes(b"skipped" + CONTENT)
    file = stack.enter_context(path.open("rb"))
    view = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    view.seek(7)
    return view


def raw_file(path: Path, stack: ExitStack) -> Any:
    path.write_bytes(CONTENT)
    return stack.enter_context(path.open("rb", buffering=0))


def filled(write: Callable[[], object], stack: ExitStack) -> None:
    thread = threading.Thread(target=write)
    thread.start()
    stack.callback(thread.join)


def from_socket(path: Path, stack: ExitStack) -> Any:
    here, there = socket.socketpair()
    stack.enter_context(here)

    def write() -> None:
        with there:
            there.sendall(CONTENT)

    filled(write, stack)
    return stack.enter_context(here.makefile("rb"))


def named_pipe(path: Path, stack: ExitStack) -> Any:
    os.mkfifo(path)
    filled(lambda: path.write_bytes(CONTENT), stack)
    return path


def descriptor_path(path: Path, stack: ExitStack) -> Any:
    read_end, write_end = os.pipe()
    stack.callback(os.close, read_end)

    def write() -> None:
        with os.fdopen(write_end, "wb") as writer:
            writer.write(CONTENT)

    filled(write, stack)
    return Path(f"/dev/fd/{read_end}")


def web_answer(path: Path, stack: ExitStack) -> Any:
    server = stack.enter_context(Recorder(reply(200, CONTENT, media_type="image/png")))
    return stack.enter_context(urllib.request.urlopen(server.url))


class FolderEntry:
    """A ``PathLike`` that knows its path as bytes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> bytes:
        return os.fsencode(self._path)


def path_like(path: Path, stack: ExitStack) -> Any:
    path.write_bytes(CONTENT)
    return FolderEntry(path)


ONCE: dict[str, Callable[[Path, ExitStack], Any]] = {
    "socket": from_socket,
    "named pipe": named_pipe,
    "descriptor path": descriptor_path,
    "web answer": web_answer,
}
AGAIN: dict[str, Callable[[Path, ExitStack], Any]] = {
    "zip member": zip_member,
    "gzip file": gzip_file,
    "spooled file": spooled,
    "temporary file": temporary,
    "memory map": mapped,
    "unbuffered file": raw_file,
    "path of bytes": path_like,
    "array": lambda path, stack: array.array("B", CONTENT),
    "memoryview of words": lambda path, stack: memoryview(CONTENT[: len(CONTENT) // 8 * 8]).cast(
        "Q"
    ),
    "memoryview with gaps": lambda path, stack: memoryview(CONTENT)[::2],
    "memoryview backwards": lambda path, stack: memoryview(CONTENT)[::-1],
    "memoryview of rows": lambda path, stack: memoryview(CONTENT[:600]).cast("B", (20, 30)),
    "empty memoryview": lambda path, stack: memoryview(b"").cast("I"),
}
WHOLE: dict[str, bytes] = {
    "memoryview of words": CONTENT[: len(CONTENT) // 8 * 8],
    "memoryview with gaps": CONTENT[::2],
    "memoryview backwards": CONTENT[::-1],
    "memoryview of rows": CONTENT[:600],
    "empty memoryview": b"",
}


@either
@pytest.mark.parametrize("kind", AGAIN)
def test_what_can_be_read_again_arrives_on_every_attempt(
    vendor: Vendor, mode: str, kind: str, tmp_path: Path
) -> None:
    again = [redirect(307, "/elsewhere"), reply(503, headers=[("Retry-After", "0")]), ok(vendor)]
    with ExitStack() as stack, Recorder(*again) as server:
        upload(vendor, mode, server.url, AGAIN[kind](tmp_path / "a", stack))
    for request in server.requests:
        assert file_of(vendor, request) == WHOLE.get(kind, CONTENT)
        assert request.header("content-length") == str(len(request.body))
    assert len(server.requests) == 3


@either
@pytest.mark.parametrize("kind", ONCE)
def test_what_can_be_read_once_arrives_once(
    vendor: Vendor, mode: str, kind: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        request = sent(vendor, mode, ONCE[kind](tmp_path / "a", stack))
    assert file_of(vendor, request) == CONTENT
    assert request.header("transfer-encoding") == "chunked"
    with ExitStack() as stack, Recorder(reply(503, headers=[("Retry-After", "0")])) as server:
        error = failure(vendor, mode, server.url, ONCE[kind](tmp_path / "b", stack))
    assert error.attempts == 1
    assert file_of(vendor, server.only) == CONTENT


@either
def test_a_file_without_a_size_arrives_whole(vendor: Vendor, mode: str) -> None:
    path = Path("/proc/self/cmdline")
    if not path.exists():
        pytest.skip("this system has no /proc, whose files tell size 0")
    content = path.read_bytes()
    assert file_of(vendor, sent(vendor, mode, path)) == content
    with path.open("rb") as handle:
        assert file_of(vendor, sent(vendor, mode, handle)) == content


# --- what stays open and where


@either
def test_a_handle_stays_open_behind_what_was_read(vendor: Vendor, mode: str) -> None:
    handle = io.BytesIO(CONTENT)
    handle.seek(7)
    sent(vendor, mode, handle)
    assert handle.tell() == len(CONTENT)


@either
@pytest.mark.parametrize("how", ["refused", "broken"])
def test_a_path_is_closed_when_the_call_fails(
    vendor: Vendor, mode: str, how: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(bytes(30_000_000))  # more than sockets buffer: the file is open when it breaks
    with Recorder(close("accepted")) as server:
        if how == "broken":
            error = failure(vendor, mode, server.url, path, max_retries=0)
    if how == "refused":  # nobody listens any more
        error = failure(vendor, mode, server.url, path, max_retries=0)
    assert isinstance(error, vendor.errors.APIConnectionError)
    assert error.attempts == 1
    assert open_files(path) == 0  # though the error holds every frame


@either
def test_a_named_pipe_is_closed_when_no_connection_comes(
    vendor: Vendor, mode: str, tmp_path: Path
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR)
    os.write(writer, PNG)
    with Recorder() as server:
        pass  # nobody listens any more
    failure(vendor, mode, server.url, ("a.png", path, "image/png"))
    assert open_files(path) == 1
    os.close(writer)


# --- one file object, two uploads


class Slow(io.BytesIO):
    """Stops after its first chunk until it may go on."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 1000:
            self.reached.set()
            assert self.go_on.wait(20)
        return super().read(size)


class SlowStream(Slow):
    def seekable(self) -> bool:
        return False


@either
@pytest.mark.parametrize("kind", [Slow, SlowStream])
def test_a_handle_is_not_sent_by_two_uploads_at_once(
    vendor: Vendor, mode: str, kind: type[Slow]
) -> None:
    handle = kind(CONTENT)
    with Recorder(ok(vendor)) as server:
        first = threading.Thread(target=upload, args=(vendor, mode, server.url, handle))
        first.start()
        assert handle.reached.wait(20)
        assert "another upload" in refused(vendor, mode, handle, vendor.errors.ConfigurationError)
        handle.go_on.set()
        first.join()
    assert file_of(vendor, server.only) == CONTENT


@either
def test_a_handle_is_sent_by_one_upload_after_the_other(vendor: Vendor, mode: str) -> None:
    handle = io.BytesIO(PNG)
    for _ in range(2):
        handle.seek(0)
        assert file_of(vendor, sent(vendor, mode, handle)) == PNG


# --- what fails before anything is sent


@either
@pytest.mark.parametrize("media_type", [None, "image/png"])
def test_what_cannot_be_read_is_never_begun(
    vendor: Vendor, mode: str, media_type: str | None, tmp_path: Path
) -> None:
    written = (tmp_path / "a.png").open("wb")
    closed = (tmp_path / "a.png").open("rb")
    closed.close()
    with written:
        refused(vendor, mode, ("a.png", written, media_type), io.UnsupportedOperation)
    refused(vendor, mode, ("a.png", closed, media_type), ValueError)
    refused(vendor, mode, ("a.png", iter([None]), media_type), TypeError)
    refused(vendor, mode, ("a.png", iter([5]), media_type), TypeError)


@either
@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 262_143, 262_144, 262_145, 524_289])
def test_every_size_arrives(vendor: Vendor, mode: str, size: int, tmp_path: Path) -> None:
    content = os.urandom(size)
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    for file in (content, bytearray(content), path, io.BytesIO(content), iter([content])):
        assert file_of(vendor, sent(vendor, mode, ("a.bin", file))) == content
