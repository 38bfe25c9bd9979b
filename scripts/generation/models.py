"""The models of a package as the templates write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client.parser.properties import (
    EnumProperty,
    LiteralEnumProperty,
    ModelProperty,
)
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from scripts.openapi.operations import properties, resolve

from .extensions import Unusable
from .names import IN_MODELS
from .parsed import KEY, READERS, ParsedView
from .preparation import DISCRIMINATED
from .prose import prose
from .python_types import RESERVED_CLASSES, class_imports, python_type


@dataclass(frozen=True)
class FieldView:
    """An attribute of a model."""

    name: str
    wire_name: str
    type: str
    required: bool
    default: str
    description: str


@dataclass(frozen=True)
class ModelView:
    """A model class. ``late_imports`` close a circle, so they stand below the class."""

    name: str
    module: str
    description: str
    fields: list[FieldView]
    imports: dict[str, str]
    late_imports: dict[str, str]
    additional_type: str | None
    parsed: list[ParsedView]


@dataclass(frozen=True)
class EnumView:
    """An enum class; ``literal`` enums are type aliases."""

    name: str
    module: str
    members: list[tuple[str, str | int]]
    integer: bool
    description: str


def models_of(document: dict[str, Any], models: Sequence[ModelProperty]) -> list[ModelView]:
    """Describe the models, in the generator's order.

    Raises:
        Unusable: a model cannot have a property that ``x-client-parsed`` asks for.
    """
    graph = {str(model.class_info.name): _used_classes(model) for model in models}
    reach = {name: _reachable(name, graph) for name in graph}
    views: list[ModelView] = []
    for model in models:
        name = str(model.class_info.name)
        used = graph[name]
        late = {other: module for other, module in used.items() if name in reach.get(other, set())}
        early = {other: module for other, module in used.items() if other not in late}
        late.pop(name, None)
        early.pop(name, None)
        additional = model.additional_properties
        views.append(
            ModelView(
                name=name,
                module=str(model.class_info.module_name),
                description=prose(model.description),
                # a field without default cannot follow one with
                fields=sorted(_fields(model), key=lambda field: not field.required),
                imports=early,
                late_imports=late,
                additional_type=None
                if additional is None or python_type(additional) == "Any"
                else python_type(additional),
                parsed=_parsed(document, model),
            )
        )
    return views


def _parsed(document: dict[str, Any], model: ModelProperty) -> list[ParsedView]:
    fields = {
        prop.name.get_untrusted_value(): str(prop.python_name) for prop in properties_of(model)
    }
    taken = {*fields.values(), *IN_MODELS, *RESERVED_CLASSES}
    found: list[ParsedView] = []
    schema = model.data.model_dump(by_alias=True, exclude_none=True, mode="json")
    for wire_name, described in properties(document, schema):
        rule: dict[str, Any] | None = resolve(document, described).get(KEY)
        if rule is None or wire_name not in fields:
            continue
        if rule["name"] in taken:
            raise Unusable(
                "/components/schemas",
                f"{KEY} asks for {rule['name']!r}, which {model.class_info.name} has already",
                "Give it another name",
            )
        taken.add(rule["name"])
        found.append(ParsedView(rule["name"], fields[wire_name], READERS[rule["as"]]))
    return found


def _fields(model: ModelProperty) -> Iterator[FieldView]:
    rule: dict[str, Any] = (model.data.model_extra or {}).get(DISCRIMINATED, {})
    for prop in properties_of(model):
        field = field_of(prop)
        if field.wire_name == rule.get("property"):
            # an open enum or a plain string would let every member of the union fit
            annotation = f"Literal[{', '.join(map(repr, rule['values']))}]"
            field = replace(field, type=annotation, required=True, default="")
        yield field


def properties_of(model: ModelProperty) -> list[PropertyProtocol]:
    """The properties, required ones first."""
    return [*(model.required_properties or []), *(model.optional_properties or [])]


def field_of(prop: PropertyProtocol) -> FieldView:
    """Describe an attribute."""
    annotation = python_type(prop)
    return FieldView(
        name=str(prop.python_name),
        wire_name=prop.name.get_untrusted_value(),
        type=annotation if prop.required else f"{annotation} | Unset",
        required=prop.required,
        # the document's default is what the server takes when the key is left out: not to be sent,
        # nor to be read out of an answer that does not hold it
        default="" if prop.required else "UNSET",
        description=prose(prop.description),
    )


def enums_of(enums: Iterable[EnumProperty | LiteralEnumProperty]) -> list[EnumView]:
    """Describe the enums."""
    views: list[EnumView] = []
    for enum in enums:
        if isinstance(enum, LiteralEnumProperty):
            members: list[tuple[str, str | int]] = [
                (str(v), v) for v in sorted(enum.values, key=str)
            ]
        else:
            members = [
                # the generator keeps texts escaped for double quotes
                (name, value if isinstance(value, int) else json.loads(f'"{value}"'))
                for name, value in enum.values.items()
            ]
        views.append(
            EnumView(
                name=str(enum.class_info.name),
                module=str(enum.class_info.module_name),
                members=members,
                integer=enum.value_type is int,
                description=prose(enum.description),
            )
        )
    return views


def _used_classes(model: ModelProperty) -> dict[str, str]:
    used: dict[str, str] = {}
    for prop in properties_of(model):
        used |= class_imports(prop)
    if model.additional_properties is not None:
        used |= class_imports(model.additional_properties)
    return {str(name): str(module) for name, module in used.items()}


def _reachable(start: str, graph: dict[str, dict[str, str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(graph.get(start, {}))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph.get(name, {}))
    return found
