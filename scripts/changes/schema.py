"""What a schema says, however it is written: in place, by reference, or in several parts.

A schema is known by the pointers of the parts that hold together (one, or the property as each
member of an ``allOf`` describes it). References, ``allOf`` and a union with null alone are resolved
as far as one level goes; what lies below is again a schema, to be read when it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scripts.openapi.json_value import is_array, is_object

from .reading import Reading, below, listing, mapping

Schema = tuple[str, ...]
"""Pointers of parts that all hold; none says nothing of the value."""

ANYTHING = frozenset({"array", "boolean", "integer", "number", "object", "string"})

TEXTS = ("title", "description", "externalDocs", "$comment", "xml")
EXAMPLES = ("example", "examples")
_READ = frozenset(
    {
        *("type", "nullable", "enum", "const", "format", "default", "deprecated"),
        *("properties", "required", "additionalProperties", "unevaluatedProperties"),
        *("items", "prefixItems", "oneOf", "anyOf", "allOf", "discriminator"),
        *("readOnly", "writeOnly", "pattern", "uniqueItems", "multipleOf"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
        *("contentMediaType", "contentEncoding", "contentSchema"),
        *("$id", "$anchor", "$dynamicAnchor", "$schema", "$defs", "definitions", "$ref"),
        *TEXTS,
        *EXAMPLES,
    }
)
_LOWER = ("minLength", "minItems", "minProperties")
_UPPER = ("maxLength", "maxItems", "maxProperties")
_UNIONS = ("oneOf", "anyOf")


@dataclass
class Facts:
    """What holds for a value, from all parts of its schema.

    ``places`` has the pointer at which each keyword is written; ``at`` is where the schema is.
    ``bounds`` maps the name of a bound to its value, with whether the value itself is excluded.
    """

    at: str
    places: dict[str, str] = field(default_factory=dict[str, str])
    types: frozenset[str] = ANYTHING
    null: bool = True
    values: list[Any] | None = None
    const: list[Any] = field(default_factory=list[Any])
    format: str | None = None
    content: dict[str, Any] = field(default_factory=dict[str, Any])
    default: list[Any] = field(default_factory=list[Any])
    bounds: dict[str, tuple[float, bool]] = field(default_factory=dict[str, tuple[float, bool]])
    patterns: list[str] = field(default_factory=list[str])
    fields: dict[str, Schema] = field(default_factory=dict[str, Schema])
    required: dict[str, str] = field(default_factory=dict[str, str])
    closed: bool = False
    others: Schema = ()
    items: Schema = ()
    prefix: list[Schema] = field(default_factory=list[Schema])
    alternatives: list[Schema] = field(default_factory=list[Schema])
    discriminator: dict[str, Any] = field(default_factory=dict[str, Any])
    read_only: bool = False
    write_only: bool = False
    deprecated: bool = False
    texts: dict[str, Any] = field(default_factory=dict[str, Any])
    examples: dict[str, Any] = field(default_factory=dict[str, Any])
    extensions: dict[str, Any] = field(default_factory=dict[str, Any])
    rules: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def says_something(self) -> bool:
        """Whether it says more of the value than its type, and in which alternatives it comes."""
        plain = self.types != ANYTHING and not self.alternatives
        return bool(plain or self.fields or self.required or self.items or self.const) or (
            self.values is not None
        )

    def place(self, keyword: str) -> str:
        """Where a keyword is written, else where the schema is."""
        return self.places.get(keyword, self.at)


def facts_of(reading: Reading, schema: Schema) -> Facts:
    """Read one level of a schema."""
    found = Facts(schema[0] if schema else "")
    parts, null_beside = _parts(reading, schema)
    if parts:
        found.at = parts[0][0]
    null_written = False
    for at, part in parts:
        null_written |= _types(found, at, part)
        _values(found, at, part)
        _bounds(found, at, part)
        _object(found, at, part)
        _array(found, at, part)
        _union(reading, found, at, part)
        _rest(found, at, part)
    if found.values is not None:
        allowed = [value for value in found.values if value is not None]
        if len(allowed) == len(found.values) and not null_written:
            found.null = False  # without null among its values, a schema does not allow null
        found.values = allowed
    if null_beside:
        found.null = True
    return found


def _parts(reading: Reading, schema: Schema) -> tuple[list[tuple[str, dict[str, Any]]], bool]:
    """The parts of a schema with what they say themselves, and whether null stands beside them."""
    found: list[tuple[str, dict[str, Any]]] = []
    null_beside = False
    seen: set[str] = set()
    waiting = list(reversed(schema))
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        value = reading.get(at)
        if value is False:
            found.append((at, {"not": {}}))
        if not is_object(value):
            continue
        said = dict(value)
        inner: list[str] = []
        if "$ref" in said:
            target = reading.target(said["$ref"])
            if target is None:
                said["not resolved"] = said["$ref"]
            else:
                inner.append(target)
            del said["$ref"]
        inner += [below(at, "allOf", index) for index in range(len(listing(said, "allOf")))]
        said.pop("allOf", None)
        for word in _UNIONS:
            members = _members(reading, at, said, word)
            nulls = [index for index, member in enumerate(members) if _is_null(member)]
            if not members:
                said.pop(word, None)
            elif len(members) == len(nulls) + 1:
                null_beside |= bool(nulls)
                inner += [below(at, word, i) for i in range(len(members)) if i not in nulls]
                del said[word]
            elif (kinds := _bare_types(members)) and "type" not in said:
                said["type"] = kinds
                del said[word]
            elif nulls:
                null_beside = True
        waiting += reversed(inner)
        if said:
            found.append((at, said))
    return found, null_beside


def _members(reading: Reading, at: str, part: dict[str, Any], word: str) -> list[dict[str, Any]]:
    """The members of a union, over references."""
    size = len(listing(part, word))
    return [reading.follow(below(at, word, index))[1] for index in range(size)]


def _is_null(member: dict[str, Any]) -> bool:
    return member.get("type") in ("null", ["null"])


def _bare_types(members: list[dict[str, Any]]) -> list[str]:
    """The types of a union whose members say nothing but a type."""
    found: list[str] = []
    for member in members:
        if set(member) - {"type", *TEXTS, *EXAMPLES}:
            return []
        kinds = member.get("type")
        given: list[Any] = kinds if is_array(kinds) else [kinds]
        if not all(isinstance(kind, str) for kind in given):
            return []
        found += given
    return found


def _types(found: Facts, at: str, part: dict[str, Any]) -> bool:
    """Read the types; returns whether the part says itself that null is allowed (OpenAPI 3.0)."""
    given = part.get("type")
    nullable = part.get("nullable") is True
    if given is None:
        return nullable
    kinds = {kind for kind in (given if is_array(given) else [given]) if isinstance(kind, str)}
    if "number" in kinds:
        kinds.add("integer")
    found.types = found.types & kinds if found.places.get("type") else frozenset(kinds - {"null"})
    found.null = found.null and ("null" in kinds or nullable)
    found.places["type"] = below(at, "type")
    return nullable


def _values(found: Facts, at: str, part: dict[str, Any]) -> None:
    if is_array(part.get("enum")):
        listed: list[Any] = part["enum"]
        if found.values is None:
            found.values = list(listed)
        else:
            found.values = [value for value in found.values if value in listed]
        found.places["enum"] = below(at, "enum")
    if "const" in part:
        found.const = [part["const"]]
        found.places["const"] = below(at, "const")
    if isinstance(part.get("format"), str):
        found.format = part["format"]
        found.places["format"] = below(at, "format")
    for word in ("contentMediaType", "contentEncoding"):
        if word in part:
            found.content[word] = part[word]
            found.places[word] = below(at, word)
    if "default" in part:
        found.default = [part["default"]]
        found.places["default"] = below(at, "default")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def _bounds(found: Facts, at: str, part: dict[str, Any]) -> None:
    for word, exclusive, sign in (
        ("minimum", "exclusiveMinimum", 1),
        ("maximum", "exclusiveMaximum", -1),
    ):
        # in OpenAPI 3.0 the exclusive one is a boolean beside the bound
        for key, strict in ((word, part.get(exclusive) is True), (exclusive, True)):
            value = _number(part.get(key))
            if value is not None:
                _bound(found, word, (value, strict), sign, below(at, key))
    for words, sign in ((_LOWER, 1), (_UPPER, -1)):
        for word in words:
            if (value := _number(part.get(word))) is not None:
                _bound(found, word, (value, False), sign, below(at, word))
    if value := _number(part.get("multipleOf")):
        found.bounds["multipleOf"] = (value, False)
        found.places["multipleOf"] = below(at, "multipleOf")
    if part.get("uniqueItems") is True:
        found.bounds["uniqueItems"] = (1, False)
        found.places["uniqueItems"] = below(at, "uniqueItems")
    if isinstance(part.get("pattern"), str):
        found.patterns = sorted({*found.patterns, part["pattern"]})
        found.places["pattern"] = below(at, "pattern")


def _bound(found: Facts, word: str, bound: tuple[float, bool], sign: int, at: str) -> None:
    known = found.bounds.get(word)
    if known is None or (sign * bound[0], bound[1]) > (sign * known[0], known[1]):
        found.bounds[word] = bound
        found.places[word] = at


def _object(found: Facts, at: str, part: dict[str, Any]) -> None:
    for name in mapping(part, "properties"):
        found.fields[name] = (*found.fields.get(name, ()), below(at, "properties", name))
    for name in listing(part, "required"):
        if isinstance(name, str):
            found.required.setdefault(name, below(at, "required"))
    for word in ("additionalProperties", "unevaluatedProperties"):
        if part.get(word) is False:
            found.closed = True
            found.places["additionalProperties"] = below(at, word)
        elif is_object(part.get(word)):
            found.others = (*found.others, below(at, word))


def _array(found: Facts, at: str, part: dict[str, Any]) -> None:
    if "items" in part:
        found.items = (*found.items, below(at, "items"))
    for index in range(len(listing(part, "prefixItems"))):
        if index == len(found.prefix):
            found.prefix.append(())
        found.prefix[index] = (*found.prefix[index], below(at, "prefixItems", index))


def _union(reading: Reading, found: Facts, at: str, part: dict[str, Any]) -> None:
    for word in _UNIONS:
        for index, member in enumerate(_members(reading, at, part, word)):
            if not _is_null(member):
                found.alternatives.append((below(at, word, index),))
    if is_object(part.get("discriminator")):
        found.discriminator = part["discriminator"]
        found.places["discriminator"] = below(at, "discriminator")


def _rest(found: Facts, at: str, part: dict[str, Any]) -> None:
    found.read_only |= part.get("readOnly") is True
    found.write_only |= part.get("writeOnly") is True
    found.deprecated |= part.get("deprecated") is True
    for key, value in part.items():
        if key in TEXTS:
            kept = found.texts
        elif key in EXAMPLES:
            kept = found.examples
        elif key.startswith("x-"):
            kept = found.extensions
        elif key in ("readOnly", "writeOnly", "deprecated"):
            found.places[key] = below(at, key)
            continue
        elif key not in _READ:
            kept = found.rules
        else:
            continue
        # the outermost part is nearest to the reader, an inner one adds what it does not say
        if key not in kept:
            kept[key] = value
            found.places.setdefault(key, below(at, key))
