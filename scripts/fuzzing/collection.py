"""What has to be in a list: the model that a server's pages are compared with."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scripts.fuzzing.client.package import Bound, Package, is_file
from scripts.fuzzing.client.schema_values import merged
from scripts.openapi import pointer
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import OperationView, media_kind, resolve

_TOTALS = frozenset({"total", "totalitems", "totalcount", "count"})


class Broken(Exception):
    """The server is not what the model says. `check` names which part of it."""

    def __init__(self, check: str, title: str, expected: object, got: object) -> None:
        super().__init__(title)
        self.check, self.title = check, title
        self.expected, self.got = str(expected)[:800], str(got)[:800]


@dataclass
class Kept:
    """A thing that was made: its record in the answer, without the server's origin, and the bytes
    of its file. `path` is where the file is served, empty where nobody says.
    """

    record: dict[str, Any]
    data: bytes = b""
    path: str = ""


@dataclass
class Collection:
    """What one operation made, newest first; `lost` are the files whose requests had no answer and
    may have been processed. `lister` is the list that shows them, if there is one.
    """

    maker: Bound
    lister: Bound | None = None
    items: list[Kept] = field(default_factory=list[Kept])
    lost: list[bytes] = field(default_factory=list[bytes])
    ids: list[Any] = field(default_factory=list[Any])

    @property
    def uploads(self) -> bool:
        """Whether it is made of files."""
        return file_place(self.maker) is not None

    def forget(self) -> None:
        """Nothing was ever made."""
        self.items.clear()
        self.lost.clear()
        self.ids.clear()


def collections(package: Package) -> list[Collection]:
    """The operations that make something, each with its list: the one that the document links to
    from a success, else the one at the same path.
    """
    listers = [one for one in package.bound if "x-pagination" in one.view.operation]
    found: list[Collection] = []
    for one in package.bound:
        if one.view.method != "post" or not _modelled(package, one):
            continue
        linked = set(_linked(package.document, one.view))
        lister = next(
            (it for it in listers if it.view.operation.get("operationId") in linked),
            next((it for it in listers if it.view.path == one.view.path), None),
        )
        found.append(Collection(one, lister))
    return found


def _modelled(package: Package, bound: Bound) -> bool:
    """Whether the success of an operation is an object in JSON."""
    responses: dict[str, Any] = bound.view.operation.get("responses", {})
    for status, raw in responses.items():
        if str(status).startswith("2"):
            content: dict[str, Any] = resolve(package.document, raw).get("content") or {}
            for media, described in content.items():
                if media_kind(str(media)) == "json":
                    known = merged(package.document, described.get("schema", {}))
                    return "properties" in known
    return False


def _linked(document: dict[str, Any], view: OperationView) -> Iterator[str]:
    for status, raw in view.operation.get("responses", {}).items():
        if str(status).startswith("2"):
            links: dict[str, Any] = resolve(document, raw).get("links", {})
            for link in links.values():
                yield str(resolve(document, link).get("operationId", ""))


def file_place(bound: Bound) -> str | None:
    """The argument that takes the file to upload."""
    for place in bound.places:
        raw = place.where == "body" and {media_kind(media) for media in place.media} == {"raw"}
        if raw or is_file(place.schema):
            return place.argument
    return None


def homeless(value: Any, origin: str) -> Any:
    """A JSON value whose URLs do not name the server any more: the next life has another port."""
    if is_object(value):
        return {key: homeless(item, origin) for key, item in value.items()}
    if is_array(value):
        return [homeless(item, origin) for item in value]
    return value.replace(origin, "") if isinstance(value, str) else value


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a JSON value, the outer ones first."""
    if is_object(value):
        yield value
        for item in value.values():
            yield from objects(item)
    elif is_array(value):
        for item in value:
            yield from objects(item)


def texts(value: Any) -> Iterator[str]:
    """All texts in a JSON value."""
    if is_object(value):
        for item in value.values():
            yield from texts(item)
    elif is_array(value):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def identity(package: Package, bound: Bound, answer: Any) -> Any:
    """The id of what was made: what the document marks as such, else a key that is called `id` or
    after the things (`imageID` at /images). None if there is none.
    """
    things = _plain(bound.view.path.rstrip("/").rpartition("/")[2])
    names = {"id", f"{things}id", f"{things.removesuffix('s')}id"}
    if things.endswith("ies"):
        names.add(f"{things.removesuffix('ies')}yid")
    for one in objects(answer):
        for key, value in one.items():
            if _plain(key) in names and isinstance(value, str | int):
                return value
    return None


def same_record(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two descriptions can be of one thing: they share keys, and agree in all of them."""
    common = [key for key in one if key in other]
    return bool(common) and all(one[key] == other[key] for key in common)


def read_pages(bound: Bound, pages: list[Any], size: int) -> list[dict[str, Any]]:
    """The items of all pages of a list. Raises Broken where the pages are no partition of it, or
    say of themselves what is not so.
    """
    rule: dict[str, Any] = bound.view.operation["x-pagination"]
    items: list[dict[str, Any]] = []
    for page in pages:
        items += _at(page, rule["items"]) or []
    count = max(1, math.ceil(len(items) / size))
    for number, page in enumerate(pages, 1):
        here: list[Any] = _at(page, rule["items"]) or []
        wanted = min(size, len(items) - size * (number - 1))
        if len(here) != wanted:
            raise Broken(
                "pages partition the list",
                "a page holds another number of items than its size leaves it",
                f"{wanted} on page {number} of {len(items)} items, {size} a page",
                len(here),
            )
        if "next" in rule and (_at(page, rule["next"]) is None) != (number == count):
            raise Broken(
                "pages partition the list",
                "the link to the next page is not on all pages but the last",
                f"page {number} of {count}",
                _at(page, rule["next"]),
            )
        if "total_pages" not in rule:
            continue
        told = _at(page, rule["total_pages"])
        if told not in ({0, 1} if not items else {count}):
            raise Broken("totals", "the number of pages is not that of the pages", count, told)
        beside = _at(page, rule["total_pages"].rpartition("/")[0])
        for key, value in beside.items() if is_object(beside) else ():
            if _plain(key) in _TOTALS and value != len(items):
                raise Broken("totals", f"{key} is not the number of items", len(items), value)
    seen: list[dict[str, Any]] = []
    for item in items:
        if item in seen:
            raise Broken("pages partition the list", "an item is listed twice", "once", item)
        seen.append(item)
    return items


def _at(value: Any, where: str) -> Any:
    try:
        return pointer.resolve(value, where)
    except LookupError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
