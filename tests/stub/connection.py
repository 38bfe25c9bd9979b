"""The connection below a request: what HTTP has no words for, faults need.

A resetting server, half a body under the length of a whole one, bytes that are no HTTP: none of it
can be said in ASGI messages. The server puts its transport into the scope; everything else that is
sent goes the ordinary way.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import cast

from starlette.types import ASGIApp, Receive, Scope, Send

EXTENSION = "stub.wire"
_TICK = 0.001


class WithWire:
    """The application of one connection: every request of it gets the connection's transport."""

    def __init__(self, app: ASGIApp, transport: asyncio.Transport) -> None:
        self._app = app
        self._extensions = {EXTENSION: transport}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = self._extensions
        await self._app(scope, receive, send)


class Wire:
    """The client's connection, for what ASGI cannot say."""

    def __init__(self, scope: Scope) -> None:
        self._transport = cast("asyncio.Transport", scope["extensions"][EXTENSION])

    @property
    def gone(self) -> bool:
        """Whether nothing more can be sent."""
        return self._transport.is_closing()

    async def flushed(self) -> bool:
        """Wait until the system has taken all that was written. False if the connection is lost
        before.
        """
        while not self.gone and self._transport.get_write_buffer_size():
            await asyncio.sleep(_TICK)
        return not self.gone

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._transport.write(data)

    def close(self) -> None:
        """End the connection after what was written (FIN)."""
        self._transport.close()

    def abort(self) -> None:
        """Drop the connection and all that is unsent."""
        self._transport.abort()

    def reset(self) -> None:
        """Tear the connection down (RST): the client reads `connection reset by peer`."""
        endpoint = self._transport.get_extra_info("socket")
        # To linger for no second is how a socket is told to reset instead of to finish.
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
