"""A document that the stub was not written for, and documents that cannot be served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.stub import Stub, StubError
from tests.stub.wire import Reply, send

FOURTH = """
openapi: 3.1.0
info: {title: Fourth, version: "1"}
servers: [{url: "https://fourth.example/{base}/x/", variables: {base: {default: deep}}}]
security: [{basic: []}, {both: [], cookie: []}]
components:
  securitySchemes:
    basic: {type: http, scheme: basic}
    both: {type: oauth2, flows: {}}
    cookie: {type: apiKey, in: cookie, name: session}
  schemas:
    Word: {type: string, maxLength: 5, pattern: "^[^!]*$"}
    Point: {type: object, required: [x], properties: {x: {type: integer}, y: {type: boolean}}}
paths:
  /open:
    get:
      operationId: open
      security: []
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {examples: [{no: yes, at: 2020-01-01}]}}}
  /silent:
    post: {security: [], responses: {204: {description: done}}}
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: array, items: {type: integer}}}
    get:
      security: []
      parameters:
        - {name: tag, in: query, schema: {type: array, items: {type: string}, maxItems: 2}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}
        - name: pipe
          in: query
          style: pipeDelimited
          explode: false
          schema: {type: array, items: {type: number}}
        - {name: deep, in: query, style: deepObject, schema: {$ref: "#/components/schemas/Point"}}
        - {name: flat, in: query, explode: false, schema: {$ref: "#/components/schemas/Point"}}
        - {name: on, in: query, schema: {type: boolean}}
        - {name: none, in: query, schema: {anyOf: [{type: integer}, {type: "null"}]}}
        - name: json
          in: query
          content: {application/json: {schema: {$ref: "#/components/schemas/Point"}}}
        - name: X-Point
          in: header
          explode: true
          schema: {$ref: "#/components/schemas/Point"}
        - {name: seen, in: cookie, schema: {type: integer}}
      responses: {"200": {description: ok, content: {application/json: {example: {ok: true}}}}}
  /things/mine:
    get:
      security: []
      responses: {"200": {description: ok, content: {application/json: {example: {mine: true}}}}}
  /locked:
    get: {responses: {"200": {description: ok, content: {application/json: {example: {in: true}}}}}}
  /forms:
    post:
      security: []
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                tags: {type: array, items: {type: string}}
                count: {type: integer}
                point: {$ref: "#/components/schemas/Point"}
                notes: {type: array, items: {type: string, format: binary}}
      responses: {"200": {description: ok, content: {application/json: {example: {ok: true}}}}}
  /words:
    put:
      security: []
      requestBody:
        required: false
        content: {text/*: {schema: {$ref: "#/components/schemas/Word"}}}
      responses: {"200": {description: ok, content: {application/json: {example: {ok: true}}}}}
  /counts/{count}:
    put:
      security: []
      parameters:
        - {name: count, in: path, required: true, schema: {type: integer, format: int64}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                small: {type: integer, format: int32, minimum: 3}
                large: {type: integer, format: uint64}
                format: {type: string, format: int32}
      responses: {"204": {description: ok}}
  /undescribed:
    get: {security: [], responses: {"404": {description: never there}}}
  /anything:
    get: {security: [], responses: {default: {description: any}}}
  /made:
    get:
      security: []
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: array
                minItems: 2
                items:
                  type: object
                  required: [id, day]
                  properties: {id: {type: integer, minimum: 7}, day: {type: string, format: date}}
"""


@pytest.fixture(scope="module")
def fourth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server URL of a vendor without a module of its own."""
    root = tmp_path_factory.mktemp("root")
    write(root, FOURTH)
    with Stub(root=root) as stub:
        assert stub.urls == {"fourth": f"{stub.url}/deep/x"}
        yield stub.urls["fourth"]


def write(root: Path, text: str, vendor: str = "fourth") -> None:
    folder = root / "generated" / vendor
    folder.mkdir(parents=True)
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")


def test_examples_are_answered_and_yaml_is_read_as_json(fourth: str) -> None:
    reply = send(f"{fourth}/open")
    assert (reply.status, reply.json) == (200, {"no": "yes", "at": "2020-01-01"})


def test_a_success_without_content_has_no_body(fourth: str) -> None:
    reply = send(f"{fourth}/silent", "POST", {}, b"")
    assert (reply.status, reply.body) == (204, b"")


def test_without_example_the_answer_is_made_from_the_schema(fourth: str) -> None:
    reply = send(f"{fourth}/made")
    assert reply.status == 200
    made: Any = reply.json
    assert len(made) >= 2
    assert all(thing["id"] >= 7 and len(thing["day"]) == 10 for thing in made)


def test_an_operation_without_a_success_says_so(fourth: str) -> None:
    assert send(f"{fourth}/undescribed").status == 204


def test_what_is_documented_of_all_answers_is_a_success_where_nothing_else_is(fourth: str) -> None:
    assert send(f"{fourth}/anything").status == 200


def test_literal_paths_win_over_templates(fourth: str) -> None:
    assert send(f"{fourth}/things/mine").json == {"mine": True}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?tag=a&tag=b&unknown=1",
        "?tag=%2C",
        "?ids=1,2,3",
        "?ids=",
        "?pipe=1%7C2.5",
        "?deep[x]=1&deep[y]=true",
        "?flat=x,1,y,false",
        "?on=true",
        "?none=null",
        "?json=%7B%22x%22%3A1%7D",
    ],
)
def test_parameters_are_read_by_style(fourth: str, query: str) -> None:
    assert send(f"{fourth}/things/1,2{query}").status == 200


@pytest.mark.parametrize(
    ("path", "at_fault"),
    [
        ("1,x", "id"),
        ("1?tag=a&tag=b&tag=c", "tag"),
        ("1?ids=1,b", "ids"),
        ("1?ids=1&ids=2", "ids"),
        ("1?pipe=1%7C", "pipe"),
        ("1?deep[x]=a", "deep"),
        ("1?deep[y]=true", "deep"),
        ("1?flat=y,true", "flat"),
        ("1?on=True", "on"),
        ("1?on=1", "on"),
        ("1?on=null", "on"),
        ("1?none=None", "none"),
        ("1?json=%7B%22x%22%3A1", "json"),
        ("1?json=%7B%7D", "json"),
    ],
)
def test_wrong_parameters_are_named(fourth: str, path: str, at_fault: str) -> None:
    reply = send(f"{fourth}/things/{path}")
    assert reply.status == 400
    assert [fault["pointer"] for fault in reply.json["faults"]] == [at_fault]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Point": "x=1,y=true"}, 200),
        ({"X-Point": "x=one"}, 400),
        ({"X-Point": "y=true"}, 400),
        ({"Cookie": "seen=5; other=x"}, 200),
        ({"Cookie": "seen=yes"}, 400),
    ],
)
def test_headers_and_cookies_are_read(fourth: str, headers: dict[str, str], status: int) -> None:
    assert send(f"{fourth}/things/1", headers=headers).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Basic dTp0ZXN0LXRva2Vu"}, 200),  # u:test-token
        ({"Authorization": "Basic dTp3cm9uZw=="}, 401),
        ({"Authorization": "Basic ???"}, 401),
        ({"Authorization": "Bearer test-token"}, 401),
        ({"Authorization": "Bearer test-token", "Cookie": "session=test-api-key"}, 200),
        ({"Authorization": "Bearer test-token", "Cookie": "session=wrong"}, 401),
        ({"Authorization": "Bearer test-token", "Cookie": "session=forbidden-token"}, 403),
    ],
)
def test_credentials_are_checked_as_documented(
    fourth: str, headers: dict[str, str], status: int
) -> None:
    assert send(f"{fourth}/locked", headers=headers).status == status


@pytest.mark.parametrize(
    ("count", "body", "at_fault"),
    [
        (2**63 - 1, {"small": 2**31 - 1, "large": 2**64 - 1, "format": "any"}, None),
        (-(2**63), {"small": 3, "large": 0}, None),
        (2**63, {}, "count"),
        (-(2**63) - 1, {}, "count"),
        (0, {"small": 2**31}, "/small"),
        (0, {"small": 2}, "/small"),
        (0, {"large": 2**64}, "/large"),
        (0, {"large": -1}, "/large"),
    ],
)
def test_integers_are_in_the_range_of_their_format(
    fourth: str, count: int, body: dict[str, Any], at_fault: str | None
) -> None:
    typed = {"Content-Type": "application/json"}
    reply = send(f"{fourth}/counts/{count}", "PUT", typed, json.dumps(body).encode())
    assert reply.status == (204 if at_fault is None else 400)
    if at_fault is not None:
        assert [fault["pointer"] for fault in reply.json["faults"]] == [at_fault]


def post_form(fourth: str, *parts: str) -> Reply:
    body = "".join(f"--b\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return send(f"{fourth}/forms", "POST", headers, f"{body}--b--\r\n".encode())


def test_form_fields_have_the_types_of_the_schema(fourth: str) -> None:
    good = (
        'name="tags"\r\n\r\na',
        'name="tags"\r\n\r\nb',
        'name="count"\r\n\r\n3',
        'name="point"\r\nContent-Type: application/json\r\n\r\n{"x": 1}',
        'name="notes"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello',
        'name="notes"; filename="b.txt"\r\n\r\nhello again',
    )
    assert post_form(fourth, *good).status == 200
    for wrong in (
        'name="count"\r\n\r\nthree',
        'name="point"\r\n\r\n{"x": "1"}',
        'name="point"\r\n\r\n{x: 1}',
        'name="other"\r\n\r\n1',
    ):
        assert post_form(fourth, wrong).status == 400


def test_media_ranges_and_lengths_are_honoured(fourth: str) -> None:
    url = f"{fourth}/words"
    assert send(url, "PUT", {"Content-Type": "text/plain"}, b"12345").status == 200
    assert send(url, "PUT", {"Content-Type": "text/plain"}, b"123456").status == 413
    assert send(url, "PUT", {"Content-Type": "image/png"}, b"12345").status == 415
    assert send(url, "PUT").status == 200


@pytest.mark.parametrize(
    ("charset", "text", "status"),
    [
        ("", b"", 200),
        ("", "häß".encode(), 200),
        ("", b"no!", 400),
        ("", b"\xff", 400),
        (";charset=iso-8859-1", b"\xff", 200),
        (";charset=no-such", b"\xff", 200),
    ],
)
def test_a_text_is_checked_by_its_schema(
    fourth: str, charset: str, text: bytes, status: int
) -> None:
    headers = {"Content-Type": f"text/plain{charset}"}
    assert send(f"{fourth}/words", "PUT", headers, text).status == status


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.1.0\n  paths: [", r"openapi\.yaml:2: .*codegen"),
        ("- a list", "not an OpenAPI 3.1 document"),
        ("openapi: 3.0.3\npaths: {}", "not an OpenAPI 3.1 document"),
        ("", "not an OpenAPI 3.1 document"),
        ("openapi: 3.1.0\npaths: {/a: {get: {$ref: '#/nowhere'}}}", "'#/nowhere' leads nowhere"),
        ("openapi: 3.1.0\npaths: {/a: {get: {$ref: 'x.yaml#/a'}}}", "not local"),
        (
            "openapi: 3.1.0\npaths: {/a: {$ref: '#/paths/~1b'}, /b: {$ref: '#/paths/~1a'}}",
            "in a circle",
        ),
        (
            "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {"
            "items: {$ref: 'https://example.invalid/x.json'}}}]}}}",
            "the schema at /paths/~1a/get/parameters/0/schema cannot be used",
        ),
        (
            "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {"
            "pattern: '('}}]}}}",
            "cannot be used .*; correct it",
        ),
        ("openapi: 3.1.0\npaths: {/a: {get: {security: [{key: []}]}}}", "'key' is not defined"),
        (
            "openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: q, in: query}]}}}",
            "'q' .* has no schema",
        ),
    ],
)
def test_a_document_that_cannot_be_served_is_one_clear_error(
    tmp_path: Path, text: str, message: str
) -> None:
    write(tmp_path, dedent(text))
    with pytest.raises(StubError, match=message) as caught:
        Stub(root=tmp_path).start()
    assert "\n" not in str(caught.value)


def test_a_known_vendor_without_its_example_is_one_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / "generated" / "questionpro"
    folder.mkdir(parents=True)
    (folder / "openapi.yaml").write_text(json.dumps({"openapi": "3.1.0", "paths": {}}))
    with pytest.raises(StubError, match="createResponse shows no example"):
        Stub(root=tmp_path).start()


ONE_ROUTE = """
openapi: 3.1.0
info: {{title: One route, version: "1"}}
servers: [{{url: "https://api.example{path}"}}]
paths:
  /things/{{{name}}}:
    get:
      parameters: [{{name: {name}, in: path, required: true, schema: {{type: string}}}}]
      responses: {{"204": {{description: done}}}}
"""


def test_two_documents_with_one_address_are_refused_with_both_names(tmp_path: Path) -> None:
    write(tmp_path, ONE_ROUTE.format(path="", name="id"), "first")
    write(tmp_path, ONE_ROUTE.format(path="", name="key"), "second")
    with pytest.raises(StubError, match=r"second.*/things/\{key\} .*first.*another path"):
        Stub(root=tmp_path).start()


def test_two_documents_with_one_route_under_their_own_paths_are_both_served(tmp_path: Path) -> None:
    for vendor in ("first", "second"):
        write(tmp_path, ONE_ROUTE.format(path=f"/{vendor}", name="id"), vendor)
    with Stub(root=tmp_path) as stub:
        for vendor in ("first", "second"):
            assert send(f"{stub.urls[vendor]}/things/1").status == 204
            assert stub.journal[-1].vendor == vendor
