"""Documents whose client would lack something, or that Python could not name: refused."""

from __future__ import annotations

import importlib

import pytest

from tests.things import (
    BASE,
    FORM,
    GET,
    OK,
    POST,
    SCHEMAS,
    Change,
    at,
    put,
    refused_document,
    things,
)
from tests.workshop import Workshop

pytestmark = pytest.mark.generator


def test_the_document_that_the_cases_break_is_taken(shop: Workshop) -> None:
    shop.document("things", BASE)
    done = shop.run()
    assert (done.code, done.written, done.err) == (0, "generated/things\n", "")


CASES: dict[str, tuple[Change, str]] = {
    # OpenAPI itself
    "not OpenAPI": (put("", "openapi", "2.0"), "version"),
    "no title": (put("", "info", {"version": "1"}), "title"),
    "unresolvable $ref": (
        put(f"{SCHEMAS}/Page/properties", "total", {"$ref": "#/components/schemas/Gone"}),
        "#/components/schemas/Gone, which does not exist",
    ),
    "$ref to another file": (
        put(f"{SCHEMAS}/Page/properties", "total", {"$ref": "other.yaml#/x"}),
        "leads to other.yaml#/x, and there is no such file",
    ),
    "circular $ref": (
        put(SCHEMAS, "Thing", {"$ref": "#/components/schemas/Thing"}),
        "leads back to itself",
    ),
    "duplicate operationId": (put(POST, "operationId", "listThings"), "listThings"),
    # what would get lost
    "parameter by content": (
        put(GET, "parameters", [{"name": "q", "in": "query", "content": {"application/json": {}}}]),
        "'q' has no schema and would be dropped",
    ),
    "form of oneOf": (
        put(f"{SCHEMAS}/Form", "oneOf", [{"required": ["file"]}, {"required": ["old_file"]}]),
        "the multipart/form-data body is oneOf, which would be sent as nothing",
    ),
    "form of anyOf": (
        put(FORM, "application/x-www-form-urlencoded", {"schema": {"anyOf": [{"type": "object"}]}}),
        "urlencoded body is anyOf, which would be sent as nothing",
    ),
    "form that is no object": (
        put(FORM, "multipart/form-data", {"schema": {"type": "string"}}),
        "not an object with properties",
    ),
    "form without schema": (
        put(FORM, "multipart/form-data", {}),
        "Missing schema",
    ),
    "encoding that is ignored": (
        put(f"{FORM}/multipart~1form-data", "encoding", {"name": {"style": "deepObject"}}),
        "style of the encoding of 'name' would be ignored",
    ),
    "media type that nothing sends": (
        put(FORM, "multipart/mixed", {"schema": {"type": "object"}}),
        "nothing can send a multipart/mixed body",
    ),
    "two bodies of one type": (
        lambda d: at(d, FORM).update(
            {
                "application/json": {"schema": {"type": "array", "items": {"type": "string"}}},
                "application/merge-patch+json": {"schema": {"type": "array", "items": {}}},
            }
        ),
        "nothing in Python tells",
    ),
    "answer of a type that nothing reads": (
        put(f"{GET}/responses/200", "content", {"multipart/form-data": {"schema": {}}}),
        "Unsupported content_type multipart/form-data",
    ),
    "path twice": (
        lambda d: d["paths"].update(
            {
                f"/a/{{{name}}}": {
                    "get": {
                        "parameters": [
                            {"name": name, "in": "path", "required": True,
                             "schema": {"type": "string"}}
                        ],
                        "responses": OK,
                    }
                }
                for name in ("x", "y")
            }
        ),
        "the path is the same as /a/{x}",
    ),
    "server with an unknown variable": (
        put("", "servers", [{"url": "http://{x}/"}]),
        "the server URL has {x}, which is none of its variables",
    ),
    "path with a query": (
        lambda d: d["paths"].update({"/a?beta=true": {"get": {"responses": OK}}}),
        "a path ends before its query",
    ),
    "unknown security scheme": (put(GET, "security", [{"gone": []}]), "'gone'"),
    "enum with an invisible character": (
        put(f"{SCHEMAS}/Page/properties", "total", {"type": "string", "enum": ["a\u200b"]}),
        "invisible character",
    ),
    "default that does not fit": (
        put(f"{SCHEMAS}/Thing/properties", "name", {"type": "integer", "default": "x"}),
        "'x'",
    ),
    "default that is no date": (
        put(
            f"{SCHEMAS}/Thing/properties",
            "name",
            {"type": "string", "format": "date", "default": "x"},
        ),
        "(?i)date|'x'",
    ),
    "allOf of something else than objects": (
        lambda d: at(d, SCHEMAS).update(
            {
                "Text": {"type": "string"},
                "Thing": {"allOf": [{"$ref": "#/components/schemas/Text"}, {"type": "object"}]},
            }
        ),
        "nothing fits this allOf: its parts want string and object",
    ),
    # names that Python could not tell apart
    "methods of one name": (
        put(POST, "x-client-method", "list_things"),
        "GET /things and POST /things both become default.list_things",
    ),
    "modules of one name": (
        lambda d: (
            at(d, POST).update({"operationId": "list_things", "x-client-method": "add"}),
        ),
        "both become the module list_things",
    ),
    "schemas of one class": (
        lambda d: at(d, SCHEMAS).update(
            {"my_thing": {"type": "object"}, "MyThing": {"type": "object"}}
        ),
        "MyThing",
    ),
    "schemas of one module": (
        lambda d: at(d, SCHEMAS).update(
            {"HTTPThing": {"type": "object"}, "HttpThing": {"type": "object"}}
        ),
        "both become the module http_thing",
    ),
    "properties of one name": (
        put(f"{SCHEMAS}/Thing", "properties", {"type": {}, "type_": {}}),
        "have the same python_name",
    ),
    "property that msgspec does not take": (
        put(f"{SCHEMAS}/Thing", "properties", {'a"b': {"type": "string"}}),
        "msgspec",
    ),
    "options of one name": (
        lambda d: d.update(
            servers=[
                {"url": "http://a/{version}", "variables": {"version": {"default": "1"}}}
            ]
        ),
        "are both called version",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_document_is_refused_with_place_and_remedy(shop: Workshop, case: str) -> None:
    refused_document(shop, *CASES[case])


PAGE = {"$ref": "#/components/schemas/Page"}
ODD: dict[str, Change] = {
    "boolean schemas": lambda d: (
        at(d, f"{SCHEMAS}/Thing").update(
            {"required": ["x"], "properties": {"x": True, "y": False, "z": {"items": True}}}
        ),
        put(SCHEMAS, "Anything", True)(d),
        put(f"{GET}/responses/200", "content", {"application/json": {"schema": True}})(d),
        put(f"{SCHEMAS}/Thing/properties", "all", {"allOf": [True]})(d),
    ),
    "no responses": lambda d: at(d, GET).pop("responses"),
    "a path by $ref": lambda d: (
        d["components"].update({"pathItems": {"A": {"get": {"responses": OK}}}}),
        d["paths"].update({"/a": {"$ref": "#/components/pathItems/A"}}),
    ),
    "no paths": lambda d: d.update({"paths": {}, "components": {}}),
    "an operationId without a letter": put(GET, "operationId", "!!!"),
    "an operationId of Python's": put(GET, "operationId", "__init__"),
    "an empty tag": put(GET, "tags", [""]),
    "a tag of Python's": put(GET, "tags", ["__init__"]),
    "a tag of ours": put(GET, "tags", ["models"]),
    "a tag that begins with a digit": put(GET, "tags", ["3d things"]),
    "a tag in Japanese": put(GET, "tags", ["日本 語"]),
    "headers that differ in case": put(
        GET,
        "parameters",
        [{"name": name, "in": "header", "schema": {}} for name in ("X-A", "x-a")],
    ),
    "parameters of one name in Python": put(
        GET,
        "parameters",
        [{"name": name, "in": "query", "schema": {}} for name in ("a-b", "a_b", "__", "$")],
    ),
    "names of enum members that cannot be": lambda d: (
        put(f"{SCHEMAS}/Thing/properties", "a", {"enum": ["x", "y"], "x-enum-varnames": [1, None]})(
            d
        ),
        put(f"{SCHEMAS}/Thing/properties", "b", {"enum": ["x", "y"], "x-enum-varnames": "xy"})(d),
    ),
    "values of one member name": put(
        f"{SCHEMAS}/Thing/properties", "a", {"enum": ["a-b", "a_b", "A B", "a-b", None]}
    ),
    "defaults with parts": lambda d: (
        put(f"{SCHEMAS}/Thing/properties", "a", {"default": {}, **PAGE})(d),
        put(f"{SCHEMAS}/Thing/properties", "b", {"allOf": [PAGE], "default": {}})(d),
        put(f"{SCHEMAS}/Thing/properties", "c", {"type": "array", "default": [], "items": PAGE})(d),
    ),
    "a discriminator that maps to nothing": put(
        f"{SCHEMAS}/Thing/properties",
        "a",
        {
            "oneOf": [{"$ref": "#/components/schemas/Page"}],
            "discriminator": {"propertyName": "k", "mapping": {"a": "Gone", "b": "#/x"}},
        },
    ),
    "$ref as data": put(
        f"{SCHEMAS}/Thing/properties", "a", {"type": "object", "example": {"$ref": 5}}
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_an_odd_document_makes_a_package_that_imports(shop: Workshop, case: str) -> None:
    shop.document("things", things(ODD[case]))
    done = shop.run()
    assert (done.code, done.err) == (0, "")
    with shop.imported("things"):
        importlib.import_module("things_client.resources")
