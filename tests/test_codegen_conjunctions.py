"""What clients make of `allOf` and of choices that stand beside properties."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.recorder import Recorder, reply
from tests.things import SCHEMAS, Change, Document, at, put, refused_document, things
from tests.workshop import Workshop

pytestmark = pytest.mark.generator


def ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def one(**properties: Any) -> Document:
    return {"type": "object", "properties": properties}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
NOTE = {"description": "A note."}
SHARED: Document = {
    "Kind": {"type": "string", "enum": ["a", "b"]},
    "First": one(first=TEXT),
    "Second": one(second=NUMBER),
    "Either": {"oneOf": [ref("First"), ref("Second")]},
    "MaybeText": one(a={"type": ["string", "null"]}),
    "JustText": one(a=TEXT),
    "Inner": one(a=ref("First")),
    "MoreInner": one(a={**one(zz=TEXT), "required": ["zz"]}),
    "Numbers": one(a=NUMBER),
}

# name of a property: its schema, its annotation, a value
PROPERTIES: dict[str, tuple[Document, str, Any]] = {
    "whole": ({"allOf": [{"type": "number"}, NUMBER]}, "int", 3),
    "never_null": ({"allOf": [{"type": ["string", "null"]}, TEXT]}, "str", "x"),
    "narrowed": ({"allOf": [{"type": ["string", "integer"]}, TEXT]}, "str", "x"),
    "described": ({"type": "string", "allOf": [{"minLength": 1}, NOTE]}, "str", "x"),
    "listed": (
        {"allOf": [{"type": "array", "items": TEXT}, {"type": "array", "maxItems": 4}]},
        "list[str]",
        ["x"],
    ),
    "listed_twice": (
        {
            "allOf": [
                {"type": "array", "items": TEXT},
                {"type": "array", "items": {"type": "string", "format": "uuid"}},
            ]
        },
        "list[UUID]",
        ["00000000-0000-0000-0000-000000000001"],
    ),
    "choice": ({"allOf": [{"oneOf": [TEXT, NUMBER]}, NOTE]}, "str | int", 5),
    "narrowed_choice": ({"allOf": [{"oneOf": [TEXT, NUMBER]}, TEXT]}, "str", "x"),
    "enum": ({"allOf": [ref("Kind"), NOTE]}, "Kind", "a"),
    "enum_default": ({"allOf": [ref("Kind"), {"default": "a"}]}, "Kind", "b"),
    "smaller_enum": ({"allOf": [ref("Kind"), {"enum": ["a"]}]}, "ThingSmallerEnum", "a"),
    "other_model": ({"allOf": [ref("Either"), NOTE]}, "First | Second", {"second": 5}),
    "choice_and_more": (
        {"allOf": [ref("Either"), one(more=TEXT)]},
        "ThingChoiceAndMoreType0 | ThingChoiceAndMoreType1",
        {"second": 5, "more": "x"},
    ),
    "conditions": (
        {**one(a=TEXT, b=NUMBER), "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        "ThingConditions",
        {"b": 3},
    ),
    "merged": (
        {"allOf": [ref("MaybeText"), ref("JustText")]},
        "ThingMerged",
        {"a": "x"},
    ),
    "merged_deep": (
        {"allOf": [ref("Inner"), ref("MoreInner")]},
        "ThingMergedDeep",
        {"a": {"first": "x", "zz": "y"}},
    ),
}


@pytest.fixture(scope="module")
def thing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """The package, and the text of the model."""
    shop = Workshop.empty(tmp_path_factory.mktemp("conjunctions") / "root")

    def change(document: Document) -> None:
        at(document, SCHEMAS).update(SHARED)
        properties = {name: schema for name, (schema, _, _) in PROPERTIES.items()}
        at(document, f"{SCHEMAS}/Thing/properties").update(properties)

    shop.document("things", things(change))
    done = shop.run()
    assert (done.code, done.err) == (0, "")
    text = Path(shop.package("things") / "models/thing.py").read_text(encoding="utf-8")
    with shop.imported("things") as package:
        yield package, text


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_property_has_the_type_of_what_fits_all_parts(thing: tuple[Any, str], name: str) -> None:
    annotation = PROPERTIES[name][1]
    assert f"    {name}: {annotation} | Unset = UNSET\n" in thing[1]


def test_a_value_that_fits_all_parts_is_read(thing: tuple[Any, str]) -> None:
    values = {name: value for name, (_, _, value) in PROPERTIES.items()}
    answer = json.dumps({"items": [values]}).encode()
    with Recorder(reply(200, answer)) as server, thing[0].Things(base_url=server.url) as client:
        (item,) = client.default.list_things().items
    assert item.to_dict() == values
    assert item.merged_deep.a.first == "x"
    assert item.merged_deep.a.zz == "y"
    assert (item.choice_and_more.second, item.choice_and_more.more) == (5, "x")
    assert item.conditions.b == 3


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.empty(tmp_path / "root")


def described(schema: Document) -> Change:
    def change(document: Document) -> None:
        at(document, SCHEMAS).update(SHARED)
        put(f"{SCHEMAS}/Thing/properties", "x", schema)(document)

    return change


def test_what_nothing_fits_is_told_with_its_place(shop: Workshop) -> None:
    for schema, told in (
        ({"allOf": [TEXT, NUMBER]}, "/x/allOf: nothing fits .*: its parts want string and integer"),
        ({"allOf": [TEXT, ref("First")]}, "want string and object"),
        ({"type": "string", "allOf": [NUMBER]}, "want integer and string"),
        ({"allOf": [ref("JustText"), ref("Numbers")]}, "in the property 'a': its parts want"),
    ):
        refused_document(shop, described(schema), told)
