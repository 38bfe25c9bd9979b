"""Documented examples through the generated models: decoded, encoded, the same JSON, also with
fields that no document knows."""

from __future__ import annotations

import copy
import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.openapi import documents
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import operations, resolve
from scripts.openapi.pointer import Location, pointer
from tests.ledger import same_in_any_order
from tests.pages import ROOT, page_files

VENDORS = documents.vendors(ROOT)
DOCUMENTS = {vendor: documents.corrected(ROOT, vendor).data for vendor in VENDORS}
JSON = "application/json"
Body = tuple[str, str, str, str]
"""Vendor, operation, status ("request" for what is sent), name of the example."""


def described_bodies() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(vendor, operation, status, media type object) of every JSON body of the documents."""
    for vendor, document in DOCUMENTS.items():
        for view in operations(document):
            operation = view.operation
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for status, body in bodies.items():
                content = resolve(document, body).get("content", {})
                if JSON in content:
                    yield vendor, operation["operationId"], status, content[JSON]


def schema_of(vendor: str, operation: str, status: str) -> dict[str, Any]:
    (found,) = (
        media["schema"]
        for *name, media in described_bodies()
        if name == [vendor, operation, status]
    )
    return dict(found)


def example_bodies() -> dict[Body, Any]:
    """Every example body of the corrected documents and of the pages."""
    found: dict[Body, Any] = {}
    for vendor, operation, status, media in described_bodies():
        for name, example in media.get("examples", {}).items():
            value = resolve(DOCUMENTS[vendor], example)["value"]
            found[vendor, operation, status, name] = value
    for file in page_files("example"):
        # the old page's JSON form of the upload is gone from the corrected document
        if not (file.operation == "uploadImage" and file.status == "request"):
            found[file.vendor, file.operation, file.status, file.file] = file.load()
    return found


EXAMPLES = example_bodies()


def module_of(vendor: str, operation: str) -> Any:
    """The generated module of an operation, found by method and path."""
    (view,) = (
        view for view in operations(DOCUMENTS[vendor]) if view.operation["operationId"] == operation
    )
    api = importlib.import_module(f"{vendor}_client.api")
    for found in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        module = importlib.import_module(found.name)
        wanted = getattr(module, "OPERATION", None)
        if wanted and (wanted.method.lower(), wanted.path) == (view.method, view.path):
            return module
    raise LookupError(operation)


def model_of(vendor: str, operation: str, status: str) -> Any:
    """The type that an answer is decoded as, or that a request body is given as."""
    if status == "request":
        name = schema_of(vendor, operation, status)["$ref"].rpartition("/")[2]
        return getattr(importlib.import_module(f"{vendor}_client.models"), name)
    return module_of(vendor, operation).OPERATION.answers[status].type


def there_and_back(vendor: str, model: Any, value: Any) -> Any:
    decoding = importlib.import_module(f"{vendor}_client._runtime.decoding")
    encoding = importlib.import_module(f"{vendor}_client._runtime.encoding")
    decoded = decoding.decode_json(json.dumps(value).encode(), model)
    assert isinstance(decoded, model), "the model, and not a mapping"
    return json.loads(encoding.to_json(decoded))


def test_every_operation_has_an_example_of_its_success() -> None:
    told = {body[:3] for body in EXAMPLES}
    for vendor, operation, status, _ in described_bodies():
        if status.startswith("2"):
            assert (vendor, operation, status) in told


@pytest.mark.parametrize("body", EXAMPLES, ids="-".join)
def test_an_example_decodes_and_encodes_to_the_same_json(body: Body) -> None:
    vendor, operation, status, _ = body
    value = EXAMPLES[body]
    back = there_and_back(vendor, model_of(vendor, operation, status), value)
    assert same_in_any_order(back, value), back


UNKNOWN = {"a": [1, 1.5, None, True, {"b": "é"}], "c": {}}


def levels(
    document: dict[str, Any], schema: Any, value: Any, at: Location = ()
) -> Iterator[tuple[Location, Any]]:
    """(where, a value for a further key there) of every object in a value."""
    schema = resolve(document, schema) if is_object(schema) else {}
    if is_array(value):
        for index, item in enumerate(value):
            yield from levels(document, schema.get("items"), item, (*at, index))
    elif is_object(value):
        further = schema.get("additionalProperties")
        yield at, fitting(resolve(document, further)) if is_object(further) else UNKNOWN
        for key, child in value.items():
            inner = schema.get("properties", {}).get(key, further)
            yield from levels(document, inner, child, (*at, key))


def fitting(schema: dict[str, Any]) -> Any:
    """A value for a key whose name is free and whose value the document types."""
    if "string" in schema["type"]:
        return "text"
    if schema["type"] == "array":
        return ["text"]
    return {
        name: {"string": "https://acme.example/", "integer": 1}[inner["type"]]
        for name, inner in schema["properties"].items()
    }


def with_further_keys(value: Any, places: list[tuple[Location, Any]]) -> Any:
    changed = copy.deepcopy(value)
    for at, further in places:
        around = changed
        for part in at:
            around = around[part]
        around["unheard of"] = further
    return changed


@pytest.mark.parametrize("body", EXAMPLES, ids="-".join)
def test_unknown_fields_survive_at_every_level(body: Body) -> None:
    vendor, operation, status, _ = body
    model = model_of(vendor, operation, status)
    schema = schema_of(vendor, operation, status)
    places = list(levels(DOCUMENTS[vendor], schema, EXAMPLES[body]))
    assert places
    for chosen in [*([place] for place in places), places]:
        value = with_further_keys(EXAMPLES[body], chosen)
        back = there_and_back(vendor, model, value)
        where = [pointer(at) for at, _ in chosen]
        assert same_in_any_order(back, value), f"lost or changed below {where}: {back}"
