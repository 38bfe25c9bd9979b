# Copied by scripts/codegen.py from overrides/runtime/call_log.py; do not edit.
"""What a client tells to ``logging``: a line for each attempt, and why another one follows.

The logger is named as the package. It gets no handler and no level here, so it says nothing until a
program asks for it.
"""

from __future__ import annotations

import logging
import threading
import weakref

from .redaction import Redactor

LOGGER = logging.getLogger(__name__.partition(".")[0])
LOGGER.addHandler(logging.NullHandler())


def log_attempt(
    method: str, url: str, status: int | None, failure: str, seconds: float, attempt: int
) -> None:
    """DEBUG: one request, and what came of it.

    Args:
        url: the redacted URL.
        status: the status of the answer; None when ``failure`` tells why there was none.
    """
    LOGGER.debug(
        "%s %s: %s in %.1f ms, attempt %d",
        method,
        url,
        failure if status is None else status,
        seconds * 1000,
        attempt,
        extra={
            "method": method,
            "url": url,
            "status": status,
            "failure": failure or None,
            "duration_ms": seconds * 1000,
            "attempt": attempt,
        },
    )


def log_again(method: str, url: str, reason: str, pause: float, attempt: int) -> None:
    """INFO: a request will be sent again.

    Args:
        url: the redacted URL.
        reason: the status or failure that led here.
        pause: seconds until then.
        attempt: the number of the attempt to come.
    """
    LOGGER.info(
        "%s %s is sent again in %.2f s after %s, attempt %d",
        method,
        url,
        pause,
        reason,
        attempt,
        extra={
            "method": method,
            "url": url,
            "reason": reason,
            "pause_s": pause,
            "attempt": attempt,
        },
    )


class _Veil(logging.Filter):
    """Redacts what HTTP libraries log: URLs with a credential in the query, headers of answers."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()
        self.redactors: weakref.WeakSet[Redactor] = weakref.WeakSet()

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = clean = record.getMessage()
        except (TypeError, ValueError):
            return True  # logging itself tells about arguments that do not fit
        with self.lock:
            redactors = list(self.redactors)
        for redactor in redactors:
            clean = redactor.url(clean)
        if clean != message:
            record.msg, record.args = clean, None
        return True


_VEIL = _Veil()

_LIBRARIES = (
    "httpx2",
    "httpcore2.connection",
    "httpcore2.http11",
    "httpcore2.http2",
    "httpcore2.proxy",
    "httpcore2.socks",
)


def veil(redactor: Redactor) -> None:
    """Keep the credentials of a client out of the log of the libraries below it."""
    if redactor not in _VEIL.redactors:
        with _VEIL.lock:
            _VEIL.redactors.add(redactor)
        for name in _LIBRARIES:
            logging.getLogger(name).addFilter(_VEIL)
