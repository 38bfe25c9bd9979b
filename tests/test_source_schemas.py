"""The schemas in spec/ say what the pages say: the 18 that pages give as JSON Schema keyword by
keyword, the others as far as the pages' examples tell."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

import pytest

from scripts.openapi import documents
from scripts.openapi.operations import OperationView, operations
from tests import ledger
from tests.pages import DATA, ROOT, PageFile, page_files
from tests.schema_comparison import derived, differences, follow, schema_location

pytestmark = pytest.mark.generator

VENDORS = documents.vendors(ROOT)
DOCUMENTS = {vendor: documents.as_written(ROOT, vendor).data for vendor in VENDORS}
JSON = "application/json"


def named(file: PageFile) -> str:
    return file.file


def test_the_index_names_every_file_and_no_other() -> None:
    folders = {DATA / file.page for file in page_files()}
    assert {DATA / file.file for file in page_files()} == {
        path for folder in folders for path in folder.iterdir()
    }


def test_three_operations_have_schemas_for_six_statuses() -> None:
    found = Counter(file.operation for file in page_files("schema"))
    assert found == {"uploadImage": 6, "listImages": 6, "createResponse": 6}
    statuses = {file.status for file in page_files("schema")}
    assert statuses == {"200", "400", "401", "403", "404", "500"}


def test_only_what_was_no_json_is_repaired() -> None:
    """Every error example of QuestionPro, and the first sample of createResponse."""
    repaired = {file.file for file in page_files() if file.repaired}
    assert repaired == {
        file.file
        for file in page_files("example")
        if (file.vendor == "questionpro" and file.status >= "400" and file.status != "request")
        or file.file.endswith("request-minimal.example.json")
    }


@pytest.mark.parametrize("file", page_files("schema"), ids=named)
def test_a_documented_schema_equals_that_of_the_page(file: PageFile) -> None:
    source, document = file.load(), DOCUMENTS[file.vendor]
    assert source["$schema"].strip() == "http://json-schema.org/draft-06/schema#"
    at = schema_location(document, file.operation, file.status, JSON)
    assert list(differences(source, document, at)) == []


def samples() -> dict[tuple[str, str, str], list[PageFile]]:
    """The example bodies for which a page gives no schema, by vendor, operation and status."""
    with_schema = {(file.page, file.status) for file in page_files("schema")}
    found: dict[tuple[str, str, str], list[PageFile]] = {}
    for file in page_files("example"):
        if (file.page, file.status) not in with_schema:
            found.setdefault((file.vendor, file.operation, file.status), []).append(file)
    return found


@pytest.mark.parametrize("body", samples(), ids="-".join)
def test_a_schema_states_what_the_examples_show(body: tuple[str, str, str]) -> None:
    """Every key and every type; what it says beyond that is a fact of its own in the ledger."""
    vendor, operation, status = body
    document = DOCUMENTS[vendor]
    source = derived([file.load() for file in samples()[body]])
    at = schema_location(document, operation, status, JSON)
    facts = [fact for fact in ledger.load() if fact.vendor == vendor]
    assert [
        difference
        for difference in differences(source, document, at)
        if not any(ledger.covers(fact, difference.pointer) for fact in facts)
    ] == []


def test_deriving_takes_every_type_and_requires_what_all_have() -> None:
    assert derived([{"a": 1, "b": None}, {"a": 1.5, "b": "x", "c": [True]}]) == {
        "type": "object",
        "properties": {
            "a": {"type": "number"},
            "b": {"type": ["null", "string"]},
            "c": {"type": "array", "items": {"type": "boolean"}},
        },
        "required": ["a", "b"],
    }


def view(file: PageFile) -> OperationView:
    (found,) = (
        view
        for view in operations(DOCUMENTS[file.vendor])
        if view.operation["operationId"] == file.operation
    )
    return found


@pytest.mark.parametrize("file", page_files("call"), ids=named)
def test_a_page_s_sample_request_is_what_the_document_describes(file: PageFile) -> None:
    call, document, at = file.load(), DOCUMENTS[file.vendor], view(file)
    assert call["method"].lower() == at.method

    servers = at.operation.get("servers") or document["servers"]
    plain = re.sub(r"\{\{(.+?)\}\}", r"{\1}", call["url"])
    url, _, query = plain.partition("?")
    assert url == servers[0]["url"] + at.path

    schemes = [
        document["components"]["securitySchemes"][name]
        for requirement in at.operation["security"]
        for name in requirement
    ]
    known = {(p["in"], p["name"].lower()) for p in at.parameters}
    known |= {(s["in"], s["name"].lower()) for s in schemes if s["type"] == "apiKey"}
    known |= {("header", "authorization") for s in schemes if s["type"] == "http"}
    sent = {("query", name.lower()) for name, _ in parse_qsl(query)}
    sent |= {("header", name.lower()) for name in call["headers"]}
    assert sent - {("header", "content-type"), ("header", "accept")} <= known
    assert {place for place in known if place[0] != "path"} <= sent, "nothing else is described"

    content: dict[str, Any] = at.operation.get("requestBody", {}).get("content", {})
    headers = {name.lower(): value for name, value in call["headers"].items()}
    media_type = headers.get("content-type", "").partition(";")[0]
    assert bool(content) == bool(media_type)
    assert not content or media_type in content
    if "form" in call:
        _, schema = follow(
            document, schema_location(document, file.operation, "request", media_type)
        )
        assert set(schema["required"]) <= set(call["form"]) <= set(schema["properties"])
