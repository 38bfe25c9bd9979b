"""What the values in an answer mean: which is an id, a size, a link to the next page.

A document says so with `x-meaning` on a schema's property (see MEANINGS). Where it does not, names
that leave no doubt are taken (`width`, `total_pages`); `x-meaning: none` switches that off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scripts.fuzzing.target import Target
from scripts.openapi import pointer
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import OperationView, media_kind, resolve

MEANINGS = {
    "id": "names the thing that was made; no two have the same",
    "uploaded-file": "URL that serves the uploaded bytes",
    "picture": "URL that serves a picture made of the uploaded one",
    "size": "size of the file: bytes as a number, or text for display (`18 Kb`)",
    "width": "width of the picture in pixels",
    "height": "height of the picture in pixels",
    "format": "format of the served picture: extension, name or media type",
    "total-items": "number of things in the whole list",
    "count": "number of things, on this page or in the whole list: everywhere one of the two",
    "total-pages": "number of pages of the list",
    "page": "number of this page",
    "page-size": "number of things that a page may hold",
    "link-self": "URL of this page",
    "link-prev": "URL of the page before, null on the first",
    "link-next": "URL of the page after, null on the last",
    "link-first": "URL of the first page",
    "link-last": "URL of the last page",
    "created": "when the thing was made",
    "self": "URL of the thing itself; no two have the same",
    "request-id": "names a request; no two answers have the same",
    "http-status": "the status of the answer once more",
}

# Names that mean one thing only, in lower case without separators; with the JSON type that the
# schema has to give them.
_NAMES: dict[str, tuple[str, str]] = {
    "id": ("id", ""),
    "width": ("width", "integer"),
    "height": ("height", "integer"),
    **dict.fromkeys(("size", "bytes", "filesize", "sizebytes", "bytesize"), ("size", "integer")),
    **dict.fromkeys(("contenttype", "mimetype", "mediatype", "format"), ("format", "string")),
    **dict.fromkeys(("url", "href", "downloadurl", "fileurl"), ("uploaded-file", "string")),
    **dict.fromkeys(
        (
            "total",
            "totalitems",
            "totalcount",
            "totalresults",
            "totalrecords",
            "totalelements",
            "totalentries",
            "totalhits",
            "totalnumber",
            "numfound",
        ),
        ("total-items", "integer"),
    ),
    **dict.fromkeys(("count", "itemcount", "resultcount"), ("count", "integer")),
    **dict.fromkeys(("totalpages", "pagecount"), ("total-pages", "integer")),
    **dict.fromkeys(("currentpage",), ("page", "integer")),
    **dict.fromkeys(("perpage", "pagesize"), ("page-size", "integer")),
    **dict.fromkeys(("prev", "previous"), ("link-prev", "string")),
    "next": ("link-next", "string"),
    "first": ("link-first", "string"),
    "last": ("link-last", "string"),
    **dict.fromkeys(
        ("createdat", "created", "creationdate", "creationtime", "datecreated", "uploadedat"),
        ("created", "string"),
    ),
    **dict.fromkeys(("requestid", "traceid", "correlationid"), ("request-id", "string")),
    **dict.fromkeys(("self", "selflink", "selfurl"), ("self", "string")),
    **dict.fromkeys(("httpstatuscode", "httpstatus", "statuscode"), ("http-status", "integer")),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A place in an answer and what stands there. `path` are the keys that lead to it, `*` for
    every item of an array; `stated` whether the document says so itself.
    """

    path: tuple[str, ...]
    meaning: str
    schema: dict[str, Any]
    stated: bool

    @property
    def pointer(self) -> str:
        return pointer.pointer(self.path)


def answer_schema(target: Target, view: OperationView, status: int) -> dict[str, Any] | None:
    """The schema of an operation's JSON answer with a status; None without one."""
    responses: dict[str, Any] = view.operation.get("responses", {})
    found = responses.get(
        str(status), responses.get(f"{status // 100}XX", responses.get("default"))
    )
    if found is None:
        return None
    content: dict[str, Any] = resolve(target.document, found).get("content", {})
    for media_type, described in content.items():
        if media_kind(str(media_type)) == "json" and "schema" in described:
            schema: Any = resolve(target.document, described["schema"])
            return schema if is_object(schema) else {} if schema else {"not": {}}
    return None


class Facts:
    """The facts of a document's answers; each schema is read once."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._of = lru_cache(None)(self._read)
        self._views = {target.label(view): view for view in target.operations}

    def of(self, view: OperationView, status: int) -> tuple[Fact, ...]:
        """The facts of an operation's answer with this status."""
        return self._of(self._target.label(view), status)

    def find(self, view: OperationView, status: int, meaning: str) -> list[Fact]:
        """The facts of one meaning: the document's own, else the guessed ones."""
        found = [fact for fact in self.of(view, status) if fact.meaning == meaning]
        return [fact for fact in found if fact.stated] or found

    def _read(self, label: str, status: int) -> tuple[Fact, ...]:
        view = self._views[label]
        schema = answer_schema(self._target, view, status)
        if schema is None or not self._target.keeps:
            return ()  # an example says nothing of what was sent
        return tuple(_walk(self._target.document, schema, ()))


def _walk(
    document: dict[str, Any], schema: Any, path: tuple[str, ...], depth: int = 0
) -> Iterator[Fact]:
    schema = resolve(document, schema)
    if not is_object(schema) or depth > 8:
        return
    for key in ("allOf", "oneOf", "anyOf"):
        for branch in schema.get(key, []):
            yield from _walk(document, branch, path, depth + 1)
    if "items" in schema:
        yield from _walk(document, schema["items"], (*path, "*"), depth + 1)
    properties: dict[str, Any] = schema.get("properties", {})
    for name, raw in properties.items():
        described = resolve(document, raw)
        if not is_object(raw):
            continue  # true or false: of any value, nothing is said
        here = (*path, name)
        # Beside a $ref stands what is said of this property, not of all that share the schema.
        stated = raw.get("x-meaning", described.get("x-meaning"))
        if stated is not None:
            if stated != "none":
                yield Fact(here, str(stated), described, True)
        else:
            meaning = _guessed(name, described, path)
            if meaning is not None:
                yield Fact(here, meaning, described, False)
        for key in ("x-same-as", "x-index-of"):
            if key in raw or key in described:
                place = str(raw.get(key, described.get(key)))
                yield Fact(here, f"{key[2:]} {place}", described, True)
        yield from _walk(document, described, here, depth + 1)


def _guessed(name: str, schema: dict[str, Any], path: tuple[str, ...]) -> str | None:
    key = re.sub(r"[^a-z0-9]", "", name.lower())
    if key in ("href", "url") and path and path[-1].lower() == "self":
        key = "self"
    meaning, kind = _NAMES.get(key, (None, ""))
    if meaning is None:
        return None
    types = schema.get("type", "")
    types = types if is_array(types) else [types]
    if kind and kind not in types:
        return None
    if meaning == "uploaded-file" and any("link" in part.lower() for part in path):
        return None  # a link leads to a resource, not to its bytes
    if meaning == "created" and schema.get("format") != "date-time":
        return None
    if meaning == "id" and path and path[-1] != "*":
        return None  # the id of something that the thing refers to
    return meaning


def values(answer: Any, path: tuple[str, ...]) -> list[Any]:
    """The values at a fact's path, one per item where it leads through arrays."""
    found = [answer]
    for key in path:
        following: list[Any] = []
        for value in found:
            if key == "*" and is_array(value):
                following += value
            elif is_object(value) and key in value:
                following.append(value[key])
        found = following
    return found


def value(answer: Any, path: tuple[str, ...]) -> Any:
    """The first value at a path, None if there is none."""
    return next(iter(values(answer, path)), None)
