"""Good requests of the fuzzer write parameters as their styles say."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing.credentials import Credentials, Scheme
from scripts.fuzzing.draft import good
from scripts.fuzzing.target import Target
from scripts.fuzzing.wire.good_requests import good_requests

pytestmark = pytest.mark.generator

COLOURS = ["blue", "bl/ack"]
COLOUR = {"R": 100, "G": 200}
# (place, style, explode, value) -> what is sent: the table of OpenAPI 3.1.1, "Style Examples"
STYLES: list[tuple[str, str, bool, Any, str]] = [
    ("path", "simple", False, "b,l", "/x/b%2Cl"),
    ("path", "simple", False, COLOURS, "/x/blue,bl%2Fack"),
    ("path", "simple", False, COLOUR, "/x/R,100,G,200"),
    ("path", "simple", True, COLOUR, "/x/R=100,G=200"),
    ("path", "label", False, 5, "/x/.5"),
    ("path", "label", False, COLOURS, "/x/.blue,bl%2Fack"),
    ("path", "label", True, COLOURS, "/x/.blue.bl%2Fack"),
    ("path", "label", True, COLOUR, "/x/.R=100.G=200"),
    ("path", "matrix", False, True, "/x/;it=true"),
    ("path", "matrix", False, COLOURS, "/x/;it=blue,bl%2Fack"),
    ("path", "matrix", True, COLOURS, "/x/;it=blue;it=bl%2Fack"),
    ("path", "matrix", True, COLOUR, "/x/;R=100;G=200"),
    ("query", "form", True, COLOURS, "/x?it=blue&it=bl%2Fack"),
    ("query", "form", False, COLOURS, "/x?it=blue,bl%2Fack"),
    ("query", "form", True, COLOUR, "/x?R=100&G=200"),
    ("query", "form", False, COLOUR, "/x?it=R,100,G,200"),
    ("query", "spaceDelimited", False, COLOURS, "/x?it=blue%20bl%2Fack"),
    ("query", "pipeDelimited", False, COLOURS, "/x?it=blue%7Cbl%2Fack"),
    ("query", "deepObject", True, COLOUR, "/x?it%5BR%5D=100&it%5BG%5D=200"),
    ("header", "simple", False, COLOURS, "blue,bl/ack"),
    ("header", "simple", True, COLOUR, "R=100,G=200"),
    ("cookie", "form", False, COLOURS, "it=blue,bl%2Fack"),
    ("cookie", "form", True, 5, "it=5"),
]


def target(path: str, parameters: list[dict[str, Any]], **operation: Any) -> Target:
    document = {
        "openapi": "3.1.0",
        "paths": {path: {"post": {"parameters": parameters, **operation}}},
    }
    return Target("x", document, "http://127.0.0.1:9", Credentials({}, {}))


def test_a_cookie_stands_beside_a_cookie_that_is_a_credential() -> None:
    asked = target("/x", [{"name": "it", "in": "cookie", "required": True, "example": 5}])
    key = Scheme("key", "cookie", "session", "", "KEY")
    request = good(asked, asked.operations[0])[0].request(asked)
    signed = Credentials({"key": key}, {"key": "s3cret"}).sign(request, [key])
    assert signed.header("Cookie") == "it=5; session=s3cret"


def test_a_list_in_a_path_has_an_item() -> None:
    schema = {"type": "array", "items": {"type": "integer"}}
    described = {"name": "it", "in": "path", "required": True, "schema": schema}
    asked = target("/x/{it}", [described])
    assert good(asked, asked.operations[0])[0].request(asked).url.endswith("/x/1")
    assert good_requests(asked)[0].draft.target == b"/x/1"


@pytest.mark.parametrize(("place", "style", "explode", "value", "sent"), STYLES)
def test_a_parameter_is_written_by_its_style(
    place: str, style: str, explode: bool, value: Any, sent: str
) -> None:
    described = {
        "name": "it", "in": place, "required": True, "style": style, "explode": explode,
        "example": value,
    }  # fmt: skip
    asked = target("/x/{it}" if place == "path" else "/x", [described])
    request = good(asked, asked.operations[0])[0].request(asked)
    bytes_ = good_requests(asked)[0].draft.render()
    if place in ("path", "query"):
        assert request.url == f"http://127.0.0.1:9{sent}"
        assert bytes_.split()[1] == sent.encode()
    else:
        assert request.header("it" if place == "header" else "Cookie") == sent
        name = "it" if place == "header" else "Cookie"
        assert f"\r\n{name}: {sent}\r\n".encode() in bytes_


@pytest.mark.parametrize(
    ("media_type", "schema", "sent", "body"),
    [
        ("text/plain", {"type": "string", "const": "a-b"}, "text/plain", b"a-b"),
        ("application/*+json", {"const": 5}, "application/json", b"5"),
    ],
)
def test_every_kind_of_body_has_a_good_request(
    media_type: str, schema: dict[str, Any], sent: str, body: bytes
) -> None:
    asked = target("/x", [], requestBody={"content": {media_type: {"schema": schema}}})
    request = good(asked, asked.operations[0])[0].request(asked)
    assert (request.header("Content-Type"), request.body) == (sent, body)
