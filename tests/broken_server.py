"""A small server over plain sockets that can be wrong in one named way: what the wire fuzzer has to
find.
"""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from scripts.fuzzing.credentials import Credentials, schemes
from scripts.fuzzing.target import Target
from scripts.fuzzing.wire import reference, reference_form
from scripts.fuzzing.wire.reference import Request

KEY = "key-of-the-tests"
_ERROR = {
    "description": "Refused.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {"type": "string"}},
            }
        }
    },
}
_REFUSALS = {str(status): _ERROR for status in (400, 401, 415)}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Files", "version": "1"},
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "security": [{"key": []}],
    "paths": {
        "/files": {
            "get": {
                "parameters": [
                    {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1}}
                ],
                "responses": {"200": {"description": "The files."}, **_REFUSALS},
                "x-pagination": {"size": "size", "items": "/files", "total_pages": "/pages"},
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["file"],
                                "properties": {"file": {"type": "string", "format": "binary"}},
                                "additionalProperties": False,
                            },
                            "encoding": {"file": {"contentType": "image/png"}},
                        }
                    },
                },
                "responses": {"201": {"description": "Stored."}, **_REFUSALS},
            },
        }
    },
}


class Files:
    """The server's state, and how it reads and answers; every flaw overrides one method."""

    def __init__(self) -> None:
        self.stored = 0
        self.lock = threading.Lock()
        self.stopped = threading.Event()

    def view(self, data: bytes) -> bytes:
        """What the server takes the received bytes for."""
        return data

    def refused(self, reason: str) -> int:
        """The status for what is no HTTP."""
        return 400

    def unfinished(self) -> None:
        """The client half-closed within a request."""

    def answer(self, request: Request) -> int:
        if request.fault:
            return 400
        if request.values(b"x-key") != [KEY.encode()]:
            return 401
        path = reference.route(request.target).path
        if path != b"/files" or request.method not in (b"GET", b"POST"):
            return 405 if path == b"/files" else 404
        if request.method == b"GET":
            return 200
        types = request.values(b"content-type")
        if len(types) != 1 or not types[0].lower().startswith(b"multipart/form-data"):
            return 415
        if not self.form(types[0], request.body):
            return 400
        with self.lock:
            self.stored += 1
        return 201

    def form(self, content_type: bytes, body: bytes) -> bool:
        """Whether the body is a form with the one part that is wanted."""
        try:
            parts = reference_form.read(content_type, body)
        except reference_form.Malformed:
            return False
        return [(p.name, p.content_type) for p in parts] == [(b"file", b"image/png")]


class TakesTheLength(Files):
    """Reads a request with both framings by its length."""

    def view(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if b"content-length:" in head.lower():
            head = re.sub(rb"(?i)\r\ntransfer-encoding:[^\r\n]*", b"", head)
        return head + end + rest


class TakesLineFeeds(Files):
    """Reads a line that ends without carriage return."""

    def view(self, data: bytes) -> bytes:
        head = re.match(rb"(?s).*?\n\r?\n", data)
        if head is None:
            return data
        return re.sub(rb"(?<!\r)\n", b"\r\n", head[0]) + data[head.end() :]


class FailsOnChunkSizes(Files):
    """Answers 500 to a chunk size that is no number."""

    def refused(self, reason: str) -> int:
        return 500 if "chunk size" in reason else 400


class NeedsNoTerminator(Files):
    """Takes a form that lacks its closing boundary."""

    def form(self, content_type: bytes, body: bytes) -> bool:
        if super().form(content_type, body):
            return True
        try:
            boundary = reference_form.boundary(content_type)
        except reference_form.Malformed:
            return False
        return super().form(content_type, body.rstrip() + b"\r\n--" + boundary + b"--")


class HangsOnEarlyEnd(Files):
    """Waits forever for the rest of a request whose client has half-closed."""

    def unfinished(self) -> None:
        self.stopped.wait(60)


class TakesTwoLengths(Files):
    """Goes by the first of several Content-Length fields."""

    def view(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        fields = list(re.finditer(rb"(?i)\r\ncontent-length:[^\r\n]*", head))
        for field in reversed(fields[1:]):
            head = head[: field.start()] + head[field.end() :]
        return head + end + rest


class AnswersTheSmuggled(Files):
    """Does not read the body of a request whose credentials it refuses."""

    def view(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if b"x-key" not in head.lower():
            head = re.sub(rb"(?i)\r\ncontent-length:[^\r\n]*", b"", head)
        return head + end + rest


class FailsAfterwards(Files):
    """Answers the request after a refused one with 500."""

    def __init__(self) -> None:
        super().__init__()
        self.poisoned = False

    def refused(self, reason: str) -> int:
        self.poisoned = True
        return 400

    def answer(self, request: Request) -> int:
        with self.lock:
            poisoned, self.poisoned = self.poisoned, False
        return 500 if poisoned else super().answer(request)


class StoresTheRefused(Files):
    """Counts an upload before it is refused for an undocumented part."""

    def form(self, content_type: bytes, body: bytes) -> bool:
        accepted = super().form(content_type, body)
        if not accepted and b'name="file"' in body:
            with self.lock:
                self.stored += 1
        return accepted


class AnswersTwice(Files):
    """Answers a refused request again when its connection ends."""


class SpillsItsInsides(Files):
    """Refuses with a page instead of the documented error."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    files: Files


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client left; it waits for no answer
            self._serve()

    def _serve(self) -> None:
        files = self.server.files
        data, served, ended = b"", 0, False
        self.request.settimeout(30)
        while not ended:
            try:
                piece: bytes = self.request.recv(1 << 20)
            except TimeoutError:
                return
            data += piece
            ended = not piece
            reading = reference.read(files.view(data))
            for request in reading.requests[served:]:
                self._answer(files.answer(request), request.method, request.closes)
                served += 1
            if reading.requests and reading.requests[-1].closes:
                return
            if reading.refusal is not None:
                self._answer(files.refused(reading.refusal.reason), b"", True)
                if isinstance(files, AnswersTwice):
                    self._answer(400, b"", True)
                self._linger()
                return
            if ended and reading.incomplete is not None:
                files.unfinished()
                self._answer(400, b"", True)

    def _answer(self, status: int, method: bytes, closes: bool) -> None:
        files = self.server.files
        body: bytes
        if status >= 400 and isinstance(files, SpillsItsInsides):
            body, kind = b"<pre>Traceback</pre>", b"text/html"
        else:
            value: object = {"error": "no"}
            if status < 400:
                value = {"files": ["x"] if files.stored else [], "pages": files.stored}
            body, kind = json.dumps(value).encode(), b"application/json"
        self.request.sendall(
            b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s"
            % (
                status,
                kind,
                len(body),
                b"Connection: close\r\n" if closes else b"",
                b"" if method == b"HEAD" else body,
            )
        )

    def _linger(self) -> None:
        """Read what still comes: closing on it would reset the connection with the answer."""
        self.request.shutdown(1)
        self.request.settimeout(5)
        try:
            while self.request.recv(1 << 20):
                pass
        except TimeoutError:
            pass


@contextmanager
def served(kind: Callable[[], Files]) -> Iterator[Target]:
    """The server as a target for the wire fuzzer."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.files = kind()
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            known = schemes(DOCUMENT)
            yield Target(
                "files",
                DOCUMENT,
                f"http://127.0.0.1:{server.server_address[1]}",
                Credentials(known, {"key": KEY}),
            )
        finally:
            server.files.stopped.set()
            server.shutdown()
            thread.join()
