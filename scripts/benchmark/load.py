"""A process that asks one question over and over, on many connections at once.

It reads questions from standard input and answers each with what it measured. A connection sends
its next request when the answer to the last one is there as a whole: no pipelining. It is a plain
loop over non-blocking sockets, so that it is faster than what it measures.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from .work import WrongAnswer, demand

PATIENCE = 30.0
"""Seconds in which some answer has to come."""
_EVERY = 64
_CHUNK = 256 * 1024
_HEAD = re.compile(
    rb"HTTP/1\.1 (\d{3}) .*?\r\ncontent-length: (\d+)\r\n", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        request: the whole request, in Latin-1.
        items: how many items the answer's member `response` has; None if it is an object.
        seconds: how long new requests are sent.
    """

    port: int
    request: str
    items: int | None
    seconds: float
    connections: int = 64

    def told(self) -> dict[str, Any]:
        """As JSON for the process."""
        return asdict(self)


@dataclass
class Client:
    """One connection and the answer that it waits for."""

    socket: socket.socket
    sent: float = 0.0
    answered: bool = False
    length: int = 0
    buffer: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> bool:
        """Take a piece of the answer; whether it is there as a whole."""
        self.buffer += data
        if not self.length:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            found = _HEAD.match(self.buffer, 0, end + 2)
            if found is None or found[1] != b"200":
                raise WrongAnswer(f"an answer begins {bytes(self.buffer[:60])!r}")
            self.length = end + 4 + int(found[2])
        return len(self.buffer) >= self.length


class Check:
    """Looks at answers: at the length of each, and into every 64th and each of a new length."""

    def __init__(self, items: int | None) -> None:
        self._items = items
        self._count = 0
        self._lengths: set[int] = set()

    def __call__(self, client: Client) -> None:
        """Check a whole answer.

        Raises:
            WrongAnswer: it is not what was asked for.
        """
        answer = client.buffer
        demand(len(answer), client.length, "bytes of an answer")
        self._count += 1
        if client.length in self._lengths and self._count % _EVERY:
            return
        self._lengths.add(client.length)
        response: Any = json.loads(answer[answer.index(b"\r\n\r\n") :])["response"]
        if self._items is None:
            demand(isinstance(response, dict), True, "whether the response is an object")
        else:
            demand(len(response), self._items, "items of an answer")


def run(question: Question) -> dict[str, float]:
    """Ask for some seconds, then wait for what is on its way.

    Returns:
        How many were answered, seconds of the clock and of our CPU, p50 and p99 in seconds: of all
        answers but the first on each connection, which waits until all are accepted.

    Raises:
        WrongAnswer: an answer is wrong, or there is none.
    """
    request = question.request.encode("latin-1")
    check = Check(question.items)
    first: list[float] = []
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        clients = [_connected(question.port) for _ in range(question.connections)]
        try:
            for client in clients:
                selector.register(client.socket, selectors.EVENT_READ, client)
            cpu, start = time.process_time(), time.perf_counter()
            end = start + question.seconds
            for client in clients:
                _send(client, request)
            _ask(selector, request, len(clients), end, check, first, latencies)
            passed, spent = time.perf_counter() - start, time.process_time() - cpu
        finally:
            for client in clients:
                client.socket.close()
    count = len(first) + len(latencies)
    shown = sorted(latencies or first)
    return {
        "count": count,
        "clock": passed,
        "cpu": spent,
        "p50": shown[len(shown) // 2],
        "p99": shown[len(shown) * 99 // 100],
    }


def _ask(
    selector: selectors.BaseSelector,
    request: bytes,
    waiting: int,
    end: float,
    check: Check,
    first: list[float],
    latencies: list[float],
) -> None:
    clock = time.perf_counter
    while waiting:
        events = selector.select(PATIENCE)
        if not events:
            raise WrongAnswer(f"no answer within {PATIENCE:.0f} seconds")
        for key, _ in events:
            client: Client = key.data
            data = client.socket.recv(_CHUNK)
            if not data:
                raise WrongAnswer("the server closed a connection")
            if not client.take(data):
                continue
            now = clock()
            (latencies if client.answered else first).append(now - client.sent)
            client.answered = True
            check(client)
            if now < end:
                _send(client, request)
            else:
                waiting -= 1


def _connected(port: int) -> Client:
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Client(connection)


def _send(client: Client, request: bytes) -> None:
    client.buffer.clear()
    client.length = 0
    client.sent = time.perf_counter()
    client.socket.sendall(request)


def main() -> None:
    """Run the process; its argument says nothing."""
    for line in sys.stdin:
        print(json.dumps(run(Question(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
