"""Which Python type a property of the document has in the generated code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from attrs import evolve
from openapi_python_client.parser.properties import (
    AnyProperty,
    EnumProperty,
    LiteralEnumProperty,
    ModelProperty,
)
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol, Value
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

_SIMPLE: dict[type, str] = {
    AnyProperty: "Any",
    BooleanProperty: "bool",
    DateProperty: "date",
    DateTimeProperty: "DateTime",
    FileProperty: "File",
    FloatProperty: "float",
    IntProperty: "int",
    NoneProperty: "None",
    StringProperty: "str",
    UuidProperty: "UUID",
}

# Classes that the generated modules import: a schema of that name becomes <name>Model.
RESERVED_CLASSES = frozenset(
    {
        *("Any", "ClassVar", "Literal", "Mapping", "Self", "Sequence", "UUID", "UNSET", "Unset"),
        *("Answer", "Operation", "RawBody", "Request", "Response", "Model", "DateTime", "File"),
        *("AsyncPager", "AsyncSession", "Callable", "FileInput", "Pager", "RawResponse", "Session"),
        *("AuthenticatedClient", "Client", "SecurityScheme", "Server", "ServerVariable", "Service"),
        *("OpenIntEnum", "OpenStrEnum"),
    }
)


def python_type(prop: PropertyProtocol) -> str:
    """The annotation of a value that is present."""
    if isinstance(prop, ModelProperty | EnumProperty | LiteralEnumProperty):
        return prop.class_info.name
    if isinstance(prop, ListProperty):
        return f"list[{python_type(prop.inner_property)}]"
    if isinstance(prop, UnionProperty):
        return union(python_type(inner) for inner in prop.inner_properties)
    if isinstance(prop, ConstProperty):
        value = prop.value.raw_value
        if isinstance(value, bool | float):
            return type(value).__name__  # no Literal of a float, and none of a bool that is decoded
        return f"Literal[{value!r}]" if isinstance(value, str | int) else "Any"
    return _SIMPLE[type(prop)]


def nested(prop: PropertyProtocol) -> Iterator[PropertyProtocol]:
    """The property and everything inside lists and unions."""
    yield prop
    if isinstance(prop, ListProperty):
        yield from nested(prop.inner_property)
    elif isinstance(prop, UnionProperty):
        for inner in prop.inner_properties:
            yield from nested(inner)


def class_imports(prop: PropertyProtocol) -> dict[str, str]:
    """Generated classes that the annotation names: class name → module name."""
    return {
        inner.class_info.name: inner.class_info.module_name
        for inner in nested(prop)
        if isinstance(inner, ModelProperty | EnumProperty | LiteralEnumProperty)
    }


def union(annotations: Iterable[str]) -> str:
    """The annotation of a value of any of these types, each named once, None last."""
    members: dict[str, None] = {}
    for annotation in annotations:
        members.update(dict.fromkeys(_members(annotation)))
    if "Any" in members:
        return "Any"
    return " | ".join(sorted(members, key=lambda member: member == "None"))


def _members(annotation: str) -> Iterator[str]:
    # a bar inside brackets or quotes belongs to a member
    node = ast.parse(annotation, mode="eval").body
    members: list[ast.expr] = []
    while isinstance(node, ast.BinOp):
        members.append(node.right)
        node = node.left
    yield from map(ast.unparse, reversed([*members, node]))


def default_code(prop: PropertyProtocol) -> str | None:
    """The code of the document's default, or None when it states none.

    A date-time and anything with parts have none either: only a text could be kept to the letter,
    and a list would be shared by all. The server applies its own default.
    """
    if prop.default is None:
        return None
    raw: Any = prop.default.raw_value
    if isinstance(prop, UnionProperty):
        return next(
            (
                default_code(evolve(cast("Any", inner), default=value))
                for inner in prop.inner_properties
                if isinstance(value := inner.convert_value(raw), Value)
            ),
            None,
        )
    if isinstance(prop, DateTimeProperty) or isinstance(raw, dict | list):
        return None
    if isinstance(prop, FloatProperty) and type(raw) is int:
        return repr(raw)  # as the document has it: `1` is another text than `1.0`
    if isinstance(prop, DateProperty):
        return f"date.fromisoformat({raw!r})"
    if isinstance(prop, StringProperty | AnyProperty | ConstProperty):
        return repr(raw)  # the generator's own code escapes a text twice
    code: str = prop.default.python_code.as_unembedded_code()
    return code


def instance_check(prop: PropertyProtocol, name: str) -> str | None:
    """An expression that tells whether ``name`` holds such a value; None if nothing tells."""
    if isinstance(prop, ModelProperty | FileProperty):
        return f"isinstance({name}, {python_type(prop)})"
    if isinstance(prop, ListProperty):
        return f"isinstance({name}, list)"
    if isinstance(prop, StringProperty):
        return f"isinstance({name}, str)"
    return None


def shadow_safe(annotation: str, taken: frozenset[str]) -> str:
    """An annotation for a class body in which methods like ``list`` hide builtins."""
    return re.sub(
        r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|\b(list|dict|set|type|int|str|float|bool|bytes)\b",
        # what stands in quotes is a value
        lambda match: f"builtins.{match[1]}" if match[1] in taken else match[0],
        annotation,
    )
