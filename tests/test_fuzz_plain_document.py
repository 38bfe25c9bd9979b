"""fuzz.py on a document that nobody wrote for it: our own stub and client are right under it, and
the time that is given is the time that it takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing import properties, schemathesis_run
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client import run as client
from scripts.fuzzing.finding import Findings, Silence
from scripts.fuzzing.target import Target, Wanted, opened

pytestmark = pytest.mark.generator

DOCUMENT = """\
openapi: 3.1.0
info: {title: Plain, version: "1"}
servers: [{url: https://plain.example/v1}]
security: [{token: []}]
paths:
  /things/latest:
    get:
      operationId: latestThing
      parameters:
        - {name: Accept, in: header, schema: {enum: [application/json]}}
      responses: {"200": {$ref: "#/components/responses/Thing"}, "404": {$ref: "#/components/responses/No"}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}, example: a}]
    get:
      operationId: getThing
      responses: {"200": {$ref: "#/components/responses/Thing"}, "404": {$ref: "#/components/responses/No"}}
    delete:
      operationId: deleteThing
      responses: {"404": {$ref: "#/components/responses/No"}}
  /notes:
    post:
      operationId: addNote
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, properties: {text: {type: string}}}
      responses: {"204": {description: added}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  responses:
    No:
      description: no
      content:
        application/json:
          schema: {required: [detail], properties: {detail: {type: string}}}
    Thing:
      description: ok
      content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
  schemas:
    Anything: true
    Thing:
      type: object
      properties:
        any: {$ref: "#/components/schemas/Anything"}
        slug: {allOf: [{type: string}, {type: string, minLength: 6}]}
        ends: {type: [string, "null"], format: date-time, default: null}
        tokens:
          type: object
          propertyNames: {const: colors}
          additionalProperties: {type: integer}
"""  # noqa: E501


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    path: Path = tmp_path_factory.mktemp("plain") / "plain.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    with opened(Wanted(str(path))) as found:
        yield found


def said(found: Findings) -> list[tuple[str, str, str, str]]:
    return [(one.check, one.operation, one.title, one.got) for one in found]


def test_the_stub_is_right_by_the_checks_of_meaning(target: Target) -> None:
    found = Findings()
    counts = properties.meaning(target, Budget(None, 3), 1, found, Silence())
    assert said(found) == []
    assert counts.cases > 100


def test_the_stub_is_right_to_schemathesis(target: Target) -> None:
    # few operations: it takes a second for each
    few = {path: target.document["paths"][path] for path in ("/things/latest", "/notes")}
    target = replace(target, document={**target.document, "paths": few})
    found = Findings()
    schemathesis_run.run(target, Budget(None, 1), 1, found, Silence())
    assert said(found) == []


def test_the_client_is_right(target: Target) -> None:
    found = Findings()
    client.drawn(target, Budget(None, 5), 1, found, Silence())
    assert said(found) == []


def test_every_part_ends_with_its_time_and_says_what_it_left_out(target: Target) -> None:
    started = time.monotonic()
    meaning = properties.meaning(target, Budget(0.05, 1000), 1, Findings(), Silence())
    calls = client.run(target, Budget(0.0, 1000), 1, Findings(), Silence())
    assert time.monotonic() - started < 10
    assert len(meaning.cut) > 5
    assert "client: answers: no time was left for 4 of 4" in calls.notes
    assert "client: requests: no time was left for 4 of 4" in calls.notes
