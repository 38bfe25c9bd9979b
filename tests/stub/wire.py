"""Requests as bytes on a socket, for what an HTTP library would never send, and a check of answers
that does not use the stub's own code.
"""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema_rs
import yaml

from .server import ROOT, Stub

USER = 1234567
SURVEY = 7654321
ENVIRONMENT = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"
API_KEY = {"api-key": "test-api-key"}
TOKEN = {"Authorization": "Bearer test-token"}
BOUNDARY = b"a-boundary-of-the-tests"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def exchange(url: str, request: bytes, *, half_close: bool = False) -> Reply:
    """Send exactly these bytes to the server of `url` and read one answer."""
    with connect(url) as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return receive(connection)


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20)


def receive(connection: socket.socket, method: str = "GET") -> Reply:
    """Read one answer from a socket."""
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    body = response.read()
    return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, body)


def request(
    url: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    *,
    chunked: bool = False,
) -> bytes:
    """The bytes of a request; with `chunked`, the body in pieces of 1,000 bytes."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    given = {name.lower() for name in headers or {}}
    if chunked:
        lines.append("Transfer-Encoding: chunked")
    elif body is not None and "content-length" not in given:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    if body is None:
        return head
    if not chunked:
        return head + body
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def send(
    url: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    *,
    chunked: bool = False,
) -> Reply:
    """Send a request over a connection of its own."""
    with connect(url) as connection:
        connection.sendall(request(url, method, headers, body, chunked=chunked))
        return receive(connection, method)


def part(headers: bytes, body: bytes) -> bytes:
    """One part of a form, with the line that begins it."""
    return b"--" + BOUNDARY + b"\r\n" + headers + b"\r\n\r\n" + body + b"\r\n"


def file_part(
    data: bytes, name: str = "file", filename: str = "logo.png", media_type: str = "image/png"
) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
    return part(f"{disposition}\r\nContent-Type: {media_type}".encode(), data)


def field_part(name: str, value: str) -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"'.encode(), value.encode())


def form(*parts: bytes) -> bytes:
    """A complete body."""
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"


def form_type(boundary: bytes = BOUNDARY) -> dict[str, str]:
    return {"Content-Type": f"multipart/form-data; boundary={boundary.decode()}"}


@cache
def _document(vendor: str) -> dict[str, Any]:
    text = (ROOT / "generated" / vendor / "openapi.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def violations(vendor: str, operation: str, reply: Reply) -> list[str]:
    """What a JSON answer has that the document of its operation does not allow."""
    document = _document(vendor)
    paths: dict[str, dict[str, Any]] = document["paths"]
    for path, item in paths.items():
        for method, found in item.items():
            if found["operationId"] == operation:
                return _violations(document, path, method, reply)
    raise LookupError(f"{vendor} has no operation {operation}")


def _violations(document: dict[str, Any], path: str, method: str, reply: Reply) -> list[str]:
    if reply.headers.get("content-type") != "application/json":
        return [f"Content-Type is {reply.headers.get('content-type')}"]
    responses: dict[str, Any] = document["paths"][path][method]["responses"]
    status = str(reply.status)
    if status not in responses:
        return [f"status {status} is not documented"]
    place = f"#/paths/{quote(path.replace('/', '~1'))}/{method}/responses/{status}"
    if "$ref" in responses[status]:
        place = str(responses[status]["$ref"])
    registry = jsonschema_rs.Registry([("urn:document", document)], draft=jsonschema_rs.Draft202012)
    validator = jsonschema_rs.validator_for(
        {"$ref": f"urn:document{place}/content/application~1json/schema"},
        registry=registry,
        validate_formats=True,
    )
    return [str(error) for error in validator.iter_errors(reply.json)]


def stored(stub: Stub) -> tuple[int, int]:
    """How many images and how many survey responses the stub holds."""
    return len(stub.images()), len(stub.responses())
