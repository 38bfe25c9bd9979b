"""A server that has nothing to do with the stub: a shelf of files, on plain `http.server`.

It keeps what its document (tests/data/foreign/pictures.yaml) says, except for the defects that it
is started with.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

KEY = "shelf-secret-0815"
DEFECTS = {
    "lost-last-page": "the last page of a list that fills it in part is one item short",
    "size-off-by-one": "the size of a file is one byte too small",
    "open-door": "a file can be deleted without a key",
}


class Shelf:
    """The files of one server."""

    def __init__(self, defects: frozenset[str]) -> None:
        self.defects = defects
        self.files: dict[int, tuple[str, bytes]] = {}
        self.requests: list[tuple[str, str]] = []
        self.last = 0
        self.lock = threading.Lock()


def _is_image(data: bytes, kind: str) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return Image.MIME[image.format or ""] == kind
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    wbufsize = -1  # head and body in one packet: else every answer waits for an acknowledgement
    shelf: Shelf

    def handle(self) -> None:
        """Answer, as long as there is somebody to answer to."""
        with suppress(ConnectionError):
            super().handle()

    def finish(self) -> None:
        """Close both files, also where what was to be written finds nobody."""
        with closing(self.rfile), suppress(ConnectionError):
            super().finish()

    def handle_expect_100(self) -> bool:
        """Tell a client to go on, at once."""
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def do_GET(self) -> None:
        """The list, a file's facts, or its bytes."""
        self._note()
        parts = urlsplit(self.path)
        one = re.fullmatch(r"/v1/files/([0-9]{1,4000})(/content)?", parts.path)
        if parts.path == "/v1/files":
            if self._known():
                self._list(parse_qs(parts.query, keep_blank_values=True))
        elif one is None:
            self._error(404, "nothing here")
        elif self._known():
            found = self.shelf.files.get(int(one[1]))
            if found is None:
                self._error(404, "no such file")
            elif one[2]:
                self._send(200, found[1], found[0])
            else:
                self._json(200, self._facts(int(one[1])))

    def do_POST(self) -> None:
        """Keep a file."""
        self._note()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if urlsplit(self.path).path != "/v1/files":
            self._error(404, "nothing here")
        elif self._known():
            kind = (self.headers.get("Content-Type") or "").strip()
            if kind not in ("image/png", "image/gif"):
                self._error(415, "only image/png and image/gif")
            elif not _is_image(body, kind):
                self._error(415, "no image of this type")
            else:
                with self.shelf.lock:
                    self.shelf.last += 1
                    number = self.shelf.last
                    self.shelf.files[number] = (kind, body)
                self._json(201, self._facts(number))

    def do_DELETE(self) -> None:
        """Forget a file."""
        self._note()
        one = re.fullmatch(r"/v1/files/([0-9]{1,4000})", urlsplit(self.path).path)
        if one is None:
            self._error(404, "nothing here")
        elif "open-door" in self.shelf.defects or self._known():
            with self.shelf.lock:
                found = self.shelf.files.pop(int(one[1]), None)
            if found is None:
                self._error(404, "no such file")
            else:
                self._send(204, b"", None)

    def _list(self, query: dict[str, list[str]]) -> None:
        numbers: dict[str, int] = {"page": 1, "per_page": 10}
        for name in numbers:
            text = query.get(name, [str(numbers[name])])[-1]
            limit = 50 if name == "per_page" else 10**4000
            if not re.fullmatch("[0-9]{1,4000}", text, re.ASCII) or not 1 <= int(text) <= limit:
                self._error(400, f"bad {name}")
                return
            numbers[name] = int(text)
        page, size = numbers["page"], numbers["per_page"]
        with self.shelf.lock:
            ids = sorted(self.shelf.files, reverse=True)
        items = ids[(page - 1) * size : page * size]
        if "lost-last-page" in self.shelf.defects and page > 1 and 0 < len(items) < size:
            items = items[:-1]
        pages = -(-len(ids) // size)
        self._json(
            200,
            {
                "items": [fact for fact in map(self._facts, items) if fact],
                "total": len(ids),
                "next": f"/v1/files?page={page + 1}&per_page={size}" if page < pages else None,
            },
        )

    def _facts(self, number: int) -> dict[str, Any]:
        kind, data = self.shelf.files.get(number, ("", b""))
        size = len(data) - ("size-off-by-one" in self.shelf.defects)
        return {"id": number, "size": size, "content_type": kind}

    def _known(self) -> bool:
        if self.headers.get("X-Shelf-Key") == KEY:
            return True
        self._error(401, "who are you?")
        return False

    def _note(self) -> None:
        self.shelf.requests.append((self.command, self.path))

    def _error(self, status: int, message: str) -> None:
        self._json(status, {"statusCode": status, "message": message})

    def _json(self, status: int, value: Any) -> None:
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str | None) -> None:
        self.send_response(status)
        if kind is not None:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def shelf(*defects: str) -> Iterator[tuple[str, Shelf]]:
    """A running server: the URL of its API and what it keeps."""
    assert set(defects) <= set(DEFECTS)
    kept = Shelf(frozenset(defects))
    handler = type("Bound", (Handler,), {"shelf": kept})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
