"""Comparing whole documents: what is the same is the same however it is written, every keyword of a
real document gets a verdict, and hostile documents end."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.changes import schema_comparison
from scripts.changes.comparison import compare
from scripts.openapi import yaml_source
from scripts.openapi.pointer import Location, nodes, pointer
from tests.changed_document import BASE, GONE, changed
from tests.workshop import FOREIGN, ROOT

pytestmark = pytest.mark.generator

DOCUMENTS = {
    "base": BASE,
    **{
        path.stem if path.stem != "openapi" else path.parent.name: yaml_source.load(path).data
        for path in (*ROOT.glob("generated/*/openapi.yaml"), *FOREIGN.glob("*.yaml"))
    },
}
QUESTIONPRO = yaml_source.load(ROOT / "spec" / "questionpro.yaml").data


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same data with its keys in another order."""
    if isinstance(value, dict):
        items = list(value.items())
        chance.shuffle(items)
        return {key: shuffled(item, chance) for key, item in items}
    if isinstance(value, list):
        return [shuffled(item, chance) for item in value]
    return value


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_is_the_same_as_itself_and_in_any_order_of_keys(name: str) -> None:
    document = DOCUMENTS[name]
    assert compare(document, copy.deepcopy(document)) == []
    # the order of servers and tags is that of lists, which stays
    assert compare(document, shuffled(document, random.Random(name))) == []


def schemas(document: dict[str, Any]) -> list[Location]:
    """Where schemas are written in place, and could be moved."""
    found: list[Location] = []
    for at, value in nodes(document):
        if not isinstance(value, dict) or "$ref" in value or len(at) < 4:
            continue
        place = at[-1] in ("schema", "items") or at[-2] in ("properties", "oneOf", "anyOf")
        if place and "example" not in "".join(map(str, at)):
            found.append(at)
    return found


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_schema_moved_into_components_changes_nothing(name: str) -> None:
    document = DOCUMENTS[name]
    found = schemas(document)
    for at in random.Random(name).sample(found, min(4, len(found))):
        new = copy.deepcopy(document)
        holder: Any = new
        for part in at[:-1]:
            holder = holder[part]
        moved = holder[at[-1]]
        holder[at[-1]] = {"$ref": "#/components/schemas/Moved"}
        new.setdefault("components", {}).setdefault("schemas", {})["Moved"] = moved
        assert compare(document, new) == [], pointer(at)
        assert compare(new, document) == [], pointer(at)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": ["string", "integer"]}, {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        ({"type": "integer", "minimum": 1}, {"allOf": [{"type": "integer"}, {"minimum": 1}]}),
        (
            {"type": "number", "exclusiveMinimum": 1},
            {"type": "number", "minimum": 1, "exclusiveMinimum": True},
        ),
        ({"type": "string", "maxLength": 3}, {"allOf": [{"type": "string", "maxLength": 3.0}]}),
    ],
    ids=lambda schema: "+".join(schema),
)
def test_two_ways_to_write_the_same_are_the_same(one: Any, other: Any) -> None:
    at = "/components/schemas/Order/properties/code"
    before, after = changed(BASE, (at, one)), changed(BASE, (at, other))
    assert compare(before, after) == []
    assert compare(after, before) == []


# --- real documents -------------------------------------------------------------------------------

_FREE = ("example", "examples", "default", "enum", "value")
_SAMPLES = ("components", "examples")


def places(document: dict[str, Any]) -> list[Location]:
    """Values of a document, but for those inside examples: of those at like places, one."""
    found: dict[Location, Location] = {}
    for at, _ in nodes(document):
        if not at or any(part in _FREE for part in at[:-1]) or at[:2] == _SAMPLES:
            continue
        like = tuple("" if part == "" or isinstance(part, int) else part for part in at[-3:])
        found.setdefault((*at[:1], *like), at)
    return list(found.values())


_NEUTRAL = {
    "required": (False,),  # the default
    "additionalProperties": (True,),
    "explode": (True,),
    "style": ("form",),
}


def _is_neutral(at: Location, value: Any) -> bool:
    """Whether a value says only what holds without it, or stands where nobody looks."""
    return bool(
        value in _NEUTRAL.get(str(at[-1]), ())
        or value in ({}, [])
        or at[-1] == "examples" == at[-2]
    )


@pytest.mark.parametrize("document", [BASE, QUESTIONPRO], ids=["base", "questionpro"])
def test_every_keyword_that_is_taken_out_of_a_document_has_a_verdict(
    document: dict[str, Any],
) -> None:
    silent: list[str] = []
    found = places(document)
    for at in random.Random(7).sample(found, min(15, len(found))):
        new = copy.deepcopy(document)
        holder: Any = new
        for part in at[:-1]:
            holder = holder[part]
        value = holder[at[-1]]
        del holder[at[-1]]
        if at[:1] == ("components",) and len(at) <= 3:
            compare(document, new)  # references lead nowhere then: it only has to end
        elif not compare(document, new) and not _is_neutral(at, value):
            silent.append(pointer(at))
    assert silent == []


@pytest.mark.parametrize(
    ("edit", "verdict"),
    [
        (("/components/schemas/CreateResponseRequest/required/-", "language"), "breaking"),
        (("/components/schemas/CreateResponseRequest/required", GONE), "compatible"),
        (("/components/schemas/CreateResponseRequest/properties/browser", GONE), "breaking"),
        (("/components/schemas/Image/properties/size", GONE), "breaking"),
        (("/components/schemas/Image/properties/more", {"type": "string"}), "compatible"),
        (("/components/schemas/Image/required/0", GONE), "breaking"),
        (("/components/schemas/Image/properties/imageID/type", "string"), "breaking"),
        (("/components/parameters/PerPage/required", True), "breaking"),
        (("/components/parameters/PerPage/schema/maximum", 100), "breaking"),
        (("/components/parameters/PerPage/schema/enum", [10, 100]), "breaking"),
        (("/components/parameters/PerPage/in", "header"), "breaking"),
        (("/components/parameters/PerPage/deprecated", True), "compatible"),
        (("/components/responses/NotFound/description", "Gone."), "compatible"),
        (("/components/securitySchemes/apiKeyHeader/name", "x-key"), "breaking"),
        (("/info/version", "3"), "compatible"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0].rpartition("/")[2],
)
def test_a_change_of_one_keyword_in_a_real_document_has_its_verdict(
    edit: tuple[str, Any], verdict: str
) -> None:
    found = compare(QUESTIONPRO, changed(QUESTIONPRO, edit))
    assert found
    verdicts = {one.verdict for one in found}
    assert ("breaking" in verdicts) == (verdict == "breaking"), found


# --- hostile documents ----------------------------------------------------------------------------


def with_schemas(schemas: dict[str, Any], root: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/": {
                "post": {
                    "operationId": "call",
                    "requestBody": {"content": {"application/json": {"schema": root}}},
                    "responses": {"200": {"content": {"application/json": {"schema": root}}}},
                }
            }
        },
        "components": {"schemas": schemas},
    }


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    "schema",
    [
        ref("A"),
        {"allOf": [ref("A"), ref("A")]},
        {"oneOf": [ref("A"), ref("A"), {"type": "null"}]},
        {"anyOf": [ref("A")]},
        {"properties": {"a": ref("A")}, "items": ref("A"), "additionalProperties": ref("A")},
        {"oneOf": [{"properties": {"a": ref("A")}}, {"items": {"allOf": [ref("A")]}}]},
        {"$ref": "#/components/schemas/A/properties/a", "properties": {"a": ref("A")}},
        {"$ref": "#/nowhere"},
        {"$ref": "other.yaml#/A"},
        {"$ref": 7},
        {"type": 7, "enum": 1, "required": "a", "properties": [], "allOf": {}, "minimum": "x"},
        {"discriminator": {"mapping": []}, "oneOf": [True, False, 3]},
        True,
        False,
        None,
        [],
    ],
    ids=str,
)
def test_schemas_that_lead_in_circles_or_nowhere_are_compared(schema: Any) -> None:
    document = with_schemas({"A": schema, "B": {"type": "string"}}, ref("A"))
    assert compare(document, copy.deepcopy(document)) == []
    other = with_schemas({"A": {"type": "string"}, "B": {"type": "string"}}, ref("A"))
    compare(document, other)
    compare(other, document)


def test_a_chain_of_thousands_of_schemas_is_compared_to_its_end() -> None:
    size = 1200  # more than Python's stack is deep
    chain: dict[str, Any] = {
        f"S{i}": {"oneOf": [ref(f"S{i + 1}"), {"type": "array"}]} for i in range(size)
    }
    old = with_schemas({**chain, f"S{size}": {"type": "string"}}, ref("S0"))
    new = with_schemas({**chain, f"S{size}": {"type": "integer"}}, ref("S0"))
    kinds = {one.kind for one in compare(old, new)}
    assert {"input-type-changed", "output-type-changed"} <= kinds


def test_rings_that_make_endless_pairs_are_given_up_and_taken_for_breaking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def rings(sizes: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for size in sizes:
            for i in range(size):
                name = f"R{size}x{i}"
                found[name] = {"properties": {"a": ref(f"R{size}x{(i + 1) % size}")}}
        return found

    monkeypatch.setattr(schema_comparison, "MAX_PAIRS", 1000)
    old = with_schemas(rings((41,)), ref("R41x0"))
    new = with_schemas(rings((43,)), ref("R43x0"))
    assert {(one.kind, one.verdict) for one in compare(old, new)} == {
        ("comparison-too-large", "breaking")
    }


@pytest.mark.parametrize("key", ["paths", "servers", "security", "tags", "components", "info"])
@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [1], {"a": 1}], ids=str)
def test_parts_that_are_something_else_are_passed_over(key: str, value: Any) -> None:
    strange = {**BASE, key: value}
    compare(BASE, strange)
    compare(strange, BASE)
    assert compare(strange, copy.deepcopy(strange)) == []


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_document_with_anything_anywhere_is_compared(data: st.DataObject) -> None:
    every = [at for at, _ in nodes(BASE) if at]
    at = data.draw(st.sampled_from(every))
    value: Any = data.draw(
        st.sampled_from([None, True, 0, -1.5, "", "x", [], {}, [None], {"$ref": "#"}, [{}], ["x"]])
    )
    strange = changed(BASE, (pointer(at), value))
    compare(BASE, strange)
    compare(strange, BASE)
    assert compare(strange, copy.deepcopy(strange)) == []


def test_a_required_field_that_becomes_one_to_send_breaks_callers() -> None:
    at = "/components/schemas/Sent"
    thing = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    content = {"application/json": {"schema": {"$ref": f"#{at}"}}}
    operation = {"requestBody": {"content": content}, "responses": {"204": {"description": "."}}}
    sent = changed(BASE, (at, thing), ("/paths/~1sent", {"post": operation}))
    received = changed(sent, (f"{at}/properties/id/readOnly", True))
    assert {one.kind: one.verdict for one in compare(received, sent)} == {
        "input-field-no-longer-read-only": "compatible",
        "input-field-required": "breaking",
    }
