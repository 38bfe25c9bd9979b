"""Checks of values against the schemas of a document, with JSON pointers in what they report."""

from __future__ import annotations

from itertools import islice
from typing import Any, NoReturn

import jsonschema_rs

from scripts.openapi.direction import without_required
from scripts.openapi.discriminator import told_apart
from scripts.openapi.integer_range import within_formats

from ..document import Document, Node, Operation
from ..document_file import DocumentError
from ..json_values import JSON
from ..refusal import Fault

MOST_FAULTS = 10
"""Faults reported for one value. A list of ten thousand wrong items is not worth ten thousand
lines.
"""


class Schemas:
    """The compiled schemas of one document, each compiled once.

    The whole document is one resource, so that `$ref: '#/components/…'` means in a validator what
    it means on paper.
    """

    def __init__(self, document: Document) -> None:
        self._uri = document.uri
        self._file = document.file
        self._registry = jsonschema_rs.Registry(
            [(document.uri, _meant(document.root, "writeOnly"))],
            draft=jsonschema_rs.Draft202012,
        )
        self._sent = jsonschema_rs.Registry(
            [(document.uri, _meant(document.root, "readOnly"))],
            draft=jsonschema_rs.Draft202012,
        )
        self._validators: dict[tuple[str, bool], jsonschema_rs.Validator] = {}

    def _validator(self, schema: Node, answer: bool) -> jsonschema_rs.Validator:
        found = self._validators.get((schema.pointer, answer))
        if found is None:
            found = self._compiled(schema, self._registry if answer else self._sent)
            self._validators[schema.pointer, answer] = found
        return found

    def _compiled(self, schema: Node, registry: jsonschema_rs.Registry) -> jsonschema_rs.Validator:
        try:
            return jsonschema_rs.validator_for(
                {
                    "$schema": "https://json-schema.org/draft/2020-12/schema",
                    "$ref": f"{self._uri}#{schema.pointer}",
                },
                registry=registry,
                validate_formats=True,
                # A message must not repeat what was sent: it may be long, and it may be secret.
                mask="the value",
                retriever=_refuse,
            )
        except (jsonschema_rs.ReferencingError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise DocumentError(
                f"{self._file}: the schema at {schema.pointer} cannot be used ({reason});"
                " correct it."
            ) from error

    def check(self, operation: Operation) -> None:
        """Compile all schemas of an operation. Raises DocumentError if one is unusable."""
        nodes: list[Node | None] = [parameter.schema for parameter in operation.parameters]
        nodes += [media.get("schema") for media in operation.media.values()]
        answers = [operation.response_schema(status) for status in operation.statuses()]
        for node, answer in [*((one, False) for one in nodes), *((one, True) for one in answers)]:
            if node is not None:
                self._validator(node, answer)

    def faults(
        self, schema: Node, value: JSON, place: str, name: str = "", *, answer: bool = False
    ) -> list[Fault]:
        """What is wrong with `value`; empty if nothing is. `name` stands for the pointer of a
        parameter. What is `readOnly` need not be in a request, what is
        `writeOnly` not in an answer.
        """
        validator = self._validator(schema, answer)
        if validator.is_valid(value):
            return []
        return [
            _fault(error, place, name)
            for error in islice(validator.iter_errors(value), MOST_FAULTS)
        ]


def _meant(document: dict[str, Any], optional: str) -> dict[str, Any]:
    """The document with what OpenAPI means written as what JSON Schema's validators read."""
    return within_formats(told_apart(without_required(document, optional)))


def _refuse(uri: str) -> NoReturn:
    """A document is complete in itself: nothing is fetched from anywhere."""
    raise LookupError(f"{uri} is not in this document; bundle it into it.")


def _fault(error: jsonschema_rs.ValidationError, place: str, name: str) -> Fault:
    path = error.instance_path
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    field = str(path[0]) if path else ""
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required) and not path:
        field = error.kind.property
    return Fault(place, name or pointer, error.message[:300], field, type(error.kind).__name__)
