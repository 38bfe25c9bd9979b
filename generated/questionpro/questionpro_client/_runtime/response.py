# Copied by scripts/codegen.py from overrides/runtime/response.py; do not edit.
"""The answer that ``operation.sync_detailed`` and ``operation.asyncio_detailed`` return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Response(Generic[T]):
    """An answer and what it means.

    Attributes:
        status_code: :class:`http.HTTPStatus` where Python knows the status, else the number.
        content: the body.
        headers: the headers, names in lower case.
        parsed: the body as documented for this status; None for an undocumented one.
    """

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    parsed: T | None
