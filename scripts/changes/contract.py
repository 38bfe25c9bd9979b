"""What a document promises, operation by operation, in a form that can be compared.

Path items, parameters, bodies and answers are followed over references; schemas are left as
pointers, to be read lazily (``schema.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import METHODS

from .reading import Reading, below, listing, mapping
from .schema import Schema


@dataclass(frozen=True)
class Place:
    """Something of a document: where it is written, over references, and what stands there."""

    at: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """An operation with what its path says for it.

    ``name`` is its operationId, else ``GET /path``. ``parameters`` are by place and name, names of
    headers in lower case. ``servers`` and ``security`` are those that hold for it, with the pointer
    at which they are written.
    """

    name: str
    method: str
    path: str
    at: str
    data: dict[str, Any]
    parameters: dict[tuple[str, str], Place]
    body: Place | None
    answers: dict[str, Place]
    servers: tuple[str, list[Any]]
    security: tuple[str, list[Any]]

    @property
    def operation_id(self) -> str | None:
        """Its operationId; None where it has none."""
        given = self.data.get("operationId")
        return given if isinstance(given, str) else None

    @property
    def shape(self) -> tuple[str, str]:
        """Method and path without the names in braces, which callers never see."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


@dataclass(frozen=True)
class Contract:
    """A document read for comparison: its operations in their order."""

    reading: Reading
    operations: list[Operation]


def contract(document: dict[str, Any]) -> Contract:
    """Read a corrected document. What is not as OpenAPI wants it is passed over."""
    reading = Reading(document)
    found: list[Operation] = []
    for path in mapping(document, "paths"):
        at, item = reading.follow(below("", "paths", path))
        for method in METHODS:
            if is_object(item.get(method)):
                found.append(_operation(reading, path, method, Place(at, item)))
    return Contract(reading, found)


def _operation(reading: Reading, path: str, method: str, item: Place) -> Operation:
    at, data = below(item.at, method), item.data[method]
    given = data.get("operationId")
    document = reading.data
    servers: tuple[str, list[Any]] = ("/servers", [{"url": "/"}])
    for where, holder in (("", document), (item.at, item.data), (at, data)):
        if listing(holder, "servers"):
            servers = (below(where, "servers"), listing(holder, "servers"))
    security = ("/security", listing(document, "security"))
    if is_array(data.get("security")):
        security = (below(at, "security"), data["security"])
    body = None
    if "requestBody" in data:
        body = Place(*reading.follow(below(at, "requestBody")))
    return Operation(
        name=given if isinstance(given, str) else f"{method.upper()} {path}",
        method=method,
        path=path,
        at=at,
        data=data,
        parameters={
            **_parameters(reading, item.at, item.data),
            **_parameters(reading, at, data),
        },
        body=body,
        answers={
            status.upper(): Place(*reading.follow(below(at, "responses", status)))
            for status in mapping(data, "responses")
            if not status.startswith("x-")
        },
        servers=servers,
        security=security,
    )


def _parameters(reading: Reading, at: str, holder: dict[str, Any]) -> dict[tuple[str, str], Place]:
    found: dict[tuple[str, str], Place] = {}
    for index in range(len(listing(holder, "parameters"))):
        where, data = reading.follow(below(at, "parameters", index))
        name, location = data.get("name"), data.get("in")
        if isinstance(name, str) and isinstance(location, str):
            found[location, name.lower() if location == "header" else name] = Place(where, data)
    return found


def media(place: Place) -> dict[str, Place]:
    """The media types of a body, an answer or a parameter, in lower case without parameters."""
    return {
        name.partition(";")[0].strip().lower(): Place(below(place.at, "content", name), content)
        for name, content in mapping(place.data, "content").items()
        if is_object(content)
    }


def schema_of(place: Place) -> Schema:
    """The schema of a media type, a header or a parameter."""
    return (below(place.at, "schema"),) if "schema" in place.data else ()
