"""How the lists of a document are walked: ``x-pagination`` as the runtime's rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from scripts.openapi.pointer import tokens

from .endpoints import Endpoint
from .extensions import Unusable
from .models import properties_of
from .pagination_key import KINDS
from .python_types import class_imports, python_type

Models = dict[str, ModelProperty]


@dataclass(frozen=True)
class Pagination:
    """How a list is walked, in Python names.

    Attributes:
        rule, settings: the rule and its arguments.
        argument: the argument of the method that chooses the page; empty when there is none.
        start: its default, where it is a number.
        imports: the classes that an item's annotation names.
    """

    rule: str
    settings: list[tuple[str, object]]
    item_type: str
    page_type: str
    argument: str
    start: int | None
    imports: dict[str, str]


def pagination_of(endpoint: Endpoint, models: Models) -> Pagination | None:
    """The rule of an operation; None when it has no ``x-pagination``.

    Raises:
        Unusable: what the document promises is not what the generator made of it.
    """
    rule: dict[str, Any] | None = endpoint.raw.get("x-pagination")
    if rule is None:
        return None
    key = next(key for key in KINDS if key in rule)
    kind, value = KINDS[key], str(rule[key])
    page = _page(endpoint, models)
    items, items_prop = _attributes(endpoint, page, str(rule["items"]), models)
    if not isinstance(items_prop, ListProperty):
        _refuse(endpoint, f"{rule['items']} is not always an array")
    settings: list[tuple[str, object]] = [("items", items)]
    if key == "next_url":
        settings.append((kind.setting, _attributes(endpoint, page, value, models)[0]))
    else:
        settings.append((kind.setting, value))
    settings += [
        (name, _attributes(endpoint, page, str(rule[name]), models)[0])
        for name in kind.pointers
        if name in rule and name != "items"
    ]
    argument, start = "", None
    if kind.is_parameter:
        found = next(found for found in endpoint.at("query") if found.wire_name == value)
        argument = found.name
        if kind.starts_at is not None:
            schema = found.schema
            start = int(schema.get("default", schema.get("minimum", kind.starts_at)))
            if key == "page" and start < kind.starts_at:
                settings.append(("first", start))  # counted from 0
    return Pagination(
        rule=kind.rule,
        settings=settings,
        item_type=python_type(items_prop.inner_property),
        page_type=endpoint.success_type,
        argument=argument,
        start=start,
        imports=class_imports(items_prop),
    )


def _page(endpoint: Endpoint, models: Models) -> PropertyProtocol:
    answers = [answer.prop for answer in endpoint.successes if answer.kind == "json"]
    prop = answers[0] if len(answers) == 1 else None
    if isinstance(prop, ListProperty):
        return prop
    if not isinstance(prop, ModelProperty):
        _refuse(endpoint, f"the answer is {endpoint.success_type}, not one object or array")
    return models[str(prop.class_info.name)]


def _refuse(endpoint: Endpoint, message: str) -> NoReturn:
    raise Unusable(
        f"{endpoint.pointer}/x-pagination",
        f"x-pagination: {message}",
        "Change the schema in overrides/<vendor>/codegen.yaml, or remove x-pagination",
    )


def _attributes(
    endpoint: Endpoint, page: PropertyProtocol, pointer: str, models: Models
) -> tuple[tuple[str, ...], PropertyProtocol]:
    """A JSON pointer into an answer as attribute names of its models."""
    names: list[str] = []
    current = page
    for token in tokens(pointer):
        if not isinstance(current, ModelProperty):
            _refuse(endpoint, f"{pointer} leads through something else than an object")
        known = models[str(current.class_info.name)]
        found = next((prop for prop in properties_of(known) if prop.name == token), None)
        if found is None:
            _refuse(endpoint, f"{pointer} leads to nothing in {current.class_info.name}")
        names.append(str(found.python_name))
        current = found
    return tuple(names), current
