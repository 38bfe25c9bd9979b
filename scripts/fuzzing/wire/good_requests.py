"""A request for each operation that the document allows, with real images for files."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scripts.fuzzing import exchange
from scripts.fuzzing.parameter_text import (
    escaped,
    in_cookie,
    in_header,
    in_path,
    in_query,
    schema_of,
)
from scripts.fuzzing.sample import sample
from scripts.fuzzing.target import Target
from scripts.fuzzing.wire.draft import Draft, FormDraft, PartDraft
from scripts.openapi.json_value import is_object
from scripts.openapi.operations import OperationView, media_kind, resolve

BOUNDARY = b"wire-fuzzer-7MA4YWxkTrZu0gW"

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAFUlEQVR4nGM8IRfFwMDAwMDAxAADABcqAUTEX6MjAAAA"
    "AElFTkSuQmCC"
)
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqM"
    "yP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
    "+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAU"
    "EAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAAT/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMB"
    "AAIRAxEAPwCcAXv/2Q=="
)
GIF = base64.b64decode("R0lGODdhAwACAIEAAMgeWgAAAAAAAAAAACwAAAAAAwACAAAIBgABCBwYEAA7")
"""Pictures of 3 by 2 pixels."""

FILES = {
    "image/png": (PNG, "png"),
    "image/jpeg": (JPEG, "jpg"),
    "image/jpg": (JPEG, "jpg"),
    "image/gif": (GIF, "gif"),
    "image/*": (PNG, "png"),
}


@dataclass(frozen=True, slots=True)
class GoodRequest:
    """A request that the document allows; `label` names its operation."""

    view: OperationView
    label: str
    draft: Draft

    @property
    def safe(self) -> bool:
        return self.view.method in ("get", "head", "options")


def good_requests(target: Target) -> list[GoodRequest]:
    """One for each operation and media type that can be asked for with what is known."""
    found: list[GoodRequest] = []
    for view in target.operations:
        path = {
            str(p["name"]): in_path(p, _parameter(target, p))
            for p in view.parameters
            if p["in"] == "path"
        }
        # Short pages: what comes back is read, too.
        size = str(view.operation.get("x-pagination", {}).get("size", ""))
        query = "&".join(
            f"{escaped(name)}={escaped(value)}"
            for p in view.parameters
            if p["in"] == "query" and (p.get("required") or p["name"] == size)
            for name, value in in_query(p, 1 if p["name"] == size else _parameter(target, p))
        )
        headers = [
            (str(p["name"]), in_header(p, _parameter(target, p)))
            for p in view.parameters
            if p["in"] == "header" and (p.get("required") or _example(p) is not None)
        ]
        cookies = [
            in_cookie(p, _parameter(target, p))
            for p in view.parameters
            if p["in"] == "cookie" and p.get("required")
        ]
        if cookies:
            headers.append(("Cookie", "; ".join(cookies)))
        url = target.url(view, path, query)
        request = exchange.Request(view.method.upper(), url, tuple(headers))
        request = target.sign(request, view)
        parts = urlsplit(request.url)
        line = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [b"Host: " + host(target)]
        lines += [f"{name}: {value}".encode("latin-1") for name, value in request.headers]
        for draft in _bodies(target, view, Draft(request.method.encode(), line.encode(), lines)):
            found.append(GoodRequest(view, target.label(view), draft))
    return found


def host(target: Target) -> bytes:
    """The Host field's value; of a server on this machine without its port, which differs from run
    to run and would change the bytes of a seed.
    """
    parts = urlsplit(target.base_url)
    if parts.hostname in ("127.0.0.1", "::1", "localhost"):
        return b"localhost"
    return parts.netloc.rpartition("@")[2].encode()


def _bodies(target: Target, view: OperationView, draft: Draft) -> list[Draft]:
    raw = view.operation.get("requestBody")
    if raw is None:
        return [draft]
    content: dict[str, Any] = resolve(target.document, raw).get("content", {})
    found: list[Draft] = []
    for media_type, media in content.items():
        made = draft.copy()
        made.content_type = media_type.encode()
        schema = media.get("schema", {})
        kind = media_kind(media_type)
        if kind == "multipart":
            made.form = _form(target.document, schema, media.get("encoding", {}))
            made.content_type = None
        elif kind == "json":
            made.body = json.dumps(_media_example(target.document, media)).encode()
        elif kind in ("form", "text"):
            continue
        else:
            made.body = _file(media_type)[0]
            if "*" in media_type:
                made.content_type = b"image/png"
        found.append(made)
    return found


def _file(media_types: str) -> tuple[bytes, str, str]:
    """Bytes, name and type of a file that one of the media types allows."""
    for media_type in (item.strip().lower() for item in media_types.split(",")):
        if media_type in FILES:
            data, extension = FILES[media_type]
            return data, f"picture.{extension}", media_type.replace("*", "png")
    plain = media_types.partition(",")[0].strip() or "application/octet-stream"
    if media_types and "*" not in plain and plain != "application/octet-stream":
        return b"some bytes\r\n", "file.bin", plain
    return PNG, "picture.png", "image/png"


def _form(document: dict[str, Any], schema: Any, encoding: Mapping[str, Any]) -> FormDraft:
    resolved = resolve(document, schema)
    names = dict.fromkeys(resolved.get("required", []))
    for choice in ("oneOf", "anyOf"):
        if resolved.get(choice):
            names |= dict.fromkeys(resolve(document, resolved[choice][0]).get("required", []))
    properties: dict[str, Any] = resolved.get("properties", {})
    parts: list[PartDraft] = []
    for name in names or properties:
        part = resolve(document, properties.get(name, {}))
        repeated = part.get("type") == "array"
        item = resolve(document, part.get("items", {})) if repeated else part
        disposition = b'Content-Disposition: form-data; name="%s"' % str(name).encode()
        if item.get("format") == "binary" or "contentMediaType" in item:
            types = str(encoding.get(name, {}).get("contentType", ""))
            data, filename, media_type = _file(types)
            disposition += b'; filename="%s"' % filename.encode()
            typed = b"Content-Type: " + media_type.encode()
            parts.append(PartDraft([disposition, typed], data))
        else:
            parts.append(PartDraft([disposition], _text(sample(document, item)).encode()))
    return FormDraft(BOUNDARY, parts)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _example(holder: Mapping[str, Any]) -> Any:
    if "example" in holder:
        return holder["example"]
    examples: Any = holder.get("examples")
    if is_object(examples) and examples:
        first = next(iter(examples.values()))
        return first.get("value") if is_object(first) else None
    return None


def _parameter(target: Target, parameter: Mapping[str, Any]) -> Any:
    given = target.values.get(str(parameter["name"]))
    if given is not None:
        return given
    example = _example(parameter)
    return sample(target.document, schema_of(parameter), items=1) if example is None else example


def _media_example(document: dict[str, Any], media: Mapping[str, Any]) -> Any:
    examples: Any = media.get("examples")
    if is_object(examples):
        # The shortest: the bytes of a finding are read by people.
        values = [resolve(document, example).get("value") for example in examples.values()]
        values = [value for value in values if value is not None]
        if values:
            return min(values, key=lambda value: len(json.dumps(value)))
    return media["example"] if "example" in media else sample(document, media.get("schema", {}))
