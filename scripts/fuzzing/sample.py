"""Values that a document shows, or that its schemas allow."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from scripts.openapi.json_value import is_object
from scripts.openapi.operations import resolve


def example(document: dict[str, Any], described: Mapping[str, Any]) -> Any:
    """The first example of a parameter, a media type or a schema; None without one."""
    if "example" in described:
        return described["example"]
    examples = described.get("examples")
    if is_object(examples):
        for item in examples.values():
            value = resolve(document, item).get("value")
            if value is not None:
                return value
    if isinstance(examples, list) and examples:
        return examples[0]  # pyright: ignore[reportUnknownVariableType]
    schema = described.get("schema")
    return example(document, resolve(document, schema)) if is_object(schema) else None


def sample(document: dict[str, Any], schema: Any, depth: int = 0, items: int = 0) -> Any:
    """A small value of a schema: its example, default or first choice, else made of its type; its
    lists have `items` items where they may.
    """
    schema = resolve(document, schema)
    if not is_object(schema) or depth > 12:
        return None
    for key in ("const", "default", "example"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if schema.get(key):
            return schema[key][0]
    for key in ("oneOf", "anyOf", "allOf"):
        if schema.get(key) and "properties" not in schema:
            merged: dict[str, Any] = {}
            for branch in schema[key] if key == "allOf" else schema[key][:1]:
                value = sample(document, branch, depth + 1, items)
                if not is_object(value):
                    return value
                merged.update(value)
            return merged
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = next((item for item in kind if item != "null"), "null")  # pyright: ignore
    if kind == "object":
        return {
            name: sample(document, schema.get("properties", {}).get(name, {}), depth + 1, items)
            for name in schema.get("required", [])
        }
    if kind == "array":
        count = max(int(schema.get("minItems", 0)), min(items, int(schema.get("maxItems", items))))
        return [sample(document, schema.get("items", {}), depth + 1, items) for _ in range(count)]
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return min(low, schema.get("maximum", low))
    if kind == "boolean":
        return True
    return None if kind == "null" else _sample_text(schema)


_FORMATS = {
    "uuid": "3f2b8c1e-5d4a-4b6f-9c7d-8e9f0a1b2c3d",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.1",
}


def _sample_text(schema: Mapping[str, Any]) -> str:
    known = _FORMATS.get(str(schema.get("format")), "text")
    if "pattern" in schema:
        import hypothesis.strategies as st
        from hypothesis import HealthCheck, Phase, find, settings

        # the first is simple enough: to make it simpler takes minutes with some patterns
        unchecked: Any = list(HealthCheck)
        once = settings(
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=unchecked,
        )
        texts = st.from_regex(str(schema["pattern"]))
        return str(find(texts, lambda _: True, settings=once, random=random.Random(0)))
    least = int(schema.get("minLength", 0))
    known = known.ljust(least, "x")
    return known[: int(schema["maxLength"])] if "maxLength" in schema else known
