"""Schemas in words, as markup: what a value may be, with links to the schemas that have a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, unquote

from ..document import Node
from ..json_values import JSON
from . import prose

_NAMED = "/components/schemas/"
_DEEPEST = 6
_LONGEST = 12
"""Branches or choices that are named."""
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "multipleOf": "a multiple of {}",
    "minLength": "length at least {}",
    "maxLength": "length at most {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matches {}",
    "default": "default {}",
}


def anchor(vendor: str, *names: str) -> str:
    """The id of a place on the page, which is also how a link names it."""
    return "/".join(quote(name, safe="") for name in (vendor, *names))


def kind(schema: Node | None, depth: int = 0) -> str:
    """What a value is, in a few words: `array of Image`, `string (date-time)`."""
    if schema is None or schema.value is True:
        return "anything"
    if not isinstance(schema.value, dict):
        return "nothing"
    if schema.pointer.startswith(_NAMED) and "/" not in schema.pointer.removeprefix(_NAMED):
        name = schema.pointer.removeprefix(_NAMED)
        place = anchor(schema.document.vendor, "schemas", _unquoted(name))
        return f'<a href="#{escape(place)}">{escape(_unquoted(name))}</a>'
    return own_kind(schema, depth)


def own_kind(schema: Node, depth: int = 0) -> str:
    """The same, of the schema itself, though it has a name."""
    if depth > _DEEPEST or not isinstance(schema.value, dict):
        return "…"
    for keyword, word in (("allOf", " and "), ("oneOf", " or "), ("anyOf", " or ")):
        branches = schema.elements(keyword)
        if branches:
            kinds = dict.fromkeys(kind(branch, depth + 1) for branch in branches[:_LONGEST])
            return word.join(kinds)
    if "const" in schema.value:
        return f"always {_value(schema.value['const'])}"
    types = list(schema.types()) or (["object"] if "properties" in schema.value else ["anything"])
    form = schema.text("format") or schema.text("contentMediaType")
    words = [
        f"array of {kind(schema.get('items'), depth + 1)}" if one == "array" else escape(one)
        for one in types
    ]
    return " or ".join(words) + (f" ({escape(form)})" if form else "")


def limits(schema: Node) -> str:
    """What else is asked of a value: choices, bounds, its default."""
    if not isinstance(schema.value, dict):
        return ""
    found: list[str] = []
    choices = schema.value.get("enum")
    if isinstance(choices, list):
        some = ", ".join(_value(one) for one in choices[:_LONGEST])
        found.append(f"one of {some}{', …' if len(choices) > _LONGEST else ''}")
    for keyword, words in _LIMITS.items():
        if keyword in schema.value:
            found.append(words.format(_value(schema.value[keyword])))
    return "; ".join(found)


def properties(schema: Node, depth: int = 0) -> str:
    """The properties of an object as a list, those of nested nameless objects within."""
    own = schema.get("properties")
    rows = "".join(_rows(schema, own, depth)) if own is not None else ""
    more = schema.get("additionalProperties")
    if more is not None and isinstance(more.value, dict) and more.value:
        rows += f"<li><i>any other name</i> {_about(more, depth)}</li>"
    return f'<ul class="properties">{rows}</ul>' if rows else ""


def _rows(schema: Node, own: Node, depth: int) -> Iterator[str]:
    value = schema.value if isinstance(schema.value, dict) else {}
    required = value.get("required")
    names = required if isinstance(required, list) else []
    for name, node in own.items():
        yield f"<li><code>{escape(name)}</code> {_about(node, depth, name in names)}</li>"


def _about(node: Node, depth: int, required: bool = False) -> str:
    what = f'<span class="soft">{kind(node)}{", required" if required else ""}</span>'
    if node.pointer.startswith(_NAMED) and "/" not in node.pointer.removeprefix(_NAMED):
        return what  # told where its name is
    bounds = limits(node)
    bounds = f'<span class="soft">; {bounds}</span>' if bounds else ""
    inner = ""
    if depth < _DEEPEST:
        items = node.get("items")
        inner = properties(node, depth + 1)
        if not inner and items is not None and not items.pointer.startswith(_NAMED):
            inner = properties(items, depth + 1)
    return what + bounds + prose.paragraphs(node.text("description")) + inner


def _value(value: JSON) -> str:
    return f"<code>{escape(json.dumps(value, ensure_ascii=False))}</code>"


def _unquoted(step: str) -> str:
    """A step of a pointer as the name that it is."""
    return unquote(step).replace("~1", "/").replace("~0", "~")
