"""The methods of the client objects: arguments as a caller wants them, made into a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from scripts.openapi.operations import resolve

from .endpoints import Endpoint, Parameter, RequestBody
from .extensions import Unusable
from .models import properties_of
from .names import argument_name
from .pagination import Models, Pagination, pagination_of
from .prose import prose
from .python_types import class_imports, default_code, nested, python_type


@dataclass(frozen=True)
class Argument:
    """An argument of a method, and the code that passes it on."""

    name: str
    type: str
    default: str | None
    description: str

    @property
    def declaration(self) -> str:
        """``name: type = default``."""
        tail = "" if self.default is None else f" = {self.default}"
        return f"{self.name}: {self.type}{tail}"


@dataclass(frozen=True)
class FieldChoice:
    """An argument whose form field depends on a client-wide option."""

    argument: str
    option: str
    fields: list[tuple[int | None, int | None, str]]


@dataclass(frozen=True)
class Method:
    """A method of a resource."""

    name: str
    endpoint: Endpoint
    positional: list[Argument]
    keywords: list[Argument]
    passed: list[tuple[str, str]]
    body: str | None
    form: str | None
    form_fields: list[tuple[str, str]]
    choice: FieldChoice | None
    pagination: Pagination | None
    sends_files: bool
    imports: dict[str, str]

    @property
    def returns(self) -> str:
        """The return type of the sync method, pagination aside."""
        return self.endpoint.success_type


def method_of(document: dict[str, Any], endpoint: Endpoint, data: GeneratorData) -> Method:
    """Describe the method of an operation."""
    positional = [_argument(parameter) for parameter in endpoint.at("path")]
    others = [found for found in endpoint.parameters if found.location != "path"]
    keywords = [_argument(found) for found in others if found.option is None]
    passed = [
        (found.name, found.name if found.option is None else _option(found)) for found in others
    ]
    models = _models(data)
    body, form, form_fields, choice, arguments = _body(document, endpoint, others, models)
    pagination = pagination_of(endpoint, models)
    if pagination is not None and pagination.start is not None:
        keywords = [
            replace(found, type="int", default=str(pagination.start))
            if found.name == pagination.argument
            else found
            for found in keywords
        ]
    keywords = [*arguments, *keywords]
    keywords.sort(key=lambda argument: argument.default is not None)
    return Method(
        name=endpoint.method_name,
        endpoint=endpoint,
        positional=positional,
        keywords=keywords,
        passed=passed,
        body=body,
        form=form,
        form_fields=form_fields,
        choice=choice,
        pagination=pagination,
        sends_files=any(_holds_file(found, models) for found in endpoint.bodies),
        imports=endpoint.imports
        | (pagination.imports if pagination else {})
        | (_field_imports(models[form]) if form else {}),
    )


def _holds_file(body: RequestBody, models: Models) -> bool:
    if body.kind == "raw":
        return True
    if body.kind != "multipart" or not isinstance(body.prop, ModelProperty):
        return body.kind == "multipart"  # a mapping may hold anything
    properties = properties_of(models[str(body.prop.class_info.name)])
    return any(isinstance(inner, FileProperty) for prop in properties for inner in nested(prop))


def _field_imports(model: ModelProperty) -> dict[str, str]:
    found: dict[str, str] = {}
    for prop in properties_of(model):
        found |= class_imports(prop)
    return found


def _option(parameter: Parameter) -> str:
    return f'self._session.option("{parameter.option}")'


def _argument(parameter: Parameter) -> Argument:
    if parameter.required:
        return Argument(parameter.name, parameter.type, None, parameter.description)
    return Argument(
        parameter.name,
        f"{parameter.type} | Unset",
        parameter.default or "UNSET",
        parameter.description,
    )


_Body = tuple[str | None, str | None, list[tuple[str, str]], FieldChoice | None, list[Argument]]


_VERSION_FIELD = "x-version-field"


def _models(data: GeneratorData) -> Models:
    # a property that refers to a model may be a copy from before its properties were known
    return {str(model.class_info.name): model for model in data.models}


def _body(
    document: dict[str, Any], endpoint: Endpoint, others: list[Parameter], models: Models
) -> _Body:
    if not endpoint.bodies:
        return None, None, [], None, []
    first = endpoint.bodies[0]
    description = prose(resolve(document, endpoint.raw["requestBody"]).get("description"))
    given = resolve(document, endpoint.raw["requestBody"]).get("x-client-argument")
    if given is not None and (len(endpoint.bodies) > 1 or first.kind != "raw"):
        raise Unusable(
            f"{endpoint.pointer}/requestBody",
            "x-client-argument names the argument of a file that is the whole body; this body is"
            " none, or not always",
            "Remove it",
        )
    one = len(endpoint.bodies) == 1 and endpoint.body_required
    if one and first.kind in ("multipart", "form") and isinstance(first.prop, ModelProperty):
        taken = {parameter.name for parameter in endpoint.parameters}
        flat = _form(models[str(first.prop.class_info.name)], others)
        if not taken & {argument.name for argument in flat[4]}:
            return flat
    _refuse_version_field(endpoint)
    if len(endpoint.bodies) == 1 and first.kind == "raw":
        name = argument_name(str(given or "file"), {found.name for found in endpoint.parameters})
        if endpoint.body_required:
            return (
                f"as_file({name})",
                None,
                [],
                None,
                [Argument(name, "FileInput", None, description)],
            )
        argument = Argument(name, "FileInput | Unset", "UNSET", description)
        return f"optional_file({name})", None, [], None, [argument]
    types, default = endpoint.body_type, None
    if not endpoint.body_required:
        types, default = f"{types} | Unset", "UNSET"
    return "body", None, [], None, [Argument("body", types, default, description)]


def _refuse_version_field(endpoint: Endpoint) -> None:
    for body in endpoint.bodies:
        if isinstance(body.prop, ModelProperty) and _VERSION_FIELD in _extra(body.prop):
            raise Unusable(
                f"{endpoint.pointer}/requestBody",
                "x-version-field needs a form that is the one, required body, with fields that are"
                " named otherwise than the parameters",
                "Change the body, or remove it",
            )


def _extra(model: ModelProperty) -> dict[str, Any]:
    return model.data.model_extra or {}


def _form(model: ModelProperty, others: list[Parameter]) -> _Body:
    choice = _choice(model, others)
    chosen = {name for _, _, name in choice.fields} if choice else set[str]()
    arguments: list[Argument] = []
    fields: list[tuple[str, str]] = []
    if choice:
        described = {found.name: found.description for found in properties_of(model)}
        text = prose(next((t for name, t in described.items() if name == choice.argument), None))
        arguments.append(Argument(choice.argument, "FileInput", None, text))
    for prop in properties_of(model):
        attribute = str(prop.python_name)
        wire_name = prop.name.get_untrusted_value()
        if wire_name in chosen:
            if not isinstance(prop, FileProperty):
                raise Unusable(
                    "/components/schemas",
                    f"x-version-field chooses {wire_name!r}, which is no file",
                    "Let it choose among files",
                )
            fields.append((attribute, f'chosen if field == "{wire_name}" else UNSET'))
            continue
        name = argument_name(attribute, {argument.name for argument in arguments})
        annotation, expression = _input(prop, name)
        default = None if prop.required else default_code(prop) or "UNSET"
        if default is not None:
            annotation = f"{annotation} | Unset"
        arguments.append(Argument(name, annotation, default, prose(prop.description)))
        fields.append((attribute, expression))
    return None, str(model.class_info.name), fields, choice, arguments


def _input(prop: PropertyProtocol, name: str) -> tuple[str, str]:
    """(annotation, expression) of an argument that becomes a form field."""
    if isinstance(prop, FileProperty):
        return "FileInput", f"as_file({name})" if prop.required else f"optional_file({name})"
    if isinstance(prop, ListProperty) and isinstance(prop.inner_property, FileProperty):
        return "Sequence[FileInput]", f"[as_file(item) for item in {name}]" if prop.required else (
            f"{name} if isinstance({name}, Unset) else [as_file(item) for item in {name}]"
        )
    if isinstance(prop, EnumProperty):
        kind = python_type(prop)
        values = ", ".join(sorted(repr(value) for value in prop.values.values()))
        wire_name = prop.name.get_untrusted_value()
        expression = f"known_member({wire_name!r}, {name}, {kind})"
        if not prop.required:
            expression = f"{name} if isinstance({name}, Unset) else {expression}"
        return f"{kind} | Literal[{values}]", expression
    return python_type(prop), name


def _choice(model: ModelProperty, others: list[Parameter]) -> FieldChoice | None:
    rule: dict[str, Any] | None = _extra(model).get(_VERSION_FIELD)
    if rule is None:
        return None
    option = next(
        found.option for found in others if found.wire_name == rule["option"] and found.option
    )
    fields = [(item.get("from"), item.get("to"), str(item["name"])) for item in rule["fields"]]
    return FieldChoice(str(rule["argument"]), option, fields)
