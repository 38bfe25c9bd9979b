"""The key ``x-pagination`` of an operation: its forms, and whether what it names is there.

Each form is told by one key; ``items`` is a JSON pointer to the items of a page, ``""`` where the
answer is the array itself, and ``size`` names the query parameter that says how many to send.

    {page: <query parameter>, items: <pointer>, next: <pointer>, total_pages: <pointer>, size: …}
    {offset: <query parameter>, items: <pointer>, next: <pointer>, total: <pointer>, size: …}
    {cursor: <query parameter>, items: <pointer>, next: <pointer to the next one>, size: …}
    {next_url: <pointer to the URL of the next page>, items: <pointer>, size: …}
    {link: <relation type in the Link header, next>, items: <pointer>, size: …}

``next`` and the totals are optional, but for a cursor: without them a list ends at an empty page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import OperationView, media_kind, properties, resolve
from scripts.openapi.pointer import tokens
from scripts.openapi.validity import Fault


@dataclass(frozen=True)
class Kind:
    """One way to page.

    Attributes:
        rule: the class in the runtime's ``pagination.py``.
        setting: what the rule calls the value of the key that tells this way from the others.
        pointers: the other keys that lead to parts of a page, as the rule calls them too.
        needed: those that cannot be left out.
        starts_at: the first value of the query parameter, where pages or items are counted.
        is_parameter: whether the key names a query parameter.
    """

    rule: str
    setting: str
    pointers: tuple[str, ...] = ("items",)
    needed: tuple[str, ...] = ("items",)
    starts_at: int | None = None
    is_parameter: bool = True


KINDS = {
    "page": Kind("PageNumbers", "parameter", ("items", "next", "total_pages"), starts_at=1),
    "offset": Kind("Offsets", "parameter", ("items", "next", "total"), starts_at=0),
    "cursor": Kind("Cursors", "parameter", ("items", "next"), ("items", "next")),
    "next_url": Kind("NextUrls", "next_url", is_parameter=False),
    "link": Kind("Links", "relation", is_parameter=False),
}
"""By the one key of ``x-pagination`` that tells them apart."""


_EXAMPLE = (
    "Write {page: <query parameter>, items: <JSON pointer into the answer>}, or with offset,"
    " cursor, next_url or link in the place of page"
)


def faults(document: dict[str, Any], view: OperationView) -> Iterator[Fault]:
    """Every reason why the key of an operation cannot be used; the first of each stage."""
    rule = view.operation["x-pagination"]
    place = f"{view.pointer}/x-pagination"
    if not is_object(rule):
        yield Fault(place, f"x-pagination is {rule!r}, not an object", _EXAMPLE)
        return
    shape = list(_shape(rule, place))
    if shape:
        yield shape[0]
        return
    key = next(key for key in KINDS if key in rule)
    yield from _parameters(document, view, rule, key, place)
    page = _page(document, view)
    if page is None:
        message = "x-pagination needs one successful answer, in JSON"
        yield Fault(place, message, "Describe the answer, or remove x-pagination")
        return
    for name in ("items", "next", "total_pages", "total", "next_url"):
        if name in rule:
            yield from _leads(
                document, page, f"{place}/{name}", rule[name], _TYPES.get((key, name))
            )


_TYPES = {
    ("cursor", "next"): ("string", "integer"),
    ("next_url", "next_url"): ("string",),
    ("page", "total_pages"): ("integer",),
    ("offset", "total"): ("integer",),
    **{(key, "items"): ("array",) for key in KINDS},
}
"""What may stand where a pointer leads, by form and key; anything where nothing is said."""


def _shape(rule: dict[str, Any], place: str) -> Iterator[Fault]:
    for name, value in rule.items():
        if not isinstance(value, str):
            yield Fault(f"{place}/{name}", f"{name} is {value!r}, not a text", _EXAMPLE)
    forms = [key for key in KINDS if key in rule]
    if len(forms) != 1:
        named = " and ".join(forms) or "none"
        yield Fault(
            place, f"x-pagination needs one of {', '.join(KINDS)}, it has {named}", _EXAMPLE
        )
        return
    kind = KINDS[forms[0]]
    known = (forms[0], "size", *kind.pointers)
    for name in rule:
        if name not in known:
            message = f"{name} is not one of {', '.join(known)}, which go with {forms[0]}"
            yield Fault(f"{place}/{name}", message, _EXAMPLE)
    for name in kind.needed:
        if name not in rule:
            yield Fault(place, f"x-pagination with {forms[0]} lacks {name}", _EXAMPLE)


def _parameters(
    document: dict[str, Any], view: OperationView, rule: dict[str, str], key: str, place: str
) -> Iterator[Fault]:
    queries = {found["name"]: found for found in view.parameters if found["in"] == "query"}
    kind = KINDS[key]
    for name in (key, "size") if kind.is_parameter else ("size",):
        if name in rule and rule[name] not in queries:
            known = ", ".join(queries) or "none at all"
            message = f"{rule[name]!r} is no query parameter of the operation, which has {known}"
            yield Fault(f"{place}/{name}", message, "Correct the name")
            return
    if not kind.is_parameter:
        return
    found = queries[rule[key]]
    if "x-client-option" in found:
        message = f"{rule[key]!r} is an option of the client, so no call can change it"
        yield Fault(f"{place}/{key}", message, "Remove its x-client-option, or x-pagination")
    counted = kind.starts_at is not None
    if counted and resolve(document, found.get("schema", {})).get("type") != "integer":
        message = f"the query parameter {rule[key]!r} is not an integer, so it cannot be counted"
        yield Fault(f"{place}/{key}", message, "Correct the parameter, or remove x-pagination")


def _page(document: dict[str, Any], view: OperationView) -> Any:
    """The schema of the one successful answer; None when there is none or are several."""
    good = [
        resolve(document, answer)
        for status, answer in view.operation.get("responses", {}).items()
        if str(status).startswith("2") and resolve(document, answer).get("content")
    ]
    schemas = [
        media.get("schema", {})
        for answer in good
        for media_type, media in answer["content"].items()
        if media_kind(media_type) == "json"
    ]
    return schemas[0] if len(good) == 1 and len(schemas) == 1 else None


def _leads(
    document: dict[str, Any], schema: Any, place: str, target: str, types: tuple[str, ...] | None
) -> Iterator[Fault]:
    value = resolve(document, schema)
    for token in tokens(target) if target.startswith("/") or not target else [target]:
        members = dict(properties(document, value))
        if token not in members:
            known = ", ".join(members) or "nothing"
            message = f"{target} leads to nothing: at {token!r} the answer has {known}"
            yield Fault(place, message, "Correct the pointer")
            return
        value = resolve(document, members[token])
    found = value.get("type")
    listed = found if is_array(found) else [found] if found else []
    kinds = {str(kind) for kind in listed}
    if types is None or kinds & set(types):
        return
    if types == ("array",):
        yield Fault(place, f"{target!r} is not an array", "Let it lead to the items of a page")
    elif kinds:  # a union may hold one of them
        message = f"{target!r} is {' or '.join(sorted(kinds))}, not {' or '.join(types)}"
        yield Fault(place, message, "Let it lead to another part of the page")
