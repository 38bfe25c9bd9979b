"""A text that a schema describes: of its format, its pattern and its length."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from ..json_values import JSONObject

_TEXTS = {
    "byte": "dGV4dA==",
    "date": "2020-02-27",
    "date-time": "2020-02-27T19:49:36Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "idn-email": "someone@example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "iri": "https://example.com/",
    "iri-reference": "/",
    "json-pointer": "/a",
    "regex": "a",
    "relative-json-pointer": "0",
    "time": "19:49:36Z",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "uri-template": "/a",
    "uuid": "2664e4d0-50eb-42b6-be1d-b2345584b615",
}

_parser: Any = import_module("re._parser")  # how Python itself reads a pattern


def of(schema: JSONObject) -> str:
    """A text of the schema; its pattern decides over its lengths, its format over both."""
    text = _TEXTS.get(str(schema.get("format", "")))
    if text is not None:
        return text
    least, most = schema.get("minLength"), schema.get("maxLength")
    least = least if isinstance(least, int) else 0
    if isinstance(schema.get("pattern"), str):
        return _matching(str(schema["pattern"]), least)
    text = "text" if least <= 4 else "text" * (min(least, 100_000) // 4 + 1)
    cut = max(least, 4)
    return text[: min(cut, most) if isinstance(most, int) else cut]


def _matching(pattern: str, least: int) -> str:
    """A text that a pattern fits, of some length where it leaves that open."""
    try:
        # ECMA 262 writes named groups and letters by category otherwise
        parsed = _parser.parse(re.sub(r"\\p\{\w+\}", "a", pattern.replace("(?<", "(?P<")))
    except re.error:
        return "text"
    shortest = "".join(map(_piece, parsed))
    if len(shortest) >= least:
        return shortest
    return "".join(_piece(item, least - len(shortest)) for item in parsed)


def _piece(item: Any, more: int = 0) -> str:
    """A text for one part of a pattern; `more` times longer than need be where that is allowed."""
    kind, value = str(item[0]), item[1]
    if kind == "LITERAL":
        return chr(int(value))
    if kind in ("ANY", "NOT_LITERAL"):
        return "b" if value == ord("a") else "a"
    if kind == "IN":
        return _of_set(value)
    if kind == "BRANCH":
        return "".join(map(_piece, value[1][0]))
    if kind == "SUBPATTERN":
        return "".join(_piece(one, more) for one in value[-1])
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        low, high, inner = int(value[0]), int(value[1]), value[2]
        count = min(low + more, high, 10_000) if more else low
        return count * "".join(map(_piece, inner))
    return ""  # anchors, and what looks around


def _of_set(members: list[Any]) -> str:
    kinds = {str(kind): value for kind, value in reversed(members)}
    if "NEGATE" in kinds:
        inside = {chr(value) for kind, value in members if str(kind) == "LITERAL"}
        ranges = [value for kind, value in members if str(kind) == "RANGE"]
        return next(
            c
            for c in "aA0-_ !~é"
            if c not in inside and not any(low <= ord(c) <= high for low, high in ranges)
        )
    if "RANGE" in kinds:
        return chr(kinds["RANGE"][0])
    if "LITERAL" in kinds:
        return chr(kinds["LITERAL"])
    category = str(kinds.get("CATEGORY", ""))
    return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_NOT_WORD": "-"}.get(
        category, "a"
    )
