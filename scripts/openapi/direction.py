"""A document for one direction: what `readOnly` and `writeOnly` make optional."""

from __future__ import annotations

import copy
from typing import Any

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.operations import properties, resolve


def without_required(document: dict[str, Any], word: str) -> dict[str, Any]:
    """A copy in which no property is required that is marked with `readOnly` (for requests) or
    `writeOnly` (for answers).
    """
    result = copy.deepcopy(document)
    for _, schema in objects(result):
        required: Any = schema.get("required")
        if not is_array(required):
            continue  # a parameter or body, whose "required" is a boolean
        known = {
            name: resolve(result, raw)
            for name, raw in properties(result, dict(schema))
            if is_object(raw)
        }
        required[:] = [name for name in required if not known.get(name, {}).get(word)]
    return result
