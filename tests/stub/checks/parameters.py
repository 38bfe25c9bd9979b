"""Parameters of a request, read by the style and explode rules of OpenAPI and checked against their
schemas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from .. import json_values
from ..document import Node, Operation, Parameter
from ..json_values import JSON, JSONObject
from ..refusal import Fault
from .validation import Schemas

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,999})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,999})(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_DELIMITERS = {
    "form": ",",
    "simple": ",",
    "spaceDelimited": " ",
    "pipeDelimited": "|",
    "label": ".",
    "matrix": ",",
}


class UnreadableQuery(ValueError):
    """The query string has a percent-escape that is not UTF-8, or too many fields."""


def parse_query(query: bytes, most: int = 200) -> list[tuple[str, str]]:
    """Names and values of a query string in order. Raises UnreadableQuery."""
    if not query:
        return []
    fields = [field for field in query.split(b"&") if field]
    if len(fields) > most:
        raise UnreadableQuery(f"more than {most} fields")
    try:
        pairs = [field.replace(b"+", b" ").decode("ascii").partition("=") for field in fields]
        return [
            (unquote(name, errors="strict"), unquote(value, errors="strict"))
            for name, _, value in pairs
        ]
    except UnicodeDecodeError as error:
        raise UnreadableQuery("not UTF-8") from error


def scalar(text: str, types: tuple[str, ...]) -> JSON:
    """`text` as the value that a schema's types let it be; text where no other type fits.

    A wrong text stays text, so that the schema check names the type it should have had.
    """
    if "integer" in types and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        number = float(text)
        return text if number in (float("inf"), float("-inf")) else number
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if types == ("null",) and text == "":
        return None
    if "null" in types and "string" not in types and text == "null":
        return None  # how to write it is left open; where no text may stand it is no text
    return text


def _array(items: Sequence[str], schema: Node) -> list[JSON]:
    item = schema.get("items")
    types = item.types() if item is not None else ()
    return [scalar(text, types) for text in items]


def _object(pairs: Sequence[tuple[str, str]], schema: Node) -> JSONObject:
    properties = schema.properties()
    return {
        name: scalar(text, properties[name].types()) if name in properties else text
        for name, text in pairs
    }


def _delimited(text: str, parameter: Parameter) -> JSON:
    """A value whose parts are within one text: simple, label, matrix, or an unexploded query
    style.
    """
    types = parameter.types
    delimiter = _DELIMITERS.get(parameter.style, ",")
    if parameter.style == "label":
        text = text.removeprefix(".")
        delimiter = "." if parameter.explode else ","
    elif parameter.style == "matrix":
        text = text.removeprefix(";")
        if parameter.explode and "array" in types:
            return _array([part.partition("=")[2] for part in text.split(";")], parameter.schema)
        if not (parameter.explode and "object" in types):
            text = text.partition("=")[2]
        else:
            delimiter = ";"
    if "array" in types:
        return _array(text.split(delimiter) if text else [], parameter.schema)
    if "object" in types:
        parts = text.split(delimiter) if text else []
        if parameter.explode:
            pairs = [(name, value) for name, _, value in (part.partition("=") for part in parts)]
        else:
            pairs = list(zip(parts[::2], parts[1::2], strict=False))
        return _object(pairs, parameter.schema)
    return scalar(text, types)


def _from_query(parameter: Parameter, query: Sequence[tuple[str, str]]) -> list[JSON]:
    """The parameter's value as a list of none, one, or (wrongly) several."""
    types = parameter.types
    if parameter.style == "deepObject":
        prefix = parameter.name + "["
        pairs = [
            (n[len(prefix) : -1], v) for n, v in query if n.startswith(prefix) and n.endswith("]")
        ]
        return [_object(pairs, parameter.schema)] if pairs else []
    if parameter.explode and "object" in types:
        properties = parameter.schema.properties()
        pairs = [(name, value) for name, value in query if name in properties]
        return [_object(pairs, parameter.schema)] if pairs else []
    values = [value for name, value in query if name == parameter.name]
    if parameter.explode and "array" in types:
        return [_array(values, parameter.schema)] if values else []
    return [_delimited(value, parameter) for value in values]


def read(
    operation: Operation,
    schemas: Schemas,
    *,
    path: Mapping[str, str],
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
) -> tuple[dict[str, JSON], list[Fault]]:
    """Decoded parameters by name (header names in lower case), and what is wrong with them.

    `path` holds the raw, still percent-encoded texts: a `%2F` in an id is part of the id.
    """
    found: dict[str, JSON] = {}
    faults: list[Fault] = []
    for parameter in operation.parameters:
        try:
            values = _values(parameter, path, query, headers, cookies)
        except UnicodeDecodeError:
            faults.append(
                Fault(parameter.place, parameter.name, "percent-escape that is not UTF-8")
            )
            continue
        except json_values.InvalidJSON as error:
            faults.append(Fault(parameter.place, parameter.name, str(error)))
            continue
        if len(values) > 1:
            faults.append(Fault(parameter.place, parameter.name, "given more than once"))
        elif values:
            wrong = schemas.faults(parameter.schema, values[0], parameter.place, parameter.name)
            faults += wrong
            if not wrong:
                found[parameter.key] = values[0]
        elif parameter.required:
            faults.append(Fault(parameter.place, parameter.name, "required, but not given"))
    return found, faults


def _values(
    parameter: Parameter,
    path: Mapping[str, str],
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
) -> list[JSON]:
    if parameter.place == "query" and not parameter.json:
        return _from_query(parameter, query)
    if parameter.place == "path":
        text = path[parameter.name]
        texts = [unquote(text, errors="strict") if "%" in text else text]
    elif parameter.place == "query":
        texts = [value for name, value in query if name == parameter.name]
    elif parameter.place == "header":
        texts = [headers[parameter.key]] if parameter.key in headers else []
    else:
        texts = [cookies[parameter.name]] if parameter.name in cookies else []
    if parameter.json:
        return [json_values.parse(text.encode()) for text in texts]
    return [_delimited(text, parameter) for text in texts]
