# Copied by scripts/codegen.py from overrides/runtime/answer.py; do not edit.
"""HTTP answers → documented values, or a typed error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from .decoding import decode_json
from .errors import APIResponseValidationError, APIStatusError, status_error_class
from .operation import Answer, Operation, Request
from .redaction import Redactor
from .response import RawResponse
from .shapes import is_object


@dataclass(frozen=True)
class Received:
    """An answer as it came, whole.

    Attributes:
        status: any three digits a server sends, 520 and 999 too.
        headers: the headers, names in lower case; repeated ones joined by a comma.
        content: the body, content encodings undone.
        method, url: of the request; the URL is redacted.
        attempts: how many requests it took.
        flaw: why ``content`` is not the whole body decoded; empty when it is.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    method: str
    url: str
    attempts: int
    flaw: str = ""


def status_value(status: int) -> int:
    """The status as :class:`http.HTTPStatus` where Python knows it, else the number."""
    try:
        return HTTPStatus(status)
    except ValueError:
        return status


def result(request: Request, received: Received, redactor: Redactor, message_at: str) -> Any:
    """The value of a successful answer, or the answer itself where the caller wants that.

    Args:
        message_at: JSON pointer to the sentence in this API's error bodies; may be empty.

    Raises:
        APIStatusError: the status is not a success.
        APIResponseValidationError: the body is not what the document says.
    """
    operation = request.operation
    if not 200 <= received.status <= 299:
        raise _status_error(operation, received, redactor, message_at)
    if request.raw:
        read = partial(_value, operation, received, redactor)
        return RawResponse(
            status_code=received.status,
            headers=received.headers,
            content=received.content,
            method=received.method,
            url=received.url,
            attempts=received.attempts,
            read=read,
        )
    return _value(operation, received, redactor)


def _value(operation: Operation, received: Received, redactor: Redactor) -> Any:
    answer = operation.answer(received.status)
    if answer is None:
        what = "the document does not know this success status"
        raise _validation_error(received, redactor, what)
    return parse(answer, received, redactor)


def parse(answer: Answer, received: Received, redactor: Redactor) -> Any:
    """Read a body as the document says.

    Raises:
        APIResponseValidationError: it is something else.
    """
    if received.flaw:
        raise _validation_error(received, redactor, received.flaw)
    if answer.kind == "none":
        return None
    if answer.kind == "bytes":
        return received.content
    try:
        if answer.kind == "text":
            return received.content.decode(charset(received.headers))
        return decode_json(received.content, answer.type)
    except (ValueError, LookupError) as error:
        what = str(error)
    # outside of the handler, whose exception would hang on to the body
    raise _validation_error(received, redactor, what)


def charset(headers: Mapping[str, str]) -> str:
    """The character encoding that a ``Content-Type`` names; UTF-8 when it names none."""
    for parameter in headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip():
            return value.strip().strip('"')
    return "utf-8"


def _validation_error(
    received: Received, redactor: Redactor, what: str
) -> APIResponseValidationError:
    content_type = redactor.text(received.headers.get("content-type", "no content type"))
    return APIResponseValidationError(
        f"{received.method} {received.url} answered {received.status} ({content_type}) with a body "
        f"that is not what the API document says: {redactor.sentence(what)}",
        status_code=received.status,
        headers={key: redactor.text(value) for key, value in received.headers.items()},
        body=redactor.content(received.content),
        attempts=received.attempts,
    )


def _status_error(
    operation: Operation, received: Received, redactor: Redactor, message_at: str
) -> APIStatusError:
    body = redactor.content(received.content)
    parsed: Any = None
    answer = operation.answer(received.status)
    if answer is not None and answer.kind == "json":
        try:
            parsed = decode_json(body, answer.type)
        except ValueError:
            parsed = None  # a proxy's HTML page: the status still tells what happened
    text = f"{received.method} {received.url} answered {received.status}"
    if sentence := _sentence(body, message_at):
        text += f": {sentence}"
    elif 300 <= received.status <= 399 and "location" in received.headers:
        text += ", a redirect that is not followed: check base_url"
    return status_error_class(received.status)(
        text,
        status_code=received.status,
        headers={key: redactor.text(value) for key, value in received.headers.items()},
        body=body,
        parsed=parsed,
        method=received.method,
        url=received.url,
        attempts=received.attempts,
    )


def _sentence(body: bytes, pointer: str) -> str:
    if not pointer:
        return ""
    try:
        value = decode_json(body, Any)
    except ValueError:
        return ""
    for key in pointer.split("/")[1:]:
        value = value.get(key) if is_object(value) else None
    return value[:500] if isinstance(value, str) else ""
