"""Who asks before it sends a body is told to go on, or told why not."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from scripts.fuzzing.bench import Bench, NotApplicable
from scripts.fuzzing.checks import Check
from scripts.fuzzing.exchange import Exchange, Request

_PATIENCE = 6.0
"""Seconds that a server has for a line; RFC 9110 (10.1.1) leaves it no way not to answer."""


def expectations_are_answered(bench: Bench) -> None:
    """A request that expects `100-continue` gets that, or its final answer, before its body."""
    views = [v for v in bench.views if bench.drafts(v) and bench.drafts(v)[0].body() is not None]
    if not views:
        raise NotApplicable("no operation takes a body")
    for view in views:
        request = bench.drafts(view)[0].request(bench.target)
        request = request.with_header("Expect", "100-continue")
        bench.target.pace.wait()
        line = _first_line(bench.target.origin, request)
        bench.judged()
        bench.counts.cases += 1
        bench.progress.case()
        if not line.startswith("HTTP/1."):
            bench.found(
                view,
                "a request that expects 100-continue waits in vain",
                expected="HTTP/1.1 100 Continue, or the final answer (RFC 9110, 10.1.1)",
                got=line or f"nothing within {_PATIENCE:.0f} seconds",
                exchanges=(Exchange(request, None, "no answer before the body"),),
            )


def _first_line(origin: tuple[str, int], request: Request) -> str:
    """What a server says to a head alone; empty if it says nothing."""
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines.append(f"Content-Length: {len(request.body or b'')}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    try:
        with socket.create_connection(origin, _PATIENCE) as plain:
            wire = plain
            if parts.scheme == "https":
                wire = ssl.create_default_context().wrap_socket(plain, server_hostname=origin[0])
            with wire:
                wire.sendall(head)
                return wire.recv(4096).partition(b"\r\n")[0].decode("latin-1")
    except TimeoutError:
        return ""
    except OSError as error:
        return f"{type(error).__name__}: {error}"


CHECKS = [Check("expectations are answered", expectations_are_answered)]
