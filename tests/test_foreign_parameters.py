"""Documents that are not ours: where parameters, servers and credentials go."""

from __future__ import annotations

import ast
import datetime
import importlib
import json
import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.recorder import Recorder, reply
from tests.workshop import call, foreign


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    foreign()


def models(vendor: str) -> Any:
    return importlib.import_module(f"{vendor}_client.models")


# --- search: parameters ---------------------------------------------------------------------------

QUOTED = 'it\'s "quoted" {x} \\n'


def test_styles_of_every_parameter(mode: str) -> None:
    with Recorder(reply(200, b'["x"]')) as server:
        answer = call(
            mode,
            "search_client.Finder",
            "find.find",
            "a/b ü",
            5,
            ["x", "y z"],
            [1, 2],
            filter=models("search").Filter(text="t&t", max=3),
            pipe=["a", "b"],
            space=["a", "b"],
            comma=["a", "b,c"],
            each=[1, 2],
            odd=["o"],
            its_quoted_x_n="q",
            since=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
            day=datetime.date(2026, 1, 2),
            null=None,
            x_trace_query="tq",
            x_trace_header="th",
            x_depth=9,
            x_exact=False,
            x_days=[datetime.date(2026, 1, 2), datetime.date(2026, 1, 3)],
            session="s e;s",
            seen=1,
            options={"base_url": f"{server.url}/v2"},
        )
    assert answer == ["x"]
    url = urlsplit(server.only.target)
    assert url.path == "/v2/find/a%2Fb%20%C3%BC/.5/;matrix=x;matrix=y%20z/1,2"
    assert parse_qsl(url.query) == [
        ("filter[text]", "t&t"),
        ("filter[max]", "3"),
        ("pipe", "a|b"),
        ("space", "a b"),
        ("comma", "a,b,c"),
        ("each", "1"),
        ("each", "2"),
        ("odd[]", "o"),
        (QUOTED, "q"),
        ("since", "2026-01-02T03:04:05Z"),
        ("day", "2026-01-02"),
        ("strict", "true"),
        ("x-trace", "tq"),
    ]
    assert server.only.header("x-trace") == "th"
    assert server.only.header("x-depth") == "9"
    assert server.only.header("x-exact") == "false"
    assert server.only.header("x-days") == "2026-01-02,2026-01-03"
    assert server.only.header("cookie") == "session=s%20e%3Bs; seen=1"
    assert server.only.header("authorization") is None


def test_names_that_python_keeps_for_itself(mode: str) -> None:
    with Recorder(reply(200, b'"ok"')) as server:
        answer = call(
            mode,
            "search_client.Finder",
            "class_.import_",
            "c",
            "f",
            "s",
            **{
                name: name
                for name in (
                    "dict_", "client_query", "body_query", "query_query", "answer_query", "page",
                    "path_segment_query", "query_pairs_query", "request", "operation", "str_",
                    "isinstance_query", "field_1st", "größe", "field_private", "field_",
                )
            },
            list_=["l"],
            int_=1,
            headers_header="h",
            options={"base_url": server.url},
        )  # fmt: skip
    assert answer == "ok"
    url = urlsplit(server.only.target)
    assert url.path == "/keywords/c/f/s"
    assert dict(parse_qsl(url.query)) == {
        "list": "l", "dict": "dict_", "client": "client_query", "body": "body_query",
        "query": "query_query", "answer": "answer_query", "page": "page",
        "path_segment": "path_segment_query", "query_pairs": "query_pairs_query",
        "Request": "request", "OPERATION": "operation", "str": "str_", "int": "1",
        "isinstance": "isinstance_query", "1st": "field_1st", "größe": "größe",
        "_private": "field_private", "*": "field_",
    }  # fmt: skip
    assert server.only.header("headers") == "h"


# --- vault: servers and credentials ---------------------------------------------------------------

IN = reply(204, media_type="")


def test_an_operation_has_its_own_server_with_variables(mode: str) -> None:
    with Recorder(reply(200, b'"there"')) as server:
        port = server.url.rpartition(":")[2]
        answer = call(
            mode, "vault_client.Vault", "doors.elsewhere", options={"port": port, "api_host": None}
        )
    assert answer == "there"
    assert server.only.line == "GET /other/elsewhere HTTP/1.1"


@pytest.mark.parametrize("options", [{}, {"port": "9"}])
def test_a_base_url_replaces_the_server_of_an_operation_too(options: dict[str, str]) -> None:
    with Recorder(reply(200, b'"there"')) as server:
        call(
            "sync",
            "vault_client.Vault",
            "doors.elsewhere",
            options={"base_url": f"{server.url}/base", **options},
        )
    assert server.only.target == "/base/elsewhere"


@pytest.mark.parametrize("client", ["library_client.Library", "search_client.Finder"])
def test_a_document_without_absolute_server_wants_a_base_url(client: str) -> None:
    package, _, name = client.partition(".")
    errors: Any = importlib.import_module(f"{package}.errors")
    with pytest.raises(errors.ConfigurationError, match="base_url"):
        getattr(importlib.import_module(package), name)()


EVERYTHING = {
    "key_in_query": "q&1",
    "key_in_cookie": "c1",
    "key_in_header": "h1",
    "password": "dTpw",
    "oidc_token": "o1",
    "token": "t1",
}


@pytest.mark.parametrize(
    ("method", "query", "headers"),
    [
        ("by_default", [("key", "q&1")], {}),
        ("open", [], {}),
        ("cookie", [], {"cookie": "sid=c1"}),
        ("basic", [], {"authorization": "Basic dTpw"}),
        ("oauth", [], {"authorization": "Bearer t1"}),
        ("oidc", [], {"authorization": "Bearer o1"}),
        ("both", [("key", "q&1")], {"x-key": "h1"}),
        ("either", [], {"x-key": "h1"}),
        ("certified", [], {"x-key": "h1"}),
    ],
)
def test_each_credential_goes_where_its_scheme_says_and_nowhere_else(
    mode: str, method: str, query: list[tuple[str, str]], headers: dict[str, str]
) -> None:
    with Recorder(IN) as server:
        options = {"base_url": server.url, **EVERYTHING}
        call(mode, "vault_client.Vault", f"doors.{method}", options=options)
    assert parse_qsl(urlsplit(server.only.target).query) == query
    sent = {key: value for key, value in server.only.headers if key in CARRIERS}
    assert sent == headers


CARRIERS = ("authorization", "cookie", "x-key", "key", "sid")


def test_the_second_of_two_ways_is_taken_when_only_it_is_there() -> None:
    with Recorder(IN) as server:
        options = {"base_url": server.url, "token": "t1"}
        call("sync", "vault_client.Vault", "doors.either", options=options)
    assert server.only.header("authorization") == "Bearer t1"
    assert server.only.header("x-key") is None


@pytest.mark.parametrize("method", ["open", "optional"])
def test_no_credential_is_needed_where_none_is_asked_for(method: str) -> None:
    with Recorder(IN) as server:
        call("sync", "vault_client.Vault", f"doors.{method}", options={"base_url": server.url})
    assert not [key for key, _ in server.only.headers if key in CARRIERS]


@pytest.mark.parametrize("options", [{"key_in_header": "h"}, {}])
def test_half_of_a_combination_is_not_sent(options: dict[str, str]) -> None:
    errors: Any = importlib.import_module("vault_client.errors")
    with Recorder() as server, pytest.raises(errors.ConfigurationError, match="key_in_query"):
        call(
            "sync",
            "vault_client.Vault",
            "doors.both",
            options={"base_url": server.url, **options},
        )
    assert server.requests == []


# --- corners --------------------------------------------------------------------------------------


def corner(mode: str, url: str, method: str, *args: Any, **keywords: Any) -> Any:
    return call(
        mode, "corners_client.Corners", method, *args, options={"base_url": url}, **keywords
    )


def test_defaults_of_parameters_are_what_the_document_says(mode: str) -> None:
    with Recorder(reply(200, b'[{"name": "n", "kind": "bird"}]')) as server:
        (pet,) = corner(mode, server.url, "pet.list")
    assert parse_qsl(urlsplit(server.only.target).query) == [
        ("text", 'it\'s "x" \\ {y}'),
        ("day", "2026-01-02"),
        ("id", "00000000-0000-0000-0000-000000000001"),
        ("order", "up"),
        ("ratio", "0.5"),
        ("either", "7"),
    ]
    # its schema has a default for `born`: the answer still says what it says, there and back
    assert pet.to_dict() == {"name": "n", "kind": "bird"}


def test_builtins_that_methods_are_called_as_stay_in_values(mode: str) -> None:
    with Recorder(reply(200, b"<p>", media_type="text/html")) as server:
        answer = corner(mode, server.url, "pet.type", file=("a.gif", b"GIF89a"))
    assert answer == "<p>"
    assert parse_qsl(urlsplit(server.only.target).query) == [("type", "a list, a set or a type")]
    assert server.only.header("content-type") == "image/gif"
    assert server.only.header("accept") == "text/html"


def test_an_enum_with_null(mode: str) -> None:
    kind = models("corners").ListNoneType1
    with Recorder(reply(200, b"[]"), reply(200, b"[]")) as server:
        corner(mode, server.url, "pet.list", none=kind.B)
        corner(mode, server.url, "pet.list", none=None)
    sent = [dict(parse_qsl(urlsplit(request.target).query)) for request in server.requests]
    assert [query.get("none") for query in sent] == ["b", None]


def test_an_array_is_a_body_and_json_without_schema_an_answer(mode: str) -> None:
    m = models("corners")
    pets = [m.Pet(name="a", kind=m.Kind.CAT, list_=[m.Pet(name="b", kind=m.Kind.DOG)])]
    with Recorder(reply(200, b'{"any": [1, null]}')) as server:
        answer = corner(mode, server.url, "pet.set", body=pets)
    assert answer == {"any": [1, None]}
    assert server.only.body == (b'[{"kind":"cat","name":"a","list":[{"kind":"dog","name":"b"}]}]')


@pytest.mark.parametrize(
    ("method", "line"),
    [("look", "HEAD /pets"), ("ask", "OPTIONS /pets"), ("remove", "DELETE /pets")],
)
def test_every_http_method_with_a_header_of_the_path(mode: str, method: str, line: str) -> None:
    trace = uuid.UUID(int=1)
    with Recorder(reply(204 if method == "remove" else 200, media_type="")) as server:
        assert corner(mode, server.url, f"pet.{method}", trace_id=trace) is None
    assert server.only.line == f"{line} HTTP/1.1"
    assert server.only.header("trace-id") == str(trace)


@pytest.mark.parametrize(("body", "sent"), [({"body": 0}, b"0"), ({}, b"")])
@pytest.mark.parametrize(("answer", "value"), [(b"5", 5), (b"null", None)])
def test_a_scalar_body_and_answer(
    body: dict[str, int], sent: bytes, answer: bytes, value: int | None
) -> None:
    with Recorder(reply(200, answer, media_type="application/vnd.corners+json")) as server:
        assert corner("sync", server.url, "close_.set", **body) == value
    assert server.only.body == sent
    assert server.only.header("accept") == "application/vnd.corners+json"


@pytest.mark.parametrize("name", ["Cat", "Dog"])
def test_a_discriminator_that_is_an_open_enum_still_chooses(mode: str, name: str) -> None:
    animal = getattr(models("corners"), name)(species=name, age=3)
    with Recorder(reply(200, json.dumps({"species": name, "age": 3}).encode())) as server:
        answer = corner(mode, server.url, "session.animal", body=animal)
    assert json.loads(server.only.body) == {"species": name, "age": 3}
    assert answer == animal


def test_objects_in_headers_and_arrays_in_cookies(mode: str) -> None:
    m = models("corners")
    with Recorder(reply(200, b'{"a": 1}')) as server:
        answer = corner(
            mode, server.url, "session.counts", x_range=m.CountsXRange(from_=1, to=2), sizes=[1, 2]
        )
    assert answer["a"] == 1
    assert server.only.header("x-range") == "from=1,to=2"
    assert server.only.header("cookie") in ("sizes=1,2", "sizes=1%2C2")


@pytest.mark.parametrize("key", [" ", " a", "\t", "a\r\nX-Evil: 1", "a\0", "\x0b", "a\x7f"])
def test_what_a_header_cannot_hold_is_refused_before_anything_is_sent(mode: str, key: str) -> None:
    errors = importlib.import_module("corners_client.errors")
    with Recorder(reply(200, b"{}")) as server:
        with pytest.raises(errors.ConfigurationError, match="X-Range"):
            corner(mode, server.url, "session.counts", x_range={key: 1})
        assert server.requests == []


def test_a_header_holds_spaces_and_tabs_within(mode: str) -> None:
    with Recorder(reply(200, b"{}")) as server:
        corner(mode, server.url, "session.counts", x_range={"a b\tc": 1})
    assert server.only.header("x-range") == "a b\tc=1"


def test_a_form_of_allof_with_fields_called_as_names_of_ours(mode: str) -> None:
    with Recorder(
        reply(200, b'{"x": 1, "new": 2, "when": {"at": "2026-01-01t00:00:00z"}}')
    ) as server:
        answer = corner(
            mode,
            server.url,
            "upper_case.form",
            name="n&",
            body_="b",
            self_="s",
            field_="f",
            kind="dog",
        )
    assert parse_qsl(server.only.body.decode()) == [
        ("name", "n&"), ("body", "b"), ("self", "s"), ("field", "f"), ("kind", "dog"),
        ("flag", "true"),
    ]  # fmt: skip
    assert answer.additional_properties == {"new": 2}
    assert type(answer.when).__name__ == "DateTimeModel"
    assert answer.when.at.year == 2026


def test_a_tag_called_as_a_schema_or_as_ours_hides_neither() -> None:
    corners: Any = importlib.import_module("corners_client")
    resources: Any = importlib.import_module("corners_client.resources")
    assert resources.Pet is models("corners").Pet
    with corners.Corners() as client:
        assert type(client.pet) is resources.PetResource
        assert type(client.session) is resources.SessionResource
        assert type(client.close_) is resources.Close
    assert callable(client.close)


def test_values_that_methods_are_called_as_stay_in_types() -> None:
    resources: Any = importlib.import_module("corners_client.resources")
    annotation = resources.UpperCase.form.__annotations__["kind"]
    assert ast.parse(annotation, mode="eval")
    assert "'list'" in annotation.replace('"', "'")
