"""Documents with ranges of media types, files where none can be, and whole numbers as defaults:
what arrives, and what the stub makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.recorder import Recorder, reply
from tests.stub import Stub
from tests.workshop import Workshop

pytestmark = pytest.mark.generator

THING = {"$ref": "#/components/schemas/Thing"}


def answered(**content: Any) -> dict[str, Any]:
    return {
        "200": {
            "description": "x",
            "content": {key: {"schema": value} for key, value in content.items()},
        }
    }


def posted(media_type: str, schema: Any, name: str) -> dict[str, Any]:
    return {
        "post": {
            "operationId": name,
            "requestBody": {"required": True, "content": {media_type: {"schema": schema}}},
            "responses": answered(**{media_type: schema}),
        }
    }


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Ranges", "version": "1"},
    "servers": [{"url": "http://localhost/v1"}],
    "paths": {
        "/suffix": posted("application/*+json", THING, "suffix"),
        "/own": posted("application/vnd.ranges+json", THING, "own"),
        "/old": posted("text/json", THING, "old"),
        "/text": posted("text/*", {"type": "string"}, "text"),
        "/any": {
            "get": {
                "operationId": "anything",
                "responses": {
                    **answered(**{"*/*": THING}),
                    "404": {"description": "x", "content": {"*/*": {"schema": THING}}},
                },
            }
        },
        "/list": {
            "get": {
                "operationId": "listed",
                "responses": answered(**{"application/*": {"type": "array", "items": THING}}),
            }
        },
        "/bytes": {
            "get": {
                "operationId": "octets",
                "responses": answered(**{"*/*": {"type": "string", "format": "binary"}}),
            }
        },
        "/numbers": {
            "get": {
                "operationId": "numbers",
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "number", "default": 1}},
                    {
                        "name": "each",
                        "in": "query",
                        "schema": {"type": ["number", "string"], "default": 2},
                    },
                    {"name": "part", "in": "query", "schema": {"type": "number", "default": 1.5}},
                    {"name": "X-Depth", "in": "header", "schema": {"type": "number", "default": 3}},
                    {
                        "name": "blob",
                        "in": "query",
                        "schema": {"type": "string", "format": "binary", "default": "b"},
                    },
                ],
                "responses": answered(**{"application/json": THING}),
            }
        },
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "format": "binary"},
                    "blob": {"type": "string", "format": "binary", "default": "abc"},
                    "blobs": {"type": "array", "items": {"type": "string", "format": "binary"}},
                },
            }
        }
    },
}
WIRE = b'{"name":"n","blob":"b","blobs":["c"]}'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    made = Workshop.empty(tmp_path_factory.mktemp("ranges") / "root")
    made.document("ranges", DOCUMENT)
    done = made.run()
    assert (done.code, done.err) == (0, "")
    return made


@pytest.fixture(scope="module")
def package(shop: Workshop) -> Iterator[Any]:
    with shop.imported("ranges") as found:
        yield found


@pytest.mark.parametrize(
    ("method", "media_type"),
    [
        ("suffix", "application/json"),
        ("own", "application/vnd.ranges+json"),
        ("old", "text/json"),
    ],
)
def test_a_json_media_type_is_one_by_any_name(package: Any, method: str, media_type: str) -> None:
    thing = package.models.Thing(name="n", blob="b", blobs=["c"])
    with Recorder(reply(200, WIRE)) as server, package.Ranges(base_url=server.url) as client:
        assert getattr(client.default, method)(body=thing) == thing
    assert server.only.body == WIRE
    assert server.only.header("content-type") == media_type
    assert server.only.header("accept") == media_type


def test_a_range_of_texts_is_sent_as_plain_text(package: Any) -> None:
    answer = reply(200, b"b", media_type="text/plain")
    with Recorder(answer) as server, package.Ranges(base_url=server.url) as client:
        assert client.default.text(body="a") == "b"
    assert str(server.only.header("content-type")).startswith("text/plain")


def test_an_answer_of_any_type_is_json_where_its_schema_is_no_text(package: Any) -> None:
    answers = [reply(200, WIRE), reply(200, b"[" + WIRE + b"]"), reply(200, b"\x89PNG")]
    with Recorder(*answers) as server, package.Ranges(base_url=server.url) as client:
        assert client.default.anything().blob == "b"
        assert client.default.listed()[0].name == "n"
        assert client.default.octets() == b"\x89PNG"
    assert [one.header("accept") for one in server.requests] == ["application/json"] * 2 + ["*/*"]


def test_a_default_is_sent_as_the_document_writes_it(package: Any) -> None:
    with Recorder(*[reply(200, WIRE)] * 2) as server, package.Ranges(base_url=server.url) as client:
        client.default.numbers()
        client.default.numbers(page=2, each=4, part=2.0, x_depth=5, blob="x")
    sent = [dict(parse_qsl(urlsplit(one.target).query)) for one in server.requests]
    assert sent == [
        {"page": "1", "each": "2", "part": "1.5", "blob": "b"},
        {"page": "2", "each": "4", "part": "2.0", "blob": "x"},
    ]
    assert [one.header("x-depth") for one in server.requests] == ["3", "5"]


def test_the_stub_serves_every_operation_of_it(shop: Workshop, package: Any) -> None:
    thing = package.models.Thing
    with (
        Stub(root=shop.root) as stub,
        package.Ranges(base_url=stub.urls["ranges"]) as client,
    ):
        for method in ("suffix", "own", "old"):
            assert isinstance(getattr(client.default, method)(body=thing(name="n")), thing)
        assert isinstance(client.default.text(body="a"), str)
        assert isinstance(client.default.anything(), thing)
        assert isinstance(client.default.listed()[0], thing)
        assert isinstance(client.default.octets(), bytes)
        assert isinstance(client.default.numbers(), thing)
