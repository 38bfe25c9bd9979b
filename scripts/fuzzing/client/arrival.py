"""Whether what arrives of a call is what was given: method, path, query, headers, body, forms.

What arrived is read here, not by the client's own code and not by the stub's: two readers that
agree with the writer by sharing its mistakes would prove nothing.
"""

from __future__ import annotations

import fnmatch
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import jsonschema_rs

from scripts.fuzzing.client.judgement import differences, parsed
from scripts.fuzzing.client.package import Bound, Package, Place
from scripts.fuzzing.client.raw_server import Arrived
from scripts.fuzzing.client.schema_values import merged
from scripts.fuzzing.draft import holds
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import media_kind, resolve

_MAGIC = {b"\x89PNG": "image/png", b"GIF8": "image/gif", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class File:
    """A file to pass: how it is given, its name and type where it has them, its bytes."""

    kind: str
    name: str
    media: str
    data: bytes

    def given(self) -> Any:
        """What a caller passes, made anew: a stream is used up by one call."""
        if self.kind == "named":
            return self.name, self.data
        if self.kind == "typed":
            return self.name, self.data, self.media
        if self.kind == "handle":
            return io.BytesIO(self.data)
        if self.kind == "handle within":
            handle = io.BytesIO(b"before it" + self.data)
            handle.seek(9)
            return handle
        if self.kind == "pieces":
            return iter([self.data[:7], b"", self.data[7:]])
        return memoryview(self.data) if self.kind == "buffer" else self.data

    def __repr__(self) -> str:
        return f"File({self.kind!r}, {self.name!r}, {self.media!r}, {len(self.data)} bytes)"


@dataclass(frozen=True)
class Sent:
    """A case: which method is called how, with which JSON values and files."""

    bound: Bound
    mode: str
    values: tuple[tuple[Place, Any], ...]
    wrong: str = ""

    def __repr__(self) -> str:
        shown = ", ".join(f"{place.argument}={value!r}" for place, value in self.values)
        return f"{self.bound.resource}.{self.bound.method}({shown[:600]})  # {self.mode}"


Difference = tuple[str, object, object]


def differences_of(package: Package, case: Sent, request: Arrived) -> Iterator[Difference]:
    view = case.bound.view
    if request.method != view.method.upper():
        yield "method", view.method.upper(), request.method
    path, _, query = request.target.partition("?")
    literal = re.escape(quote(view.path, safe="/{}%:@!$&'()*+,;=-._~"))
    pattern = re.sub(r"\\\{([^/]+?)\\\}", "([^/]*)", literal)
    found = re.fullmatch(pattern, path)
    if found is None:
        yield "path", view.path, path
        return
    names = re.findall(r"\{([^/]+?)\}", view.path)
    in_path = dict(zip(names, found.groups(), strict=True))
    pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    for place, value in case.values:
        segment = next((s for s in view.path.split("/") if f"{{{place.name}}}" in s), "")
        if place.where == "path" and segment.count("{") > 1:
            continue  # where one ends and the next begins is not to be seen
        if place.where == "path":
            yield from _of_path(place, value, in_path[place.name])
        elif place.where == "query":
            yield from _of_query(place, value, pairs)
        elif place.where == "header" and not is_object(value):
            text = request.header(place.name) or ""
            shown = text.split(",") if is_array(value) and text else [text]
            wanted = (value or [""]) if is_array(value) else [value]
            if len(shown) != len(wanted) or not all(
                _same_text(place.schema, one, other.strip())
                for one, other in zip(wanted, shown, strict=True)
            ):
                yield f"header {place.name}", value, text
    paging = set(map(str, view.operation.get("x-pagination", {}).values()))
    left_out = {place.name for place, _ in case.values if place.where == "query"}
    for place in case.bound.places:
        sent_values = [text for name, text in pairs if name == place.name]
        if place.where != "query" or place.name in left_out | paging or not sent_values:
            continue
        if "default" not in place.schema or sent_values != [_text(place.schema["default"])]:
            yield f"query {place.name}, left out", place.schema.get("default"), sent_values
    yield from _of_body(package, case, request)


def _of_path(place: Place, value: Any, text: str) -> Iterator[Difference]:
    if place.parameter.get("style", "simple") != "simple" or is_object(value):
        return
    shown = [unquote(part, errors="strict") for part in text.split(",")] if is_array(value) else [
        unquote(text, errors="strict")
    ]  # fmt: skip
    wanted = value if is_array(value) else [value]
    if len(shown) != max(1, len(wanted)) or not all(
        _same_text(place.schema, one, other) for one, other in zip(wanted, shown, strict=False)
    ):
        yield f"path parameter {place.name}", value, shown


def _of_query(place: Place, value: Any, pairs: list[tuple[str, str]]) -> Iterator[Difference]:
    exploded = place.parameter.get("explode", place.parameter.get("style", "form") == "form")
    if is_object(value) or (is_array(value) and not exploded):
        return
    shown = [text for name, text in pairs if name == place.name]
    wanted: list[Any] = value if is_array(value) else [value]
    if len(shown) != len(wanted) or not all(
        _same_text(place.schema, one, other) for one, other in zip(wanted, shown, strict=False)
    ):
        yield f"query {place.name}", value, shown


def _same_text(schema: dict[str, Any], value: Any, text: str) -> bool:
    """Whether a text is that of a value; times, numbers and objects may be spelt otherwise."""
    inner = schema.get("items", schema)
    if inner.get("format") == "date-time":
        return bool(text)
    if isinstance(value, float):
        try:
            return float(text) == value
        except ValueError:
            return False
    if is_object(value) or is_array(value):
        try:
            return next(differences(value, parsed(text.encode())), None) is None
        except ValueError:
            return False
    return text == _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _of_body(package: Package, case: Sent, request: Arrived) -> Iterator[Difference]:
    content = request.header("content-type") or ""
    essence = content.partition(";")[0].strip().lower()
    fields = [(place, value) for place, value in case.values if place.where == "field"]
    body = next(((place, value) for place, value in case.values if place.where == "body"), None)
    if body is not None:
        place, value = body
        if isinstance(value, File):
            if request.body != value.data:
                yield "body", value.data[:200], request.body[:200]
            # without a type given a picture is called what it is, or what the document wants;
            # what bytes of no known format are called is the client's choice
            real = _real_type(value)
            wanted = (value.media,) if value.kind == "typed" else (*place.media, real)
            if (value.kind == "typed" or real) and not _listed(essence, wanted):
                yield "content type", wanted, essence
            yield from _of_type(value, place.media, essence)
            yield from _of_attachment(value, request)
            return
        among = _of_a_kind(case.bound, place)
        # a range is no type that could be sent
        if "*" in essence or not _listed(essence, among):
            yield "content type", among, content
        if media_kind(place.media[0]) == "text":
            if request.body != value.encode():
                yield "body", value, request.body[:200]
            return
        try:
            arrived = parsed(request.body)
        except ValueError as error:
            yield "body", value, f"{error}: {request.body[:200]!r}"
            return
        if found := next(differences(value, arrived), None):
            yield "body", value, found
        elif not validator(package, place.schema).is_valid(arrived):
            yield "body", "a value that the document allows", arrived
    elif fields and media_kind(essence) == "multipart":
        try:
            parts = _parts(content, request.body)
        except ValueError as error:
            yield "form", "parts that RFC 7578 can read", f"{error}: {request.body[:200]!r}"
            return
        yield from _of_form(package, case.bound, fields, parts)
        yield from _of_versions(package, case.bound, request, parts)
    elif fields and media_kind(essence) == "form":
        pairs = parse_qsl(request.body.decode("ascii"), keep_blank_values=True)
        for place, value in fields:
            yield from _of_query(place, value, pairs)
    elif fields:
        yield "content type", fields[0][0].media, content
    elif request.body:
        yield "body", b"", request.body[:200]


def _of_a_kind(bound: Bound, place: Place) -> list[str]:
    """The media types of the bodies that are written as this one: a caller cannot choose."""
    kind = media_kind(place.media[0])
    listed = [media for one in bound.places if one.where == "body" for media in one.media]
    return [m.partition(";")[0].strip().lower() for m in listed if media_kind(m) == kind]


@dataclass(frozen=True)
class Part:
    """A part of a form as it arrived."""

    name: str
    filename: str | None
    media: str
    data: bytes


def _parts(content_type: str, body: bytes) -> list[Part]:
    """The parts of a multipart body, by RFC 2046 and 7578 to the letter. Raises ValueError."""
    found = re.search(r'boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?\s*$', content_type)
    if found is None:
        raise ValueError(f"no boundary in {content_type!r}")
    pieces = (b"\r\n" + body).split(b"\r\n--" + found[1].encode())
    if pieces[0] != b"" or pieces[-1] not in (b"--", b"--\r\n"):
        raise ValueError("the body does not begin or end with its boundary")
    parts: list[Part] = []
    for piece in pieces[1:-1]:
        head, blank, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not blank or not piece.startswith(b"\r\n"):
            raise ValueError("a part has no end of its headers")
        headers = {
            line.partition(":")[0].strip().lower(): line.partition(":")[2].strip()
            for line in head.decode("utf-8").split("\r\n")
        }
        said = headers.get("content-disposition", "")
        name = re.fullmatch(r'form-data; name="([^"]*)"(?:; filename="([^"]*)")?', said)
        if name is None:
            raise ValueError(f"unreadable Content-Disposition {said!r}")
        parts.append(Part(name[1], name[2], headers.get("content-type", ""), data))
    return parts


def _of_form(
    package: Package, bound: Bound, fields: list[tuple[Place, Any]], parts: list[Part]
) -> Iterator[Difference]:
    files = [part for part in parts if part.filename is not None]
    for place, value in fields:
        mine = [part for part in parts if part.name == place.name]
        if is_array(value) and value and isinstance(value[0], File):
            if len(mine) != len(value):
                yield f"files {place.name}", value, [part.data[:200] for part in mine]
            for one, part in zip(value, mine, strict=False):
                yield from _of_file(package, bound, place.name, one, part)
            continue
        if isinstance(value, File):
            # the name of a field may depend on a version of the interface; the one file is meant
            mine = [part for part in mine if part.filename is not None] or files[:1]
            if not mine:
                yield f"field {place.name}", value, "no part with a file name"
                continue
            yield from _of_file(package, bound, place.name, value, mine[0])
            continue
        wanted = value if is_array(value) else [value]
        if is_array(value) and value and isinstance(value[0], bytes):
            if [part.data for part in mine] != value:
                yield f"files {place.name}", value, [part.data[:200] for part in mine]
            continue
        shown = [part.data.decode("utf-8", "replace") for part in mine]
        if len(shown) != len(wanted) or not all(
            _same_text(merged(package.document, place.schema), one, other)
            for one, other in zip(wanted, shown, strict=False)
        ):
            yield f"field {place.name}", value, shown


def _of_file(
    package: Package, bound: Bound, name: str, value: File, part: Part
) -> Iterator[Difference]:
    if part.data != value.data:
        yield f"file {name}", value.data[:200], part.data[:200]
    if value.kind in ("named", "typed") and part.filename != _name_on_the_wire(value.name):
        yield f"name of file {name}", value.name, part.filename
    if value.kind == "typed" and part.media != value.media:
        yield f"type of file {name}", value.media, part.media
    yield from _of_type(value, _listed_types(package, bound, part.name), part.media)
    if not part.media:
        yield f"type of file {name}", "a media type", ""


def _listed(essence: str, wanted: Sequence[str]) -> bool:
    """Whether a media type is one of these, which may be ranges; any bytes are octets."""
    ranges = [*wanted, "*/*"] if "application/octet-stream" in wanted else [*wanted]
    if "application/*+json" in wanted:
        ranges.append("application/json")  # what stands for all that are written so
    return any(fnmatch.fnmatchcase(essence, one) for one in ranges)


def _real_type(file: File) -> str:
    """What the first bytes of a file tell; empty if nothing."""
    return next((kind for magic, kind in _MAGIC.items() if file.data.startswith(magic)), "")


def _of_type(file: File, listed: Sequence[str], got: str) -> Iterator[Difference]:
    """A picture of a documented type is sent as what its bytes are, whatever it is called."""
    real = _real_type(file)
    if file.kind != "typed" and real in listed and got != real:
        yield "type of a picture", real, got


_ATTACHMENT = re.compile(
    r"""attachment; filename="((?:[^"\\]|\\.)*)"(?:; filename\*=UTF-8''([^ "]*))?"""
)


def _of_attachment(file: File, request: Arrived) -> Iterator[Difference]:
    """The name of a body's file where a header tells it, by RFC 6266 and RFC 8187."""
    said = request.header("content-disposition")
    if said is None or file.kind not in ("named", "typed"):
        return
    found = _ATTACHMENT.fullmatch(said)
    if found is None:
        yield "Content-Disposition", "attachment with a quoted filename", said
        return
    plain = re.sub(r"\\(.)", r"\1", found[1])
    name = plain if found[2] is None else unquote(found[2], errors="strict")
    if name != file.name:
        yield "name of the body", file.name, name


def _of_versions(
    package: Package, bound: Bound, request: Arrived, parts: list[Part]
) -> Iterator[Difference]:
    """A field that belongs to some versions is not sent with another."""
    for name, condition in versions(package, bound).items():
        given = request.header(condition["header"])
        if any(part.name == name for part in parts) and not holds(condition, given):
            yield f"field {name} in version {given}", condition, name


def versions(package: Package, bound: Bound) -> dict[str, Any]:
    """The `x-versions` of an operation's form, see draft.version_of."""
    body = resolve(package.document, bound.view.operation.get("requestBody", {}))
    for described in body.get("content", {}).values():
        schema = resolve(package.document, described.get("schema", {}))
        if "x-versions" in schema:
            found: dict[str, Any] = schema["x-versions"]
            return found
    return {}


def _listed_types(package: Package, bound: Bound, field: str) -> list[str]:
    """The media types that the document lists for a field of a form."""
    body = resolve(package.document, bound.view.operation.get("requestBody", {}))
    for described in body.get("content", {}).values():
        said = described.get("encoding", {}).get(field, {}).get("contentType", "")
        if said:
            return [one.strip() for one in said.split(",")]
    return []


def _name_on_the_wire(name: str) -> str:
    """A file's name as browsers write it (WHATWG HTML), control characters like line breaks."""
    return re.sub(r'[\x00-\x1f"\x7f]', lambda found: f"%{ord(found[0]):02X}", name)


def validator(package: Package, schema: Any) -> jsonschema_rs.Validator:
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": {"schemas": package.document.get("components", {}).get("schemas", {})},
        "allOf": [schema],
    }
    return jsonschema_rs.validator_for(whole, validate_formats=True)
