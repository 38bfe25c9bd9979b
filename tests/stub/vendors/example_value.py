"""A value that a schema describes: its own example, or one made up from its keywords."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field

from ..document import Node
from ..json_values import JSON, JSONObject
from . import example_text

_MOST_VALUES = 500


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
    """A value of the schema, as good as its keywords tell; None where it would have no end."""
    try:
        return _Maker().value(schema)
    except _Endless:
        return None


class _Endless(Exception):
    """A schema holds itself, or more than anybody reads."""


@dataclass
class _Object:
    """What is known of an object: its members, those that it must have, and what a choice fixes."""

    members: dict[str, Node] = field(default_factory=dict[str, Node])
    required: set[str] = field(default_factory=set[str])
    fixed: JSONObject = field(default_factory=dict[str, JSON])


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
            raise _Endless
        self._above.append(schema.pointer)
        try:
            return self._made(schema)
        except _Endless:
            if "null" in schema.types():
                return None
            raise
        finally:
            self._above.pop()

    def _made(self, schema: Node) -> JSON:
        value = schema.value
        if not isinstance(value, dict):
            return None
        given = value.get("examples")
        if isinstance(given, list) and given:
            return given[0]
        types = schema.types()
        for key in ("example", "default", "const"):
            # a default of null is often written where the type has none
            if key in value and (value[key] is not None or not types or "null" in types):
                return value[key]
        choices = value.get("enum")
        if isinstance(choices, list) and choices:
            return choices[0]
        if "properties" not in value:
            branches = [*schema.elements("oneOf"), *schema.elements("anyOf")]
            if branches and "allOf" not in value:
                return self._first(schema, branches)
            if len(alone := schema.elements("allOf")) == 1 and not branches:
                return self.value(alone[0])
        if "allOf" in value and types and "object" not in types:
            return self.value(_folded(schema, value))
        if "object" in types or "properties" in value or "allOf" in value:
            return self._object(schema)
        if "array" in types or "prefixItems" in value:
            return self._array(schema, value)
        return _scalar(schema, types)

    def _first(self, schema: Node, branches: list[Node]) -> JSON:
        """A value of the first branch that has an end."""
        for branch in branches:
            try:
                made = self.value(branch)
            except _Endless:
                continue
            if isinstance(made, dict):
                return made | _discriminated(schema, branch)
            return made
        raise _Endless

    def _object(self, schema: Node) -> JSONObject:
        known = _Object()
        self._gather(schema, known, ())
        made: JSONObject = {}
        for name, member in known.members.items():
            if name in known.fixed or (member.flag("writeOnly") and name not in known.required):
                continue
            try:
                made[name] = self.value(member)
            except _Endless:
                if name in known.required:
                    raise
        extra = schema.get("additionalProperties")
        if not known.members and extra is not None and isinstance(extra.value, dict):
            with contextlib.suppress(_Endless):
                made[self._name(schema)] = self.value(extra)
        for name in known.required - set(made):
            made[name] = None  # nothing is said of it
        return made | known.fixed

    def _name(self, schema: Node) -> str:
        """The name of a member that only `additionalProperties` describes."""
        names = schema.get("propertyNames")
        if names is None or not isinstance(names.value, dict):
            return "name"
        made = self.value(names) if names.types() or "const" in names.value else None
        return made if isinstance(made, str) else example_text.of(names.value)

    def _gather(self, schema: Node, known: _Object, above: tuple[str, ...]) -> None:
        if schema.pointer in above:
            return
        for part in schema.elements("allOf"):
            self._gather(part, known, (*above, schema.pointer))
        properties = schema.get("properties")
        known.members.update(properties.items() if properties else ())
        known.required |= {str(name.value) for name in schema.elements("required")}
        for keyword in ("oneOf", "anyOf"):
            for branch in schema.elements(keyword)[:1]:
                self._gather(branch, known, (*above, schema.pointer))
                known.fixed |= _discriminated(schema, branch)

    def _array(self, schema: Node, value: JSONObject) -> list[JSON]:
        made = [self.value(one) for one in schema.elements("prefixItems")]
        item, least = schema.get("items"), value.get("minItems")
        least = least if isinstance(least, int) else 0
        most = value.get("maxItems")
        if item is None or item.value is False or most == 0:
            return made
        # what is left of the bound ends a list that wants more than anybody reads
        for _ in range(min(max(1, least) - len(made), self._left)):
            try:
                made.append(self.value(item))
            except _Endless:
                if len(made) < least:
                    raise
                break
        return made


def _folded(schema: Node, value: JSONObject) -> Node:
    """A schema that is no object's with the keywords of its `allOf` in it."""
    folded: JSONObject = {}
    for part in schema.elements("allOf"):
        folded |= part.value if isinstance(part.value, dict) else {}
    folded |= {key: found for key, found in value.items() if key != "allOf"}
    return Node(schema.document, f"{schema.pointer}/allOf", folded)


def _discriminated(schema: Node, branch: Node) -> JSONObject:
    """The property that tells a branch of a choice apart, with the value that it has there."""
    rule = schema.get("discriminator")
    if rule is None:
        return {}
    name = branch.pointer.rpartition("/")[2]
    mapping = rule.get("mapping")
    for value, target in mapping.items() if mapping else ():
        if isinstance(target.value, str) and target.value.rpartition("/")[2] == name:
            name = value
            break
    return {rule.text("propertyName"): name}


def _scalar(schema: Node, types: tuple[str, ...]) -> JSON:
    value = schema.value if isinstance(schema.value, dict) else {}
    if "string" in types:
        return example_text.of(value)
    if "integer" in types or "number" in types:
        return _number(value, whole="integer" in types)
    return True if "boolean" in types else None


def _number(value: JSONObject, *, whole: bool) -> int | float:
    def bound(keyword: str) -> int | float | None:
        found = value.get(keyword)
        known = isinstance(found, int | float) and not isinstance(found, bool)
        return found if known else None  # type: ignore[return-value] # `known` tells

    least, above = bound("minimum"), bound("exclusiveMinimum")
    most, below = bound("maximum"), bound("exclusiveMaximum")
    step = bound("multipleOf") or (1 if whole else None)
    low = max((one for one in (least, above) if one is not None), default=None)
    high = min((one for one in (most, below) if one is not None), default=None)
    made: int | float = 1
    if low is not None and (made < low or made == above):
        made = low if low != above else low + (step or 1)
    if high is not None and (made > high or made == below):
        made = high if high != below else high - (step or 1)
        if low is not None and (made < low or made == above):
            made = (low + high) / 2
    if step is not None and low is not None:
        made = math.ceil(made / step) * step
    elif step is not None:
        made = math.floor(made / step) * step or (step if high is None or step <= high else 0)
    return int(made) if whole else made
