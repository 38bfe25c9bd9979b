"""A value that a schema describes: its own example, or one made up from its keywords."""

from __future__ import annotations

from ..document import Node
from ..json_values import JSON

_MOST_VALUES = 500
_TEXTS = {
    "date": "2020-02-27",
    "date-time": "2020-02-27T19:49:36Z",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "uuid": "2664e4d0-50eb-42b6-be1d-b2345584b615",
}


def shown(node: Node) -> list[tuple[str, JSON]]:
    """The examples that a media type or parameter shows, with what is said of each; those of its
    schema where it has none itself.
    """
    value = node.value if isinstance(node.value, dict) else {}
    if "example" in value:
        return [("", value["example"])]
    examples = node.get("examples")
    found = [
        (one.text("summary") or name, one.value["value"])
        for name, one in (examples.items() if examples else ())
        if isinstance(one.value, dict) and "value" in one.value
    ]
    schema = node.get("schema")
    if found or schema is None or not isinstance(schema.value, dict):
        return found
    given = schema.value.get("examples")
    if isinstance(given, list) and given:
        return [("", one) for one in given]
    return [("", schema.value[key]) for key in ("example", "default") if key in schema.value][:1]


def of(schema: Node) -> JSON:
    """A value of the schema, as good as its plain keywords tell; None where they lead too deep."""
    return _Maker().value(schema)


class _Maker:
    """Makes one value, of bounded size: schemas that hold themselves several times would give one
    without end.
    """

    def __init__(self) -> None:
        self._left = _MOST_VALUES
        self._above: list[str] = []

    def value(self, schema: Node) -> JSON:
        self._left -= 1
        if self._left < 0 or schema.pointer in self._above:
            return None
        self._above.append(schema.pointer)
        try:
            return self._made(schema)
        finally:
            self._above.pop()

    def _made(self, schema: Node) -> JSON:
        value = schema.value
        if not isinstance(value, dict):
            return None
        given = value.get("examples")
        if isinstance(given, list) and given:
            return given[0]
        for key in ("example", "default", "const"):
            if key in value:
                return value[key]
        choices = value.get("enum")
        if isinstance(choices, list) and choices:
            return choices[0]
        types = schema.types()
        if "object" in types or "properties" in value or "allOf" in value:
            return {name: self.value(one) for name, one in schema.properties().items()}
        if "array" in types:
            item = schema.get("items")
            least = value.get("minItems")
            count = max(1, least) if isinstance(least, int) else 1
            # what is left of the bound ends a list that wants more than anybody reads
            return [self.value(item) for _ in range(min(count, self._left))] if item else []
        for branch in (*schema.elements("oneOf"), *schema.elements("anyOf")):
            return self.value(branch)
        return _scalar(schema, types)


def _scalar(schema: Node, types: tuple[str, ...]) -> JSON:
    if "string" in types:
        return _TEXTS.get(schema.text("format"), "text")
    if "integer" in types or "number" in types:
        least = schema.value.get("minimum") if isinstance(schema.value, dict) else None
        return least if isinstance(least, int | float) else 1
    return True if "boolean" in types else None
