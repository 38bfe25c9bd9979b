"""All changes between two corrected documents of a vendor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.openapi.json_value import is_object

from .access import security_changes, server_changes
from .answers import answer_changes
from .change import Change, Side, change, merged
from .contract import Contract, Operation, Place, contract
from .reading import Reading, below, listing, mapping
from .requests import deprecation, request_changes, written
from .schema_comparison import SchemaComparison
from .texts import alike, told

_OPERATION = ("summary", "description", "externalDocs")


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """What changed from one document to another, each change once, in the order of the document.

    Both should be valid OpenAPI 3.0 or 3.1; what is not is passed over.
    """
    before, after = contract(old), contract(new)
    return merged(_changes(before, after))


def _changes(before: Contract, after: Contract) -> Iterator[tuple[str, Change]]:
    for one in _document(before.reading.data, after.reading.data):
        yield "", one
    schemas = SchemaComparison(before.reading, after.reading)
    pairs, gone, come = matched(before, after)
    for operation in gone:
        found = change("operation-removed", operation.at, "old", what=f"`{operation.name}`")
        yield operation.name, found
    for operation in come:
        yield operation.name, change("operation-added", operation.at, what=f"`{operation.name}`")
    for old, new in pairs:
        for one in operation_changes(old, new, (before.reading, after.reading), schemas):
            yield new.name, one


def matched(
    old: Contract, new: Contract
) -> tuple[list[tuple[Operation, Operation]], list[Operation], list[Operation]]:
    """Pairs of operations, by operationId, else by method and path; and those left over."""
    pairs: list[tuple[Operation, Operation]] = []
    olds = list(old.operations)
    by_id: dict[str, Operation] = {}
    for operation in new.operations:
        if operation.operation_id is not None:
            by_id.setdefault(operation.operation_id, operation)
    by_shape = {operation.shape: operation for operation in new.operations}
    taken: set[str] = set()
    for by_name in (True, False):
        for operation in list(olds):
            name = operation.operation_id or ""
            found = by_id.get(name) if by_name else by_shape.get(operation.shape)
            if found is not None and found.at not in taken:
                taken.add(found.at)
                olds.remove(operation)
                pairs.append((operation, found))
    order = {operation.at: index for index, operation in enumerate(new.operations)}
    pairs.sort(key=lambda pair: order[pair[1].at])
    return pairs, olds, [operation for operation in new.operations if operation.at not in taken]


def operation_changes(
    old: Operation,
    new: Operation,
    readings: tuple[Reading, Reading],
    schemas: SchemaComparison,
) -> Iterator[Change]:
    """Changes of an operation that is in both documents.

    Args:
        readings: the old and the new document.
    """
    what = f"`{new.name}`"
    if old.operation_id != new.operation_id:
        at = below(new.at, "operationId") if new.operation_id is not None else new.at
        yield change("operation-renamed", at, old=old.name, new=new.name)
    if old.method != new.method:
        yield change("method-changed", new.at, old=old.method.upper(), new=new.method.upper())
    if old.shape[1] != new.shape[1]:
        yield change("path-changed", new.at.rpartition("/")[0], old=old.path, new=new.path)
    were, are = Place(old.at, old.data), Place(new.at, new.data)
    tags = [str(next(iter(listing(place.data, "tags")), "none")) for place in (were, are)]
    if tags[0] != tags[1]:
        yield change("tag-changed", below(new.at, "tags"), old=tags[0], new=tags[1])
    elif not alike(old.data.get("tags"), new.data.get("tags")):
        at = below(new.at, "tags")
        yield change("documentation-changed", at, text="`tags`", what=what)
    yield from deprecation("operation", were, are, what)
    yield from told(old.data, new.data, (old.at, new.at), what, _OPERATION)
    if not alike(old.data.get("callbacks"), new.data.get("callbacks")):
        at, side = written("callbacks", were, are)
        yield change("callbacks-changed", at, side, what=what)
    yield from _pagination(were, are)
    yield from server_changes(old, new)
    yield from security_changes(old, new, readings)
    yield from request_changes(old, new, schemas)
    yield from answer_changes(old, new, readings, schemas)


def _pagination(old: Place, new: Place) -> Iterator[Change]:
    before, after = (mapping(place.data, "x-pagination") for place in (old, new))
    if alike(before, after):
        return
    at = below(new.at, "x-pagination")
    if not before:
        yield change("pagination-added", at)
    elif not after:
        yield change("pagination-removed", below(old.at, "x-pagination"), "old")
    elif before.get("items") != after.get("items"):
        were, are = before.get("items", ""), after.get("items", "")
        yield change("pagination-items-changed", below(at, "items"), old=were, new=are)
    else:
        yield change("pagination-changed", at)


def _document(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """Changes of what belongs to no operation."""
    before, after = mapping(old, "info"), mapping(new, "info")
    texts = tuple(key for key in {**before, **after} if not key.startswith("x-"))
    for one in told(before, after, ("/info", "/info"), "the document", texts):
        if one.kind == "documentation-changed":
            key = one.pointer.rpartition("/")[2]
            yield change("info-changed", one.pointer, one.side, what=f"`{key}`")
        else:
            yield one
    side: Side
    for key in ("openapi", "jsonSchemaDialect", "externalDocs"):
        if not alike(old.get(key), new.get(key)):
            side = "new" if key in new else "old"
            yield change("info-changed", below("", key), side, what=f"`{key}`")
    if not alike(old.get("webhooks"), new.get("webhooks")):
        side = "new" if "webhooks" in new else "old"
        yield change("callbacks-changed", "/webhooks", side, what="the document")
    beside = [
        {key: value for key, value in document.items() if key.startswith("x-")}
        for document in (old, new)
    ]
    yield from told(beside[0], beside[1], ("", ""), "the document")
    samples = [mapping(mapping(document, "components"), "examples") for document in (old, new)]
    for name in samples[0].keys() & samples[1].keys():
        if not alike(samples[0][name], samples[1][name]):
            at = below("", "components", "examples", name)
            yield change("examples-changed", at, what=f"`{name}`")
    were, are = _tags(old), _tags(new)
    for name in dict.fromkeys([*were, *are]):
        if name in were and name in are:
            places = below("", "tags", were[name][0]), below("", "tags", are[name][0])
            yield from told(were[name][1], are[name][1], places, f"the tag `{name}`")
        else:
            side = "new" if name in are else "old"
            at = below("", "tags", (are if name in are else were)[name][0])
            yield change(
                "documentation-changed", at, side, text="the entry", what=f"the tag `{name}`"
            )


def _tags(document: dict[str, Any]) -> dict[str, tuple[int, dict[str, Any]]]:
    return {
        str(tag["name"]): (index, tag)
        for index, tag in enumerate(listing(document, "tags"))
        if is_object(tag) and "name" in tag
    }
