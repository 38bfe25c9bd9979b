"""An OpenAPI 3.1 document as the stub reads it: operations, local references, what each operation
documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from scripts.openapi.json_value import JSON_TYPES

from .document_file import DocumentError, read
from .json_values import JSON, JSONObject

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document: its value and the JSON pointer to it (with URI escapes, without
    `#`).
    """

    document: Document
    pointer: str
    value: JSON

    def get(self, key: str) -> Node | None:
        """The child, with a `$ref` followed; None where there is none."""
        node = self.deref()
        if not isinstance(node.value, dict) or key not in node.value:
            return None
        return node._child(key).deref()

    def _child(self, key: str) -> Node:
        assert isinstance(self.value, dict)
        step = quote(key.replace("~", "~0").replace("/", "~1"), safe="~$-._!'()*,;:@")
        return Node(self.document, f"{self.pointer}/{step}", self.value[key])

    def deref(self) -> Node:
        """The place that a `$ref` leads to, or this one."""
        node = self
        for _ in range(32):
            if not isinstance(node.value, dict) or not isinstance(node.value.get("$ref"), str):
                return node
            node = self.document.at(str(node.value["$ref"]))
        raise DocumentError(
            f"{self.document.file}: $ref at {self.pointer} leads in a circle; break the circle."
        )

    def items(self) -> Iterator[tuple[str, Node]]:
        """Key and place of every member of an object, references followed."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield key, self._child(key).deref()

    def elements(self, key: str) -> list[Node]:
        """Places of the items of the array at `key`, references followed."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if not isinstance(value, list):
            return []
        return [
            Node(self.document, f"{self.pointer}/{key}/{index}", item).deref()
            for index, item in enumerate(value)
        ]

    def text(self, key: str, default: str = "") -> str:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, str) else default

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, bool) else default

    def types(self, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The `type` keyword of a schema, as a tuple, gathered through allOf, anyOf and oneOf.
        `above` are pointers of schemas that lead here.
        """
        value = self.value.get("type") if isinstance(self.value, dict) else None
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list):
            return tuple(str(item) for item in value)
        chosen = self.value.get("enum") if isinstance(self.value, dict) else None
        if isinstance(chosen, list):
            return tuple({JSON_TYPES[type(one)]: None for one in chosen})
        found: dict[str, None] = {}
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in self.elements(keyword):
                if branch.pointer not in above:
                    found.update(dict.fromkeys(branch.types((*above, self.pointer))))
        return tuple(found)

    def properties(self, above: tuple[str, ...] = ()) -> dict[str, Node]:
        """Name and place of every property of an object schema, through allOf, anyOf and oneOf.
        `above` are pointers of schemas that lead here.
        """
        found: dict[str, Node] = {}
        own = self.get("properties")
        if own is not None:
            found.update(own.items())
        for keyword in ("allOf", "anyOf", "oneOf"):
            for branch in self.elements(keyword):
                if branch.pointer not in above:
                    found = branch.properties((*above, self.pointer)) | found
        return found


@dataclass(frozen=True, slots=True)
class Parameter:
    """A documented parameter. `style` and `explode` are filled in with OpenAPI's defaults; `key` is
    the name that requests are searched for (a header's in lower case), `types` are the schema's,
    `node` is where it stands.
    """

    name: str
    place: str
    required: bool
    style: str
    explode: bool
    schema: Node
    json: bool
    key: str
    types: tuple[str, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme: `kind` is header, query, cookie, bearer, basic or connection; `name` is
    the key's parameter.
    """

    id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation."""

    id: str
    method: str
    template: str
    node: Node
    parameters: tuple[Parameter, ...]
    security: tuple[tuple[Scheme, ...], ...]
    media: dict[str, Node]
    body_required: bool
    responses: dict[str, Node]

    def documents(self, status: int) -> bool:
        return any(key in self.responses for key in (str(status), f"{status // 100}XX", "default"))

    @property
    def documents_success(self) -> bool:
        return any(key[0] in "23d" for key in self.responses)

    def statuses(self) -> list[int]:
        """The single statuses that the document states."""
        return [int(key) for key in self.responses if key.isdecimal()]

    def json_answer(self, status: int) -> tuple[str, Node] | None:
        """Media type and description of the JSON body that the document states for `status`."""
        for key in (str(status), f"{status // 100}XX", "default"):
            content = self.responses[key].get("content") if key in self.responses else None
            for media, node in content.items() if content else ():
                if is_json(media):
                    return media, node
            if key in self.responses:
                return None
        return None

    def response_schema(self, status: int) -> Node | None:
        """Schema of the JSON body that the document states for `status`."""
        stated = self.json_answer(status)
        return stated[1].get("schema") if stated else None


def is_json(media: str) -> bool:
    essence = _essence(media)
    return essence in ("application/json", "text/json") or essence.endswith("+json")


@dataclass(slots=True)
class Document:
    """A vendor's document. `prefix` is the path of its first server, without a slash at the end."""

    vendor: str
    file: Path
    root: JSONObject
    prefix: str = ""
    operations: tuple[Operation, ...] = ()
    schemes: dict[str, Scheme] = field(default_factory=dict[str, Scheme])

    @property
    def uri(self) -> str:
        return f"urn:stub:{self.vendor}"

    def at(self, reference: str) -> Node:
        """The place that a local reference (`#/components/…`) names. Raises DocumentError."""
        if not reference.startswith("#"):
            raise DocumentError(
                f"{self.file}: $ref {reference!r} is not local; bundle it into this document."
            )
        value: JSON = self.root
        pointer = unquote(reference[1:])
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        for step in steps:
            if isinstance(value, dict) and step in value:
                value = value[step]
            elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
                value = value[int(step)]
            else:
                raise DocumentError(f"{self.file}: $ref {reference!r} leads nowhere; correct it.")
        return Node(self, quote(pointer, safe="/~$-._!'()*,;:@"), value)


def load(file: Path, vendor: str) -> Document:
    """Read a document. Raises DocumentError if it is missing, no YAML, or nothing that can be
    served.
    """
    value = read(file)
    if not isinstance(value, dict) or not str(value.get("openapi", "")).startswith("3.1"):
        raise DocumentError(
            f"{file}: not an OpenAPI 3.1 document; run scripts/codegen.py to generate it anew."
        )
    document = Document(vendor, file, value)
    document.prefix = _prefix(document)
    document.schemes = _schemes(document)
    document.operations = tuple(_operations(document))
    return document


def _prefix(document: Document) -> str:
    root = Node(document, "", document.root)
    servers = root.elements("servers")
    if not servers:
        return ""
    url = servers[0].text("url")
    variables = servers[0].get("variables")
    for name, variable in variables.items() if variables else ():
        url = url.replace("{" + name + "}", variable.text("default"))
    return urlsplit(url).path.rstrip("/")


def _schemes(document: Document) -> dict[str, Scheme]:
    components = Node(document, "", document.root).get("components")
    node = components.get("securitySchemes") if components else None
    found: dict[str, Scheme] = {}
    for name, scheme in node.items() if node else ():
        kind = scheme.text("type")
        if kind == "apiKey":
            found[name] = Scheme(name, scheme.text("in"), scheme.text("name"))
        elif kind == "http" and scheme.text("scheme").lower() == "basic":
            found[name] = Scheme(name, "basic", "Authorization")
        elif kind in ("http", "oauth2", "openIdConnect"):
            found[name] = Scheme(name, "bearer", "Authorization")
        elif kind == "mutualTLS":
            found[name] = Scheme(name, "connection", "")
        else:
            raise DocumentError(
                f"{document.file}: security scheme {name} has type {kind!r}, which is not served."
            )
    return found


def _operations(document: Document) -> Iterator[Operation]:
    root = Node(document, "", document.root)
    paths = root.get("paths")
    for template, item in paths.items() if paths else ():
        shared = item.elements("parameters")
        for method in METHODS:
            node = item.get(method)
            if node is not None:
                yield _operation(document, template, method, node, shared)


def _operation(
    document: Document, template: str, method: str, node: Node, shared: list[Node]
) -> Operation:
    parameters: dict[tuple[str, str], Parameter] = {}
    for parameter in (*shared, *node.elements("parameters")):
        read = _parameter(document, parameter)
        if read is not None:
            parameters[read.place, read.key] = read
    body = node.get("requestBody")
    content = body.get("content") if body else None
    responses = node.get("responses")
    return Operation(
        id=node.text("operationId") or f"{method} {template}",
        method=method.upper(),
        template=template,
        node=node,
        parameters=tuple(parameters.values()),
        security=_security(document, node),
        media={_essence(key): media for key, media in content.items()} if content else {},
        body_required=body.flag("required") if body else False,
        responses=dict(responses.items()) if responses else {},
    )


def _essence(media: str) -> str:
    """A media type without its parameters, of which a request's own need not be a copy."""
    return media.partition(";")[0].strip().lower()


def _parameter(document: Document, node: Node) -> Parameter | None:
    name, place = node.text("name"), node.text("in")
    if place == "header" and name.lower() in ("accept", "content-type", "authorization"):
        return None  # OpenAPI: such parameter definitions shall be ignored
    style = node.text("style") or ("form" if place in ("query", "cookie") else "simple")
    content = node.get("content")
    schema = node.get("schema")
    if content is not None:
        schema = next((media.get("schema") for _, media in content.items()), None)
    if schema is None:
        raise DocumentError(
            f"{document.file}: parameter {name!r} at {node.pointer} has no schema; add one."
        )
    return Parameter(
        name=name,
        place=place,
        required=node.flag("required"),
        style=style,
        explode=node.flag("explode", style == "form"),
        schema=schema,
        json=content is not None,
        key=name.lower() if place == "header" else name,
        types=schema.types(),
        node=node,
    )


def _security(document: Document, node: Node) -> tuple[tuple[Scheme, ...], ...]:
    value = node.value.get("security") if isinstance(node.value, dict) else None
    if value is None:
        value = document.root.get("security")
    if not isinstance(value, list):
        return ()
    alternatives: list[tuple[Scheme, ...]] = []
    for requirement in value:
        names = list(requirement) if isinstance(requirement, dict) else []
        missing = [name for name in names if name not in document.schemes]
        if missing:
            raise DocumentError(
                f"{document.file}: security scheme {missing[0]!r} is not defined; define it."
            )
        schemes = (document.schemes[name] for name in names)
        # a certificate belongs to the connection, nothing of it is in a request
        alternatives.append(tuple(one for one in schemes if one.kind != "connection"))
    return tuple(alternatives)
