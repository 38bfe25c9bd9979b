"""The answers that a document has for an operation, and what a client has to take of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import jsonschema_rs

from scripts.fuzzing.client.package import Bound, Package
from scripts.openapi.json_value import JSON_TYPES, is_array, is_object
from scripts.openapi.operations import answer_kind, media_kind, resolve


@dataclass(frozen=True)
class Documented:
    """An answer of the document: `kind` is json, text, bytes or none. `accepts` knows what a client
    has to take: the schema with its enums opened, for a server may add values and keys; `typed`
    what it may take at all: values whose types are those of the schema, with all required keys.
    """

    status: str
    kind: str
    media: str = ""
    schema: Any = None
    package: Package | None = None

    # Made when they are asked for: of a large document they take as long as the run may.
    @cached_property
    def accepts(self) -> jsonschema_rs.Validator:
        assert self.package is not None
        return _validator(self.package, self.schema, _opened)

    @cached_property
    def typed(self) -> jsonschema_rs.Validator:
        assert self.package is not None
        return _validator(self.package, self.schema, _outline)


def documented(package: Package, bound: Bound) -> list[Documented]:
    """The answers that the document has for an operation, in its order."""
    found: list[Documented] = []
    for status, raw in bound.view.operation.get("responses", {}).items():
        if str(status).startswith("1"):
            continue  # interim: the answer comes after it
        content: dict[str, Any] = resolve(package.document, raw).get("content") or {}
        chosen = next((media for media in content if media_kind(media) == "json"), None)
        chosen = chosen or next(iter(content), None)
        if chosen is None:
            found.append(Documented(str(status), "none"))
            continue
        media_object: dict[str, Any] = content[chosen] or {}
        kind = answer_kind(package.document, chosen, media_object)
        schema = media_object.get("schema")
        if kind == "json":
            found.append(Documented(str(status), kind, chosen, schema or {}, package))
        else:
            found.append(Documented(str(status), "text" if kind == "text" else "bytes", chosen))
    return found


def _validator(
    package: Package, schema: Any, change: Callable[[Any], Any]
) -> jsonschema_rs.Validator:
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": {"schemas": _schemas(package, change)},
        "allOf": [change(schema)],
    }
    return jsonschema_rs.validator_for(whole, validate_formats=True)


@lru_cache(maxsize=4)
def _schemas(package: Package, change: Callable[[Any], Any]) -> Any:
    """The document's schemas, changed once for all answers."""
    found = package.document.get("components", {}).get("schemas", {})
    return {name: change(schema) for name, schema in found.items()}


def _opened(schema: Any) -> Any:
    """A schema without closed lists of values and of keys; what describes properties and names no
    type is an object's, as a client reads it.
    """
    if is_array(schema):
        return [_opened(item) for item in schema]
    if not is_object(schema):
        return schema
    result = {key: _opened_value(key, value) for key, value in schema.items()}
    if is_object(result.get("properties")):
        result.setdefault("type", "object")
    if is_array(schema.get("enum")) and len(schema["enum"]) > 1:  # one is what tells it from others
        del result["enum"]
        kinds = {JSON_TYPES[type(value)] for value in schema["enum"]}
        result.setdefault("type", sorted(kinds))
    if result.get("additionalProperties") is False:
        del result["additionalProperties"]
    if is_array(result.get("required")) and is_object(schema.get("properties")):
        hidden = {
            name
            for name, one in schema["properties"].items()
            if is_object(one) and (one.get("writeOnly") is True or one.get("readOnly") is True)
        }
        result["required"] = [name for name in result["required"] if name not in hidden]
    return result


def _opened_value(key: str, value: Any) -> Any:
    if key in _VALUES:
        return value
    if key in _NAMED and is_object(value):
        return {name: _opened(one) for name, one in value.items()}
    return _opened(value)


_VALUES = frozenset({"const", "enum", "required"})
"""Keywords whose value is no schema, whatever keys it has."""
_NAMED = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
"""Keywords whose value holds a schema by name."""

_OF_TYPES = frozenset(
    {
        "$schema", "$ref", "$defs", "components", "schemas", "type", "properties", "required",
        "items", "additionalProperties", "allOf", "anyOf", "oneOf", "const", "enum",
    }
)  # fmt: skip


def _outline(schema: Any) -> Any:
    """A schema that says no more than the types of its places and which keys are required."""
    return _only_types(_opened(schema))


def _only_types(schema: Any) -> Any:
    if is_array(schema):
        return [_only_types(item) for item in schema]
    if not is_object(schema):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "schemas", "$defs"):
            kept[key] = {name: _only_types(item) for name, item in value.items()}
        elif key == "const" and (is_object(value) or is_array(value)):
            kept.setdefault("type", JSON_TYPES[type(value)])  # no literal of Python's types
        elif key in _VALUES:
            kept[key] = value
        elif key in _OF_TYPES:
            # one of several: whoever fits two by its types fits
            kept["anyOf" if key == "oneOf" else key] = _only_types(value)
    return kept


def answer_for(among: list[Documented], status: int) -> Documented | None:
    """What the document says of a status: itself, its range, the default."""
    for key in (str(status), f"{status // 100}XX", "default"):
        for one in among:
            if one.status.upper() == key.upper():
                return one
    return None
