"""x- keys that have the wrong form or lead nowhere: refused."""

from __future__ import annotations

import pytest

from tests.things import (
    CHOICE,
    GET,
    PAGES,
    POST,
    SCHEMAS,
    Change,
    at,
    put,
    refused_document,
)
from tests.workshop import Workshop

pytestmark = pytest.mark.generator


CASES: dict[str, tuple[Change, str]] = {
    "client name": (put("/info", "x-client-name", "my client"), "'my client' cannot be the name"),
    "client name of a type": (put("/info", "x-client-name", 5), "'5' cannot be the name"),
    "client name of ours": (put("/info", "x-client-name", "Client"), "'Client' cannot be the name"),
    "client name in use": (put("/info", "x-client-name", "Secret"), "'Secret' cannot be the name"),
    "error message": (put("/info", "x-client-error-message", "error"), "no JSON pointer"),
    "method name": (put(GET, "x-client-method", "import"), "'import', which cannot be a name"),
    "method name of a type": (put(GET, "x-client-method", ["x"]), "cannot be a name in Python"),
    "option name": (
        lambda d: at(d, POST)["parameters"][0].update({"x-client-option": "a b"}),
        "'a b', which cannot be a name",
    ),
    "parameter name": (
        lambda d: at(d, GET)["parameters"][0].update({"x-client-name": 3}),
        "x-client-name is 3",
    ),
    "argument of a body that is no file": (
        put(f"{POST}/requestBody", "x-client-argument", "file"),
        "x-client-argument names the argument of a file",
    ),
    "environment variable": (
        put(
            "/components",
            "securitySchemes",
            {"k": {"type": "apiKey", "in": "header", "name": "k", "x-env": "A B"}},
        ),
        "x-env is 'A B'",
    ),
    "pagination of a type": (put(GET, "x-pagination", "page"), "is 'page', not an object"),
    "pagination with an unknown key": (
        put(GET, "x-pagination", {**PAGES, "pages": "p"}),
        "pages is not one of page, size, items, next, total_pages, which go with page",
    ),
    "pagination without items": (put(GET, "x-pagination", {"page": "page"}), "lacks items"),
    "pagination in two ways": (
        put(GET, "x-pagination", {**PAGES, "cursor": "page"}),
        "needs one of page, offset, cursor, next_url, link, it has page and cursor",
    ),
    "pagination in no way": (put(GET, "x-pagination", {"items": "/items"}), "it has none"),
    "pagination with a key of another way": (
        put(GET, "x-pagination", {"offset": "page", "items": "/items", "total_pages": "/total"}),
        "total_pages is not one of offset, size, items, next, total, which go with offset",
    ),
    "pagination with a number": (put(GET, "x-pagination", {**PAGES, "size": 5}), "size is 5"),
    "pagination with a size that is no parameter": (
        put(GET, "x-pagination", {"link": "next", "items": "/items", "size": "s"}),
        "'s' is no query parameter",
    ),
    "pagination by a cursor that nothing gives": (
        put(GET, "x-pagination", {"cursor": "page", "items": "/items"}),
        "with cursor lacks next",
    ),
    "pagination by a cursor that is a list": (
        put(GET, "x-pagination", {"cursor": "page", "items": "/items", "next": "/items"}),
        "'/items' is array, not string or integer",
    ),
    "pagination by a url that is a number": (
        put(GET, "x-pagination", {"next_url": "/total", "items": "/items"}),
        "'/total' is integer, not string",
    ),
    "pagination by an offset that is a text": (
        lambda d: (
            put(GET, "x-pagination", {"offset": "page", "items": "/items"})(d),
            at(d, GET)["parameters"][0].update(schema={"type": "string"}),
        ),
        "is not an integer",
    ),
    "pagination by an option of the client": (
        lambda d: (
            put(GET, "x-pagination", PAGES)(d),
            at(d, GET)["parameters"][0].update({"x-client-option": "page"}),
        ),
        "is an option of the client",
    ),
    "pagination of an object as an array": (
        put(GET, "x-pagination", {"link": "next", "items": ""}),
        "'' is not an array",
    ),
    "pagination by an unknown parameter": (
        put(GET, "x-pagination", {**PAGES, "page": "p"}),
        "'p' is no query parameter of the operation, which has page",
    ),
    "pagination by a text": (
        lambda d: (
            put(GET, "x-pagination", PAGES)(d),
            at(d, GET)["parameters"][0].update(schema={"type": "string"}),
        ),
        "is not an integer",
    ),
    "pagination that leads nowhere": (
        put(GET, "x-pagination", {**PAGES, "items": "/data/items"}),
        "/data/items leads to nothing: at 'data' the answer has items, total",
    ),
    "pagination of something else than an array": (
        put(GET, "x-pagination", {**PAGES, "items": "/total"}),
        "'/total' is not an array",
    ),
    "pagination with a next that leads nowhere": (
        put(GET, "x-pagination", {**PAGES, "next": "/links/next"}),
        "/links/next leads to nothing",
    ),
    "pagination of an answer that may be null": (
        lambda d: (
            put(GET, "x-pagination", PAGES)(d),
            put(f"{SCHEMAS}/Page", "type", ["object", "null"])(d),
        ),
        "not one object",
    ),
    "pagination of no answer": (put(POST, "x-pagination", PAGES), "no query parameter|needs one"),
    "version field of a type": (
        put(f"{SCHEMAS}/Form", "x-version-field", 1),
        "x-version-field is 1",
    ),
    "version field without fields": (
        put(f"{SCHEMAS}/Form", "x-version-field", {**CHOICE, "fields": []}),
        "x-version-field is",
    ),
    "version field of a wrong number": (
        put(
            f"{SCHEMAS}/Form",
            "x-version-field",
            {**CHOICE, "fields": [{"name": "file", "to": "7"}]},
        ),
        "has a field",
    ),
    "version field that leads nowhere": (
        put(f"{SCHEMAS}/Form", "x-version-field", {**CHOICE, "fields": [{"name": "gone"}]}),
        "names 'gone', but the form has",
    ),
    "version field of no file": (
        put(f"{SCHEMAS}/Form", "x-version-field", {**CHOICE, "fields": [{"name": "name"}]}),
        "'name', which is no file",
    ),
    "version field by an unknown option": (
        put(f"{SCHEMAS}/Form", "x-version-field", {**CHOICE, "option": "X-Gone"}),
        "'X-Gone', which is no parameter",
    ),
    "version field of an optional form": (
        lambda d: (
            put(f"{SCHEMAS}/Form", "x-version-field", CHOICE)(d),
            at(d, f"{POST}/requestBody").update(required=False),
        ),
        "the one, required body",
    ),
    "version field of no form": (
        put(f"{SCHEMAS}/Thing", "x-version-field", CHOICE),
        "the form of no operation",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_document_is_refused_with_place_and_remedy(shop: Workshop, case: str) -> None:
    refused_document(shop, *CASES[case])
