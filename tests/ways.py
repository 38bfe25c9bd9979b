"""The ways that requests can take: the clients' own connections, or a caller's HTTP client."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import aiohttp
import httpx2
import pytest

from tests.vendors import Vendor

_POOLS: dict[str, Callable[[], Any]] = {
    "sync": nullcontext,
    "async": nullcontext,
    "httpx2.Client": httpx2.Client,
    "httpx2.AsyncClient": httpx2.AsyncClient,
    "aiohttp.ClientSession": aiohttp.ClientSession,
}

WAYS = tuple(_POOLS)
every_way = pytest.mark.parametrize("way", WAYS)
own_way = pytest.mark.parametrize("way", ["sync", "async"])


def over(
    way: str,
    make_client: Callable[[Any], Any],
    use: Callable[[Any], Any],
    make_pool: Callable[[], Any] | None = None,
) -> Any:
    """Use a new client once, and close it; it is made with the HTTP client of the way, or None."""
    make = make_pool or _POOLS[way]
    if way in ("sync", "httpx2.Client"):
        with make() as http, make_client(http) as client:
            return use(client)

    async def run() -> Any:
        async with make() as http, make_client(http) as client:
            result = use(client)
            return await result if inspect.isawaitable(result) else result

    return asyncio.run(run())


def through(way: str, vendor: Vendor, url: str, use: Callable[[Any], Any], **options: Any) -> Any:
    """Use a new client of a vendor once, and close it."""
    pool = options.pop("pool", None)
    mode = "sync" if way in ("sync", "httpx2.Client") else "async"

    def make(http: Any) -> Any:
        return vendor.client(mode, url, http_client=http, **options)

    return over(way, make, use, pool)


def sending(way: str, vendor: Vendor, url: str, content: Any = b"x", **options: Any) -> Any:
    """The result of an upload, or the package's error."""
    try:
        return through(way, vendor, url, lambda c: vendor.upload(c, content), **options)
    except vendor.errors.APIError as error:
        return error
