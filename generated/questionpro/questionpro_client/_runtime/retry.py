# Copied by scripts/codegen.py from overrides/runtime/retry.py; do not edit.
"""When a request is sent again, and after how long.

One function decides, :func:`delay`. A request that may have been processed is repeated only if its
method is idempotent (RFC 9110, 9.2.2): a second POST could create a second image.
"""

from __future__ import annotations

import datetime
import random
import re
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER = 60.0
"""Seconds. A server that asks for more gets no second try; the caller gets the error."""

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_MILLENNIUM = 1000 * 365.25 * 86400
_BASE, _CAP = 0.5, 8.0
_UNPROCESSED = frozenset({408, 429, 503})
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})


def delay(
    *,
    method: str,
    attempt: int,
    max_retries: int,
    status: int | None = None,
    retry_after: str | None = None,
    sent: bool = True,
    replayable: bool = True,
    duplicates: bool = False,
) -> float | None:
    """Seconds to wait before the next attempt, or None to give up.

    Args:
        method: the HTTP method, upper case.
        attempt: how many attempts were made, from 1.
        max_retries: how many may follow the first.
        status: the status of the answer; None when no answer came.
        retry_after: the ``Retry-After`` header of the answer.
        sent: whether any byte of the request may have reached the server.
        replayable: whether the body can be sent from its start again.
        duplicates: whether the caller accepts that a request is processed twice.
    """
    if attempt > max_retries or not replayable:
        return None
    repeatable = duplicates or method in _IDEMPOTENT
    if status is None:
        again = not sent or repeatable
    else:
        again = status in _UNPROCESSED or (status >= 500 and repeatable)
    if not again:
        return None
    asked = retry_after_seconds(retry_after)
    if asked is not None:
        return asked if asked <= MAX_RETRY_AFTER else None
    return min(_CAP, _BASE * 2.0 ** min(attempt - 1, 10)) * random.uniform(0.5, 1.0)


def retry_after_seconds(value: str | None) -> float | None:
    """Read ``Retry-After`` (RFC 9110, 10.2.3): seconds or an HTTP date; None when it is neither.

    Fractions of seconds are understood too. More than a thousand years are a thousand years, so
    that the result can be calculated with.
    """
    if value is None:
        return None
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), _MILLENNIUM)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=datetime.UTC)
    return max(0.0, (date - datetime.datetime.now(datetime.UTC)).total_seconds())
