"""What the document says of a request and of an answer: whether this may be accepted, whether that
may refuse it."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import jsonschema_rs

from scripts.fuzzing.target import Target
from scripts.fuzzing.wire import reference, reference_form
from scripts.fuzzing.wire.answers import WireAnswer
from scripts.fuzzing.wire.reference import Request
from scripts.openapi import pointer
from scripts.openapi.operations import OperationView, media_kind, operations, resolve

PROTOCOL_STATUSES = frozenset({400, 405, 408, 411, 413, 414, 415, 417, 421, 426, 428, 429, 431})
"""Statuses by which a server may refuse what is no readable request, whatever the document says;
the body must then be one of the operation's documented refusals.
"""
_URI = "urn:document"


class Contract:
    """One document, asked for every request and answer."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._document = target.document
        self._prefix = urlsplit(target.base_url).path.rstrip("/")
        self._registry = jsonschema_rs.Registry(
            [(_URI, target.document)], draft=jsonschema_rs.Draft202012
        )
        self._validators: dict[str, jsonschema_rs.Validator] = {}
        # Literal paths win over templates.
        views = sorted(operations(target.document), key=lambda view: view.path.count("{"))
        self._routes = [(_pattern(view.path), view) for view in views]

    def views(self, target: bytes) -> dict[str, OperationView]:
        """The operations at an address by method, empty if there are none."""
        path = reference.route(target).path.decode("latin-1")
        segments = [unquote(segment).replace("/", "%2F") for segment in path.split("/")]
        plain = "/".join(segments)
        if not plain.startswith(self._prefix):
            return {}
        plain = plain[len(self._prefix) :]
        found: dict[str, OperationView] = {}
        for pattern, view in self._routes:
            if pattern.fullmatch(plain):
                first = next(iter(found.values()), view)
                if first.path == view.path:
                    found[view.method.upper()] = view
        return found

    def view(self, method: bytes, target: bytes) -> OperationView | None:
        """The operation that a request asks for, None if the document has none there."""
        views = self.views(target)
        return views.get(method.decode("latin-1")) or (
            views.get("GET") if method == b"HEAD" else None
        )

    def objection(self, request: Request) -> str:
        """Why the document does not allow a success for a request; empty if it does, or says
        nothing of its address.
        """
        views = self.views(request.target)
        if not views or request.method == b"OPTIONS":
            return ""
        view = self.view(request.method, request.target)
        if view is None:
            return "its method is not documented at this address"
        if not self._opened(view, request):
            return "it carries no valid credentials"
        return self._body_objection(view, request)

    def _opened(self, view: OperationView, request: Request) -> bool:
        alternatives = self._target.alternatives(view)
        if not alternatives or not self._target.credentials.values:
            return True
        route = reference.route(request.target)
        query = parse_qsl(route.query.decode("latin-1"), keep_blank_values=True)
        for alternative in alternatives:
            for scheme in alternative:
                value = self._target.credentials.values.get(scheme.name)
                if value is None:
                    break
                text = scheme.text(value)
                if scheme.place == "query":
                    given = [found for name, found in query if name == scheme.field]
                elif scheme.place == "cookie":
                    cookies = b"; ".join(request.values(b"cookie")).decode("latin-1")
                    given = [text] if f"{scheme.field}={text}" in cookies.split("; ") else []
                else:
                    raw = request.values(scheme.field.lower().encode())
                    given = [found.decode("latin-1") for found in raw]
                if given != [text]:
                    break
            else:
                return True
        return False

    def _body_objection(self, view: OperationView, request: Request) -> str:
        raw = view.operation.get("requestBody")
        if raw is None:
            return ""
        body = resolve(self._document, raw)
        types = request.values(b"content-type")
        if not request.body:
            return "its body is empty" if body.get("required") else ""
        if len(types) != 1:
            return "it states more than one Content-Type" if types else "it has no Content-Type"
        essence = types[0].partition(b";")[0].strip(b" \t").lower().decode("latin-1")
        content: dict[str, Any] = body.get("content", {})
        main = essence.partition("/")[0]
        documented = [essence, f"{main}/*", "*/*"]
        if media_kind(essence) == "json":
            documented.append(f"{main}/*+json")
        key = next((k for k in content if k.partition(";")[0].strip().lower() in documented), None)
        if key is None:
            return "its Content-Type is not documented"
        media: dict[str, Any] = content[key]
        kind = media_kind(essence)
        if kind == "multipart":
            return self._form_objection(media, types[0], request.body)
        if kind == "json" and "schema" in media:
            try:
                value = json.loads(request.body.decode("utf-8"))
            except (ValueError, RecursionError):
                return "its body is no JSON"
            place = pointer.pointer(
                ("paths", view.path, view.method, "requestBody", "content", key, "schema")
            )
            if "$ref" not in raw and not self._valid(place, value):
                return "its body is not of the documented schema"
        return ""

    def _form_objection(self, media: dict[str, Any], content_type: bytes, body: bytes) -> str:
        try:
            parts = reference_form.read(content_type, body)
        except reference_form.Malformed as malformed:
            return f"its form is malformed: {malformed.reason} ({malformed.section})"
        schema = resolve(self._document, media.get("schema", {}))
        properties: dict[str, Any] = schema.get("properties", {})
        names = [part.name.decode("utf-8", "replace") for part in parts]
        for part, name in zip(parts, names, strict=True):
            if name not in properties:
                if schema.get("additionalProperties") is False:
                    return "its form has an undocumented part"
                continue
            known = resolve(self._document, properties[name])
            if names.count(name) > 1 and known.get("type") != "array":
                return "its form has a single part twice"
            allowed = str(media.get("encoding", {}).get(name, {}).get("contentType", ""))
            if part.content_type is not None and allowed:
                given = part.content_type.decode("latin-1")
                choices = {item.strip().lower() for item in allowed.split(",")}
                if not choices & {given, given.partition("/")[0] + "/*", "*/*"}:
                    return "a part's Content-Type is not documented"
        missing = [name for name in schema.get("required", []) if name not in names]
        return "its form lacks a required part" if missing else ""

    def refusal_objection(self, view: OperationView | None, answer: WireAnswer, head: bool) -> str:
        """Why an answer is none that the document has for a refusal of this operation; empty if it
        is one, or if no operation is known.
        """
        if view is None:
            return ""
        if not self._target.keeps and answer.status in PROTOCOL_STATUSES:
            return ""  # a server of examples knows no envelope for what is no request
        raw: dict[str, Any] = view.operation.get("responses", {})
        status = str(answer.status)
        keys = (status, f"{status[0]}XX", "default")
        key = next((key for key in keys if key in raw), None)
        if key is not None:
            candidates = [key]
        elif answer.status in PROTOCOL_STATUSES:
            candidates = [key for key in raw if key.startswith("4")]
        elif answer.status in (401, 403) and self._target.alternatives(view):
            return ""  # goes without saying where credentials are asked for
        else:
            return f"status {status} is not documented"
        if head:
            return ""
        reasons = [self._answer_objection(view, key, answer) for key in candidates]
        if not reasons or "" in reasons:
            return ""
        return reasons[0]

    def _answer_objection(self, view: OperationView, key: str, answer: WireAnswer) -> str:
        raw = view.operation["responses"][key]
        response = resolve(self._document, raw)
        content: dict[str, Any] = response.get("content", {})
        name = next((name for name in content if media_kind(name) == "json"), None)
        if name is None:
            return ""
        essence = answer.value(b"content-type").partition(b";")[0].strip().lower().decode("latin-1")
        if media_kind(essence) != "json":
            return f"a {answer.status} whose Content-Type is not the documented {name}"
        try:
            value = answer.json()
        except (ValueError, RecursionError):
            return f"a {answer.status} whose body is no JSON"
        place = (
            str(raw["$ref"])[1:]
            if "$ref" in raw
            else pointer.pointer(("paths", view.path, view.method, "responses", key))
        )
        place += pointer.pointer(("content", name, "schema"))
        if "schema" in content[name] and not self._valid(place, value):
            return f"a {answer.status} whose body is not of the documented schema"
        return ""

    def _valid(self, place: str, value: Any) -> bool:
        validator = self._validators.get(place)
        if validator is None:
            validator = jsonschema_rs.validator_for(
                {"$ref": f"{_URI}#{quote(place, safe='/~')}"}, registry=self._registry
            )
            self._validators[place] = validator
        return validator.is_valid(value)


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{[^{}]+\})", path)
    return re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in pieces))
