"""The x- keys that a client is made from: whether each has its form and leads somewhere."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from typing import Any

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.operations import OperationView, media_kind, operations, resolve
from scripts.openapi.pointer import pointer
from scripts.openapi.validity import Fault

from . import pagination_key
from .python_types import RESERVED_CLASSES

_CLIENT_NAMES = RESERVED_CLASSES | {
    *("APIError", "Awaitable", "Callable", "NoReturn", "Secret"),
    *("api", "errors", "models", "resources", "types"),
}


class Unusable(Exception):
    """An x- key fits the document but not what the generator made of it."""

    def __init__(self, pointer: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.fault = Fault(pointer, message, remedy)


def faults(document: dict[str, Any], client: str) -> Iterator[Fault]:
    """Every x- key that cannot be used.

    Args:
        client: the name of the client class, from ``x-client-name`` or the vendor's name.
    """
    if not client.isidentifier() or keyword.iskeyword(client) or client in _CLIENT_NAMES:
        yield Fault(
            "/info/x-client-name",
            f"{client!r} cannot be the name of the client class",
            "Give info.x-client-name another, such as MyVendor",
        )
    message_at = document["info"].get("x-client-error-message", "")
    if not isinstance(message_at, str) or not re.match(r"(/|\Z)", message_at):
        yield Fault(
            "/info/x-client-error-message",
            f"{message_at!r} is no JSON pointer",
            "Write where an error body tells what is wrong, such as /error/message",
        )
    yield from _names(document)
    for view in operations(document):
        if "x-pagination" in view.operation:
            yield from pagination_key.faults(document, view)
        content = resolve(document, view.operation.get("requestBody", {})).get("content", {})
        for media in content.values():
            schema = resolve(document, media.get("schema", {}))
            if "x-version-field" in schema:
                yield from _version_field(view, schema)
    forms = {
        id(resolve(document, media.get("schema", {})))
        for view in operations(document)
        for kind, media in resolve(document, view.operation.get("requestBody", {}))
        .get("content", {})
        .items()
        if media_kind(kind) in ("multipart", "form")
    }
    for at, value in objects(document):
        if "x-version-field" in value and id(value) not in forms:
            yield Fault(
                pointer((*at, "x-version-field")),
                "x-version-field stands in a schema that is the form of no operation",
                "Put it into the schema of a multipart or urlencoded body, or remove it",
            )


def _names(document: dict[str, Any]) -> Iterator[Fault]:
    for at, value in objects(document):
        for key in ("x-client-method", "x-client-name", "x-client-option", "x-client-argument"):
            name = value.get(key)
            if key not in value or at == ("info",):
                continue
            if (
                not isinstance(name, str)
                or not name.isidentifier()
                or name.startswith("_")
                or keyword.iskeyword(name)
            ):
                yield Fault(
                    pointer((*at, key)),
                    f"{key} is {name!r}, which cannot be a name in Python",
                    "Write an identifier such as environment_id",
                )
        variable = value.get("x-env", "X")
        if not isinstance(variable, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
            yield Fault(
                pointer((*at, "x-env")),
                f"x-env is {variable!r}, which cannot be the name of an environment variable",
                "Write a name such as MYVENDOR_API_KEY",
            )


def _version_field(view: OperationView, schema: dict[str, Any]) -> Iterator[Fault]:
    rule = schema["x-version-field"]
    place = f"{view.pointer}/requestBody"
    example = "Write {option, argument, fields: [{name: <property>, from: <number>, to: <number>}]}"
    if (
        not is_object(rule)
        or set(rule) != {"option", "argument", "fields"}
        or not isinstance(rule["option"], str)
        or not isinstance(rule["argument"], str)
        or not rule["argument"].isidentifier()
        or keyword.iskeyword(rule["argument"])
        or not is_array(rule["fields"])
        or not rule["fields"]
    ):
        yield Fault(place, f"x-version-field is {rule!r}", example)
        return
    for field in rule["fields"]:
        if (
            not is_object(field)
            or not {"name"} <= set(field) <= {"name", "from", "to"}
            or not all(type(field.get(end, 0)) is int for end in ("from", "to"))
        ):
            yield Fault(place, f"x-version-field has a field {field!r}", example)
        elif field["name"] not in schema.get("properties", {}):
            known = ", ".join(schema.get("properties", {}))
            message = f"x-version-field names {field['name']!r}, but the form has {known}"
            yield Fault(place, message, "Correct the name")
        elif field["name"] in schema.get("required", []):
            message = f"x-version-field chooses {field['name']!r}, which is always required"
            yield Fault(place, message, "Take it out of required")
    options = [
        found
        for found in view.parameters
        if found["name"] == rule["option"] and "x-client-option" in found
    ]
    if not options:
        yield Fault(
            place,
            f"x-version-field.option names {rule['option']!r}, which is no parameter of the"
            " operation with x-client-option",
            "Correct the name, or give the parameter x-client-option",
        )
