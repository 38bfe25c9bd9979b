"""The ledger tests/data/facts.yaml: what the pages state beside schemas, and where the documents in
spec/ say it.

Each fact has the line of the page with a quote from it, the fact in words, a JSON pointer into the
document, and one check of the value there:

- `equals`: the same value
- `contains`: the text, the list item or the key is in it
- `keys`: a mapping with exactly these keys
- `schema`: the same schema, annotations aside
- `file`: the same value as in a file of tests/data
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scripts.openapi import yaml_source
from scripts.openapi.json_value import is_array, is_object, same
from scripts.openapi.operations import operations
from scripts.openapi.pointer import locate, pointer, resolve
from tests.pages import DATA
from tests.schema_comparison import assertions, follow

CHECKS = ("equals", "contains", "keys", "schema", "file")
_KEYS = {"line", "quote", "fact", "pointer"}


@dataclass(frozen=True)
class Fact:
    """A fact, the page and operation that it belongs to, and its place in the ledger."""

    page: str
    operation: str
    place: str
    entry: Mapping[str, Any]

    @property
    def vendor(self) -> str:
        return self.page.partition("/")[0]

    @property
    def pointer(self) -> str:
        return str(self.entry["pointer"])

    @property
    def check(self) -> str:
        """Name of the one check."""
        (name,) = set(self.entry) - _KEYS
        return name


def load() -> list[Fact]:
    """The facts of all pages."""
    source = yaml_source.load(DATA / "facts.yaml")
    return [
        Fact(
            page,
            listed["operation"],
            f"facts.yaml:{source.place(pointer((page, 'facts', index)))[0]}",
            entry,
        )
        for page, listed in source.data.items()
        for index, entry in enumerate(listed["facts"])
    ]


def faults(fact: Fact, document: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a fact, or with the document that it speaks of."""
    found = set(fact.entry)
    if not found >= _KEYS or len(found - _KEYS) != 1 or not found - _KEYS <= set(CHECKS):
        yield f"{fact.place}: wants {sorted(_KEYS)} and one of {CHECKS}, has {sorted(found)}"
        return
    told = f"{fact.place}: {fact.page} line {fact.entry['line']}: {fact.entry['fact']}"
    if not (isinstance(fact.entry["line"], int) and fact.entry["quote"] and fact.entry["fact"]):
        yield f"{told}: line, quote or fact is empty"
    try:
        value = resolve(document, fact.pointer)
    except LookupError:
        yield f"{told}: #{fact.pointer} leads nowhere"
        return
    if not _holds(fact.check, fact.entry[fact.check], value):
        yield f"{told}: #{fact.pointer} is {value!r}"


def _holds(check: str, wanted: Any, value: Any) -> bool:
    if check == "equals":
        return same(wanted, value)
    if check == "contains":
        if isinstance(value, str):
            return bool(wanted) and wanted in value
        if is_array(value):
            return any(same(wanted, item) for item in value)
        return is_object(value) and wanted in value
    if check == "keys":
        return is_object(value) and list(value) == wanted
    if check == "schema":
        return same_in_any_order(wanted, stripped(value))
    return same_in_any_order(_file(wanted), value)


@cache
def _file(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def stripped(value: Any) -> Any:
    """A schema without its annotations, in its parts too; references stay as they are."""
    if not is_object(value):
        return [stripped(item) for item in value] if is_array(value) else value
    return {
        key: {name: stripped(inner) for name, inner in child.items()}
        if key == "properties"
        else stripped(child)
        for key, child in assertions(value).items()
    }


def same_in_any_order(left: Any, right: Any) -> bool:
    """Whether two values are the same but for the order of keys; 1 is neither true nor 1.0."""
    if is_object(left) and is_object(right):
        return left.keys() == right.keys() and all(
            same_in_any_order(left[key], right[key]) for key in left
        )
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(map(same_in_any_order, left, right))
    return same(left, right)


def covers(fact: Fact, place: str) -> bool:
    """Whether a fact pins the value at a JSON pointer: it stands there, or in a schema that the
    fact gives as a whole."""
    if fact.check == "schema":
        return place.startswith(fact.pointer + "/")
    return fact.check == "equals" and place == fact.pointer


def without_fact(document: dict[str, Any], facts: list[Fact]) -> Iterator[str]:
    """Operations, and parts of operations, that no fact speaks of."""
    told = [fact.pointer for fact in facts]

    def known(at: str) -> bool:
        return any(there == at or there.startswith(at + "/") for there in told)

    for view in operations(document):
        at, operation = view.pointer, view.operation
        page, name = operation["x-source"]["page"], operation["operationId"]
        if not any(fact.page == page and fact.operation == name for fact in facts):
            yield f"no fact of {page} is about {name}"
        for part in (
            "",
            "/security",
            *(f"/responses/{status}" for status in operation["responses"]),
        ):
            if not known(at + part):
                yield f"no fact speaks of #{at}{part}"
        for index, _ in enumerate(operation.get("parameters", [])):
            location, _ = follow(document, locate(document, f"{at}/parameters/{index}"))
            for key in ("name", "in", "schema"):
                part = pointer((*location, key))
                if not known(part):
                    yield f"no fact speaks of #{part}"
        for media_type in operation.get("requestBody", {}).get("content", {}):
            part = at + pointer(("requestBody", "content", media_type))
            if not known(part):
                yield f"no fact speaks of #{part}"
    for name in document["components"]["securitySchemes"]:
        if not known(f"/components/securitySchemes/{name}/type"):
            yield f"no fact speaks of the security scheme {name}"
    for index, _ in enumerate(document["servers"]):
        if not known(f"/servers/{index}/url"):
            yield f"no fact speaks of #/servers/{index}/url"
