"""What an ``allOf`` of several schemas comes to, where the generator takes it for something else.

openapi-python-client takes every ``allOf`` of several parts for an object, refuses parts that are a
choice, and cannot merge two properties of one name whose types differ.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any, cast

from scripts.openapi.json_value import JSON_TYPES, is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.operations import resolve
from scripts.openapi.pointer import pointer
from scripts.openapi.validity import Fault

_Kinds = frozenset[str]
_ALL: _Kinds = frozenset(JSON_TYPES.values())
_CHOICES = ("oneOf", "anyOf")
# Keywords that say nothing of the values that fit.
_REMARKS = frozenset(
    {
        *("title", "description", "example", "examples", "default", "deprecated", "externalDocs"),
        *("readOnly", "writeOnly", "xml", "$comment"),
    }
)


def contradictions(document: dict[str, Any]) -> Iterator[Fault]:
    """A fault for every ``allOf`` that nothing fits, or a property of which nothing fits."""
    for at, read in objects(document):
        schema = cast("dict[str, Any]", read)
        if not is_array(schema.get("allOf")):
            continue
        wanted: dict[str, list[Any]] = {"": _parts(schema)}
        for part in _flat(document, schema):
            for name, described in part.get("properties", {}).items():
                wanted.setdefault(f" in the property {name!r}", []).append(described)
        for where, parts in wanted.items():
            kinds = [_kinds(document, part) for part in parts]
            if all(kinds) and not reduce(_both, kinds):
                told = " and ".join(" or ".join(sorted(one)) for one in kinds if one != _ALL)
                message = f"nothing fits this allOf{where}: its parts want {told}"
                remedy = "Remove the part that is wrong, or write anyOf if one of them has to fit"
                yield Fault(pointer((*at, "allOf")), message, remedy)


def fold(document: dict[str, Any], schema: dict[str, Any]) -> None:
    """Write an ``allOf`` as the generator can take it, in place.

    What fitted before still fits; a client need not refuse what the server would.
    """
    if "$ref" in schema:
        return
    _drop_conditions(schema)
    if not is_array(schema.get("allOf")) or len(schema["allOf"]) < 2:
        return
    parts = _flat(document, schema)
    kinds = reduce(_both, (_kinds(document, part) for part in parts))
    if not kinds:
        return
    if folded := _only_remarked(document, schema, kinds):
        pass
    elif "object" not in kinds:
        folded = _plain(document, parts, kinds)
    elif any(word in part for part in parts for word in _CHOICES):
        folded = _choice(parts)
    else:
        folded = _object(document, parts)
    if folded is not None:
        schema.clear()
        schema.update(copy.deepcopy(folded))


def _drop_conditions(schema: dict[str, Any]) -> None:
    """Take away a choice of which keys are required: beside properties it adds no value."""
    for word in _CHOICES:
        members: Any = schema.get(word)
        if not is_array(members) or "properties" not in schema:
            continue
        if all(is_object(one) and one.keys() <= _CONDITIONS for one in members):
            del schema[word]


_CONDITIONS = {"required", "not", *_REMARKS}


def _parts(schema: dict[str, Any]) -> list[dict[str, Any]]:
    own = {key: value for key, value in schema.items() if key != "allOf"}
    return [*schema["allOf"], *([own] if own else [])]


def _flat(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of which all have to fit, none of which has an ``allOf``."""
    if not is_array(schema.get("allOf")):
        return [schema]
    return [one for part in _parts(schema) for one in _flat(document, resolve(document, part))]


def _kinds(document: dict[str, Any], schema: Any, depth: int = 20) -> _Kinds:
    """The types that a value may have; all of them where that cannot be told."""
    known = resolve(document, schema) if is_object(schema) else None
    if not known or depth == 0:
        return _ALL
    found = _ALL
    if "type" in known:
        given: Any = known["type"]
        found = _both(found, frozenset(given if is_array(given) else [given]))
    if is_array(known.get("enum")):
        found = _both(found, frozenset(JSON_TYPES[type(value)] for value in known["enum"]))
    if "const" in known:
        found = _both(found, frozenset({JSON_TYPES[type(known["const"])]}))
    for word in _CHOICES:
        if is_array(known.get(word)):
            members = [_kinds(document, part, depth - 1) for part in known[word]]
            found = _both(found, frozenset[str]().union(*members))
    for part in known.get("allOf", []):
        found = _both(found, _kinds(document, part, depth - 1))
    return found


def _both(one: _Kinds, other: _Kinds) -> _Kinds:
    both = one & other
    if any("number" in left and "integer" in right for left, right in ((one, other), (other, one))):
        both |= {"integer"}  # a number may be whole
    return both


def _only_remarked(
    document: dict[str, Any], schema: dict[str, Any], kinds: _Kinds
) -> dict[str, Any] | None:
    """A reference and nothing but remarks on it: the class that it names is kept."""
    parts = _parts(schema)
    telling = [part for part in parts if not _REMARKS.issuperset(part)]
    if len(telling) != 1 or "$ref" not in telling[0]:
        return None
    target = resolve(document, telling[0])
    if "object" in kinds and not any(word in target for word in _CHOICES):
        return None
    remarks = {
        key: value for part in parts if part is not telling[0] for key, value in part.items()
    }
    return {"allOf": telling, **remarks}


def _plain(
    document: dict[str, Any], parts: Sequence[dict[str, Any]], kinds: _Kinds
) -> dict[str, Any]:
    """One schema with the keywords of all; of several choices the first, of which fewer fit."""
    folded: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if key == "enum" and "enum" in folded:
                folded["enum"] = [one for one in folded["enum"] if one in value] or value
            elif key == "items" and folded.get("items"):
                folded["items"] = {"allOf": [folded["items"], value]} if value else folded["items"]
            elif key not in _CHOICES:
                folded[key] = value
            elif not any(word in folded for word in _CHOICES):
                fitting = [one for one in value if _both(_kinds(document, one), kinds)]
                folded[key] = fitting or value
    if any(word in folded for word in _CHOICES):
        folded.pop("type", None)  # the members that are left have it
    elif kinds != _ALL:
        folded["type"] = next(iter(kinds)) if len(kinds) == 1 else sorted(kinds)
    return folded


def _choice(parts: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """What has to fit beside a choice has to fit with each of its members."""
    choosing = [part for part in parts if any(word in part for word in _CHOICES)]
    if len(choosing) > 1 or "discriminator" in choosing[0]:
        return None
    word = next(word for word in _CHOICES if word in choosing[0])
    rest = [
        *({key: value for key, value in choosing[0].items() if key != word},),
        *(part for part in parts if part is not choosing[0]),
    ]
    remarks: dict[str, Any] = {}
    beside: list[dict[str, Any]] = []
    for part in rest:
        remarks.update({key: value for key, value in part.items() if key in _REMARKS})
        beside.append({key: value for key, value in part.items() if key not in _REMARKS})
    beside = [part for part in beside if part]
    return {word: [{"allOf": [one, *beside]} for one in choosing[0][word]], **remarks}


def _object(document: dict[str, Any], parts: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """One object, if a property stands in several parts as what the generator cannot merge."""
    properties: dict[str, Any] = {}
    odd = False
    for part in parts:
        for name, described in part.get("properties", {}).items():
            if name not in properties or properties[name] == described:
                properties[name] = described
                continue
            odd = odd or _unlike(document, properties[name], described)
            properties[name] = {"allOf": [properties[name], described]}
    if not odd:
        return None
    folded: dict[str, Any] = {}
    for part in parts:
        folded.update(part)
    required = [name for part in parts for name in part.get("required", [])]
    return {
        **folded,
        "properties": properties,
        **({"required": list(dict.fromkeys(required))} if required else {}),
    }


def _unlike(document: dict[str, Any], one: Any, other: Any) -> bool:
    kinds = [_kinds(document, part) for part in (one, other)]
    if _ALL in kinds or not _both(*kinds):
        return False  # the generator takes the one that says more, or refuses
    plain = frozenset({"string", "integer", "number", "boolean"})
    if all(plain.issuperset(found) for found in kinds):
        return False
    return kinds[0] != kinds[1] or bool(kinds[0] & {"object", "array"})
