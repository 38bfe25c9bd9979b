"""When a schema of a document says the same as a schema of a page, keyword by keyword.

The pages' schemas are draft-06, those of OpenAPI 3.1 are 2020-12. The translation is this:

- `$schema` goes: OpenAPI states the dialect for the whole document.
- `type`, `properties`, `required`, `additionalProperties`, `items` with one schema, `anyOf` and
  `format` keep name and meaning. `required` is a set: its order says nothing.
- Every other keyword is refused, so that whoever adds one looks up what became of it
  (`definitions`, a list in `items`, `dependencies` and others changed).

Set aside are key order, annotations, and a `format` where the page has none. Documents may say
`$ref` where pages repeat a schema; beside it only annotations may stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.openapi.json_value import is_array, is_object, same
from scripts.openapi.operations import operations, resolve
from scripts.openapi.pointer import Location, locate, pointer

TRANSLATED = frozenset(
    ("type", "properties", "required", "additionalProperties", "items", "anyOf", "format")
)
_ANNOTATIONS = frozenset(("description", "title", "examples"))


@dataclass(frozen=True)
class Difference:
    """A keyword that differs: where in the document, and how."""

    pointer: str
    message: str


def assertions(schema: dict[str, Any]) -> dict[str, Any]:
    """The keywords of a schema that are no annotations."""
    return {
        key: value
        for key, value in schema.items()
        if key not in _ANNOTATIONS and not key.startswith("x-")
    }


def schema_location(
    document: dict[str, Any], operation_id: str, status: str, media_type: str
) -> Location:
    """Where the schema of an operation's body stands; the status is "request" for what is sent."""
    for view in operations(document):
        if view.operation["operationId"] != operation_id:
            continue
        at = pointer(("paths", view.path, view.method))
        at += "/requestBody" if status == "request" else pointer(("responses", status))
        found = follow(document, locate(document, at))[0]
        return (*found, "content", media_type, "schema")
    raise LookupError(operation_id)


def follow(document: dict[str, Any], at: Location) -> tuple[Location, Any]:
    """A location and its value once references are followed."""
    value: Any = document
    for part in at:
        value = value[part]
    if is_object(value) and "$ref" in value:
        resolve(document, value)  # refuses circles
        return follow(document, locate(document, str(value["$ref"])[1:]))
    return at, value


def differences(
    source: Any, document: dict[str, Any], at: Location, added: Sequence[str] = ("format",)
) -> Iterator[Difference]:
    """Every keyword in which the schema at a location of the document differs from the source.

    `added` names keywords that the document may have where the source has none.
    """
    here, schema = follow(document, at)
    yield from _beside_reference(document, at)
    if not (is_object(source) and is_object(schema)):
        if not same(source, schema):
            yield Difference(pointer(here), f"is {schema!r}, the page says {source!r}")
        return
    wanted = {key: value for key, value in source.items() if key != "$schema"}
    unknown = sorted(set(wanted) - TRANSLATED)
    assert not unknown, f"no translation to 2020-12 is written down for {unknown}"
    found = assertions(schema)
    for key in [*wanted, *(key for key in found if key not in wanted)]:
        place = (*here, key)
        if key not in found:
            yield Difference(pointer(place), "is missing")
        elif key not in wanted:
            if key not in added:
                yield Difference(pointer(place), "is not on the page")
        elif key == "properties":
            yield from _members(wanted[key], document, place, added)
        elif key == "anyOf":
            yield from _items(wanted[key], document, place, added)
        elif key in ("items", "additionalProperties"):
            yield from differences(wanted[key], document, place, added)
        elif key == "required":
            if not is_array(found[key]) or sorted(wanted[key]) != sorted(map(str, found[key])):
                yield _differs(place, found[key], wanted[key])
        elif not same(wanted[key], found[key]):
            yield _differs(place, found[key], wanted[key])


def _beside_reference(document: dict[str, Any], at: Location) -> Iterator[Difference]:
    value: Any = document
    for part in at:
        value = value[part]
    if is_object(value) and "$ref" in value:
        for key in assertions(value):
            if key != "$ref":
                yield Difference(pointer((*at, key)), "stands beside a $ref")


def _differs(place: Location, found: object, wanted: object) -> Difference:
    return Difference(pointer(place), f"is {found!r}, the page says {wanted!r}")


def _members(
    wanted: dict[str, Any], document: dict[str, Any], at: Location, added: Sequence[str]
) -> Iterator[Difference]:
    _, found = follow(document, at)
    for name in dict.fromkeys([*wanted, *found]):
        if name not in found:
            yield Difference(pointer((*at, name)), "is missing")
        elif name not in wanted:
            yield Difference(pointer((*at, name)), "is not on the page")
        else:
            yield from differences(wanted[name], document, (*at, name), added)


def _items(
    wanted: list[Any], document: dict[str, Any], at: Location, added: Sequence[str]
) -> Iterator[Difference]:
    _, found = follow(document, at)
    if len(found) != len(wanted):
        yield Difference(pointer(at), f"has {len(found)} entries, the page {len(wanted)}")
        return
    for index, item in enumerate(wanted):
        yield from differences(item, document, (*at, index), added)


def derived(values: Sequence[Any]) -> dict[str, Any]:
    """What values that a page shows say about their schema: every type, every key, and as required
    the keys that all of them have."""
    types = list(dict.fromkeys(_type(value) for value in values))
    if "number" in types and "integer" in types:
        types.remove("integer")
    schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else sorted(types)}
    objects = [value for value in values if is_object(value)]
    if objects:
        names = dict.fromkeys(name for value in objects for name in value)
        schema["properties"] = {
            name: derived([value[name] for value in objects if name in value]) for name in names
        }
        required = [name for name in names if all(name in value for value in objects)]
        if required:
            schema["required"] = required
    items = [item for value in values if is_array(value) for item in value]
    if items:
        schema["items"] = derived(items)
    return schema


def _type(value: object) -> str:
    if value is None:
        return "null"
    if is_object(value):
        return "object"
    if is_array(value):
        return "array"
    names = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return names[type(value)]
