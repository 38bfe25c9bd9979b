"""How much one client may take of the stub."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one client may take of the stub: numbers of connections and bytes, and seconds.

    A connection beyond `connections` gets a 503 with Retry-After at once, and beyond twice as many
    is reset. `head` is for the whole head of a request, `idle` for the next piece of a body or for
    taking the next piece of an answer, `body` for the whole body, `keep_alive` for the next
    request.
    """

    connections: int = 512
    head: float = 10
    idle: float = 20
    body: float = 300
    keep_alive: float = 60
    # After an early refusal the rest of the body is read and dropped: a connection closed on unread
    # bytes is reset, and the reset would take the answer with it.
    discard: int = 512 * 1024 * 1024
    linger: float = 10
    # A rest up to this size is dropped without closing the connection.
    keep_alive_rest: int = 64 * 1024
