"""Answers together with their status and headers, in both call styles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")


@dataclass
class Response(Generic[T]):
    """What ``operation.sync_detailed`` and ``operation.asyncio_detailed`` return.

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


class RawResponse(Generic[T]):
    """What the methods of ``with_raw_response`` return: a successful answer as it came.

    Attributes:
        status_code: the HTTP status, 200 to 299.
        headers: the headers, names in lower case; repeated ones joined by a comma.
        content: the body, content encodings undone.
        method: the method of the request that was answered.
        url: its URL, credentials replaced.
        attempts: how many requests it took.
    """

    def __init__(
        self,
        *,
        status_code: int,
        headers: Mapping[str, str],
        content: bytes,
        method: str,
        url: str,
        attempts: int,
        read: Callable[[], T],
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.method = method
        self.url = url
        self.attempts = attempts
        self._read = read
        self._value: list[T] = []

    def parse(self) -> T:
        """The value that the method itself returns; read once.

        Raises:
            APIResponseValidationError: the answer is not what the API document says.
        """
        if not self._value:
            self._value.append(self._read())
        return self._value[0]

    @property
    def text(self) -> str:
        """The body as text: in the encoding it states, else UTF-8; other bytes become U+FFFD."""
        from .answer import charset

        try:
            return self.content.decode(charset(self.headers), "replace")
        except LookupError:  # an encoding that Python does not know
            return self.content.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} [{self.status_code}] {self.method} {self.url}, "
            f"{len(self.content)} bytes>"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("a raw response is not pickled: pickle its content or what parse() returns")
