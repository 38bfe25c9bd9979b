"""What the application is told of a request, in the words of ASGI."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Scope

from .request_head import RequestHead

_VERSIONS = ("1.0", "1.1")


def scope(
    head: RequestHead,
    client: tuple[str, int] | None,
    server: tuple[str, int] | None,
    extensions: dict[str, object],
) -> Scope:
    """The scope of a request whose head has been read."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": _VERSIONS[head.minor],
        "method": head.method,
        "scheme": "http",
        "path": head.text_path,
        "raw_path": head.path,
        "query_string": head.query,
        "root_path": "",
        "headers": head.fields,
        "client": client,
        "server": server,
        "extensions": extensions,
    }


def address(transport: asyncio.Transport, end: str) -> tuple[str, int] | None:
    """An end of a connection, `peername` or `sockname`."""
    name: tuple[Any, ...] | None = transport.get_extra_info(end)  # of IPv6, more than two
    return (str(name[0]), int(name[1])) if name else None
