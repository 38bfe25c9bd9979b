"""Models keep what they are given, and refuse what JSON or RFC 3339 cannot say."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
import zoneinfo
from enum import Enum
from typing import Any, ClassVar, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventorum_client.models import ErrorResult, ImageType
from pingone_client.models import Image, ImageTargetType
from questionpro_client._runtime.decoding import decode_json
from questionpro_client._runtime.encoding import to_json
from questionpro_client._runtime.model import Model, OpenIntEnum, OpenStrEnum
from questionpro_client._runtime.timestamp import Timestamp, to_rfc3339
from questionpro_client.models import CreateResponseRequest, CustomVariables, Location

from tests.recorder import Recorder
from tests.vendors import PINGONE, QUESTIONPRO, SURVEY, call

UNKNOWN = {"later": {"a": [1, None, {"b": "ü"}]}, "null": None}


class Leaf(Model):
    name: str
    size: int | msgspec.UnsetType = msgspec.UNSET


class Branch(Model):
    kind: Literal["branch"]
    leaves: list[Leaf]


class Tree(Model):
    value: int
    children: list[Tree] | msgspec.UnsetType = msgspec.UNSET
    parent: Tree | msgspec.UnsetType | None = msgspec.UNSET


class Colour(OpenStrEnum):
    RED = "red"


class Level(OpenIntEnum):
    LOW = 1


class Mixed(Model):
    """Unions that only the walker decodes."""

    __additional_type__: ClassVar[int]
    what: Leaf | Branch
    when: Timestamp | str | msgspec.UnsetType = msgspec.UNSET
    many: list[Leaf | Branch | str] | msgspec.UnsetType = msgspec.UNSET
    number: int | float | msgspec.UnsetType = msgspec.UNSET
    level: Level | msgspec.UnsetType = msgspec.UNSET
    by_name: dict[str, Leaf] | msgspec.UnsetType = msgspec.UNSET


def twins(value: Any) -> list[Any]:
    pickles = [pickle.loads(pickle.dumps(value, number)) for number in range(2, 6)]
    return [*pickles, copy.copy(value), copy.deepcopy(value)]


# --- generated models


def test_a_model_goes_to_a_dict_and_back() -> None:
    document = {**PINGONE.success, **UNKNOWN}
    document["targets"] = {**document["targets"], "small": document["targets"]["original"]}
    image = Image.from_dict(document)
    assert image.to_dict() == document
    assert Image.from_dict(image.to_dict()) == image
    assert json.loads(to_json(image)) == document
    assert image.targets["small"].width == 3
    assert image.additional_properties == UNKNOWN


def test_from_dict_leaves_its_argument_alone() -> None:
    document: dict[str, Any] = {"latitude": 1, "radius": 2.5, "longitude": 3, "region": None}
    document |= {"countryCode": None, "planet": "Mars"}
    before = copy.deepcopy(document)
    location = Location.from_dict(document)
    location["planet"] = "Venus"
    assert document == before
    assert location.to_dict()["planet"] == "Venus"


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({}, "$"),
        ({"error": 5}, "$.error"),
        ({"error": {"key": "k"}}, "$.error"),
        (
            {"error": {"key": "k", "description": None, "fields": {"x": "no list"}}},
            "$.error.fields.x",
        ),
        ({"error": {"key": "k", "description": None, "fields": {"x": [1]}}}, "$.error.fields.x[0]"),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(document: dict[str, Any], path: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  its start is the point
        ErrorResult.from_dict(document)
    assert str(caught.value).startswith(f"{path}:")


def test_a_model_can_be_pickled_and_copied() -> None:
    image = Image.from_dict({**PINGONE.success, **UNKNOWN})
    for twin in twins(image):
        assert type(twin) is Image
        assert twin == image
        assert twin.to_dict() == image.to_dict()
        twin["later"] = "changed"
        assert image["later"] != "changed"
    deep = copy.deepcopy(image)
    deep.targets.original.width = 99
    assert image.targets.original.width == 3


def test_models_are_equal_when_all_they_hold_is() -> None:
    first, second = CustomVariables(custom1="a"), CustomVariables(custom1="a")
    assert first == second
    assert first.additional_properties == {}
    assert first == second
    second["custom9"] = "b"
    assert first != second
    assert first != CustomVariables(custom1=None)
    assert first != "a"
    assert first != Location(1, 2, 3, None, None)


def test_a_model_shows_what_it_holds() -> None:
    variables = CustomVariables(custom1="a", custom2=None)
    assert repr(variables) == "CustomVariables(custom1='a', custom2=None)"
    variables["own"] = "b"
    assert repr(variables).endswith(", additional_properties={'own': 'b'})")
    assert "own" in variables
    del variables["own"]
    assert "own" not in variables
    with pytest.raises(KeyError):
        variables["own"]


def test_fields_that_are_not_set_are_not_sent() -> None:
    assert CustomVariables().to_dict() == {}
    assert CustomVariables(custom1=None).to_dict() == {"custom1": None}
    assert CreateResponseRequest(response_set=[]).to_dict() == {"responseSet": []}


# --- open enums


@pytest.mark.parametrize(
    ("kind", "known", "unknown"),
    [(ImageTargetType, "png", "avif"), (ImageType, "product", ""), (Level, 1, 77)],
)
def test_an_open_enum_keeps_unknown_values(kind: Any, known: Any, unknown: Any) -> None:
    assert kind(known) in list(kind)
    value = kind(unknown)
    assert value not in list(kind)
    assert value == unknown == value.value
    assert isinstance(value, kind)
    assert hash(value) == hash(unknown)
    assert str(value) == str(unknown)
    assert repr(unknown) in repr(value)
    for member in (kind(known), value):
        for twin in twins(member):
            assert type(twin) is kind
            assert twin == member
    assert json.loads(to_json({"x": value})) == {"x": unknown}
    assert issubclass(kind, Enum)


@pytest.mark.parametrize(
    ("kind", "value"), [(ImageType, 5), (ImageType, None), (Level, "1"), (Level, True)]
)
def test_an_open_enum_is_still_of_one_type(kind: Any, value: Any) -> None:
    if value is True:  # equals 1, as everywhere in Python
        assert kind(value) is Level.LOW
        return
    with pytest.raises(ValueError, match="not a valid"):
        kind(value)


# --- the walker


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"what": {"name": "a"}}, Leaf),
        ({"what": {"name": "a", "later": 1}}, Leaf),
        ({"what": {"kind": "branch", "leaves": [{"name": "b", "size": 2}]}}, Branch),
        ({"what": {"kind": "branch", "leaves": [], "name": "both"}}, Branch),
        ({"what": {"kind": "twig", "leaves": [], "name": "both"}}, Leaf),
    ],
)
def test_a_union_takes_the_type_that_knows_most(document: dict[str, Any], kind: type) -> None:
    if kind is Branch and "name" in document["what"]:
        document["what"]["extra"] = [1]
    mixed = decode_json(json.dumps(document).encode(), Mixed)
    assert type(mixed.what) is kind
    assert mixed.to_dict() == document


class CatKind(OpenStrEnum):
    CAT = "cat"


class DogKind(OpenStrEnum):
    DOG = "dog"


class Cat(Model):
    kind: CatKind


class Dog(Model):
    kind: DogKind


@pytest.mark.parametrize(("word", "kind"), [("cat", Cat), ("dog", Dog)])
def test_a_known_enum_value_tells_the_members_of_a_union_apart(
    word: str, kind: type[Cat | Dog]
) -> None:
    value = decode_json(json.dumps({"kind": word}).encode(), Cat | Dog)
    assert type(value) is kind
    assert value.to_dict() == {"kind": word}


def test_members_of_a_union_are_told_apart() -> None:
    document = {
        "what": {"name": "a"},
        "when": "2020-01-01T00:00:00Z",
        "many": [{"name": "a"}, {"kind": "branch", "leaves": []}, "text"],
        "number": 1,
        "level": 9,
        "by_name": {"x": {"name": "b", "new": True}},
        "unknown": 5,
    }
    mixed = decode_json(json.dumps(document).encode(), Mixed)
    assert isinstance(mixed.when, Timestamp)
    assert [type(item) for item in mixed.many] == [Leaf, Branch, str]
    assert (type(mixed.number), type(mixed.level)) == (int, Level)
    assert mixed.by_name["x"]["new"] is True
    assert mixed.to_dict() == document
    assert decode_json(b'{"what": {"name": ""}, "when": "soon"}', Mixed).when == "soon"
    assert type(decode_json(b'{"what": {"name": ""}, "number": 1.5}', Mixed).number) is float


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b'{"what": 5}', "$.what"),
        (b'{"what": {"size": 1}}', "$.what"),
        (b'{"what": {"name": "a"}, "many": [{}]}', "$.many[0]"),
        (b'{"what": {"name": "a"}, "number": "1"}', "$.number"),
        (b'{"what": {"name": "a"}, "number": true}', "$.number"),
        (b'{"what": {"name": "a"}, "unknown": "text"}', "$.unknown"),
        (b'{"what": {"name": "a"}, "by_name": {"x": 1}}', "$.by_name.x"),
    ],
)
def test_no_member_of_a_union_fits(text: bytes, path: str) -> None:
    with pytest.raises(ValueError, match=r"^\$") as caught:
        decode_json(text, Mixed)
    assert str(caught.value).startswith(path)


def test_a_model_may_hold_itself() -> None:
    document = {
        "value": 1,
        "children": [{"value": 2, "parent": {"value": 3, "new": [1]}}, {"value": 4}],
    }
    tree = decode_json(json.dumps(document).encode(), Tree)
    assert tree.to_dict() == document
    assert tree.children[0].parent["new"] == [1]
    for twin in twins(tree):
        assert twin == tree


def test_a_model_that_holds_itself_too_deeply_is_refused() -> None:
    text = b'{"value": 1, "later": 0, "parent": ' * 50_000 + b"null" + b"}" * 50_000
    with pytest.raises(ValueError, match="nested too deeply"):
        decode_json(text, Tree)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(extra=st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=5))
def test_any_unknown_key_survives(extra: dict[str, Any]) -> None:
    document = {**extra, "name": "a", "size": 1}
    leaf = decode_json(json.dumps(document).encode(), Leaf)
    assert leaf.to_dict() == document
    assert json.loads(to_json(leaf)) == document


@given(content=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_model_or_a_value_error(content: bytes) -> None:
    for kind in (Mixed, Tree, CreateResponseRequest, Any):
        try:
            value = decode_json(content, kind)
        except ValueError:
            continue
        assert kind is Any or isinstance(value, kind)


# --- dates and numbers


def refused(mode: str, body: Any) -> str:
    """What a call says that ends before a connection is made."""
    with Recorder() as server:
        client = QUESTIONPRO.client(mode, server.url)
        with pytest.raises(ValueError) as caught:  # noqa: PT011  the caller looks at the text
            call(client, lambda c: c.responses.create(SURVEY, body=body))
        assert server.connections == 0
    return str(caught.value)


def test_a_date_without_zone_is_refused_before_anything_is_sent(mode: str) -> None:
    body = {"responseSet": [], "when": datetime.datetime(2020, 1, 1)}
    with Recorder() as server:
        with pytest.raises(ValueError, match="time zone"):
            call(
                QUESTIONPRO.client(mode, server.url),
                lambda c: c.responses.create(SURVEY, body=body),
            )
        assert server.connections == 0


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_lacks_is_refused_before_anything_is_sent(
    mode: str, number: float
) -> None:
    model = CreateResponseRequest(response_set=[])
    model["x"] = [{"y": number}]
    for body in (model, model.to_dict()):
        assert "JSON cannot" in refused(mode, body)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.UTC), "2020-01-02T03:04:05Z"),
        (Timestamp(2020, 1, 2, 3, 4, 5, 600, tzinfo=datetime.UTC), "2020-01-02T03:04:05.000600Z"),
        (
            datetime.datetime(2020, 7, 2, 3, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
            "2020-07-02T03:00:00+02:00",
        ),
        (
            datetime.datetime(1880, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")),
            "1879-12-31T23:06:32Z",
        ),
        (
            datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(seconds=30))),
            "2019-12-31T23:59:30Z",
        ),
        (Timestamp.parse("2020-01-02t03:04:05.10z"), "2020-01-02t03:04:05.10z"),
        (Timestamp.parse("2016-12-31T23:59:60Z"), "2016-12-31T23:59:60Z"),
        (Timestamp.parse("2016-12-31T23:59:60Z").replace(year=2020), "2020-12-31T23:59:59.999999Z"),
    ],
)
def test_dates_are_written_as_rfc_3339(value: datetime.datetime, text: str) -> None:
    assert to_rfc3339(value) == text
    assert to_json([value]) == json.dumps([text]).encode()
    assert Timestamp.parse(text) == value
    for twin in twins(value):
        assert twin == value
        assert to_rfc3339(twin) == text


@given(value=st.datetimes(timezones=st.just(datetime.UTC)))
def test_any_date_comes_back(value: datetime.datetime) -> None:
    assert Timestamp.parse(to_rfc3339(value)) == value


@pytest.mark.parametrize(
    "value",
    [{1: "a"}, {None: 1}, b"bytes", object(), {"a": {1, 2}}, complex(1)],
    ids=lambda value: type(value).__name__,
)
def test_what_json_lacks_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="JSON"):
        to_json(value)
