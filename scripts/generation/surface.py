"""What a generated package offers: clients, resources, methods, arguments and models.

Joins what openapi-python-client understood (names, types, models) with what it never reads of the
document (servers, security, x- keys), so that the templates only have to write it down.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.strings import pascal_case, snake_case

from scripts.openapi.operations import operations, resolve

from .constraints import constraint
from .endpoints import Endpoint, endpoints_of
from .methods import Argument, Method, method_of
from .models import EnumView, ModelView, enums_of, models_of
from .names import option_name, resource_name
from .prose import prose
from .python_types import RESERVED_CLASSES, shadow_safe


@dataclass(frozen=True)
class SchemeView:
    """A security scheme as the runtime wants it."""

    name: str
    option: str
    environment: str
    location: str
    wire_name: str
    prefix: str
    description: str


@dataclass(frozen=True)
class OptionView:
    """A keyword of the client's constructor. ``key`` is its name where the runtime looks it up."""

    name: str
    key: str
    type: str
    default: str
    description: str
    kind: str  # "secret", "server", "parameter"
    environment: str = ""
    needed: bool = False
    constraint: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class ResourceView:
    """A tag of the document: an attribute of the client object, and a package under ``api``."""

    name: str
    package: str
    class_name: str
    description: str
    methods: list[Method]


@dataclass(frozen=True)
class Surface:
    """Everything the templates write."""

    vendor: str
    package: str
    client: str
    title: str
    description: str
    servers: list[dict[str, Any]]
    schemes: list[SchemeView]
    requires_credential: bool
    options: list[OptionView]
    error_message: str
    endpoints: list[Endpoint]
    resources: list[ResourceView]
    models: list[ModelView]
    enums: list[EnumView]
    taken: frozenset[str] = field(default_factory=frozenset[str])

    def declaration(self, argument: Argument) -> str:
        """An argument of a method in resources.py."""
        return replace(argument, type=self.annotation(argument.type)).declaration

    def annotation(self, text: str) -> str:
        """An annotation for resources.py, where method names may hide builtins."""
        return shadow_safe(text, self.taken)


def surface_of(vendor: str, document: dict[str, Any], data: GeneratorData) -> Surface:
    """Describe the package of a vendor.

    Args:
        document: the document that the generator parsed.
        data: what the generator made of it.
    """
    info = document["info"]
    schemes = _schemes(vendor, document)
    endpoints = endpoints_of(document, data)
    models, enums = models_of(document, data.models), enums_of(data.enums)
    options = _secrets(schemes) + _server_options(document) + _parameter_options(document)
    classes = {model.name for model in models} | {enum.name for enum in enums}
    resources = _resources(document, endpoints, data, classes)
    names = {method.name for resource in resources for method in resource.methods}
    return Surface(
        vendor=vendor,
        package=f"{vendor.replace('-', '_')}_client",
        client=client_name(vendor, document),
        title=prose(info["title"]),
        description=prose(info.get("description")),
        servers=servers_of(document.get("servers", [])),
        schemes=schemes,
        requires_credential=bool(endpoints)
        and all(endpoint.security and all(endpoint.security) for endpoint in endpoints),
        options=options,
        error_message=str(info.get("x-client-error-message", "")),
        endpoints=endpoints,
        resources=resources,
        models=models,
        enums=enums,
        taken=frozenset(names),
    )


def client_name(vendor: str, document: dict[str, Any]) -> str:
    """The name of the client class; the async one has Async in front."""
    return str(document["info"].get("x-client-name") or pascal_case(vendor))


def servers_of(servers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Server objects with their variables as (name, default, values)."""
    return [
        {
            "url": str(server["url"]),
            "variables": [
                (name, str(variable["default"]), [str(item) for item in variable.get("enum", [])])
                for name, variable in server.get("variables", {}).items()
            ],
        }
        for server in servers
    ]


def _schemes(vendor: str, document: dict[str, Any]) -> list[SchemeView]:
    raw = {
        name: resolve(document, scheme)
        for name, scheme in document.get("components", {}).get("securitySchemes", {}).items()
    }
    keys = [name for name, scheme in raw.items() if scheme.get("type") == "apiKey"]
    views: list[SchemeView] = []
    for name, scheme in raw.items():
        kind, http = scheme.get("type"), str(scheme.get("scheme", "")).lower()
        if kind == "mutualTLS":
            continue  # a certificate of the connection, nothing in a request
        if kind == "apiKey":
            location, wire_name, prefix = scheme["in"], scheme["name"], ""
            option = "api_key" if len(keys) == 1 else name
        else:
            location, wire_name = "header", "Authorization"
            prefix = "Bearer" if kind != "http" or http == "bearer" else http.capitalize()
            option = "token" if prefix == "Bearer" else name
        option = option_name(str(scheme.get("x-client-option", option)))
        environment = str(scheme.get("x-env") or f"{snake_case(vendor)}_{option}".upper())
        text = prose(scheme.get("description"))
        if http == "basic":
            text = f"{text} User name and password, or their Base64.".strip()
        views.append(SchemeView(name, option, environment, location, wire_name, prefix, text))
    return views


def _secrets(schemes: list[SchemeView]) -> list[OptionView]:
    first: dict[str, SchemeView] = {}
    for scheme in schemes:
        first.setdefault(scheme.option, scheme)
    pairs = {scheme.option for scheme in schemes if scheme.prefix == "Basic"}
    return [
        OptionView(
            name=option,
            key=option,
            type=f"str | {'tuple[str, str] | ' if option in pairs else ''}Callable[[], str] | None",
            default="None",
            description=f"{scheme.description} Or a function that returns it: called when it is "
            "first needed, and again when the API refuses it (401), once in a call. Read from the "
            f"environment variable {scheme.environment} when not given.".strip(),
            kind="secret",
            environment=scheme.environment,
        )
        for option, scheme in first.items()
    ]


def _server_options(document: dict[str, Any]) -> list[OptionView]:
    options: dict[str, OptionView] = {}
    lists = [document.get("servers", [])[:1]]
    lists += [
        item.operation["servers"][:1]
        for item in operations(document)
        if "servers" in item.operation
    ]
    for servers in lists:
        for server in servers:
            for name, variable in server.get("variables", {}).items():
                values = [str(value) for value in variable.get("enum", [])]
                known = f"Literal[{', '.join(map(repr, values))}]" if values else "str"
                text = prose(variable.get("description"))
                options.setdefault(
                    name,
                    OptionView(
                        name=option_name(name),
                        key=name,
                        type=f"{known} | None",
                        default="None",
                        description=f"{text} {variable['default']!r} when not given.".strip(),
                        kind="server",
                    ),
                )
    return list(options.values())


def _parameter_options(document: dict[str, Any]) -> list[OptionView]:
    options: dict[str, OptionView] = {}
    for item in operations(document):
        for parameter in item.parameters:
            name = parameter.get("x-client-option")
            if name is None:
                continue
            schema = resolve(document, parameter.get("schema", {}))
            kind = {"integer": "int", "number": "float", "boolean": "bool"}.get(
                str(schema.get("type")), "str"
            )
            default = parameter.get("x-client-default", schema.get("default"))
            required = bool(parameter.get("required", False)) or default is not None
            options[str(name)] = OptionView(
                name=option_name(str(name)),
                key=str(name),
                type=kind if required else f"{kind} | None",
                default=repr(default) if default is not None or not required else "",
                description=prose(parameter.get("description")),
                kind="parameter",
                needed=required,
                constraint=constraint(schema),
            )
    return list(options.values())


def resource_classes(name: str) -> set[str]:
    """The classes of a resource, after the name of the first."""
    return {
        f"{prefix}{name}{suffix}" for prefix in ("", "Async") for suffix in ("", "WithRawResponse")
    }


def _resources(
    document: dict[str, Any], endpoints: list[Endpoint], data: GeneratorData, classes: set[str]
) -> list[ResourceView]:
    texts = {str(tag["name"]): prose(tag.get("description")) for tag in document.get("tags", [])}
    by_tag: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        by_tag.setdefault(endpoint.tag, []).append(endpoint)
    taken = {*classes, *RESERVED_CLASSES}
    resources: list[ResourceView] = []
    for tag, members in by_tag.items():
        class_name = pascal_case(tag)
        # the petstore has a tag "pet" and a schema "Pet"
        while not taken.isdisjoint(resource_classes(class_name)):
            class_name += "Resource"
        taken |= resource_classes(class_name)
        resources.append(
            ResourceView(
                name=resource_name(tag),
                package=tag,
                class_name=class_name,
                description=texts.get(members[0].tag_name, ""),
                methods=[method_of(document, endpoint, data) for endpoint in members],
            )
        )
    return resources
