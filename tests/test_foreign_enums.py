"""Enums of documents that are not ours: closed in what is sent, open in what is answered."""

from __future__ import annotations

import importlib
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.recorder import Recorder, reply
from tests.workshop import call, foreign


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    foreign()


def models() -> Any:
    return importlib.import_module("corners_client.models")


def corners(mode: str, url: str, method: str, **keywords: Any) -> Any:
    return call(mode, "corners_client.Corners", method, options={"base_url": url}, **keywords)


def refused(mode: str, method: str, **keywords: Any) -> str:
    """What a call says that sends nothing."""
    error = importlib.import_module("corners_client.errors").ConfigurationError
    with Recorder() as server:
        with pytest.raises(error) as caught:
            corners(mode, server.url, method, **keywords)
        assert server.connections == 0
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "known"),
    [
        ("kind", "bird", "'cat', 'dog', 'list'"),
        ("kind", "CAT", "'cat', 'dog', 'list'"),
        ("order", "sideways", "'up', 'down'"),
        ("none", "c", "'a', 'b'"),
    ],
)
def test_a_parameter_that_is_not_listed_is_refused(
    mode: str, name: str, value: str, known: str
) -> None:
    said = refused(mode, "pet.list", **{name: value})
    assert name in said
    assert repr(value) in said
    assert f"is none of {known}" in said


@pytest.mark.parametrize("value", [5, True, ["up"], {"a": 1}])
def test_a_parameter_of_another_type_is_refused(mode: str, value: Any) -> None:
    assert "order" in refused(mode, "pet.list", order=value)


def test_a_member_that_an_answer_brought_is_refused_in_a_request(mode: str) -> None:
    # the document may be behind; then the caller sends it as a header or query of their own
    bird = models().Kind("bird")
    assert bird == "bird"
    assert "'bird' is none of" in refused(mode, "pet.list", kind=bird)


def test_a_plain_text_that_is_listed_is_sent(mode: str) -> None:
    with Recorder(reply(200, b"[]")) as server:
        corners(mode, server.url, "pet.list", kind="dog", order="down")
    sent = dict(parse_qsl(urlsplit(server.only.target).query))
    assert (sent["kind"], sent["order"]) == ("dog", "down")


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("as_model", [False, True])
def test_a_json_body_with_a_value_that_is_not_listed_is_refused(
    mode: str, deep: bool, as_model: bool
) -> None:
    bird: Any = {"name": "a", "kind": "bird"}
    if as_model:
        bird = models().Pet.from_dict(bird)
    body = [{"name": "b", "kind": "cat", "list": [bird]}] if deep else [bird]
    said = refused(mode, "pet.set", body=body)
    path = "$[0].list[0].kind" if deep else "$[0].kind"
    assert f"the body: {path}: 'bird' is none of 'cat', 'dog', 'list'" in said


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([{"kind": "bird"}], "$[0].kind: 'bird' is none of"),
        ([{"kind": "cat", "list": [{"name": "b", "kind": "bird"}]}], "$[0].list[0].kind: 'bird'"),
        ([{"name": 5}], "$[0].name: expected a string, got an integer"),
        ([{"list": [{"kind": "cat"}, {"kind": 3}]}], "$[0].list[1].kind: expected Kind"),
        ([{"name": "a"}, 5], "$[1]: expected an object"),
    ],
)
def test_a_missing_key_hides_nothing_that_is_wrong(mode: str, body: Any, told: str) -> None:
    assert told in refused(mode, "pet.set", body=body)


def test_a_body_that_lacks_keys_is_sent(mode: str) -> None:
    body = [{"list": [{"kind": "cat"}], "later": {"kind": "bird"}}]
    with Recorder(reply(200, b"1")) as server:
        corners(mode, server.url, "pet.set", body=body)
    assert json.loads(server.only.body) == body


def test_an_answer_may_hold_any_value(mode: str) -> None:
    pets = [{"name": "a", "kind": "bird", "list": [{"name": "b", "kind": ""}]}]
    with Recorder(reply(200, json.dumps(pets).encode())) as server:
        (pet,) = corners(mode, server.url, "pet.list")
    assert isinstance(pet.kind, models().Kind)
    assert pet.kind == "bird"
    assert pet.to_dict()["kind"] == "bird"
    (inner,) = pet.list_ if hasattr(pet, "list_") else pet.list
    assert inner.kind == ""


def test_an_answer_of_another_type_is_an_error(mode: str) -> None:
    error = importlib.import_module("corners_client.errors").APIResponseValidationError
    body = b'[{"name": "a", "kind": 5}]'
    with Recorder(reply(200, body)) as server, pytest.raises(error, match=r"\$\[0\]\.kind"):
        corners(mode, server.url, "pet.list")
