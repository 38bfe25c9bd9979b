"""Why a request is refused, before a vendor's module words it."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class Reason(enum.Enum):
    """A kind of refusal: its name for programs and the statuses that suit it, best first.

    Which of the statuses is answered depends on what the operation documents: without a 415, a
    wrong content type is a 400.
    """

    HTTP = ("malformed-http", (400,))
    TARGET_TOO_LONG = ("target-too-long", (414, 400))
    HEAD_TOO_LARGE = ("head-too-large", (431, 400))
    EXPECT = ("expectation", (417, 400))
    ROUTE = ("no-such-address", (404,))
    METHOD = ("method-not-allowed", (405,))
    CREDENTIALS = ("credentials", (401,))
    FORBIDDEN = ("forbidden", (403,))
    MEDIA_TYPE = ("media-type", (415, 400))
    TOO_LARGE = ("too-large", (413, 400))
    TIMEOUT = ("timeout", (408, 400))
    PARAMETER = ("parameter", (400, 422))
    SYNTAX = ("malformed-body", (400, 422))
    BODY = ("invalid-body", (400, 422))
    IMAGE = ("not-an-image", (400, 415, 422))
    MISMATCH = ("image-of-another-type", (415, 400))
    CONFLICT = ("conflict", (409, 400))
    UNKNOWN_ID = ("no-such-resource", (404,))
    RATE_LIMIT = ("rate-limited", (429,))
    ASKED_FOR = ("fault-asked-for", (503,))
    DEFECT = ("defect", (500,))

    def __init__(self, label: str, statuses: tuple[int, ...]) -> None:
        self.label = label
        self.statuses = statuses


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    `place` is body, path, query, header or form; `pointer` a JSON pointer into the body, or the
    name of a parameter or part ("" for the whole); `field` the name of the member that is missing
    or wrong, if there is one; `keyword` the kind of schema violation as jsonschema-rs names it
    (Required, Enum, …).
    """

    place: str
    pointer: str
    message: str
    field: str = ""
    keyword: str = ""

    def __str__(self) -> str:
        return (
            f"{self.place} {self.pointer}: {self.message}"
            if self.pointer
            else f"{self.place}: {self.message}"
        )


class Refused(Exception):
    """Raised wherever a request turns out to be unacceptable; becomes the vendor's error answer."""

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        faults: Sequence[Fault] = (),
        code: str = "",
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.faults = tuple(faults)
        self.code = code or reason.label
        self.headers = tuple(headers)


class ClientGone(Exception):
    """The client closed the connection before its request was complete: there is nobody to
    answer.
    """
