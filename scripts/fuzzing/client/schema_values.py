"""Hypothesis strategies of JSON values that a schema of the document allows."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import resolve

JSON = Any
_DEEP = 4
"""Levels of a value below which only what is required is drawn."""

_BIG = 2**70

TEXTS: SearchStrategy[str] = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            "",
            " ",
            "%2F",
            "a/b?c#d&e=f",
            "ä\u0308😀",
            "\u2028\x00\x1f\x7f",
            "null",
            "1",
            '"\\',
            "../.",
        ]
    ),
)


def _repeated(text: str, times: int) -> str:
    return text * times


LONG_TEXTS: SearchStrategy[str] = st.builds(
    _repeated, st.sampled_from(["x", "é", "%", "😀 "]), st.integers(1, 3000)
)

ANY: SearchStrategy[JSON] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-_BIG, _BIG),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)

_DATES = st.dates().map(lambda day: day.isoformat())


def _time(day: str, time: str, fraction: str, zone: str, mark: str) -> str:
    return f"{day}{mark}{time}{fraction}{zone}"


_TIMES = st.builds(
    _time,
    _DATES,
    st.sampled_from(["00:00:00", "23:59:59", "02:51:51"]),
    st.sampled_from(["", ".1", ".457", ".457000", ".123456789"]),
    st.sampled_from(["Z", "z", "+00:00", "-00:00", "+05:30", "-11:45"]),
    st.sampled_from(["T", "t"]),
)
_FORMATS: dict[str, SearchStrategy[str]] = {
    "date": _DATES,
    "date-time": _TIMES,
    "uuid": st.uuids().map(str),
    "uri": st.sampled_from(["http://127.0.0.1/a%20b", "https://example.com/x?y=1&z=%C3%A9#f"]),
    "uri-reference": st.sampled_from(["/a", "http://127.0.0.1/"]),
    "email": st.sampled_from(["a@example.com", "first.last+tag@example.org"]),
    "ipv4": st.just("192.0.2.1"),
    "byte": st.sampled_from(["", "AA==", "QUJD"]),
}


def merged(document: dict[str, Any], schema: Any) -> dict[str, Any]:
    """A schema with its reference followed and its `allOf` folded in; `{}` for true."""
    if not is_object(schema):
        return {}
    if "$ref" in schema:
        named: Any = resolve(document, schema)
        found: dict[str, Any] = dict(named) if is_object(named) else {}
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**found, **beside}
    result = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf", []):
        other = merged(document, part)
        properties = _together(other.get("properties", {}), result.get("properties", {}))
        required = [*other.get("required", []), *result.get("required", [])]
        result = {**other, **result}
        if properties:
            result["properties"] = properties
        if required:
            result["required"] = list(dict.fromkeys(required))
    return result


def _together(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The properties of two schemas; one that both describe is as both say."""
    both = {
        name: {**first[name], **second[name]}
        for name in first
        if is_object(first[name]) and is_object(second.get(name)) and "$ref" not in second[name]
    }
    return {**first, **second, **both}


def types(schema: dict[str, Any]) -> list[str]:
    """The JSON types that a merged schema names, those it implies where it names none."""
    named = schema.get("type")
    if named is not None:
        return [str(item) for item in named] if is_array(named) else [str(named)]
    if "properties" in schema or "additionalProperties" in schema:
        return ["object"]
    if "items" in schema:
        return ["array"]
    return []


def branches(schema: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The alternatives of a merged schema's `oneOf` or `anyOf`, each with what stands beside them
    and with its value of the discriminator.
    """
    rest = {name: value for name, value in schema.items() if name not in (key, "discriminator")}
    discriminator: dict[str, Any] = schema.get("discriminator", {})
    names = {value: name for name, value in discriminator.get("mapping", {}).items()}
    found: list[dict[str, Any]] = []
    for branch in schema[key]:
        own: dict[str, Any] = {"allOf": [branch, rest]}
        reference = branch.get("$ref", "") if is_object(branch) else ""
        if discriminator and reference:
            value = names.get(reference, reference.rpartition("/")[2])
            own["properties"] = {discriminator["propertyName"]: {"const": value}}
            own["required"] = [discriminator["propertyName"]]
        found.append(own)
    return found


def values(
    document: dict[str, Any], schema: Any, depth: int = 0, opened: bool = False
) -> SearchStrategy[JSON]:
    """Values that the schema allows; with `opened` those too that a server may have added: unknown
    keys and members of enums. Keywords beyond those of usual documents (`not`, `if`) are
    not looked at: who needs to know validates.
    """
    named: Any = resolve(document, schema)
    if named is False:
        return st.nothing()
    known = merged(document, schema)
    if "const" in known:
        return st.just(known["const"])
    if "enum" in known:
        listed = st.sampled_from(known["enum"])
        if opened and isinstance(known["enum"][0], str):
            return st.one_of(listed, listed, st.just("unheard of"))
        return listed
    for key in ("oneOf", "anyOf"):
        if key in known:
            return st.one_of(
                *(values(document, one, depth, opened) for one in branches(known, key))
            )
    kinds = types(known)
    if not kinds:
        return ANY
    if depth > _DEEP and "null" in kinds:
        return st.none()
    return st.one_of(*(_of_type(document, known, kind, depth, opened) for kind in kinds))


def _of_type(
    document: dict[str, Any], schema: dict[str, Any], kind: str, depth: int, opened: bool
) -> SearchStrategy[JSON]:
    if kind == "object":
        return st.deferred(lambda: _objects(document, schema, depth, opened))
    if kind == "array":
        return st.deferred(lambda: _arrays(document, schema, depth, opened))
    if kind == "string":
        return _strings(schema)
    if kind == "integer":
        return _integers(schema)
    if kind == "number":
        low, high = _bounds(schema)
        return st.one_of(
            st.floats(low, high, allow_nan=False, allow_infinity=False),
            st.integers(
                None if low is None else math.ceil(low), None if high is None else math.floor(high)
            ).filter(lambda number: abs(number) < 2**1000),
        )
    return st.booleans() if kind == "boolean" else st.none()


def _strings(schema: dict[str, Any]) -> SearchStrategy[str]:
    named = _FORMATS.get(str(schema.get("format")))
    if named is not None:
        return named
    if "pattern" in schema:
        drawn: SearchStrategy[str] = st.from_regex(str(schema["pattern"]))
        return drawn
    low, high = int(schema.get("minLength", 0)), schema.get("maxLength")
    if low or high is not None:
        most = max(low, min(int(high), low + 30) if high is not None else low + 30)
        return st.text(st.characters(exclude_categories=["Cs"]), min_size=low, max_size=most)
    return TEXTS


def _bounds(schema: dict[str, Any]) -> tuple[float | None, float | None]:
    low: float | None = schema.get("minimum")
    high: float | None = schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(above, int | float) and not isinstance(above, bool):
        low = math.floor(above) + 1
    if isinstance(below, int | float) and not isinstance(below, bool):
        high = math.ceil(below) - 1
    return low, high


def _integers(schema: dict[str, Any]) -> SearchStrategy[int]:
    low, high = _bounds(schema)
    least = -_BIG if low is None else math.ceil(low)
    most = max(_BIG, least) if high is None else math.floor(high)
    step: float | None = schema.get("multipleOf")
    if step:
        return st.integers(math.ceil(least / step), math.floor(most / step)).map(
            lambda number: int(number * step)
        )
    huge = [number for number in (2**53 + 1, 2**63 + 1, -(2**64) - 1) if least <= number <= most]
    drawn = st.integers(least, most)
    return st.one_of(drawn, drawn, st.sampled_from(huge)) if huge else drawn


def _arrays(
    document: dict[str, Any], schema: dict[str, Any], depth: int, opened: bool
) -> SearchStrategy[list[JSON]]:
    low = int(schema.get("minItems", 0))
    high = int(schema.get("maxItems", low + 3))
    if depth > _DEEP:
        high = low
    inner = values(document, schema.get("items", {}), depth + 1, opened)
    if schema.get("uniqueItems"):
        return st.lists(inner, min_size=low, max_size=high, unique_by=repr)
    return st.lists(inner, min_size=low, max_size=high)


@st.composite
def _objects(
    draw: st.DrawFn, document: dict[str, Any], schema: dict[str, Any], depth: int, opened: bool
) -> dict[str, JSON]:
    properties: dict[str, Any] = schema.get("properties", {})
    required = set(schema.get("required", []))
    result: dict[str, JSON] = {}
    for name, described in properties.items():
        if name in required or (depth <= _DEEP and draw(st.booleans())):
            result[name] = draw(values(document, described, depth + 1, opened))
    for name in sorted(required - set(properties)):
        result[name] = draw(ANY)
    extra = schema.get("additionalProperties", True)
    if extra is False and opened:
        extra = True
    # unknown keys are what a document allows and hardly anyone tries
    most = 0 if extra is False or depth > _DEEP else 2
    if most and (not properties or draw(st.booleans())):
        allowed = ANY if extra is True else values(document, extra, depth + 1, opened)
        names = TEXTS.filter(lambda name: name not in properties)
        result.update(draw(st.dictionaries(names, allowed, max_size=most)))
    return result
