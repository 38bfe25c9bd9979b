"""Whether plain data is a valid OpenAPI 3.1 document, and where it is not.

openapi-spec-validator decides. What it does not do is done around it: it would fetch references to
other files, stops at the first fault of a schema and gives no place for some faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.pointer import Location, nodes, pointer, resolve

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_METHODS = frozenset(["get", "put", "post", "delete", "options", "head", "patch", "trace"])
_PLACES = frozenset(("path", "query", "header", "cookie"))
_LONGEST = 300
_REMEMBERED = 128


@dataclass(frozen=True)
class Fault:
    """What is wrong at a JSON pointer of the document; both texts without a final full stop."""

    pointer: str
    message: str
    remedy: str


def faults(data: dict[str, Any]) -> list[Fault]:
    """Every fault found, in the order: version, references, structure, schemas, then what spans
    several places.

    A document of another version is not looked at further. What openapi-spec-validator knows of
    several places it tells only of a document without any other fault.
    """
    told = list(_version(data))
    if told and _of_another_version(data):
        return told
    checks = (_references, _targets, _inheritance, _structure, _schemas, _nullable, _media_types)
    for check in (*checks, _operation_ids, _path_parameters):
        told += check(data)
    return list(dict.fromkeys(told or _meaning(data)))


def _version(data: dict[str, Any]) -> Iterator[Fault]:
    version = data.get("openapi")
    if "swagger" in data:
        message = f"this is Swagger {data['swagger']}, not an OpenAPI 3.1 document"
        yield Fault("/swagger", message, "Convert it to OpenAPI 3.1")
    elif isinstance(version, str) and re.match(r"3\.0\.[0-9]+\Z", version):
        message = f"the OpenAPI version is {version!r}, in which schemas mean something else"
        remedy = (
            "Write `openapi: 3.1.0`, a list of types with null for nullable, the bound itself for"
            " `exclusiveMinimum: true`, and the examples of a schema as a list"
        )
        yield Fault("/openapi", message, remedy)
    elif not isinstance(version, str) or not re.match(r"3\.1\.[0-9]+\Z", version):
        yield Fault("/openapi", f"the OpenAPI version is {version!r}", "Write `openapi: 3.1.0`")


def _of_another_version(data: dict[str, Any]) -> bool:
    return "swagger" in data or re.match(r"[0-9]+\.[0-9]", str(data.get("openapi"))) is not None


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
    schema = cast("Any", schemas).schema_v31
    if _is_valid("3.1", schema, data):
        return
    validator: Any = Draft202012Validator(schema)
    yield from _faults_of(validator.iter_errors(data), ())


def _schemas(data: dict[str, Any]) -> Iterator[Fault]:
    from jsonschema import Draft202012Validator

    # OpenAPI's own dialect is 2020-12 plus discriminator, xml, externalDocs and example, which
    # `_meaning` checks.
    validator: Any = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for at, schema in _schema_objects(data):
        if not _is_valid("2020-12", Draft202012Validator.META_SCHEMA, schema):
            yield from _faults_of(validator.iter_errors(schema), at)


def _nullable(data: dict[str, Any]) -> Iterator[Fault]:
    """OpenAPI 3.1 ignores the keyword, and null would be refused where the document means to take
    it.
    """
    for at, schema in objects(data):
        if schema.get("nullable") is not True:
            continue
        kinds = schema.get("type")
        if "$ref" in schema:
            remedy = "Write `anyOf: [{$ref: …}, {type: 'null'}]`"
        elif isinstance(kinds, str):
            remedy = f"Write `type: [{kinds}, 'null']`"
        elif "enum" in schema or "const" in schema:
            remedy = "List null among the values of `enum`"
        else:
            remedy = "Add {type: 'null'} to `anyOf`, or 'null' to `type`"
        message = "nullable is a keyword of OpenAPI 3.0, which means nothing in 3.1"
        yield Fault(pointer((*at, "nullable")), message, remedy)


_compiled: dict[str, Any] = {}


def _is_valid(name: str, schema: Any, value: Any) -> bool:
    """Whether jsonschema-rs has nothing to say, which takes it a hundredth of the time; jsonschema
    words what is wrong.
    """
    if name not in _compiled:
        from jsonschema_rs import Draft202012Validator

        _compiled[name] = Draft202012Validator(dict(schema))
    return bool(_compiled[name].is_valid(value))


def _schema_objects(data: dict[str, Any]) -> Iterator[tuple[Location, Any]]:
    for at, value in objects(data):
        if at == ("components", "schemas"):
            continue
        if "schema" in value and at[:2] != ("components", "schemas"):
            yield (*at, "schema"), value["schema"]
    components = data.get("components")
    schemas = components.get("schemas") if is_object(components) else None
    for name, schema in schemas.items() if is_object(schemas) else ():
        yield ("components", "schemas", name), schema


# What a thing must have that a reference under a key leads to, and how it is called.
_KINDS = {
    "parameters": ("name", "a parameter"),
    "responses": ("description", "an answer"),
    "requestBody": ("content", "a request body"),
}


def _targets(data: dict[str, Any]) -> Iterator[Fault]:
    for at, value in objects(data):
        if len(at) < 2:
            continue
        key = at[-1] if at[-1] == "requestBody" else at[-2]
        if at[:1] != ("paths",) or "$ref" not in value or key not in _KINDS:
            continue
        if not isinstance(at[-1], int) and key == "parameters":
            continue
        member, kind = _KINDS[str(key)]
        found = _followed(data, value)
        if found and member not in found:
            message = f"$ref leads to {value['$ref']}, which is not {kind}"
            yield Fault(pointer((*at, "$ref")), message, f"Name {kind} in components")


def _inheritance(data: dict[str, Any]) -> Iterator[Fault]:
    components = data.get("components")
    schemas = components.get("schemas") if is_object(components) else None
    for name in schemas if is_object(schemas) else ():
        start = f"#/components/schemas/{name}"
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for part in _inherited(_followed(data, {"$ref": waiting.pop()})):
                if part == start:
                    place = pointer(("components", "schemas", name, "allOf"))
                    message = f"{name} is made of itself by allOf"
                    yield Fault(place, message, "Take it out of allOf; in properties it may be")
                    waiting, seen = [], {part}
                    break
                if part not in seen:
                    seen.add(part)
                    waiting.append(part)


def _inherited(schema: dict[str, Any]) -> Iterator[str]:
    parts: Any = schema.get("allOf")
    for part in parts if is_array(parts) else []:
        if is_object(part):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            yield from _inherited(part)


def _media_types(data: dict[str, Any]) -> Iterator[Fault]:
    for at, value in objects(data):
        content = value.get("content")
        if at[:1] not in (("paths",), ("components",)) or at[-2:-1] == ("properties",):
            continue
        for name in content if is_object(content) else ():
            if not re.match(r"[\w.+*!#$&^-]+/[\w.+*!#$&^-]+\s*(;.*)?\Z", name):
                message = f"{name!r} is no media type"
                remedy = "Write type/subtype, such as application/json"
                yield Fault(pointer((*at, "content", name)), message, remedy)


def _operation_ids(data: dict[str, Any]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for at, operation in _operations(data):
        name = operation.get("operationId")
        if not isinstance(name, str):
            continue
        if name in first:
            message = f"the operationId {name!r} is that of {first[name]} already"
            remedy = "Give each operation its own operationId"
            yield Fault(pointer((*at, "operationId")), message, remedy)
        first.setdefault(name, f"{str(at[-1]).upper()} {at[1]}")


def _path_parameters(data: dict[str, Any]) -> Iterator[Fault]:
    for at, operation in _operations(data):
        path = str(at[1])
        places = re.findall(r"\{([^{}]*)\}", path)
        shared = _followed(data, data["paths"][path]).get("parameters", [])
        listed = [*(shared if is_array(shared) else []), *_listed(operation)]
        known = [_followed(data, raw) for raw in listed]
        if any("name" not in one or one.get("in") not in _PLACES for one in known):
            continue  # what is wrong with it is told elsewhere
        stated = [str(one["name"]) for one in known if one.get("in") == "path"]
        for name in dict.fromkeys(places):
            if name not in stated:
                message = f"{{{name}}} in the path was not resolved: no parameter is called so"
                remedy = f"Describe it: {{name: {name}, in: path, required: true, schema: …}}"
                yield Fault(pointer(at), message, remedy)
            if places.count(name) > 1:
                remedy = "Give each place a name of its own"
                yield Fault(pointer(at[:2]), f"the path has {{{name}}} twice", remedy)
        for name in dict.fromkeys(stated):
            if name not in places:
                message = f"the parameter {name!r} in: path has no place in the path {path}"
                yield Fault(pointer(at), message, f"Write {{{name}}} into the path, or remove it")


def _listed(operation: Mapping[str, Any]) -> list[Any]:
    listed = operation.get("parameters", [])
    return listed if is_array(listed) else []


def _followed(data: dict[str, Any], value: Any) -> Any:
    """What a reference leads to; nothing that is known where it leads nowhere."""
    from urllib.parse import unquote

    for _ in range(20):
        target = value.get("$ref") if is_object(value) else None
        if not isinstance(target, str):
            break
        try:
            value = resolve(data, unquote(target.removeprefix("#")))
        except LookupError:
            return {}
    return value if is_object(value) else {}


def _meaning(data: dict[str, Any]) -> Iterator[Fault]:
    # The validator hands on the very objects of the document, which tells where they stand.
    places = {id(value): at for at, value in nodes(data) if is_object(value) or is_array(value)}
    # A path, because of plain data the validator asks the environment how much it is to remember.
    from jsonschema_path import SchemaPath

    whole = SchemaPath.from_dict(cast("Any", data), resolved_cache_maxsize=_REMEMBERED)
    validator: Any = _validator()(whole)
    for error in validator.iter_errors():
        yield _placed(data, error, places)


# what OpenAPI's dialect adds to 2020-12, and patterns, of which it checks that they are some
_OF_THE_DIALECT = ('"discriminator"', '"xml"', '"externalDocs"', '"pattern"', '"patternProperties"')


@cache
def _validator() -> Any:
    from openapi_spec_validator import OpenAPIV31SpecValidator
    from openapi_spec_validator.validation.keywords import OpenAPIV31SchemaValidator

    class Schemas(OpenAPIV31SchemaValidator):
        """Looks only at schemas that have what `_schemas` has not looked at."""

        def _validate_schema_meta(self, schema: Any, schema_value: Any) -> Any:
            text = json.dumps(schema_value)
            if not any(key in text for key in _OF_THE_DIALECT):
                return None
            return super()._validate_schema_meta(schema, schema_value)

    class Structure:
        """Has nothing to say: `_structure` has looked."""

        def iter_errors(self, _: Any) -> Iterable[Any]:
            return ()

    class Validator(OpenAPIV31SpecValidator):
        schema_validator = cast("Any", Structure())
        keyword_validators = {  # noqa: RUF012
            **OpenAPIV31SpecValidator.keyword_validators,
            "schema": Schemas,
        }

    return Validator


def _placed(data: dict[str, Any], error: ValidationError, places: Mapping[int, Location]) -> Fault:
    message = _shortened(error.message)
    schema: Any = error.schema
    place = places.get(id(schema))
    if place is not None and "default" in schema:
        where = pointer((*place, "default"))
        return Fault(where, f"the default {message}", "Make it match its schema")
    place = places.get(id(error.instance))
    if place and "default" in place:  # of a schema that this one refers to
        return Fault(pointer(place), f"the default {message}", "Make it match its schema")
    return Fault(pointer(tuple(error.absolute_path)), message, "See the OpenAPI 3.1 specification")


def _operations(data: dict[str, Any]) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    paths = data.get("paths")
    for path, item in paths.items() if is_object(paths) else ():
        for method, operation in _followed(data, item).items():
            if method in _METHODS and is_object(operation):
                yield ("paths", path, method), operation


def _faults_of(errors: Iterable[ValidationError], at: Location) -> Iterator[Fault]:
    for error in errors:
        cause = _cause(error)
        where = pointer((*at, *cause.absolute_path))
        key = str([*at, *cause.absolute_path, ""][-2]) if cause.validator == "type" else ""
        yield Fault(where, _shortened(cause.message), _SINCE_3_1.get(key, _SPECIFICATION))


_SPECIFICATION = "See the OpenAPI 3.1 specification"
# What OpenAPI 3.0 has otherwise, by the key under which it is found.
_SINCE_3_1 = {
    "exclusiveMinimum": "Write the bound itself, in place of minimum",
    "exclusiveMaximum": "Write the bound itself, in place of maximum",
    "examples": "Write a list of values",
}


def _cause(error: ValidationError) -> ValidationError:
    """The error to act on: inside a choice of schemas the deepest of the branch that fits best."""
    from jsonschema.exceptions import relevance

    while error.context:
        error = min(error.context, key=lambda inner: (-len(inner.absolute_path), relevance(inner)))
    return error


def _shortened(message: str) -> str:
    message = message.partition("\n")[0].rstrip(".")
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"
