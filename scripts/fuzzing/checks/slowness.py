"""Who does not go on with a request is let go: a server that waits for ever can be used up."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from scripts.fuzzing.bench import Bench, NotApplicable
from scripts.fuzzing.checks import Check
from scripts.fuzzing.exchange import Exchange, Request

_GIVEN = 0.4
"""Seconds that a server of ours is told to wait."""

_PATIENCE = 8.0


def the_slow_are_let_go(bench: Bench) -> None:
    """A head and a body that never end are answered with a refusal, or their connection closed."""
    if not bench.target.ours:
        raise NotApplicable("how long a server that is not ours waits is not known")
    from tests.stub import Stub
    from tests.stub.http.bounds import Bounds

    views = [v for v in bench.views if bench.drafts(v) and bench.drafts(v)[0].body() is not None]
    if not views:
        raise NotApplicable("no operation takes a body")
    request = bench.drafts(views[0])[0].request(bench.target)
    head, body = _written(request)
    bounds = Bounds(head=_GIVEN, idle=_GIVEN, body=2 * _GIVEN)
    waiting: list[tuple[str, socket.socket]] = []
    with ExitStack() as stack:
        stub = stack.enter_context(Stub(root=bench.target.root, bounds=bounds))
        parts = urlsplit(stub.url)
        for what, data in (("its head", head[:-4]), ("its body", head + body[: len(body) // 2])):
            connection = socket.create_connection((parts.hostname or "", parts.port or 0), 5)
            stack.enter_context(connection)
            connection.sendall(data)
            waiting.append((what, connection))
        end = time.monotonic() + _PATIENCE
        for what, connection in waiting:
            connection.settimeout(max(0.1, end - time.monotonic()))
            got = _answer(connection)
            bench.judged()
            if got is None or (got and not got.startswith(b"HTTP/1.1 4")):
                bench.found(
                    views[0],
                    f"a request that never ends {what} is waited for without end",
                    expected=f"a 4xx, or a closed connection, after {_GIVEN} seconds",
                    got="nothing" if got is None else got[:100].decode("latin-1"),
                    exchanges=(Exchange(request, None, f"sent without the end of {what}"),),
                )


def _written(request: Request) -> tuple[bytes, bytes]:
    parts = urlsplit(request.url)
    body = request.body or b""
    lines = [f"{request.method} {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1"), body


def _answer(connection: socket.socket) -> bytes | None:
    """What a server says last; None if it says nothing in time."""
    try:
        return connection.recv(4096)
    except TimeoutError:
        return None
    except OSError:
        return b""


CHECKS = [Check("the slow are let go", the_slow_are_let_go)]
