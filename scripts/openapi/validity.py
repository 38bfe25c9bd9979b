"""Whether plain data is a valid OpenAPI 3.1 document, and where it is not.

openapi-spec-validator decides. What it does not do is done around it: it would fetch references to
other files, stops at the first fault of a schema and gives no place for some faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.pointer import Location, nodes, pointer, resolve

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

# Keys whose value maps free names to objects, so that the names below them are no keywords.
NAME_MAPS = frozenset(
    (
        "paths",
        "webhooks",
        "schemas",
        "responses",
        "parameters",
        "examples",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
        "properties",
        "patternProperties",
        "dependentSchemas",
        "$defs",
        "content",
        "encoding",
        "variables",
        "mapping",
        "scopes",
    )
)
# Keys whose value is data of the API, in which $ref means nothing.
DATA = frozenset(("example", "default", "const", "enum", "value"))
_METHODS = frozenset(["get", "put", "post", "delete", "options", "head", "patch", "trace"])
_LONGEST = 300


@dataclass(frozen=True)
class Fault:
    """What is wrong at a JSON pointer of the document; both texts without a final full stop."""

    pointer: str
    message: str
    remedy: str


def faults(data: dict[str, Any]) -> list[Fault]:
    """Every fault found, in the order: version, references, structure, schemas, then what spans
    several places.

    A later check runs only when the earlier ones find nothing, because it relies on them.
    """
    for check in (_version, _references, _structure, _schemas, _meaning):
        found = list(dict.fromkeys(check(data)))
        if found:
            return found
    return []


def _version(data: dict[str, Any]) -> Iterator[Fault]:
    version = data.get("openapi")
    if not isinstance(version, str) or not re.match(r"3\.1\.[0-9]+\Z", version):
        yield Fault("/openapi", f"the OpenAPI version is {version!r}", "Write `openapi: 3.1.0`")


def objects(
    value: Any, at: Location = (), names: bool = False
) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    """Every mapping of the document in which keys are keywords, with its location."""
    if is_array(value):
        for index, item in enumerate(value):
            yield from objects(item, (*at, index))
    elif is_object(value):
        members = value
        if not names:
            yield at, members
        for key, child in members.items():
            if names:
                yield from objects(child, (*at, key))
            elif not (
                key in DATA or key.startswith("x-") or (key == "examples" and is_array(child))
            ):
                yield from objects(child, (*at, key), key in NAME_MAPS and is_object(child))


def _references(data: dict[str, Any]) -> Iterator[Fault]:
    for at, value in objects(data):
        for key in ("$ref", "$dynamicRef"):
            if key not in value:
                continue
            target = value[key]
            place = pointer((*at, key))
            if not isinstance(target, str):
                yield Fault(place, f"{key} is no text", 'Write "#/components/…"')
            elif not target.startswith("#"):
                message = f"{key} leads out of the document, to {target}, which is not supported"
                yield Fault(place, message, "Move what it names into components")
            elif key == "$ref":
                yield from _follow(data, target, place)


def _follow(data: dict[str, Any], target: str, place: str) -> Iterator[Fault]:
    from urllib.parse import unquote

    seen: list[str] = []
    while target not in seen:
        seen.append(target)
        try:
            value = resolve(data, unquote(target[1:]))
        except LookupError:
            yield Fault(
                place,
                f"$ref leads to {target}, which does not exist",
                "Correct the name, or add what it names",
            )
            return
        following: Any = value.get("$ref") if is_object(value) else None
        if not isinstance(following, str) or not following.startswith("#"):
            return
        target = following
    yield Fault(
        place, f"$ref leads back to itself: {' → '.join((*seen, target))}", "Break the circle"
    )


def _structure(data: dict[str, Any]) -> Iterator[Fault]:
    from jsonschema import Draft202012Validator
    from openapi_spec_validator import schemas

    # openapi-spec-validator's own validator words its errors by what else is installed.
    validator: Any = Draft202012Validator(cast("Any", schemas).schema_v31)
    yield from _faults_of(validator.iter_errors(data), ())


def _schemas(data: dict[str, Any]) -> Iterator[Fault]:
    from jsonschema import Draft202012Validator

    # OpenAPI's own dialect is 2020-12 plus discriminator, xml, externalDocs and example, which
    # `_meaning` checks.
    validator: Any = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for at, schema in _schema_objects(data):
        yield from _faults_of(validator.iter_errors(schema), at)


def _schema_objects(data: dict[str, Any]) -> Iterator[tuple[Location, Any]]:
    for at, value in objects(data):
        if at == ("components", "schemas"):
            continue
        if "schema" in value and at[:2] != ("components", "schemas"):
            yield (*at, "schema"), value["schema"]
    schemas = data.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        yield ("components", "schemas", name), schema


def _meaning(data: dict[str, Any]) -> Iterator[Fault]:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    # The validator hands on the very objects of the document, which tells where they stand.
    places = {id(value): at for at, value in nodes(data) if is_object(value) or is_array(value)}
    validator: Any = OpenAPIV31SpecValidator(cast("Any", data))
    for error in validator.iter_errors():
        yield _placed(data, error, places)


def _placed(data: dict[str, Any], error: ValidationError, places: Mapping[int, Location]) -> Fault:
    message = _shortened(error.message)
    kind = type(error).__name__
    if kind == "DuplicateOperationIDError":
        for at, _ in _operations(data):
            if f"for '{at[-1]}' in '{at[1]}'" in message:
                where = pointer((*at, "operationId"))
                return Fault(where, message, "Give each operation its own operationId")
    if kind == "UnresolvableParameterError":
        for at, _ in _operations(data):
            if f"for '{at[-1]}' operation in '{at[1]}'" in message:
                remedy = "Let the path and the parameters with in: path name the same"
                return Fault(pointer(at), message, remedy)
    schema: Any = error.schema
    place = places.get(id(schema))
    if place is not None and "default" in schema:
        where = pointer((*place, "default"))
        return Fault(where, f"the default {message}", "Make it match its schema")
    return Fault(pointer(tuple(error.absolute_path)), message, "See the OpenAPI 3.1 specification")


def _operations(data: dict[str, Any]) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    for path, item in data.get("paths", {}).items():
        for method, operation in item.items():
            if method in _METHODS:
                yield ("paths", path, method), operation


def _faults_of(errors: Iterable[ValidationError], at: Location) -> Iterator[Fault]:
    for error in errors:
        cause = _cause(error)
        where = pointer((*at, *cause.absolute_path))
        yield Fault(where, _shortened(cause.message), "See the OpenAPI 3.1 specification")


def _cause(error: ValidationError) -> ValidationError:
    """The error that a reader can act on: inside a choice of schemas the deepest one of the branch
    that fits best."""
    from jsonschema.exceptions import relevance

    while error.context:
        error = min(error.context, key=lambda inner: (-len(inner.absolute_path), relevance(inner)))
    return error


def _shortened(message: str) -> str:
    message = message.partition("\n")[0].rstrip(".")
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
