"""A server, two clients of it, and the model of what must be there."""

from __future__ import annotations

import http.client
import io
import itertools
import struct
import zlib
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from scripts.fuzzing.client.caller import Caller, calling
from scripts.fuzzing.client.package import PICTURE, Bound, Package
from scripts.fuzzing.collection import (
    Broken,
    Collection,
    Kept,
    collections,
    file_place,
    homeless,
    identity,
    objects,
    read_pages,
    same_record,
    texts,
)
from scripts.fuzzing.life import Life, control
from scripts.fuzzing.target import Target

SIZES = (1, 2, 3, 7)
"""Sizes of pages."""

# Faults by what they mean for a POST: sent again by the client, never processed, perhaps processed.
AGAIN = "again"
REFUSED = "refused"
LOST = "lost"
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "busy": (AGAIN, {"scenario": "status", "status": 503, "retry-after": "0", "after": "body"}),
    "broken before": (REFUSED, {"scenario": "status", "status": 500, "after": "headers"}),
    "hung up before": (REFUSED, {"scenario": "close-before-answer", "after": "body"}),
    "reset after": (LOST, {"scenario": "reset", "after": "processing"}),
    "failed after": (LOST, {"scenario": "status", "status": 500, "after": "processing"}),
    "cut": (LOST, {"scenario": "truncated-body"}),
    "half JSON": (LOST, {"scenario": "malformed-json"}),
}


class World:
    """A server, two clients of it, and what must be there."""

    def __init__(self, target: Target, package: Package, life: Life | None) -> None:
        self.target, self.package, self.life = target, package, life
        self.secrets = {
            scheme.option: target.credentials.values[name]
            for name, scheme in package.schemes.items()
            if name in target.credentials.values
        }
        self.collections = collections(package)
        self.numbers = itertools.count()
        self._stack = ExitStack()
        self.callers: list[Caller] = []
        self.base = target.base_url
        self._files: http.client.HTTPConnection | None = None
        self.steps: list[str] = []
        # Pieces go in chunks, which not every server takes.
        self.forms = ["bytes", "handle", *(["pieces"] if life is not None else [])]

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    def arrive(self) -> None:
        """Connect the clients to the server as it is now."""
        self.leave()
        if self.life is not None:
            self.base = self.life.urls[self.target.name]
        more = {**self.secrets, "max_retries": 2}
        self.callers = [
            self._stack.enter_context(calling(self.package, self.base, **more)) for _ in range(2)
        ]

    def leave(self) -> None:
        """Close the clients."""
        self._stack.close()
        self.callers = []
        if self._files is not None:
            self._files.close()
            self._files = None

    def restart(self) -> None:
        """End the server and start it again."""
        assert self.life is not None
        self.leave()
        self.life.end()
        self.life.begin()
        self.arrive()

    def begin(self) -> None:
        """Empty the server where that may be done; what is there otherwise is where it begins."""
        self.steps.clear()
        if not self.callers:
            self.arrive()
        if self.life is not None:
            control(self.life.origin, "POST", "reset")
        for one in self.collections:
            one.forget()
            if one.lister is not None:
                listed = self.listed(one, 0, max(SIZES))
                one.items += [Kept(item) for item in listed]
                if self.life is not None and listed:
                    raise Broken("reset", "a reset leaves things in the list", [], listed)

    # --- what is done -------------------------------------------------------------------------

    def picture(self, size: int) -> bytes:
        """A picture with bytes that no other one has."""
        text = b"Comment\0" + str(next(self.numbers)).encode() + b"." * size
        chunk = b"tEXt" + text
        crc = struct.pack(">I", zlib.crc32(chunk))
        return PICTURE[:-12] + struct.pack(">I", len(text)) + chunk + crc + PICTURE[-12:]

    def make(self, one: Collection, who: int, data: bytes, form: str) -> Any:
        """Upload a file, or create; the answer as JSON. Raises the client's errors."""
        mode = ("sync", "async")[who]
        given = self.package.minimal(one.maker)
        argument = file_place(one.maker)
        if argument is not None:
            given[argument] = _as_file(data, form)
        value = self.callers[who].call(mode, one.maker, given)
        return self.package.encoded(value)

    def listed(self, one: Collection, who: int, size: int) -> list[dict[str, Any]]:
        """All items of a collection's list, read page by page."""
        assert one.lister is not None
        pages = self.callers[who].pages(
            ("sync", "async")[who], one.lister, self._page_size(one.lister, size)
        )
        values = [homeless(self.package.encoded(page), self.origin) for page in pages]
        return read_pages(one.lister, values, size)

    def _page_size(self, lister: Bound, size: int) -> dict[str, Any]:
        given = self.package.minimal(lister)
        named = lister.view.operation["x-pagination"].get("size")
        for place in lister.places:
            if place.name == named:
                given[place.argument] = size
        return given

    def queue(self, one: Collection, fault: str) -> None:
        """Have the next request for a collection's maker meet a fault."""
        assert self.life is not None
        wanted = {
            **FAULTS[fault][1],
            "vendor": self.target.name,
            "operation": one.maker.view.operation["operationId"],
        }
        control(self.life.origin, "POST", "faults", wanted)

    def requests(self, one: Collection) -> int:
        """How many requests of a collection's maker the stub has got, refused ones too."""
        assert self.life is not None
        operation = one.maker.view.operation["operationId"]
        query = f"vendor={self.target.name}&operation={operation}"
        return len(control(self.life.origin, "GET", f"requests?{query}")["requests"])

    # --- what must be so ----------------------------------------------------------------------

    def keep(self, one: Collection, answer: Any, data: bytes) -> Kept:
        """Take what was answered for made. Raises Broken where the answer cannot be true."""
        id_ = identity(self.package, one.maker, answer)
        if id_ is not None:
            if id_ in one.ids:
                raise Broken("unique ids", "an id is given twice", "a new id", id_)
            one.ids.append(id_)
        record = homeless(answer, self.origin)
        path = self._served(answer, data) if data else ""
        return Kept(record, data, path)

    def _served(self, answer: Any, data: bytes) -> str:
        addresses = [text for text in texts(answer) if text.startswith(self.origin + "/")]
        for address in addresses:
            if self.fetch(address) == data:
                return address.removeprefix(self.origin)
        if addresses and self.life is not None:
            raise Broken(
                "served bytes",
                "no URL of the answer serves the bytes that were uploaded",
                f"{len(data)} bytes at one of {addresses}",
                [len(self.fetch(address)) for address in addresses],
            )
        return ""

    def fetch(self, address: str) -> bytes:
        """The bytes at an address; none if there are none."""
        target = address.removeprefix(self.origin)
        for _ in (1, 2):  # the server may have closed the connection of the time before
            if self._files is None:
                parts = urlsplit(self.base)
                kind: type[http.client.HTTPConnection] = http.client.HTTPConnection
                if parts.scheme == "https":
                    kind = http.client.HTTPSConnection
                self._files = kind(parts.netloc, timeout=20)
            try:
                self._files.request("GET", target)
                answer = self._files.getresponse()
                content = answer.read()
                return content if answer.status == 200 else b""
            except (OSError, http.client.HTTPException):  # an answer cut short among them
                self._files.close()
                self._files = None
        return b""

    def check(self, one: Collection, who: int, size: int, files: bool = False) -> None:
        """Compare a collection's list with the model. Raises Broken."""
        if files:
            for kept in one.items:
                if kept.path and self.fetch(self.origin + kept.path) != kept.data:
                    raise Broken(
                        "served bytes", "a stored file is not served as it was", kept.path, "other"
                    )
        if one.lister is None:
            return
        listed = self.listed(one, who, size)
        unknown = len(listed) - len(one.items)
        for item in listed[: max(0, unknown)]:
            self._found(one, item)
        if unknown > 0:
            known = [Kept(item) for item in listed[:unknown]]
            one.items[:0] = known
        one.lost.clear()  # what was lost would be there by now
        if len(listed) != len(one.items) or not all(
            any(same_record(part, item) for part in objects(kept.record))
            for kept, item in zip(one.items, listed, strict=False)
        ):
            raise Broken(
                "list",
                "the list is not what was made, newest first",
                [kept.record for kept in one.items],
                listed,
            )
        ids = [identity(self.package, one.maker, item) for item in listed]
        if len({repr(id_) for id_ in ids if id_ is not None}) != len(
            [id_ for id_ in ids if id_ is not None]
        ):
            raise Broken("unique ids", "two things in the list have one id", "unique ids", ids)

    def _found(self, one: Collection, item: dict[str, Any]) -> None:
        """An item that no answer told of: it has to be of a request whose answer was lost."""
        addresses = [self.origin + text for text in texts(item) if text.startswith("/")]
        contents = [self.fetch(address) for address in addresses]
        for data in one.lost:
            if data in contents or not any(contents):
                one.lost.remove(data)
                id_ = identity(self.package, one.maker, item)
                if id_ is not None:
                    one.ids.append(id_)
                return
        raise Broken(
            "at most once",
            "the list holds what nobody was answered, or twice what one request made",
            [kept.record for kept in one.items],
            item,
        )


def _as_file(data: bytes, form: str) -> Any:
    if form == "handle":
        handle = io.BytesIO(b"not of it" + data)
        handle.seek(9)
        return "handle.png", handle
    if form == "pieces":
        return "pieces.png", iter([data[:50], data[50:]])
    return "bytes.png", data
