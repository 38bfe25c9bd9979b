"""The stub accepts values that its documents rule out, or reads them as others."""

from __future__ import annotations

from typing import Any

from tests.defects.defect import Defect
from tests.defects.patch import edit, together
from tests.defects.schemas import also, validating, without


def _one_less(schema: dict[str, Any]) -> None:
    if isinstance(schema.get("minimum"), int):
        schema["minimum"] -= 1


def _any_case(schema: dict[str, Any]) -> None:
    values = schema.get("enum")
    if isinstance(values, list) and all(isinstance(item, str) for item in values):
        schema["enum"] = [*values, *(item.upper() for item in values if item.upper() != item)]


def _without_answer_id(schema: dict[str, Any]) -> None:
    required = schema.get("required")
    if isinstance(required, list) and "answerID" in required:
        schema["required"] = [item for item in required if item != "answerID"]


DEFECTS = [
    Defect(
        "minimum-one-less",
        "validation",
        "stub",
        "A number may be one less than its documented minimum.",
        "subtle",
        validating(_one_less),
    ),
    Defect(
        "page-zero-is-first",
        "pagination",
        "stub",
        "Page 0, which is not documented, is answered as the first page.",
        "subtle",
        together(
            validating(_one_less),
            edit(
                "tests.stub.vendors.questionpro:QuestionPro.list_images",
                ('call.parameters.get("page", 1))', 'call.parameters.get("page", 1)) or 1'),
                (
                    'call.parameters.get("perPage", PER_PAGE))',
                    'call.parameters.get("perPage", PER_PAGE)) or 1',
                ),
            ),
        ),
    ),
    Defect(
        "enum-in-any-case",
        "validation",
        "stub",
        "A value of an enumeration is accepted in capitals too.",
        "subtle",
        together(
            validating(_any_case),
            edit(
                "tests.stub.vendors.inventorum:Inventorum.upload_image",
                ('str(call.form.fields["type"])', 'str(call.form.fields["type"]).lower()'),
            ),
        ),
    ),
    Defect(
        "enum-open",
        "validation",
        "stub",
        "A value beyond an enumeration is taken for its first.",
        "plain",
        together(
            validating(without("enum")),
            edit(
                "tests.stub.vendors.inventorum:Inventorum.upload_image",
                (
                    'kind = str(call.form.fields["type"])',
                    'kind = str(call.form.fields["type"])\n'
                    "        kind = kind if kind in TYPES else TYPES[0]",
                ),
            ),
        ),
    ),
    Defect(
        "extra-part-accepted",
        "validation",
        "stub",
        "A form may have text parts that its schema rules out (additionalProperties: false).",
        "plain",
        together(
            validating(without("additionalProperties")),
            edit(
                "tests.stub.checks.body:_gate.__call__",
                (
                    "if schema is None:\n",
                    "if schema is None and part.filename is None:\n"
                    "            part.name = ''\n            return\n"
                    "        if schema is None:\n",
                ),
            ),
            edit(
                "tests.stub.checks.body:_decode_form",
                ("for part in parts:\n", "for part in (one for one in parts if one.name):\n"),
            ),
        ),
    ),
    Defect(
        "null-for-text",
        "validation",
        "stub",
        "null is accepted where the document wants a text.",
        "subtle",
        validating(also("string", "null")),
    ),
    Defect(
        "text-for-number",
        "validation",
        "stub",
        "A number of a JSON body may be written as a text.",
        "subtle",
        validating(also("number", "string")),
    ),
    Defect(
        "fraction-for-integer",
        "validation",
        "stub",
        "1.5 is accepted where the document wants an integer.",
        "subtle",
        validating(also("integer", "number")),
    ),
    Defect(
        "boolean-for-integer",
        "validation",
        "stub",
        "true is accepted where the document wants an integer.",
        "subtle",
        validating(also("integer", "boolean")),
    ),
    Defect(
        "number-for-boolean",
        "validation",
        "stub",
        "1 is accepted where the document wants a boolean.",
        "subtle",
        validating(also("boolean", "integer")),
    ),
    Defect(
        "object-for-array",
        "validation",
        "stub",
        "An object is accepted where the document wants an array, and taken for an empty one.",
        "subtle",
        together(
            validating(also("array", "object")),
            edit(
                "tests.stub.vendors.survey:_objects",
                (
                    "assert isinstance(value, list)",
                    "value = value if isinstance(value, list) else []",
                ),
            ),
            edit(
                "tests.stub.vendors.survey:Survey.answers",
                (
                    "assert isinstance(given, list)",
                    "given = given if isinstance(given, list) else []",
                ),
            ),
        ),
    ),
    Defect(
        "required-not-checked",
        "validation",
        "stub",
        "An answer without its required id is accepted, and dropped.",
        "subtle",
        together(
            validating(_without_answer_id),
            edit(
                "tests.stub.vendors.survey:Survey.answers",
                (
                    'enumerate(_objects(item["answerValues"]))',
                    'enumerate([o for o in _objects(item["answerValues"]) if "answerID" in o])',
                ),
            ),
        ),
    ),
    Defect(
        "format-not-checked",
        "validation",
        "stub",
        "A text need not have the format that the document states (ipv4, email).",
        "subtle",
        edit(
            "tests.stub.checks.validation:Schemas._compiled",
            ("validate_formats=True", "validate_formats=False"),
        ),
    ),
    Defect(
        "integer-as-python-reads",
        "validation",
        "stub",
        "A number in a query is read as Python reads one: with +, spaces, zeros before it.",
        "hidden",
        edit(
            "tests.stub.checks.parameters:scalar",
            (
                "_INTEGER.fullmatch(text)",
                're.fullmatch(r"\\s*[+-]?[0-9]{1,999}\\s*", text)',
            ),
        ),
    ),
    Defect(
        "bad-parameter-ignored",
        "validation",
        "stub",
        "A query parameter that is no number is passed over, and the default taken.",
        "plain",
        edit(
            "tests.stub.checks.parameters:read",
            (
                "faults += wrong\n",
                'faults += wrong if parameter.place != "query" else []\n',
            ),
        ),
    ),
    Defect(
        "path-decoded-twice",
        "encodings",
        "stub",
        "Percent-escapes of a path parameter are undone twice.",
        "hidden",
        edit(
            "tests.stub.checks.parameters:_values",
            (
                'unquote(text, errors="strict") if "%" in text else text',
                'unquote(unquote(text, errors="strict"), errors="strict")',
            ),
        ),
    ),
    Defect(
        "query-decoded-twice",
        "encodings",
        "stub",
        "Percent-escapes in the query are undone twice.",
        "hidden",
        edit(
            "tests.stub.checks.parameters:parse_query",
            ('unquote(value, errors="strict")', 'unquote(unquote(value), errors="strict")'),
        ),
    ),
    Defect(
        "any-content-type",
        "headers",
        "stub",
        "A body is read as the documented media type, whatever its Content-Type says.",
        "plain",
        edit(
            "tests.stub.checks.body:expect",
            (
                "if media is None:\n",
                "if media is None:\n"
                "        if is_json(next(iter(operation.media))):\n"
                "            return expect(operation, list(operation.media), encodings, limits)\n",
            ),
        ),
    ),
    Defect(
        "content-type-by-beginning",
        "headers",
        "stub",
        "A Content-Type is accepted if a documented one is its beginning (image/pngx).",
        "hidden",
        edit(
            "tests.stub.checks.body:expect",
            (
                "if media is None:\n",
                "if media is None:\n"
                "        given = content_type.value\n"
                "        known_as = [k for k in operation.media if given.startswith(k)]\n"
                "        if known_as:\n"
                "            return expect(operation, known_as, encodings, limits)\n",
            ),
        ),
    ),
    Defect(
        "part-type-not-checked",
        "headers",
        "stub",
        "A file part may state a media type that the document does not list.",
        "subtle",
        edit(
            "tests.stub.checks.body:_file",
            ("_check_type(part, allowed)", "pass"),
            ("_image(data, declared, ", "_image(data, None, "),
        ),
    ),
    Defect(
        "content-encoding-ignored",
        "encodings",
        "stub",
        "A Content-Encoding is passed over and the compressed bytes taken for the body.",
        "hidden",
        edit(
            "tests.stub.checks.body:expect",
            (
                'if any(encoding.strip().lower() != "identity" for encoding in encodings):',
                "if known is None:",
            ),
        ),
    ),
    Defect(
        "other-version-field",
        "validation",
        "stub",
        "From version 7 on instead of 8, the file is asked for under its new name.",
        "subtle",
        edit("tests.stub.vendors.inventorum:_image_field", ("version <= 7", "version < 7")),
    ),
]
