"""Which values of a discriminator choose which schema."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, cast

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.operations import properties, resolve


def chosen_by(
    document: dict[str, Any], schema: Mapping[str, Any], branch: dict[str, Any]
) -> list[str]:
    """The values of the discriminator of a schema that choose a branch, which is a ``$ref``.

    Those of the mapping; else those that the branch itself allows; else its name.
    """
    rule = schema["discriminator"]
    reference = str(branch["$ref"])
    mapped = [
        str(value)
        for value, target in rule.get("mapping", {}).items()
        if _reference(str(target)) == reference
    ]
    return (
        mapped or stated(document, rule["propertyName"], branch) or [reference.rpartition("/")[2]]
    )


def stated(document: dict[str, Any], name: str, branch: dict[str, Any]) -> list[str]:
    """The values that a branch allows for a property by itself; none where it leaves that open."""
    for found, described in properties(document, resolve(document, branch)):
        known = resolve(document, described) if found == name and is_object(described) else {}
        if "const" in known:
            return [str(known["const"])]
        if is_array(known.get("enum")) and len(known["enum"]) == 1:
            return [str(known["enum"][0])]
    return []


def _reference(target: str) -> str:
    return target if target.startswith("#") else f"#/components/schemas/{target}"


def told_apart(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which the branches of a choice say what its discriminator says of them.

    JSON Schema knows nothing of discriminators: without that, a value fits every branch that has
    the members of another.
    """
    result = copy.deepcopy(document)
    for _, schema in list(objects(result)):
        rule = schema.get("discriminator")
        if not is_object(rule) or not isinstance(rule.get("propertyName"), str):
            continue
        name: str = rule["propertyName"]
        for keyword in ("oneOf", "anyOf"):
            branches: Any = schema.get(keyword)
            for index, branch in enumerate(branches if is_array(branches) else []):
                if not is_object(branch) or set(branch) != {"$ref"}:
                    continue
                if stated(result, name, branch):
                    continue
                only = {"enum": chosen_by(result, schema, branch)}
                cast("list[Any]", branches)[index] = {
                    "allOf": [branch, {"required": [name], "properties": {name: only}}]
                }
    return result
