"""A small valid document for tests to break, and the run that has to refuse it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.workshop import Workshop

Document = dict[str, Any]
Change = Callable[[Document], object]

BASE: Document = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "http://localhost/v1"}],
    "paths": {
        "/things": {
            "get": {
                "operationId": "listThings",
                "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
                "responses": {
                    "200": {
                        "description": "Things.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Page"}}
                        },
                    }
                },
            },
            "post": {
                "operationId": "addThing",
                "parameters": [
                    {
                        "name": "X-Version",
                        "in": "header",
                        "x-client-option": "version",
                        "schema": {"type": "integer", "default": 3},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}}
                    },
                },
                "responses": {"204": {"description": "Added."}},
            },
        }
    },
    "components": {
        "schemas": {
            "Page": {
                "type": "object",
                "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "total": {"type": "integer"},
                },
            },
            "Thing": {"type": "object", "properties": {"name": {"type": "string"}}},
            "Form": {
                "type": "object",
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "old_file": {"type": "string", "format": "binary"},
                    "name": {"type": "string"},
                },
            },
        }
    },
}


def with_older_package(shop: Workshop) -> Iterator[Workshop]:
    """A root with an older package, and nothing else that a test left."""
    older = shop.root / "generated" / "things" / "openapi.yaml"
    older.parent.mkdir(parents=True, exist_ok=True)
    older.write_text("what was there before\n", encoding="utf-8")
    yield shop
    documents, overrides = shop.root / "spec", shop.root / "overrides"
    for path in [*documents.iterdir(), *overrides.glob("*/*.yaml")]:
        path.unlink()


def refused(shop: Workshop, *vendors: str) -> list[str]:
    """The problems of a run that must change nothing."""
    before = shop.tree()
    everything = {path for path in shop.root.rglob("*") if "__pycache__" not in path.parts}
    done = shop.run(*vendors)
    assert done.code == 2, done.out
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "object at 0x" not in done.err
    assert shop.tree() == before
    assert {path for path in shop.root.rglob("*") if "__pycache__" not in path.parts} == everything
    return done.problems


def things(change: Change) -> Document:
    document = copy.deepcopy(BASE)
    change(document)
    return document


def at(document: Document, pointer: str) -> Any:
    value: Any = document
    for token in pointer.split("/")[1:]:
        value = value[token.replace("~1", "/")]
    return value


def put(pointer: str, key: str, value: Any) -> Change:
    return lambda document: at(document, pointer).__setitem__(key, value)


GET, POST = "/paths/~1things/get", "/paths/~1things/post"
FORM = f"{POST}/requestBody/content"
SCHEMAS = "/components/schemas"
BINARY = {"type": "string", "format": "binary"}
PAGES = {"page": "page", "items": "/items"}
CHOICE = {"option": "X-Version", "argument": "file", "fields": [{"name": "file", "from": 1}]}
OK = {"200": {"description": "x"}}


def refused_document(shop: Workshop, change: Change, message: str) -> None:
    """Break the document: each problem has a place and a remedy, one has the message."""
    path = shop.document("things", things(change))
    problems = refused(shop)
    place = re.compile(rf"{re.escape(str(path))}:[0-9]+:[0-9]+: #(/\S.*)?: .+\. .+\.$")
    for problem in problems:
        assert place.match(problem), problem
    assert any(re.search(message, problem) for problem in problems), problems
