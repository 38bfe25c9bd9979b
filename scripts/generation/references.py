"""References of a document in the forms that openapi-python-client follows."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import unquote

from openapi_python_client.strings import pascal_case

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.operations import METHODS, resolve
from scripts.openapi.pointer import locate, pointer, tokens
from scripts.openapi.pointer import resolve as at_pointer

# What may stand beside a `$ref` and adds to what the schema allows or wants.
_SHAPES = frozenset(("properties", "required", "allOf", "additionalProperties"))
# Parts of components that the generator never reads.
_UNREAD = ("headers", "examples", "links", "callbacks", "securitySchemes", "pathItems")
# Words of a pointer that say nothing about the schema that it leads to.
_STRUCTURE = frozenset(
    (
        *("components", "schemas", "properties", "items", "schema", "content", "paths", "$defs"),
        *("responses", "requestBody", "requestBodies", "additionalProperties", "allOf", "oneOf"),
        *("anyOf", "prefixItems", "parameters", "definitions"),
    )
)


def follow_references(document: dict[str, Any]) -> None:
    """Change a document in place; it means the same afterwards.

    - A path that is a ``$ref`` has the operations of what it names.
    - A parameter, body or answer that is a ``$ref`` to anything but a plain entry of its part of
      ``components`` is written out.
    - A schema that is referred to where it stands, inside a path or another schema, gets a name in
      ``components.schemas``.
    - ``$ref`` with properties beside it becomes ``allOf``.
    """
    for path, item in document.get("paths", {}).items():
        if "$ref" in item:
            beside = {key: value for key, value in item.items() if key != "$ref"}
            document["paths"][path] = {**copy.deepcopy(resolve(document, item)), **beside}
    components = document.get("components", {})
    for section in ("parameters", "responses", "requestBodies"):
        _write_out(document, components.get(section, {}), section, aliases=True)
    for item in document.get("paths", {}).values():
        _write_out(document, item.get("parameters", []), "parameters")
        for method in METHODS:
            operation = item.get(method)
            if is_object(operation):
                _write_out(document, operation.get("parameters", []), "parameters")
                _write_out(document, operation.get("responses", {}), "responses")
                if "requestBody" in operation:
                    holder = {"": operation["requestBody"]}
                    _write_out(document, holder, "requestBodies")
                    operation["requestBody"] = holder[""]
    _name_schemas(document)
    for _, value in list(objects(document)):
        shapes = {key for key in value if key in _SHAPES}
        if "$ref" in value and shapes:
            holder = cast("dict[str, Any]", value)
            rest = {key: holder.pop(key) for key in sorted(shapes)}
            inherited = rest.pop("allOf", [])
            holder["allOf"] = [{"$ref": holder.pop("$ref")}, *inherited, *([rest] if rest else [])]


def _write_out(
    document: dict[str, Any],
    holder: dict[Any, Any] | list[Any],
    section: str,
    *,
    aliases: bool = False,
) -> None:
    keys: list[Any] = list(range(len(holder)) if is_array(holder) else holder)
    for key in keys:
        value: Any = cast("Any", holder)[key]
        if not is_object(value) or "$ref" not in value:
            continue
        plain = re.fullmatch(rf"#/components/{section}/[\w.-]+", str(value["$ref"]))
        if aliases or not plain or "$ref" in at_pointer(document, unquote(value["$ref"][1:])):
            cast("Any", holder)[key] = copy.deepcopy(resolve(document, value))


def _name_schemas(document: dict[str, Any]) -> None:
    holders = list(_to_places(document))
    targets = {str(holder["$ref"]) for holder in holders}
    schemas: dict[str, Any] = {}
    names: dict[tuple[str | int, ...], str] = {}
    # the innermost first, so that a schema is moved with all references inside it
    for target in sorted(targets, key=lambda text: (-text.count("/"), text)):
        at = locate(document, unquote(target[1:]))
        if not at or at in names:
            continue
        if not schemas:
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
        around: Any = at_pointer(document, pointer(at[:-1]))
        name = names[at] = _name(tokens(unquote(target[1:])), schemas)
        schemas[name] = around[at[-1]]
        around[at[-1]] = {"$ref": f"#/components/schemas/{name}"}
    where = {target: locate(document, unquote(target[1:])) for target in targets}
    for holder in holders:
        at = where[str(holder["$ref"])]
        if at in names:
            holder["$ref"] = f"#/components/schemas/{names[at]}"


def _to_places(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every object with a ``$ref`` to a schema that is no entry of ``components.schemas``."""
    for _, value in objects(document):
        target = value.get("$ref")
        if not isinstance(target, str) or re.fullmatch(r"#/components/\w+/[^/]+", target):
            continue
        if target.startswith("#/") and not target.startswith(
            tuple(f"#/components/{part}/" for part in _UNREAD)
        ):
            yield cast("dict[str, Any]", value)


def _name(parts: list[str], taken: dict[str, Any]) -> str:
    words = [part for part in parts if part not in _STRUCTURE and not part.isdecimal()]
    kept = [word for word in words if not re.match(r"\w+/[\w.+*-]+\Z", word)][-3:]
    wanted = pascal_case(" ".join(kept)) or "Part"
    classes = {pascal_case(name) for name in taken}
    name, count = wanted, 2
    while name in classes:
        name, count = f"{wanted}{count}", count + 1
    return name
