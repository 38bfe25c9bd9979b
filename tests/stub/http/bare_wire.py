"""The bare connection under a request, for faults that are more than an answer."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from typing import Protocol


class Bare(Protocol):
    """What a connection lets a fault do to it."""

    def reset(self) -> None: ...

    def write_raw(self, data: bytes) -> None: ...

    def close_raw(self) -> None: ...

    async def flush(self) -> bool: ...

    async def linger(self, seconds: float) -> bool: ...


class Wire:
    """The bare connection under one request, for faults: afterwards no answer is written."""

    def __init__(self, connection: Bare) -> None:
        self._connection = connection

    def abort(self) -> None:
        """Reset the connection (RST): the client sees `connection reset by peer`."""
        self._connection.reset()

    def write_raw(self, data: bytes) -> None:
        """Send bytes as they are, in place of an answer or in the midst of one. The connection is
        closed when the application returns.
        """
        self._connection.write_raw(data)

    def close(self) -> None:
        """Close the connection in order (FIN) after what was written."""
        self._connection.close_raw()

    async def flush(self) -> bool:
        """Wait until the system has taken all that was written; False if the client left before."""
        return await self._connection.flush()

    async def wait(self, seconds: float) -> bool:
        """Let time pass; False as soon as the client leaves meanwhile."""
        return await self._connection.linger(seconds)


def reset(transport: asyncio.Transport) -> None:
    """End a connection with RST, whatever was still to be sent."""
    connected: socket.socket = transport.get_extra_info("socket")
    linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
