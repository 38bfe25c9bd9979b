# Copied by scripts/codegen.py from overrides/runtime/operation.py; do not edit.
"""What the document says of an operation, and one request for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .body import Body
from .parameters import Pairs
from .server import Server

Kind = Literal["json", "text", "bytes", "none"]


@dataclass(frozen=True)
class Answer:
    """A documented answer: how to read its body, and as what.

    ``media_type`` is None where the document states no content.
    """

    kind: Kind
    type: Any = None
    media_type: str | None = None


@dataclass(frozen=True)
class Operation:
    """One operation of the document.

    Attributes:
        name: ``images.upload``, as a caller names it.
        method: HTTP method, upper case.
        path: the path template, for messages.
        security: alternatives of security scheme names; empty when none is needed.
        answers: by status as the document writes it: ``200``, ``4XX`` or ``default``.
        servers: servers of this operation alone; empty where the document's own apply.
        accept: the ``Accept`` header.
    """

    name: str
    method: str
    path: str
    security: tuple[tuple[str, ...], ...]
    answers: Mapping[str, Answer]
    servers: tuple[Server, ...] = ()
    accept: str = "application/json"

    def answer(self, status: int) -> Answer | None:
        """The answer documented for a status: exact, else its range, else the default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.answers:
                return self.answers[key]
        return None


@dataclass
class Request:
    """One call of an operation, before a client sends it. Nothing in it is secret."""

    operation: Operation
    path: str
    query: Pairs = field(default_factory=list[tuple[str, str]])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cookies: list[str] = field(default_factory=list[str])
    body: Body | None = None

    def close(self) -> None:
        """Close the files that the body opened. Call it after the last attempt, however it went."""
        if self.body is not None:
            self.body.close()
