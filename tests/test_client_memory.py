"""An upload of 512 MB adds at most 8 MB of memory, and all of it arrives."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Any

import pytest

from tests.stub.server import ROOT
from tests.vendors import PINGONE, QUESTIONPRO, Vendor

LANDMARKS = {
    0: b"\x89PNG\r\n\x1a\n",
    256 * 1024 - 3: b"\r\n--+++\r\n",
    -4: b"\r\n\0\r",
}
"""What stands in the files at these positions; all else is zeros."""

# A process of its own, because memory that earlier tests left would hide what an upload takes.
UPLOAD = """
import json, sys
from pathlib import Path
from tests.vendors import VENDORS, call
name, mode, kind, url, small, big = sys.argv[1:]
vendor = next(known for known in VENDORS if known.name == name)

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

def file(path):
    return Path(path) if kind == "path" else open(path, "rb")

def start():
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts at what is used now
    return kilobytes("VmRSS")

def at_once(client):
    vendor.upload(client, file(small))  # imports, connection, buffers
    before = start()
    vendor.upload(client, file(big))
    return kilobytes("VmHWM") - before

async def awaited(client):
    await vendor.upload(client, file(small))
    before = start()
    await vendor.upload(client, file(big))
    return kilobytes("VmHWM") - before

client = vendor.client(mode, url, timeout=60)
print(json.dumps(call(client, at_once if mode == "sync" else awaited) * 1024))
"""


class Sink:
    """A server for two uploads on one connection that keeps a checksum instead of the bytes."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.checksum = 0
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
        with connection, connection.makefile("rb") as stream:
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

    def _take(self, stream: BufferedReader, head: bytes) -> None:
        rest = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        content = rest
        if self._vendor.part is not None:
            before = b"".join(iter(stream.readline, b"\r\n")) + b"\r\n"
            boundary = before.split(b"\r\n")[0]
            content = rest - len(before) - len(b"\r\n" + boundary + b"--\r\n")
            rest -= len(before)
        buffer = memoryview(bytearray(1 << 20))
        self.size, self.checksum = content, 0
        while content:
            count = stream.readinto(buffer[: min(len(buffer), content)])
            assert count, "the body ended early"
            self.checksum = zlib.crc32(buffer[:count], self.checksum)
            content -= count
            rest -= count
        stream.read(rest)


def sparse(path: Path, size: int) -> int:
    """Make a file that takes no room on the disk; its checksum."""
    with path.open("wb") as file:
        file.truncate(size)
        for position, mark in LANDMARKS.items():
            file.seek(position % size)
            file.write(mark)
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


@pytest.mark.skipif(
    not os.access("/proc/self/clear_refs", os.W_OK),
    reason="peak memory is measured with /proc/self/clear_refs, which only Linux has",
)
@pytest.mark.parametrize(
    ("vendor", "mode", "kind", "megabytes"),
    [
        (QUESTIONPRO, "sync", "path", 512),
        (QUESTIONPRO, "sync", "handle", 64),
        (QUESTIONPRO, "async", "path", 64),
        (QUESTIONPRO, "async", "handle", 64),
        (PINGONE, "sync", "path", 64),
        (PINGONE, "sync", "handle", 64),
        (PINGONE, "async", "path", 512),
        (PINGONE, "async", "handle", 64),
    ],
    ids=str,
)
def test_a_large_upload_takes_no_memory(
    vendor: Vendor, mode: str, kind: str, megabytes: int, tmp_path: Path
) -> None:
    size = megabytes * 1024 * 1024
    sparse(tmp_path / "small.png", 1024 * 1024)
    checksum = sparse(tmp_path / "big.png", size)
    paths = [str(tmp_path / name) for name in ("small.png", "big.png")]
    packages = os.pathsep.join(str(folder) for folder in (ROOT / "generated").glob("*/"))
    with Sink(vendor) as sink:
        done = subprocess.run(
            [sys.executable, "-c", UPLOAD, vendor.name, mode, kind, sink.url, *paths],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": packages},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert (sink.size, sink.checksum) == (size, checksum)
    added = json.loads(done.stdout)
    print(f"{added / 2**20:.2f} MB added")
    # in proportion: what is kept of 64 MB would be eight times as much of 512
    assert added <= 8 * 1024 * 1024 * megabytes // 512
