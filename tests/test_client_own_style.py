"""openapi-python-client's own call style keeps its meaning: answers return, exceptions pass."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx2
import pytest

from tests.recorder import Recorder, Step, close, reply, reset, silence
from tests.vendors import SECRET, Vendor, every_vendor


def low_level(
    vendor: Vendor, mode: str, url: str, name: str = "sync_detailed", **options: Any
) -> Any:
    """Upload in openapi-python-client's own style."""
    client = vendor.package.AuthenticatedClient(url, SECRET, **options)
    arguments = vendor.arguments(vendor.package.File(b"x", "x.png"))
    if mode == "sync":
        with client:
            return getattr(vendor.module, name)(client=client, **arguments)

    async def run() -> Any:
        async with client:
            function = getattr(vendor.module, name.replace("sync", "asyncio"))
            return await function(client=client, **arguments)

    return asyncio.run(run())


@every_vendor
@pytest.mark.parametrize(("status", "kind"), [(410, HTTPStatus), (520, int), (999, int)])
def test_own_style_returns_an_undocumented_status(
    vendor: Vendor, mode: str, status: int, kind: type
) -> None:
    with Recorder(reply(status, b"<html>")) as server:
        response = low_level(vendor, mode, server.url)
    assert type(response.status_code) is kind
    assert (response.status_code, response.parsed, response.content) == (status, None, b"<html>")
    assert response.headers["content-type"] == "application/json"
    with Recorder(reply(status)) as server:
        assert low_level(vendor, mode, server.url, "sync") is None


@every_vendor
def test_own_style_raises_an_undocumented_status_when_asked(vendor: Vendor, mode: str) -> None:
    kind = vendor.errors.UnexpectedStatus
    with Recorder(reply(520, b"a secret page")) as server, pytest.raises(kind) as caught:
        low_level(vendor, mode, server.url, raise_on_unexpected_status=True)
    assert (caught.value.status_code, caught.value.content) == (520, b"a secret page")
    assert "secret" not in str(caught.value)


@every_vendor
def test_own_style_returns_documented_errors(vendor: Vendor, mode: str) -> None:
    body = json.dumps(vendor.refusal).encode()
    with Recorder(reply(400, body)) as server:
        response = low_level(vendor, mode, server.url, raise_on_unexpected_status=True)
    assert response.status_code is HTTPStatus.BAD_REQUEST
    assert response.parsed.to_dict() == vendor.refusal


@every_vendor
@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (lambda: close(), httpx2.RemoteProtocolError),
        (lambda: reset(), httpx2.ReadError),
        (lambda: silence(), httpx2.ReadTimeout),
    ],
    ids=["closed", "reset", "silent"],
)
def test_own_style_lets_exceptions_of_the_http_library_through(
    vendor: Vendor, mode: str, step: Callable[[], Step], kind: type[Exception]
) -> None:
    with Recorder(step()) as server, pytest.raises(kind):
        low_level(vendor, mode, server.url, timeout=0.2)


@every_vendor
def test_own_style_sends_what_it_was_configured_with(vendor: Vendor, mode: str) -> None:
    with Recorder(reply(520)) as server:
        low_level(
            vendor,
            mode,
            server.url,
            headers={"user-agent": "mine/1", "X-Team": "blue", "accept": "text/x"},
            cookies={"a": "b"},
        )
    assert server.only.header("user-agent") == "mine/1"
    assert server.only.header("x-team") == "blue"
    assert server.only.header("accept") == "text/x"
    assert server.only.header("cookie") == "a=b"
    assert server.only.header(vendor.header) == vendor.prefix + SECRET
    with Recorder(reply(520)) as server:
        low_level(vendor, mode, server.url)
    python = f"python/{sys.version_info[0]}.{sys.version_info[1]}"
    name = f"{vendor.name}-client/{vendor.package.__version__} {python}"
    assert server.only.header("user-agent") == name


@every_vendor
def test_own_style_keeps_the_time_limit_of_a_client_passed_in(vendor: Vendor, mode: str) -> None:
    client = vendor.package.AuthenticatedClient("http://unused", SECRET)
    arguments = vendor.arguments(vendor.package.File(b"x", "x.png"))
    with Recorder(silence()) as server:
        client = vendor.package.AuthenticatedClient(server.url, SECRET)
        if mode == "sync":
            with httpx2.Client(timeout=0.2) as http, pytest.raises(httpx2.ReadTimeout):
                vendor.module.sync(client=client.set_httpx_client(http), **arguments)
            return

        async def run() -> None:
            async with httpx2.AsyncClient(timeout=0.2) as http:
                await vendor.module.asyncio(client=client.set_async_httpx_client(http), **arguments)

        with pytest.raises(httpx2.ReadTimeout):
            asyncio.run(run())
