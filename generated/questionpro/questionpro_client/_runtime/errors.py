# Copied by scripts/codegen.py from overrides/runtime/errors.py; do not edit.
"""Everything that a client raises.

``APIError`` is the root. No message and no attribute holds a credential: URLs and bodies are
redacted before they get here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class APIError(Exception):
    """Something went wrong between this client and the API.

    Attributes:
        message: one sentence.
        attempts: how often the request was sent or tried; 0 when it never left.
    """

    message: str
    attempts: int

    def __init__(self, message: str, *, attempts: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.attempts = attempts

    def __reduce__(self) -> Any:
        # errors with keyword-only arguments are not rebuilt from their message alone
        return _rebuild, (type(self), self.message, dict(self.__dict__))


class ConfigurationError(APIError, ValueError):
    """The client or an argument cannot be used; nothing was sent."""


class APIConnectionError(APIError):
    """No answer came: no connection, a connection that broke, an answer that is not HTTP."""


class APITimeoutError(APIConnectionError):
    """The time limit ran out."""


class APIResponseValidationError(APIError):
    """An answer came that is not what the document promises.

    Attributes:
        status_code: the HTTP status of the answer.
        headers: its headers, names in lower case.
        body: its bytes.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        headers: Mapping[str, str],
        body: bytes,
        attempts: int = 1,
    ) -> None:
        super().__init__(message, attempts=attempts)
        self.status_code = status_code
        self.headers = dict(headers)
        self.body = body


class APIStatusError(APIError):
    """The API answered with a status that is not a success.

    Attributes:
        status_code: the HTTP status, any integer a server can send.
        headers: the headers of the answer, names in lower case.
        body: the bytes of the answer, credentials of this client replaced.
        parsed: the body as the model documented for this status, or None.
        method: the method of the request.
        url: the URL of the request, credentials replaced.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        headers: Mapping[str, str],
        body: bytes,
        parsed: Any,
        method: str,
        url: str,
        attempts: int = 1,
    ) -> None:
        super().__init__(message, attempts=attempts)
        self.status_code = status_code
        self.headers = dict(headers)
        self.body = body
        self.parsed = parsed
        self.method = method
        self.url = url


class BadRequestError(APIStatusError):
    """400: the API refused the request as malformed or invalid."""


class AuthenticationError(APIStatusError):
    """401: the credential is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the credential does not allow this."""


class NotFoundError(APIStatusError):
    """404: there is no such thing."""


class ConflictError(APIStatusError):
    """409: the state of the thing does not allow this."""


class UnprocessableEntityError(APIStatusError):
    """422: well-formed, but refused."""


class RateLimitError(APIStatusError):
    """429: too many requests."""

    @property
    def retry_after(self) -> float | None:
        """Seconds the API asks to wait (``Retry-After``, as seconds or date), or None."""
        from .retry import retry_after_seconds

        return retry_after_seconds(self.headers.get("retry-after"))


class InternalServerError(APIStatusError):
    """500 and above, 520 too: the API failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error_class(status_code: int) -> type[APIStatusError]:
    """The class for a status; ``APIStatusError`` itself where no other fits."""
    if status_code >= 500:
        return InternalServerError
    return _BY_STATUS.get(status_code, APIStatusError)


class UnexpectedStatus(APIError):
    """An undocumented status, raised by ``operation.sync`` and its sisters when asked for.

    Attributes:
        status_code: the HTTP status.
        content: the body; not part of the message, since it may hold anything.
    """

    def __init__(self, status_code: int, content: bytes) -> None:
        super().__init__(f"unexpected status code: {status_code}", attempts=1)
        self.status_code = status_code
        self.content = content


def _rebuild(cls: type[APIError], message: str, state: dict[str, Any]) -> APIError:
    error = cls.__new__(cls, message)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error
