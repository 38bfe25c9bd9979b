"""One call of a client whose server is told what to answer, and what came of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.fuzzing.client.judgement import Wrong
from scripts.fuzzing.client.package import Bound
from scripts.fuzzing.client.raw_server import Arrived


@dataclass(frozen=True)
class Case:
    """A call of a client's method and what its server does. `queue` are the first answers, `last`
    that to all further requests; an empty one hangs up.
    """

    bound: Bound
    mode: str
    what: str
    queue: tuple[bytes, ...]
    last: bytes
    given: Callable[[], dict[str, Any]]
    options: tuple[tuple[str, Any], ...] = ()


@dataclass
class Came:
    """What came of a case: the error of the call, if any, the requests, and the seconds."""

    error: Exception | None
    arrived: list[Arrived]
    seconds: float

    @property
    def shown(self) -> str:
        """In a few words."""
        lines = [one.line for one in self.arrived[:4]]
        end = "a value" if self.error is None else f"{type(self.error).__name__}: {self.error}"
        return f"{len(self.arrived)} requests {lines}, then {end}"[:500]


Verdicts = Generator[tuple[Case, Came, Wrong | None]]


def wrong_if(is_: bool, check: str, title: str, expected: str, came: Came) -> Wrong | None:
    """What a verdict has to say of a case, if it is one."""
    return Wrong(check, title, expected, came.shown) if is_ else None


def message(status: int, body: bytes, media: str = "application/json", more: str = "") -> bytes:
    """An answer with this body; `more` are further header lines."""
    kind = f"Content-Type: {media}\r\n" if body else ""
    head = f"HTTP/1.1 {status} Scripted\r\n{kind}{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def file_as(form: str | bytes, data: bytes) -> Any:
    """A file in one of the forms that a client takes: bytes, a handle that does not stand at its
    beginning, pieces, or pieces that can be read once; bytes are themselves.
    """
    if isinstance(form, bytes):
        return "a.png", form
    if form == "handle":
        handle = io.BytesIO(b"not of it" + data)
        handle.seek(9)
        return "a.png", handle
    pieces: Sequence[bytes] = [data[:30], data[30:]]
    if form == "pieces":
        return "a.png", pieces
    return "a.png", iter(pieces) if form == "once" else data


def boundary_of(request: Arrived) -> bytes:
    """What tells the parts of a form apart; nothing for what is no form."""
    kind = request.header("content-type") or ""
    return kind.partition("boundary=")[2].strip('"').encode()


def body_of(request: Arrived) -> bytes:
    """The body, with one name for the boundary of a form."""
    boundary = boundary_of(request)
    return request.body.replace(boundary, b"BOUNDARY") if boundary else request.body
