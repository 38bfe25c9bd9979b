# Copied by scripts/codegen.py from overrides/runtime/aiohttp_session.py; do not edit.
"""Requests over an ``aiohttp.ClientSession`` that the caller brought."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from .content import Content, acceptable
from .exchange import Answered, Broken
from .headers import merged
from .time_limit import phases
from .transport import BodyStream, escaped

if TYPE_CHECKING:
    from .exchange import Send
    from .source import Source
    from .time_limit import Timeout


class _Deadline:
    """Ends a request in time: a stalled write, and then the whole answer.

    Attributes:
        sent: whether any byte of the request may have reached the server.
    """

    def __init__(self, timeout: Timeout, limit: asyncio.Timeout, body: bool) -> None:
        limits = phases(timeout)
        self._write = limits["write"]
        self._answer = limits["read"] if isinstance(timeout, int | float) else None
        self._limit = limit
        self._over = False
        self.client_timeout = aiohttp.ClientTimeout(
            connect=limits["connect"], sock_connect=limits["connect"], sock_read=limits["read"]
        )
        self._body = body
        self.sent = False

    def _set(self, seconds: float | None) -> None:
        if not self._over:  # the body may still be sent when the answer has been read
            now = asyncio.get_running_loop().time()
            self._limit.reschedule(None if seconds is None else now + seconds)

    def head(self) -> None:
        """The head is sent now."""
        self.sent = True
        if not self._body:
            self.written()

    def writing(self) -> None:
        """The next bytes are handed over."""
        self._set(self._write)

    def written(self) -> None:
        """The request was sent."""
        self._set(self._answer)

    def finish(self) -> None:
        """The answer was read."""
        self._over = True


async def _connecting(
    session: aiohttp.ClientSession, context: SimpleNamespace, parameters: object
) -> None:
    deadline = context.trace_request_ctx
    # the caller's own requests go through here too
    if isinstance(deadline, _Deadline) and deadline.sent:
        raise aiohttp.ServerDisconnectedError


async def _sending_head(
    session: aiohttp.ClientSession, context: SimpleNamespace, parameters: object
) -> None:
    deadline = context.trace_request_ctx
    if isinstance(deadline, _Deadline):
        if deadline.sent:
            raise aiohttp.ServerDisconnectedError
        deadline.head()


def _trace() -> aiohttp.TraceConfig:
    """What aiohttp tells of a request. It would send some a second time when a connection breaks;
    whether to do that is not its decision."""
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_start.append(_connecting)
    trace.on_request_headers_sent.append(_sending_head)
    trace.freeze()
    return trace


_TRACE = _trace()


class _Upload:
    """A body as aiohttp takes it.

    Attributes:
        failure: its own, which aiohttp calls a connection error.
        handed_over: whether aiohttp has all of it.
    """

    def __init__(self, sources: Sequence[Source], deadline: _Deadline) -> None:
        self._body = BodyStream(sources)
        self._deadline = deadline
        self.failure: Exception | None = None
        self.handed_over = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._body:
                for start in range(0, len(chunk), _PIECE):
                    self._deadline.writing()
                    yield chunk[start : start + _PIECE]
        except Exception as error:
            self.failure = error
            raise
        self.handed_over = True
        self._deadline.written()


_PIECE = 64 * 1024
_NOTHING: tuple[dict[str, str], Sequence[Source]] = ({}, ())


class AiohttpSession:
    """Sends with an ``aiohttp.ClientSession``; asyncio only.

    A number as time limit bounds getting a connection and every stall of sending, and the whole
    answer from the last byte that was sent.

    The session gets one more of its ``trace_configs``: it tells when a request is sent, and keeps
    aiohttp from sending one twice by itself.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        if _TRACE not in session.trace_configs:
            session.trace_configs.append(_TRACE)

    @property
    def closed(self) -> bool:
        """Whether the session was closed."""
        return self._session.closed

    async def send(self, send: Send, timeout: Timeout | None) -> Answered | Broken:
        """Send a request and read its answer."""
        if send.own:
            return await self._send(self._session, send, timeout)
        # the session's headers, cookies and authentication belong to the configured origin
        async with aiohttp.ClientSession(
            connector=self._session.connector,
            connector_owner=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=self._session.trust_env,
            trace_configs=[_TRACE],
        ) as stranger:
            return await self._send(stranger, send, timeout)

    async def _send(
        self, session: aiohttp.ClientSession, send: Send, timeout: Timeout | None
    ) -> Answered | Broken:
        assert timeout is not None
        framing, sources = await send.body.aopen() if send.body is not None else _NOTHING
        framing.pop("Transfer-Encoding", None)  # aiohttp sets it itself, and only itself
        asked = acceptable(session.headers.get("Accept-Encoding"))
        upload = deadline = None
        content = Content()
        try:
            async with asyncio.timeout(None) as limit:
                deadline = _Deadline(timeout, limit, body=send.body is not None)
                if send.body is not None:
                    upload = _Upload(sources, deadline)
                async with session.request(
                    send.method,
                    URL(escaped(send.wire_url()), encoded=True),
                    headers=merged({"Accept-Encoding": asked, **framing}, send.wire_headers()),
                    data=upload,
                    allow_redirects=False,
                    raise_for_status=False,
                    auto_decompress=False,
                    timeout=deadline.client_timeout,
                    trace_request_ctx=deadline,
                ) as response:
                    # aiohttp lets go of it with the answer's last byte
                    connection = response.connection
                    transport = connection.transport if connection is not None else None
                    async for chunk in response.content.iter_any():
                        if not content.add(chunk):
                            break
                    deadline.finish()
                    if transport is not None and upload is not None and not upload.handed_over:
                        # closing, as aiohttp does, waits until a server that has answered reads on
                        transport.abort()
        except (aiohttp.ClientError, TimeoutError) as error:
            if upload is not None and upload.failure is not None:
                raise upload.failure from None
            return _broken(error, deadline is not None and deadline.sent)
        finally:
            if deadline is not None:
                deadline.finish()
        return content.answered(response.status, response.raw_headers)

    async def aclose(self) -> None:
        """Close the session."""
        await self._session.close()


def _broken(error: Exception, sent: bool) -> Broken:
    reason = str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        return Broken("timeout", sent, reason)
    # a payload error is a body that was cut short or is no HTTP
    wrong = isinstance(error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError)
    return Broken("protocol" if wrong else "connection", sent, reason)
