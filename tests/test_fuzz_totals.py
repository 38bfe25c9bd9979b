"""A list that says it is one longer or shorter than it is: found whatever the total is called, and
however the next page is found.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing.bench import Bench
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.checks.answers import Answers
from scripts.fuzzing.checks.paging import pages_partition_the_list
from scripts.fuzzing.checks.totals import totals_are_true
from scripts.fuzzing.credentials import Credentials
from scripts.fuzzing.finding import Findings, Silence
from scripts.fuzzing.target import Target

pytestmark = pytest.mark.generator

INTEGER = {"type": "integer", "minimum": 0}
TEXT = {"type": ["string", "null"]}
HOLDS = 5
"""Things on the server; pages hold two."""


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


THINGS = {"type": "array", "items": of(id=INTEGER, name={"type": "string"})}
# The query parameters, the schema of an answer, and where the total is: a header if it begins
# with a capital.
SHAPES: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "pages of no size": (["page"], of(things=THINGS, total=INTEGER), "total"),
    "an offset": (
        ["offset", "limit"],
        of(data=of(items=THINGS, warnings=THINGS), meta=of(totalResults=INTEGER)),
        "meta.totalResults",
    ),
    "no pages": ([], of(tags={"type": "array", "items": {}}, items=THINGS, total_count=INTEGER),
                 "total_count"),
    "a header": (["page", "per_page"], THINGS, "X-Total-Count"),
    "a cursor": (["cursor"], of(results=THINGS, count=INTEGER, next_cursor=TEXT), "count"),
    "a link": ([], of(results=THINGS, total=INTEGER, next=TEXT), "total"),
}  # fmt: skip


def document(shape: str) -> dict[str, Any]:
    names, schema, place = SHAPES[shape]
    response: dict[str, Any] = {
        "description": "a page",
        "content": {"application/json": {"schema": schema}},
    }
    if place[0].isupper():
        response["headers"] = {place: {"schema": INTEGER}}
    known = {"cursor": {"type": "string"}, "page": {"type": "integer", "minimum": 1}}
    parameters = [{"name": n, "in": "query", "schema": known.get(n, INTEGER)} for n in names]
    listing = {"operationId": "list", "parameters": parameters, "responses": {"200": response}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"get": listing}},
    }


def answer(shape: str, query: dict[str, str], wrong: int) -> tuple[Any, dict[str, str]]:
    """A page of the list, its total wrong by so much."""
    names, _, _ = SHAPES[shape]
    size = int(query.get("limit") or query.get("per_page") or 2)
    begin = int(query.get("offset") or query.get("cursor") or 0)
    if "page" in query:
        begin = (max(1, int(query["page"])) - 1) * size
    if not names and shape == "no pages":
        size = HOLDS
    here = [{"id": n, "name": f"thing {n}"} for n in range(HOLDS)][begin : begin + size]
    total, more = HOLDS + wrong, begin + size < HOLDS
    if shape == "an offset":
        return {"data": {"items": here, "warnings": []}, "meta": {"totalResults": total}}, {}
    if shape == "a header":
        return here, {"X-Total-Count": str(total)}
    if shape == "a cursor":
        after = str(begin + size) if more else None
        return {"results": here, "count": total, "next_cursor": after}, {}
    if shape == "a link":
        after = f"/things?cursor={begin + size}" if more else None
        return {"results": here, "total": total, "next": after}, {}
    if shape == "no pages":
        return {"tags": [], "items": here, "total_count": total}, {}
    return {"things": here, "total": total}, {}


@contextmanager
def server(shape: str, wrong: int) -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            value, headers = answer(shape, query, wrong)
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, text in headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.daemon_threads = False
    thread = threading.Thread(target=found.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{found.server_address[1]}"
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


def findings(shape: str, wrong: int) -> list[tuple[str, str, str]]:
    found = Findings()
    with server(shape, wrong) as url:
        target = Target("things", document(shape), url, Credentials({}, {}))
        bench = Bench(target, Budget(None, 5), 3, found, Silence())
        bench.watchers.append(Answers(bench))
        try:
            bench.check = "totals are true"
            totals_are_true(bench)
            if SHAPES[shape][0] == ["page"]:
                bench.check = "pages partition the list"
                pages_partition_the_list(bench)
        finally:
            bench.sender.close()
        assert bench.counts.checks["totals are true"] >= 1
    return [(one.check, one.title, one.got) for one in found]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_true_total_is_no_finding(shape: str) -> None:
    assert findings(shape, 0) == []


@pytest.mark.parametrize("wrong", [-1, 1])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_total_that_is_one_off_is_found(shape: str, wrong: int) -> None:
    found = findings(shape, wrong)
    titles = [title for _, title, got in found if got == str(HOLDS + wrong)]
    assert any("over all pages" in title for title in titles), found
