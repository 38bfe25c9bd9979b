"""A client that loses, bends or waves through what an answer says."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import edit, runtime, runtime_value, together

DEFECTS = [
    Defect(
        "unknown-keys-dropped",
        "client decoding",
        "client",
        "Keys that the document does not know are dropped.",
        "subtle",
        together(
            runtime("surplus:_ModelSieve.join", ("if own:", "if not value:")),
            runtime("decoding:_convert_model", ("if rest:", "if not arguments:")),
        ),
    ),
    Defect(
        "unknown-keys-of-items-dropped",
        "client decoding",
        "client",
        "Unknown keys are kept in an object, but not in the objects of a list.",
        "hidden",
        runtime(
            "surplus:_ListSieve.join",
            ("self.item.join(value[index], inner, build)", "pass"),
        ),
    ),
    Defect(
        "unknown-enum-value-refused",
        "client decoding",
        "client",
        "A value that an open enumeration does not list makes the whole answer fail.",
        "subtle",
        together(
            runtime("model:OpenStrEnum._missing_", ("if not isinstance(value, str):", "if value:")),
            runtime(
                "model:OpenIntEnum._missing_",
                ("if not isinstance(value, int) or", "if value is not None or"),
            ),
        ),
    ),
    Defect(
        "large-integers-rounded",
        "client decoding",
        "client",
        "Integers beyond 2^53 lose digits.",
        "hidden",
        runtime(
            "decoding:decode_json",
            (
                "decoder = _decoder(expected)",
                "msgspec.json.decode(content)\n"
                "        import json\n\n"
                "        rounded = json.loads(content, parse_int=lambda t: int(float(t)))\n"
                "        content = msgspec.json.encode(rounded)\n"
                "        decoder = _decoder(expected)",
            ),
        ),
    ),
    Defect(
        "date-text-rewritten",
        "client decoding",
        "client",
        "A date goes back in another spelling than it came in.",
        "subtle",
        runtime(
            "timestamp:Timestamp.parse", ("value.text = text", "value.text = value.isoformat()")
        ),
    ),
    Defect(
        "text-taken-for-number",
        "client decoding",
        "client",
        'The text "12" is taken for the number 12.',
        "subtle",
        together(
            runtime(
                "decoding:_decoder",
                (
                    "msgspec.json.Decoder(expected, dec_hook=_timestamp)",
                    "msgspec.json.Decoder(expected, dec_hook=_timestamp, strict=False)",
                ),
            ),
        ),
    ),
    Defect(
        "number-taken-for-text",
        "client decoding",
        "client",
        "A number is taken for the text of its digits.",
        "subtle",
        runtime(
            "decoding:_expect",
            (
                "if type(value) is not expected:",
                "if expected is str and type(value) is int:\n"
                "        return str(value)\n"
                "    if type(value) is not expected:",
            ),
        ),
    ),
    Defect(
        "true-taken-for-one",
        "client decoding",
        "client",
        "true is taken for a number.",
        "hidden",
        runtime(
            "decoding:_expect",
            ("if type(value) is not expected:", "if not isinstance(value, expected):"),
        ),
    ),
    Defect(
        "fraction-cut-off",
        "client decoding",
        "client",
        "1.5 is taken for the integer 1.",
        "subtle",
        runtime(
            "decoding:_convert_class",
            ("isinstance(value, float) and value.is_integer()", "isinstance(value, float)"),
        ),
    ),
    Defect(
        "missing-key-is-none",
        "client decoding",
        "client",
        "A required key that is missing is None instead of an error.",
        "subtle",
        runtime(
            "decoding:_convert_model",
            (
                'raise MissingKey(f"{path}: the key {key!r} is missing")',
                "arguments[field] = None",
            ),
        ),
    ),
    Defect(
        "null-accepted",
        "client decoding",
        "client",
        "null is taken where the document wants a value.",
        "subtle",
        runtime(
            "decoding:_expect",
            (
                "if type(value) is not expected:",
                "if value is not None and type(value) is not expected:",
            ),
        ),
    ),
    Defect(
        "list-for-object",
        "client decoding",
        "client",
        "An empty list is taken where the document wants an object.",
        "hidden",
        runtime(
            "decoding:_expect",
            (
                "if type(value) is not expected:",
                "if expected is dict and value == []:\n"
                "        return {}\n"
                "    if type(value) is not expected:",
            ),
        ),
    ),
    Defect(
        "null-not-sent-back",
        "client encoding",
        "client",
        "A key whose value is null is left out when the model is written.",
        "subtle",
        runtime(
            "encoding:object_of",
            (
                "if value is not msgspec.UNSET:",
                "if value is not msgspec.UNSET and value is not None:",
            ),
        ),
    ),
    Defect(
        "unknown-keys-not-sent-back",
        "client encoding",
        "client",
        "Unknown keys are kept, but not written.",
        "subtle",
        runtime("encoding:object_of", ("result |= _mapping(extra)", "pass")),
    ),
    Defect(
        "model-key-for-name",
        "client encoding",
        "client",
        "A model is written with Python's names instead of the document's.",
        "plain",
        runtime(
            "encoding:object_of", ("model.__struct_encode_fields__", "model.__struct_fields__")
        ),
    ),
    Defect(
        "deep-answer-escapes",
        "client errors",
        "client",
        "A deeply nested answer raises RecursionError instead of a typed error.",
        "hidden",
        runtime(
            "decoding:decode_json",
            ("except (ValueError, RecursionError) as error:", "except ValueError as error:"),
        ),
    ),
    Defect(
        "odd-status-escapes",
        "client errors",
        "client",
        "A status that Python does not know (520) raises ValueError.",
        "subtle",
        runtime(
            "answer:_status_error",
            (
                "status_error_class(received.status)(",
                "status_error_class(HTTPStatus(received.status))(",
            ),
        ),
    ),
    Defect(
        "broken-json-escapes",
        "client errors",
        "client",
        "A body that is no JSON raises the decoder's own error.",
        "plain",
        runtime(
            "answer:parse",
            ("except (ValueError, LookupError) as error:", "except LookupError as error:"),
        ),
    ),
    Defect(
        "html-error-escapes",
        "client errors",
        "client",
        "A refusal whose body is no JSON raises the decoder's own error.",
        "subtle",
        runtime("answer:_status_error", ("except ValueError:", "except LookupError:")),
    ),
    Defect(
        "unknown-success-accepted",
        "client errors",
        "client",
        "A success status that is not documented is read as the documented one.",
        "hidden",
        runtime(
            "operation:Operation.answer",
            ("return None", "return next(iter(self.answers.values())) if status < 300 else None"),
        ),
    ),
    Defect(
        "error-model-lost",
        "client errors",
        "client",
        "The documented body of an error is not read.",
        "subtle",
        runtime("answer:_status_error", ("parsed=parsed,", "parsed=None,")),
    ),
    Defect(
        "gzip-cut-short-accepted",
        "client decoding",
        "client",
        "Compressed JSON that is cut behind its last brace is taken for whole.",
        "hidden",
        runtime(
            "content:_inflated",
            ('raise UndecodableError("it is compressed and cut short")', "break"),
            ("if not piece and not rest and not member.eof:", "if not piece and not rest:"),
            ("rest = member.unused_data", "rest = member.unused_data if member.eof else b''"),
        ),
    ),
    Defect(
        "latin-1-answer-accepted",
        "client decoding",
        "client",
        "JSON that is not UTF-8 is read as Latin-1.",
        "hidden",
        runtime(
            "decoding:decode_json",
            (
                "content = content.removeprefix(_BOM)",
                "content = content.removeprefix(_BOM)\n"
                "    try:\n"
                "        content.decode()\n"
                "    except UnicodeDecodeError:\n"
                "        content = content.decode('latin-1').encode()",
            ),
        ),
    ),
    Defect(
        "error-class-lost",
        "client errors",
        "client",
        "A 404 is raised as a plain APIStatusError.",
        "subtle",
        runtime_value("answer:status_error_class", lambda old: lambda status: old(418)),
    ),
    Defect(
        "first-page-only",
        "client pagination",
        "client",
        "A walk over a list ends with its first page.",
        "plain",
        runtime(
            "pagination:PageNumbers.next_request",
            ("number + 1) if more else None", "number + 1) if more and number < 1 else None"),
        ),
    ),
    Defect(
        "every-second-page",
        "client pagination",
        "client",
        "A walk over a list leaves out every second page.",
        "plain",
        runtime(
            "pagination:PageNumbers.next_request",
            (
                "_moved(request, self.parameter, number + 1)",
                "_moved(request, self.parameter, number + 2)",
            ),
        ),
    ),
    Defect(
        "page-size-on-first-page-only",
        "client pagination",
        "client",
        "From the second page on, the page size is not sent.",
        "subtle",
        runtime("pagination:_moved", ("*others])", "*others[:0]])")),
    ),
    Defect(
        "last-page-left-out",
        "client pagination",
        "client",
        "A walk over a list ends before its last page.",
        "subtle",
        edit(
            "questionpro_client._runtime.pagination:_Walk.is_new",
            (
                "return not before or before != self._items",
                "return not before or len(before) == len(self._items)",
            ),
        ),
    ),
]
