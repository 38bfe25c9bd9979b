# Copied by scripts/codegen.py from overrides/runtime/transport.py; do not edit.
"""What carries an exchange's requests: an interface with one implementation for each HTTP library.

An exchange decides, a transport sends; :func:`run` and :func:`arun` go between them.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import quote

from .body import astream, stream
from .errors import APIError
from .exchange import Answered, Authorize, Broken, Failed, Outcome, Pause, Send, Steps

if TYPE_CHECKING:
    from .answer import Received
    from .source import Source
    from .time_limit import Timeout


class Transport(Protocol):
    """Sends requests and reads their answers whole.

    ``timeout`` is a number of seconds, an ``httpx2.Timeout``, or None for the time limit that the
    HTTP client was made with.
    """

    @property
    def closed(self) -> bool: ...
    def send(self, send: Send, timeout: Timeout | None) -> Answered | Broken: ...
    def close(self) -> None: ...


class AsyncTransport(Protocol):
    """The same for the async client."""

    @property
    def closed(self) -> bool: ...
    async def send(self, send: Send, timeout: Timeout | None) -> Answered | Broken: ...
    async def aclose(self) -> None: ...


def run(steps: Steps, transport: Transport, timeout: Timeout | None) -> Received | Failed:
    """Carry out an exchange."""
    outcome: Outcome = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as stop:
            return cast("Received | Failed", stop.value)
        outcome = None
        if isinstance(step, Pause):
            time.sleep(step.seconds)
        elif isinstance(step, Authorize):
            step.obtain()
        else:
            try:
                outcome = transport.send(step, timeout)
            except APIError as error:  # of a body that cannot be sent
                error.attempts = step.attempt
                raise


async def arun(
    steps: Steps, transport: AsyncTransport, timeout: Timeout | None
) -> Received | Failed:
    """Carry out an exchange with an async client."""
    import anyio

    outcome: Outcome = None
    while True:
        try:
            step = steps.send(outcome)
        except StopIteration as stop:
            return cast("Received | Failed", stop.value)
        outcome = None
        if isinstance(step, Pause):
            await anyio.sleep(step.seconds)
        elif isinstance(step, Authorize):
            await step.aobtain()
        else:
            try:
                outcome = await transport.send(step, timeout)
            except APIError as error:  # of a body that cannot be sent
                error.attempts = step.attempt
                raise


class BodyStream:
    """A body for an HTTP library. It starts over whenever it is read."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def __iter__(self) -> Iterator[bytes]:
        return stream(self._sources)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return astream(self._sources)


# what RFC 3986 allows, and the percent sign, since a request's URL is encoded already
_IN_URL = "!#$%&'()*+,/:;=?@[]~"


def escaped(url: str) -> str:
    """A URL without the characters that no URL can hold, which a base URL may have."""
    return quote(url, safe=_IN_URL)
