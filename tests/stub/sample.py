"""A valid request for an operation, made of nothing but its document: the examples that it gives,
and real images where it wants files.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from .checks.security import example_credential
from .document import Document, Node, Operation, Parameter, Scheme, is_json
from .json_values import JSON, serialise
from .pictures import FORMATS, picture
from .wire import field_part, file_part, form, form_type

CREDENTIAL = "test-token"
"""Stands for the credential that the stub takes in each scheme."""

FORBIDDEN = "forbidden-token"
_FORM = "multipart/form-data"
_SHORT = {media_type: name for name, media_type in FORMATS.items()} | {"image/jpg": "JPEG"}


class NoSample(LookupError):
    """The document gives no example of something that a request needs; says what."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A request to a stub: `path` begins with the document's own prefix, `path_values` fill the
    template. `file` are the bytes of the image in it, if there is one.
    """

    document: Document
    operation: Operation
    path_values: dict[str, JSON]
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    file: bytes | None = None

    @property
    def method(self) -> str:
        return self.operation.method

    @property
    def target(self) -> str:
        path = self.operation.template
        for name, value in self.path_values.items():
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"{self.document.prefix}{path}{query}"

    def credential(self, value: str | None) -> Sample:
        """The same request with another credential, or with none."""
        headers, query = dict(self.headers), dict(self.query)
        for scheme in self.operation.security[0] if self.operation.security else ():
            place = query if scheme.kind == "query" else headers
            place.pop(scheme.name, None)
            if value is not None:
                own = example_credential(scheme) if value == CREDENTIAL else value
                place[scheme.name] = _presented(scheme, own)
        return replace(self, headers=headers, query=query)

    def content_type(self, value: str) -> Sample:
        """The same request with another Content-Type."""
        return replace(self, headers=self.headers | {"Content-Type": value})


def sample(
    document: Document,
    operation: Operation,
    image: bytes | None = None,
    media_type: str = "image/png",
) -> Sample:
    """A valid request. `image` with its type goes where the operation wants an image file; a tiny
    one unless given. Raises NoSample.
    """
    values = {item.place + item.name: _parameter(item) for item in operation.parameters}
    made = Sample(
        document,
        operation,
        {p.name: values["path" + p.name] for p in operation.parameters if p.place == "path"},
        {p.name: _text(values["query" + p.name]) for p in _given(operation, "query", values)},
        {p.name: _text(values["header" + p.name]) for p in _given(operation, "header", values)},
    ).credential(CREDENTIAL)
    if not operation.media:
        return made
    data = picture(_SHORT[media_type]) if image is None else image
    name, media = next(
        (item for item in operation.media.items() if item[0] in (media_type, _FORM)),
        next(iter(operation.media.items())),
    )
    if name == _FORM:
        body, file = _form(media, data, media_type)
        return replace(made, headers=made.headers | form_type(), body=body, file=file)
    if is_json(name):
        return replace(made.content_type(name), body=serialise(_example(media, "body")))
    if name != media_type:
        raise NoSample(f"{operation.id} takes {name}, which is no image; write a sample for it.")
    return replace(made.content_type(name), body=data, file=data)


def _given(operation: Operation, place: str, values: dict[str, JSON]) -> list[Parameter]:
    found = [item for item in operation.parameters if item.place == place]
    return [item for item in found if values[place + item.name] is not None]


def _parameter(parameter: Parameter) -> JSON:
    """The example of a parameter; None for an optional one without."""
    try:
        return _example(parameter.node, f"parameter {parameter.name}")
    except NoSample:
        if parameter.required:
            raise
        return None


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else serialise(value).decode()


def _presented(scheme: Scheme, value: str) -> str:
    if scheme.kind == "basic":
        return "Basic " + base64.b64encode(f"user:{value}".encode()).decode()
    return f"Bearer {value}" if scheme.kind == "bearer" else value


def _example(node: Node, what: str) -> JSON:
    """The first example that a parameter, a body or a schema gives."""
    value = node.value if isinstance(node.value, dict) else {}
    if "example" in value:
        return value["example"]
    examples = node.get("examples")
    for _, example in examples.items() if examples else ():
        shown = example.get("value")
        if shown is not None:
            return shown.value
    for listed in (value.get("examples"), value.get("enum")):
        if isinstance(listed, list) and listed:
            return listed[0]
    for only in ("const", "default"):
        if only in value:
            return value[only]
    schema = node.get("schema")
    if schema is not None:
        return _example(schema, what)
    raise NoSample(f"{node.document.file}: {what} at {node.pointer} has no example; add one.")


def _form(media: Node, data: bytes, media_type: str) -> tuple[bytes, bytes | None]:
    """A form with the required parts, those of the first alternative included."""
    schema = media.get("schema")
    assert schema is not None
    names: list[str] = []
    for place in (schema, *schema.elements("oneOf")[:1], *schema.elements("anyOf")[:1]):
        names += [str(item.value) for item in place.elements("required")]
    properties = schema.properties()
    parts: list[bytes] = []
    file: bytes | None = None
    for name in names or list(properties):
        if properties[name].text("format") == "binary":
            extension = media_type.partition("/")[2]
            parts.append(file_part(data, name, f"sample.{extension}", media_type))
            file = data
        else:
            parts.append(field_part(name, _text(_example(properties[name], f"part {name}"))))
    return form(*parts), file
