"""An upload of 512 MB adds at most 8 MB of memory, and all of it arrives."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.stub.server import ROOT
from tests.vendors import PINGONE, QUESTIONPRO, Vendor

SIZE = 512 * 1024 * 1024
LIMIT = 8 * 1024 * 1024
LANDMARKS = ((0, b"\x89PNG\r\n\x1a\n"), (SIZE // 2 - 3, b"\r\n--+++\r\n"), (SIZE - 4, b"\r\n\0\r"))

# A process of its own, because memory that earlier tests left would hide what an upload takes.
UPLOAD = """
import json, sys
from pathlib import Path
vendor, mode, kind, url, path = sys.argv[1:]
import tests.conftest
from tests.vendors import VENDORS, call
vendor = next(known for known in VENDORS if known.name == vendor)

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

def measured(client, file):
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts at what is used now
    return vendor.upload(client, file), kilobytes("VmRSS")

def both(client):
    small, _ = vendor.upload(client, b"x" * 1000), None  # imports, connection, buffers
    return measured(client, file())

async def aboth(client):
    await vendor.upload(client, b"x" * 1000)
    pending, before = measured(client, file())
    return await pending, before

def file():
    return Path(path) if kind == "path" else open(path, "rb")

client = vendor.client(mode, url, timeout=60)
use = both if mode == "sync" else aboth
_, before = call(client, use)
print(json.dumps((kilobytes("VmHWM") - before) * 1024))
"""


class Sink:
    """A server for two uploads on one connection that keeps a digest instead of the bytes."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.digest = ""
        self.size = 0

    def __enter__(self) -> Sink:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._listener.close()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        self._listener.settimeout(60)
        connection, _ = self._listener.accept()
        connection.settimeout(60)
        with connection, connection.makefile("rb", buffering=1 << 20) as stream:
            while head := b"".join(iter(stream.readline, b"\r\n")):
                self._take(stream, head.lower())
                answer = self._vendor.answer()
                start = (
                    f"HTTP/1.1 {self._vendor.status} Taken\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(answer)}\r\n\r\n"
                )
                connection.sendall(start.encode() + answer)
                if stream.peek(1) == b"":
                    return

    def _take(self, stream: Any, head: bytes) -> None:
        rest = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        content = rest
        if self._vendor.part is not None:
            before = b"".join(iter(stream.readline, b"\r\n")) + b"\r\n"
            boundary = before.split(b"\r\n")[0]
            content = rest - len(before) - len(b"\r\n" + boundary + b"--\r\n")
            rest -= len(before)
        digest, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
        self.size = content
        while content:
            count = stream.readinto(buffer[: min(len(buffer), content)])
            assert count, "the body ended early"
            digest.update(buffer[:count])
            content -= count
            rest -= count
        stream.read(rest)
        self.digest = digest.hexdigest()


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / "big.png"
    with path.open("wb") as file:  # sparse: it takes no room on the disk
        file.truncate(SIZE)
        for position, mark in LANDMARKS:
            file.seek(position)
            file.write(mark)
    return path


@pytest.fixture(scope="module")
def digest(big: Path) -> str:
    with big.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.skipif(
    not os.access("/proc/self/clear_refs", os.W_OK),
    reason="peak memory is measured with /proc/self/clear_refs, which only Linux has",
)
@pytest.mark.parametrize("vendor", [QUESTIONPRO, PINGONE], ids=str)
@pytest.mark.parametrize("kind", ["path", "handle"])
def test_a_large_upload_takes_no_memory(
    vendor: Vendor, mode: str, kind: str, big: Path, digest: str
) -> None:
    with Sink(vendor) as sink:
        done = subprocess.run(
            [sys.executable, "-c", UPLOAD, vendor.name, mode, kind, sink.url, str(big)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert (sink.size, sink.digest) == (SIZE, digest)
    added = json.loads(done.stdout)
    print(f"{added / 2**20:.1f} MB added")
    assert added <= LIMIT
