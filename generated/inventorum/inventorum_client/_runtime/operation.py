# Copied by scripts/codegen.py from overrides/runtime/operation.py; do not edit.
"""What the document says of an operation, and one request for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from .body import Body, MultipartBody, OnProgress
from .errors import ConfigurationError
from .headers import checked_headers
from .parameters import Pairs, query_pairs
from .server import Server, origin
from .shapes import is_mapping

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
    """One call of an operation, before a client sends it. Nothing in it is secret.

    Attributes:
        path: the path below the server URL, percent-encoded.
        rooted: whether ``path`` starts at the root of the server instead, with its query.
        extra_headers, extra_query: what the caller of a method adds, as it is to be sent.
        raw: whether the caller wants the answer itself instead of its value.
    """

    operation: Operation
    path: str
    query: Pairs = field(default_factory=list[tuple[str, str]])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cookies: list[str] = field(default_factory=list[str])
    body: Body | None = None
    extra_headers: dict[str, str] = field(default_factory=dict[str, str])
    extra_query: Pairs = field(default_factory=list[tuple[str, str]])
    rooted: bool = False
    raw: bool = False

    def url(self, server: str) -> str:
        """Where it goes on a server, without the parts of :meth:`pairs`."""
        return (origin(server) if self.rooted else server) + self.path

    def pairs(self) -> Pairs:
        """The names and values of the query."""
        return [*self.query, *self.extra_query] if self.extra_query else self.query

    def extended(
        self,
        headers: Mapping[str, str] | None,
        query: Mapping[str, Any] | None,
        on_progress: OnProgress | None = None,
    ) -> Self:
        """The request with what a single call adds to it.

        Raises:
            ConfigurationError: something of it cannot be sent.
        """
        if on_progress is not None and self.body is not None:
            self.body.on_progress = on_progress
        if not headers and not query:
            return self
        multipart = isinstance(self.body, MultipartBody)
        return replace(
            self,
            extra_headers=checked_headers(headers or {}, multipart=multipart),
            extra_query=_extra_pairs(query or {}),
        )

    def close(self) -> None:
        """Close the files that the body opened. Call it after the last attempt, however it went."""
        if self.body is not None:
            self.body.close()


def _extra_pairs(query: Mapping[str, Any]) -> Pairs:
    given: object = query
    if not is_mapping(given):
        raise ConfigurationError(f"extra_query is a mapping, not {type(given).__name__}")
    pairs: Pairs = []
    for name, value in given.items():
        if not isinstance(name, str):
            raise ConfigurationError(f"extra_query: {name!r} is no name of a parameter")
        try:
            pairs += query_pairs(name, value, "deepObject")
        except ConfigurationError as error:
            raise ConfigurationError(f"extra_query: {error}") from None
    return pairs
