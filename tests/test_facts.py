"""The ledger of facts: each is where its pointer says, and no operation goes without."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from scripts.openapi import documents
from scripts.openapi.operations import operations
from scripts.openapi.pointer import locate
from tests import ledger
from tests.ledger import Fact
from tests.pages import ROOT, page_files

pytestmark = pytest.mark.generator

VENDORS = documents.vendors(ROOT)
DOCUMENTS = {vendor: documents.as_written(ROOT, vendor).data for vendor in VENDORS}
FACTS = ledger.load()


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_fact_is_where_its_pointer_says(vendor: str) -> None:
    faults = [
        fault
        for fact in FACTS
        if fact.vendor == vendor
        for fault in ledger.faults(fact, DOCUMENTS[vendor])
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_part_of_an_operation_is_without_facts(vendor: str) -> None:
    facts = [fact for fact in FACTS if fact.vendor == vendor]
    faults = list(ledger.without_fact(DOCUMENTS[vendor], facts))
    assert not faults, "\n".join(faults)


def test_the_pages_of_the_ledger_are_those_of_the_documents() -> None:
    written = {
        (view.operation["x-source"]["page"], view.operation["operationId"])
        for document in DOCUMENTS.values()
        for view in operations(document)
    }
    assert {(fact.page, fact.operation) for fact in FACTS} == written
    assert {(file.page, file.operation) for file in page_files()} == written


def test_every_example_of_a_page_is_in_a_document() -> None:
    told = {fact.entry["file"] for fact in FACTS if fact.check == "file"}
    files = {file.file for file in page_files("example")}
    # the JSON that names a file on the caller's machine is a fact about its schema
    assert files - told == {"questionpro/create-image/request.example.json"}


def fact(**entry: Any) -> Fact:
    whole = {"line": 1, "quote": "POST", "fact": "A fact.", "pointer": "/info/title", **entry}
    return Fact("inventorum/images", "uploadImage", "facts.yaml:1", whole)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"equals": "Something else"}, "#/info/title is 'Inventorum API, images'"),
        ({"pointer": "/info/nothing", "equals": 1}, "#/info/nothing leads nowhere"),
        ({"pointer": "info", "equals": 1}, "#info leads nowhere"),
        ({"contains": "nothing"}, "#/info/title is"),
        ({"contains": ""}, "#/info/title is"),
        ({"pointer": "/paths", "keys": ["/images"]}, "#/paths is"),
        ({"pointer": "/components/schemas/ImageType", "schema": {"type": "string"}}, "is {"),
        ({"pointer": "/paths", "file": "inventorum/images/200.example.json"}, "#/paths is"),
        ({"pointer": "/components/parameters/ApiVersion/required", "equals": 0}, "is False"),
        ({}, "and one of"),
        ({"equals": "x", "contains": "x"}, "and one of"),
        ({"equal": "x"}, "and one of"),
        ({"quote": "", "contains": "Inventorum"}, "is empty"),
    ],
)
def test_a_wrong_fact_is_told(entry: dict[str, Any], said: str) -> None:
    (told,) = ledger.faults(fact(**entry), DOCUMENTS["inventorum"])
    assert told.startswith("facts.yaml:1: ")
    assert said in told


def test_an_operation_without_facts_is_told() -> None:
    facts = [fact for fact in FACTS if fact.vendor == "questionpro"]
    others = [fact for fact in facts if fact.operation != "listImages"]
    told = list(ledger.without_fact(DOCUMENTS["questionpro"], others))
    assert told[0] == "no fact of questionpro/list-images is about listImages"
    assert len(told) > 10


def test_a_fact_whose_value_goes_away_is_told() -> None:
    """No fact holds by itself: without the value that its pointer names, it fails."""
    for fact in FACTS:
        document = copy.copy(DOCUMENTS[fact.vendor])
        *parent, last = locate(document, fact.pointer)
        around: Any = document
        for part in parent:  # a copy of what leads to the value, and no more
            around[part] = copy.copy(around[part])
            around = around[part]
        del around[last]
        assert list(ledger.faults(fact, document)), fact.place
