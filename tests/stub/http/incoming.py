"""The body of one request, as far as it came."""

from __future__ import annotations

from starlette.types import Message

from ..refusal import Reason, Refused
from .chunks import Framing

_CLOSE = [("Connection", "close")]


class Incoming:
    """Bytes that wait for the application. `refused` is what is wrong with them, `held` their
    number.
    """

    def __init__(self, framing: Framing) -> None:
        self.framing = framing
        self.held = 0
        self.refused: Refused | None = None
        self._pieces: list[bytes] = []
        self._delivered = False

    def read(self, data: bytearray, ended: bool) -> bool:
        """Take from `data` what belongs to the body; `ended` if nothing will follow it. Whether
        that changed anything.
        """
        if self.framing.done or self.refused is not None:
            return False
        try:
            piece = self.framing.take(data)
            if piece:
                self._pieces.append(piece)
                self.held += len(piece)
            if ended and not self.framing.done:
                message = "the connection ends within the body"
                raise Refused(Reason.HTTP, message, headers=_CLOSE)
        except Refused as refused:
            self.refused = refused
            return True
        return bool(piece) or self.framing.done

    def give_up(self, message: str) -> None:
        """Nobody waits for more of it; the message says why."""
        self.refused = Refused(Reason.TIMEOUT, message, headers=_CLOSE)

    def take(self) -> bytes:
        """All that waits; nothing if nothing does."""
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self.drop()
        return body

    def drop(self) -> None:
        """Forget what waits."""
        self._pieces.clear()
        self.held = 0

    def message(self, body: bytes) -> Message:
        """A piece for the application; the last one says so."""
        self._delivered = self.framing.done and not self._pieces
        return {"type": "http.request", "body": body, "more_body": not self._delivered}

    def spare(self, most: int) -> bool:
        """Whether all of it came, or at most so many bytes are missing, which can be skipped."""
        if self.framing.done or self.refused is not None:
            return self.refused is None
        return self.framing.rest is not None and self.framing.rest <= most

    @property
    def over(self) -> bool:
        """All of it came, and only its end has to be told."""
        return self.framing.done and not self._delivered
