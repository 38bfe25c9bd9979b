"""The server that clients are measured against: ready-made answers from a process of its own.

It is as fast as asyncio lets it be, so that what a client costs shows. A request is looked up by
its method and target; bodies are read into one buffer and counted; those up to `HASHED` bytes are
hashed too. `GET /journal` tells what was uploaded since it was asked last.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

from .cores import pin

DESCRIPTION = "scripts/benchmark/server.py: asyncio, one process, ready-made answers, keep-alive"
HASHED = 2 * 1024 * 1024
_BUFFER = 1024 * 1024


def answer(status: str, body: bytes) -> bytes:
    """A whole HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


class Request:
    """A request whose head has come."""

    def __init__(self, head: bytes) -> None:
        line, _, rest = head.partition(b"\r\n")
        self.target = line.rpartition(b" ")[0].decode("latin-1")
        self.multipart = False
        self.known_length = True
        self.length = 0
        for field in rest.split(b"\r\n"):
            name, _, value = field.partition(b":")
            name = name.lower()
            if name == b"content-length":
                self.length = int(value)
            elif name == b"content-type":
                self.multipart = value.strip().startswith(b"multipart/")
            elif name == b"transfer-encoding":
                self.known_length = False
        self.left = self.length
        self.kept = bytearray() if self.length <= HASHED else None

    def take(self, piece: memoryview) -> None:
        """Count a piece of the body."""
        self.left -= len(piece)
        if self.kept is not None:
            self.kept += piece

    def entry(self) -> dict[str, Any]:
        """What the journal says of it: the hash is that of the file, also inside of a form."""
        digest = None
        if self.kept is not None:
            content = bytes(self.kept)
            if self.multipart:
                start, end = content.index(b"\r\n\r\n") + 4, content.rindex(b"\r\n--")
                content = content[start:end]
            digest = hashlib.sha256(content).hexdigest()
        return {"target": self.target, "bytes": self.length - self.left, "sha256": digest}


class Site:
    """What is answered, and what came."""

    def __init__(self, answers: Mapping[str, tuple[int, str]]) -> None:
        self._answers = {
            target: answer(f"{status} {HTTPStatus(status).phrase}", body.encode())
            for target, (status, body) in answers.items()
        }
        self._journal: list[dict[str, Any]] = []

    def answer(self, request: Request) -> bytes:
        """The answer to a request that is there as a whole."""
        found = self._answers.get(request.target)
        if found is not None:
            if request.length:
                self._journal.append(request.entry())
            return found
        if request.target == "GET /journal":
            body = json.dumps(self._journal).encode()
            self._journal.clear()
            return answer("200 OK", body)
        return answer("404 Not Found", json.dumps({"unknown": request.target}).encode())


class Connection(asyncio.BufferedProtocol):
    """One connection of a client."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._filled = 0
        self._request: Request | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        assert self._transport is not None
        start, end = 0, self._filled + nbytes
        self._filled = 0
        while start < end:
            if self._request is None:
                stop = self._buffer.find(b"\r\n\r\n", start, end)
                if stop < 0:
                    self._wait_for_head(start, end)
                    return
                self._request = Request(bytes(self._view[start:stop]))
                start = stop + 4
            request = self._request
            if not request.known_length:
                self._refuse("411 Length Required")
                return
            piece = min(end - start, request.left)
            if piece:
                request.take(self._view[start : start + piece])
                start += piece
            if request.left:
                return
            self._request = None
            self._transport.write(self._site.answer(request))

    def _wait_for_head(self, start: int, end: int) -> None:
        self._view[: end - start] = bytes(self._view[start:end])
        self._filled = end - start
        if self._filled == _BUFFER:
            self._refuse("431 Request Header Fields Too Large")

    def _refuse(self, status: str) -> None:
        assert self._transport is not None
        self._transport.write(answer(status, b"{}"))
        self._transport.close()


async def serve(answers: Mapping[str, tuple[int, str]]) -> None:
    """Serve until standard input ends; the first line of output tells the URL."""
    loop = asyncio.get_running_loop()
    site = Site(answers)
    server = await loop.create_server(lambda: Connection(site), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    ended = loop.create_future()
    loop.add_reader(sys.stdin.fileno(), ended.set_result, None)  # nobody writes: it is the end
    await ended
    loop.remove_reader(sys.stdin.fileno())
    server.close()


def main() -> None:
    """Run the process; its argument holds the core and a file of answers by target."""
    told = json.loads(sys.argv[1])
    pin(told["core"])
    with open(told["answers"], encoding="utf-8") as handle:
        answers = json.load(handle)
    asyncio.run(serve(answers))


if __name__ == "__main__":
    main()
