"""The range of integers that a format names, as keywords that a validator reads."""

from __future__ import annotations

import copy
from typing import Any, cast

from scripts.openapi.objects import objects

RANGES = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    "double-int": (-(2**53) + 1, 2**53 - 1),
}
"""Least and greatest by format. Source: OpenAPI Format Registry."""


def within_formats(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which schemas with the format of an integer have its bounds beside their own.

    JSON Schema's validators check formats of texts only: to them every integer is an `int32`.
    """
    result = copy.deepcopy(document)
    for _, schema in list(objects(result)):
        bounds = RANGES.get(str(schema.get("format")))
        if bounds is not None:
            known = cast("dict[str, Any]", schema)
            known["allOf"] = [
                *known.get("allOf", []),
                {"minimum": bounds[0], "maximum": bounds[1]},
            ]
    return result
