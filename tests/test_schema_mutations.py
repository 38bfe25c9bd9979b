"""Nobody can change a documented schema in spec/ unseen: single changes, each of which the
comparison with the pages must catch."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.openapi import documents
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.pointer import Location, pointer
from tests import ledger
from tests.pages import ROOT, page_files
from tests.schema_comparison import assertions, derived, differences, follow, schema_location

pytestmark = pytest.mark.generator

JSON = "application/json"
TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
Mutation = tuple[str, Location, Callable[[dict[str, Any]], None]]


def schema_places(document: dict[str, Any], roots: list[Location]) -> list[Location]:
    """Where every schema below these stands, each once, references followed."""
    found: dict[Location, None] = {}

    def visit(at: Location) -> None:
        here, schema = follow(document, at)
        if here in found or not is_object(schema):
            return
        found[here] = None
        for name in schema.get("properties", {}):
            visit((*here, "properties", name))
        for key in ("items", "additionalProperties"):
            if key in schema:
                visit((*here, key))
        for key in ("anyOf", "oneOf"):
            for index, _ in enumerate(schema.get(key, [])):
                visit((*here, key, index))

    for root in roots:
        visit(root)
    return list(found)


def put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda schema: schema.__setitem__(key, copy.deepcopy(value))


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda schema: schema.__delitem__(key)


def renamed(old: str) -> Callable[[dict[str, Any]], None]:
    return lambda properties: properties.__setitem__(f"{old}X", properties.pop(old))


def mutations(document: dict[str, Any], places: list[Location]) -> Iterator[Mutation]:
    """Single changes as (what, where, how): one keyword of one schema at a time."""
    for at in places:
        _, schema = follow(document, at)
        yield from (
            (f"drop {key}", at, drop(key))
            for key in assertions(schema)
            if key not in ("properties", "$ref")
        )
        if isinstance(schema.get("type"), str):
            for name in TYPES:
                if name != schema["type"]:
                    yield f"type {name}", at, put("type", name)
            nullable = [schema["type"], "null"] if schema["type"] != "null" else ["null", "string"]
            yield "type or null", at, put("type", nullable)
        if "format" in schema:
            yield "change format", at, put("format", "hostname")
        added: dict[str, Any] = {"const": "x", "enum": ["x"], "not": {}, "deprecated": True}
        for key, value in added.items():
            if key not in schema:
                yield f"add {key}", at, put(key, value)
        required = schema.get("required", [])
        for name in required:
            rest = [other for other in required if other != name]
            yield f"required without {name}", at, put("required", rest)
        for name in [*schema.get("properties", {}), "unheardOf"]:
            if name not in required and "properties" in schema:
                yield f"required with {name}", at, put("required", [*required, name])
        if "additionalProperties" in schema:
            yield "additionalProperties true", at, put("additionalProperties", True)
            yield "additionalProperties text", at, put("additionalProperties", {"type": "string"})
        elif "properties" in schema:
            yield "additionalProperties false", at, put("additionalProperties", False)
        for name in schema.get("properties", {}):
            inside = (*at, "properties")
            yield f"drop property {name}", inside, drop(name)
            yield f"rename property {name}", inside, renamed(name)
        if "properties" in schema:
            yield "add property", (*at, "properties"), put("unheardOf", {"type": "string"})
        if is_array(schema.get("anyOf")):
            yield "anyOf shorter", at, put("anyOf", schema["anyOf"][1:])
            yield "anyOf longer", at, put("anyOf", [*schema["anyOf"], {"type": "null"}])
            yield "anyOf turned", at, put("anyOf", schema["anyOf"][::-1])


def inlined(document: dict[str, Any], value: Any) -> Any:
    """A schema with its references written out and without annotations: what it says."""
    if is_array(value):
        return [inlined(document, item) for item in value]
    if not is_object(value):
        return value
    if isinstance(value.get("$ref"), str):
        target: Any = document
        for part in value["$ref"][2:].split("/"):
            target = target[part]
        return inlined(document, target)
    return {
        key: {name: inlined(document, inner) for name, inner in child.items()}
        if key == "properties"
        else inlined(document, child)
        for key, child in assertions(value).items()
    }


def meaning(document: dict[str, Any], roots: list[Location]) -> str:
    return json.dumps([inlined(document, follow(document, root)[1]) for root in roots])


class Mutants:
    """A document that is changed, looked at and put back, change by change."""

    def __init__(self, document: dict[str, Any], roots: list[Location]) -> None:
        self.document = copy.deepcopy(document)
        self.roots = list(dict.fromkeys(follow(document, root)[0] for root in roots))
        self.before = meaning(self.document, self.roots)
        self.seen: set[str] = set()

    def escaped(self, caught: Callable[[dict[str, Any]], bool]) -> list[str]:
        """Applies every change; those that were not caught, and those that changed nothing that
        counts or repeat another."""
        places = schema_places(self.document, self.roots)
        bad: list[str] = []
        for what, at, change in list(mutations(self.document, places)):
            around: Any = self.document
            for part in at[:-1]:
                around = around[part]
            original = around[at[-1]]
            around[at[-1]] = copy.deepcopy(original)
            change(around[at[-1]])
            after = meaning(self.document, self.roots)
            if after == self.before or after in self.seen:
                bad.append(f"no new change: {what} at #{pointer(at)}")
            elif not caught(self.document):
                bad.append(f"not caught: {what} at #{pointer(at)}")
            self.seen.add(after)
            around[at[-1]] = original
        assert meaning(self.document, self.roots) == self.before
        return bad


def test_every_single_change_of_the_18_schemas_is_caught(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = documents.as_written(ROOT, "questionpro").data
    pages = [
        (file.load(), schema_location(document, file.operation, file.status, JSON))
        for file in page_files("schema")
    ]
    assert len(pages) == 18
    # the three answers first: a change of the one error schema is seen at the first of 15 pages
    pages.sort(key=lambda page: "error" in json.dumps(page[0]))

    def caught(mutant: dict[str, Any]) -> bool:
        return any(any(differences(source, mutant, at)) for source, at in pages)

    assert not caught(document)
    mutants = Mutants(document, [at for _, at in pages])
    assert mutants.escaped(caught) == []
    with capsys.disabled():
        print(f" {len(mutants.seen)} of {len(mutants.seen)} single changes caught", end="")
    assert len(mutants.seen) >= 200


@pytest.mark.parametrize("vendor", documents.vendors(ROOT))
def test_every_single_change_of_the_other_schemas_is_caught(vendor: str) -> None:
    """Schemas that the pages show by example only: caught by what the examples tell, or by a fact
    of the ledger."""
    document = documents.as_written(ROOT, vendor).data
    with_schema = {(file.page, file.status) for file in page_files("schema")}
    bodies: dict[tuple[str, str], list[Any]] = {}
    for file in page_files("example"):
        if file.vendor == vendor and (file.page, file.status) not in with_schema:
            bodies.setdefault((file.operation, file.status), []).append(file.load())
    sources = {
        schema_location(document, *body, JSON): derived(values) for body, values in bodies.items()
    }
    facts = [
        fact
        for fact in ledger.load()
        if fact.vendor == vendor and fact.pointer.startswith("/components/schemas/")
    ]

    def caught(mutant: dict[str, Any]) -> bool:
        return any(
            not any(ledger.covers(fact, difference.pointer) for fact in facts)
            for at, source in sources.items()
            for difference in differences(source, mutant, at)
        ) or any(any(ledger.faults(fact, mutant)) for fact in facts)

    assert not caught(document)
    forms = [
        ("components", "schemas", name)
        for name in document["components"]["schemas"]
        if name.endswith("Form")
    ]
    mutants = Mutants(document, [*sources, *forms])
    assert mutants.escaped(caught) == []
    assert len(mutants.seen) >= 50
