"""Request bodies: read in a stream under a limit, decoded and checked as the document says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from starlette.types import Receive

from .. import json_values
from ..document import Node, Operation, is_json
from ..json_values import JSON, JSONObject
from ..refusal import ClientGone, Fault, Reason, Refused
from ..state.spool import Spool
from . import header_value, images, multipart, parameters
from .header_value import HeaderValue, InvalidHeader
from .images import ImageFacts, NotAnImage
from .multipart import FormReader, MalformedForm, Part
from .validation import Schemas


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file. `facts` is set where the document asks for an image, so the bytes are
    one.
    """

    name: str
    filename: str | None
    content_type: str | None
    data: Spool
    facts: ImageFacts | None


@dataclass(frozen=True, slots=True)
class JSONBody:
    value: JSON


@dataclass(frozen=True, slots=True)
class Form:
    """A decoded form: plain fields by name, files by name in the order they came in."""

    fields: JSONObject = field(default_factory=dict[str, JSON])
    files: dict[str, list[File]] = field(default_factory=dict[str, list[File]])


Body: TypeAlias = JSONBody | Form | File | None


MAX_BODY = 10 * 1024 * 1024
MAX_TEXT = 10 * 1024 * 1024
"""Bytes of a body, unless told otherwise; bytes of JSON or of a form's field, whatever one is told:
their meaning takes several times their size in memory.
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes that a body may have."""

    body: int = MAX_BODY


class Pieces:
    """The pieces of a request body, one after the other. Raises Refused beyond `limit` bytes, and
    whatever `receive` finds wrong; ClientGone if the client leaves.
    """

    # No generator: the event loop keeps account of each of those, for longer than most bodies take.

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._left = limit
        self._more = True

    def __aiter__(self) -> Pieces:
        return self

    async def __anext__(self) -> bytes:
        while self._more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece: bytes = message.get("body", b"")
            self._left -= len(piece)
            if self._left < 0:
                raise too_large(self._limit)
            self._more = message.get("more_body", False)
            if piece:
                return piece
        raise StopAsyncIteration


def too_large(limit: int) -> Refused:
    return Refused(Reason.TOO_LARGE, f"the body is larger than {limit} bytes")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the document expects of a body of the content type that the request states."""

    content_type: HeaderValue
    media: Node
    schema: Node | None
    limit: int


def expect(
    operation: Operation, content_types: list[str], encodings: list[str], limits: Limits
) -> Expected:
    """Match a request's Content-Type to the document. Raises Refused if the operation does not take
    it.
    """
    known = ", ".join(operation.media)
    if len(content_types) != 1:
        given = "more than one Content-Type" if content_types else "no Content-Type"
        raise Refused(Reason.MEDIA_TYPE, f"the request states {given}; expected {known}")
    try:
        content_type = header_value.parse(content_types[0])
    except InvalidHeader as error:
        raise Refused(
            Reason.MEDIA_TYPE, f"Content-Type is unreadable: {error}; expected {known}"
        ) from error
    if any(encoding.strip().lower() != "identity" for encoding in encodings):
        raise Refused(
            Reason.MEDIA_TYPE, "a Content-Encoding is not accepted; send the body as it is"
        )
    main = content_type.value.partition("/")[0]
    suffixed = [f"{main}/*+json"] if is_json(content_type.value) else []
    media = next(
        (
            operation.media[k]
            for k in (content_type.value, *suffixed, f"{main}/*", "*/*")
            if k in operation.media
        ),
        None,
    )
    if media is None:
        raise Refused(Reason.MEDIA_TYPE, f"Content-Type is not accepted; expected {known}")
    charset = content_type.parameters.get("charset", "utf-8").lower()
    if is_json(content_type.value) and charset not in ("utf-8", "utf8"):
        raise Refused(Reason.MEDIA_TYPE, "JSON is UTF-8 and nothing else")
    schema = media.get("schema")
    longest = schema.value.get("maxLength") if schema and isinstance(schema.value, dict) else None
    # OpenAPI 3.1.1, "Working with Binary Data": maxLength may bound a streamed payload.
    limit = min(limits.body, longest) if isinstance(longest, int) else limits.body
    if is_json(content_type.value):
        limit = min(limit, MAX_TEXT)
    return Expected(content_type, media, schema, limit)


async def read(expected: Expected, pieces: Pieces, spools: list[Spool]) -> Spool | list[Part]:
    """The body's bytes, or the parts of a form, refused as early as its first unacceptable piece
    shows. They are there until what is put into `spools` is closed.
    """
    if expected.content_type.value != "multipart/form-data":
        data = Spool()
        spools.append(data)
        async for piece in pieces:
            data.write(piece)
        return data
    try:
        reader = FormReader(multipart.boundary(expected.content_type), _gate(expected), spools)
        async for piece in pieces:
            reader.feed(piece)
        return reader.finish()
    except MalformedForm as error:
        raise Refused(Reason.SYNTAX, str(error), faults=[Fault("body", "", str(error))]) from error


class _gate:
    """Lets only documented parts in, and single ones only once."""

    def __init__(self, expected: Expected) -> None:
        self._properties = expected.schema.properties() if expected.schema else {}
        self._encoding = expected.media.get("encoding")
        self._seen: set[str] = set()

    def __call__(self, part: Part) -> None:
        schema = self._properties.get(part.name)
        if schema is None:
            known = ", ".join(self._properties)
            raise _form("", f"a part is not documented; documented are {known}")
        if part.name in self._seen and "array" not in schema.types():
            raise _form(part.name, "given more than once")
        if _is_file(self._encoding, part.name, schema) and part.filename is None:
            # RFC 7578 asks for a filename; common frameworks take a part without one for text.
            raise _form(part.name, "a file without filename is not taken for a file")
        self._seen.add(part.name)


def _form(name: str, message: str, reason: Reason = Reason.BODY) -> Refused:
    fault = Fault("form", name, message, name)
    return Refused(reason, str(fault), faults=[fault])


def _binary(schema: Node) -> bool:
    items = schema.get("items")
    if items is not None and "array" in schema.types():
        return _binary(items)
    value = schema.value if isinstance(schema.value, dict) else {}
    return value.get("format") == "binary" or "contentMediaType" in value


def _is_file(encoding: Node | None, name: str, schema: Node) -> bool:
    """Whether a part is a file: by its schema, or by its type where the schema says nothing."""
    if schema.value in ({}, True):
        types = _part_types(encoding, name)
        return bool(types) and not any(is_json(one) or one.startswith("text/") for one in types)
    return _binary(schema)


def decode(expected: Expected, read: Spool | list[Part], schemas: Schemas) -> Body:
    """Give the bytes their meaning and check it against the schema. Raises Refused."""
    if isinstance(read, list):
        return _decode_form(expected, read, schemas)
    media_type = expected.content_type.value
    if is_json(media_type):
        try:
            value = json_values.parse(bytes(read))
        except json_values.InvalidJSON as error:
            raise Refused(
                Reason.SYNTAX, str(error), faults=[Fault("body", "", str(error))]
            ) from error
        _check(expected.schema, value, schemas)
        return JSONBody(value)
    if media_type == _URLENCODED and expected.schema is not None:
        return _decode_urlencoded(expected.schema, bytes(read), schemas)
    if media_type.startswith("text/"):
        _check_text(expected, bytes(read), schemas)
    elif not read:
        raise Refused(Reason.BODY, "the body is empty", faults=[Fault("body", "", "empty")])
    facts = _image(read, media_type, "body", "") if media_type.startswith("image/") else None
    return File("", None, media_type, read, facts)


_URLENCODED = "application/x-www-form-urlencoded"


def _decode_urlencoded(schema: Node, data: bytes, schemas: Schemas) -> Form:
    try:
        pairs = parameters.parse_query(data)
    except parameters.UnreadableQuery as error:
        raise _form("", str(error), Reason.SYNTAX) from error
    properties = schema.properties()
    instance: JSONObject = {}
    for name, text in pairs:
        described = properties.get(name)
        types = described.types() if described else ()
        if described is not None and "array" in types:
            item = described.get("items")
            items = instance.setdefault(name, [])
            assert isinstance(items, list)
            items.append(parameters.scalar(text, item.types() if item else ()))
        elif name in instance:
            raise _form(name, "given more than once")
        elif "object" in types:
            try:
                instance[name] = json_values.parse(text.encode())
            except json_values.InvalidJSON as error:
                raise _form(name, str(error)) from error
        else:
            instance[name] = parameters.scalar(text, types)
    faults = schemas.faults(schema, instance, "form")
    if faults:
        raise Refused(Reason.BODY, str(faults[0]), faults=faults)
    return Form(instance, {})


def _check(schema: Node | None, value: JSON, schemas: Schemas) -> None:
    faults = schemas.faults(schema, value, "body") if schema else []
    if faults:
        raise Refused(Reason.BODY, str(faults[0]), faults=faults)


_CHARSETS = ("utf-8", "us-ascii", "iso-8859-1", "utf-16")


def _check_text(expected: Expected, data: bytes, schemas: Schemas) -> None:
    """Check a text against its schema, where that describes one; it may be empty."""
    schema = expected.schema
    charset = expected.content_type.parameters.get("charset", "utf-8").lower()
    if schema is None or "string" not in schema.types() or _binary(schema):
        return
    if charset not in _CHARSETS:
        return  # some take minutes to read
    try:
        text = data.decode(charset)
    except ValueError as error:
        message = "the text is not of its charset"
        raise Refused(Reason.SYNTAX, message, faults=[Fault("body", "", message)]) from error
    _check(schema, text, schemas)


def _image(data: Spool, declared: str | None, place: str, name: str) -> ImageFacts:
    try:
        facts = images.read(data.open())
    except NotAnImage as error:
        fault = Fault(place, name, str(error), name)
        raise Refused(Reason.IMAGE, str(fault), faults=[fault]) from error
    if declared is not None and images.canonical(declared) != facts.media_type:
        fault = Fault(
            place, name, f"the bytes are {facts.media_type}, not what Content-Type says", name
        )
        raise Refused(Reason.MISMATCH, str(fault), faults=[fault])
    return facts


def _decode_form(expected: Expected, parts: list[Part], schemas: Schemas) -> Form:
    assert expected.schema is not None
    properties = expected.schema.properties()
    instance: JSONObject = {}
    uploads: dict[str, list[Part]] = {}
    encoding = expected.media.get("encoding")
    for part in parts:
        schema = properties[part.name]
        if _is_file(encoding, part.name, schema):
            uploads.setdefault(part.name, []).append(part)
            value: JSON = (
                "-" if part.data else ""
            )  # stands for the bytes: minLength 1 means "not empty"
        else:
            _check_type(part, _part_types(encoding, part.name))
            value = _field(part, schema)
        if "array" in schema.types():
            items = instance.setdefault(part.name, [])
            assert isinstance(items, list)
            items.append(value)
        else:
            instance[part.name] = value
    faults = schemas.faults(expected.schema, instance, "form")
    if faults:
        raise Refused(Reason.BODY, str(faults[0]), faults=faults)
    return Form(
        {name: value for name, value in instance.items() if name not in uploads},
        {
            name: [_file(part, _part_types(encoding, name)) for part in files]
            for name, files in uploads.items()
        },
    )


def _part_types(encoding: Node | None, name: str) -> list[str]:
    """Media types that the document allows for a part; empty for any."""
    part = encoding.get(name) if encoding else None
    text = part.text("contentType") if part else ""
    named = [item.partition(";")[0].strip().lower() for item in text.split(",")]
    return [item for item in named if item]


def _field(part: Part, schema: Node) -> JSON:
    if len(part.data) > MAX_TEXT:
        raise too_large(MAX_TEXT)
    try:
        text = bytes(part.data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _form(part.name, "the text is not UTF-8") from error
    item = schema.get("items")
    target = item if item is not None and "array" in schema.types() else schema
    if "object" in target.types() or (part.content_type and is_json(part.content_type)):
        try:
            return json_values.parse(text.encode())
        except json_values.InvalidJSON as error:
            raise _form(part.name, str(error)) from error
    return parameters.scalar(text, target.types())


def _check_type(part: Part, allowed: list[str]) -> None:
    declared = part.content_type
    main = declared.partition("/")[0] if declared else ""
    if declared and allowed and not {declared, f"{main}/*", "*/*"} & set(allowed):
        known = ", ".join(allowed)
        raise _form(
            part.name,
            f"Content-Type of the part is not accepted; expected {known}",
            Reason.MEDIA_TYPE,
        )


def _file(part: Part, allowed: list[str]) -> File:
    _check_type(part, allowed)
    declared, data = part.content_type, part.data
    facts: ImageFacts | None = None
    if allowed and all(item.startswith("image/") for item in allowed):
        facts = _image(data, declared, "form", part.name)
        if not {facts.media_type, "image/*"} & {images.canonical(item) for item in allowed}:
            raise _form(part.name, f"{facts.media_type} is not accepted", Reason.MEDIA_TYPE)
    elif not data:
        raise _form(part.name, "the file is empty")
    return File(part.name, part.filename, declared, data, facts)
