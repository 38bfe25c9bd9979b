"""The stub reads bodies that are no JSON, or fails on them."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit, replace

DEFECTS = [
    Defect(
        "json-nan",
        "validation",
        "stub",
        "NaN and Infinity, which are not JSON, are read as 0.",
        "hidden",
        replace(
            "tests.stub.json_values:_decoder",
            lambda old: type(old)(
                object_pairs_hook=old.object_pairs_hook,
                parse_constant=lambda name: 0.0,
                parse_float=old.parse_float,
            ),
        ),
    ),
    Defect(
        "json-with-more-behind",
        "validation",
        "stub",
        "Whatever follows a JSON value in a body is passed over.",
        "subtle",
        edit(
            "tests.stub.json_values:parse",
            ("_decoder.decode(text)", "_decoder.raw_decode(text.lstrip())[0]"),
        ),
    ),
    Defect(
        "json-in-utf-16",
        "encodings",
        "stub",
        "A JSON body is read in UTF-16 and UTF-32 too.",
        "hidden",
        edit(
            "tests.stub.json_values:parse",
            ('data.decode("utf-8")', "data.decode(json.detect_encoding(data))"),
        ),
    ),
    Defect(
        "json-in-latin-1",
        "encodings",
        "stub",
        "JSON that is not UTF-8 is read as Latin-1 instead of refused.",
        "subtle",
        edit(
            "tests.stub.json_values:parse",
            (
                'raise InvalidJSON(f"byte {error.start} is not UTF-8") from error',
                'text = data.decode("latin-1")',
            ),
        ),
    ),
    Defect(
        "deep-json-fails",
        "validation",
        "stub",
        "JSON that is nested very deeply is a 500 instead of a 400.",
        "hidden",
        edit(
            "tests.stub.json_values:parse",
            (
                'raise InvalidJSON(f"nested deeper than {MAX_DEPTH} levels") from error',
                "raise",
            ),
        ),
    ),
    Defect(
        "long-number-fails",
        "validation",
        "stub",
        "A JSON number of many thousand digits is a 500 instead of a 400.",
        "hidden",
        edit(
            "tests.stub.json_values:parse",
            ('raise InvalidJSON("a number has too many digits") from error', "raise"),
        ),
    ),
    Defect(
        "half-surrogate-fails",
        "validation",
        "stub",
        "Half of a surrogate pair in a JSON text is a 500 instead of a 400.",
        "hidden",
        edit("tests.stub.json_values:parse", ("if _SURROGATE.search(text):", "if not text:")),
    ),
]
