"""A caller's ``aiohttp.ClientSession`` carries the requests of the async client."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
import pytest

from tests.delivery import file_of, ok
from tests.recorder import Exchange, Recorder, Step, close, redirect, reply, reset, silence
from tests.test_client_answers import BROKEN
from tests.vendors import PINGONE, QUESTIONPRO, SECRET, USER, Vendor, every_vendor
from tests.ways import sending, through

WAY = "aiohttp.ClientSession"
CONTENT = bytes(range(256)) * 4096


async def _chunks() -> AsyncIterator[bytes]:
    for start in range(0, len(CONTENT), 99_999):
        yield CONTENT[start : start + 99_999]


def _iterator() -> Iterator[bytes]:
    yield from (CONTENT[:5], b"", CONTENT[5:])


@every_vendor
@pytest.mark.parametrize("kind", ["bytes", "path", "handle", "iterator", "async iterator"])
def test_files_arrive_byte_for_byte(vendor: Vendor, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(CONTENT)
    with path.open("rb") as handle, Recorder(ok(vendor)) as server:
        given: dict[str, Any] = {
            "bytes": CONTENT,
            "path": path,
            "handle": handle,
            "iterator": _iterator(),
            "async iterator": _chunks(),
        }
        assert sending(WAY, vendor, server.url, given[kind]).to_dict() == vendor.success
    request = server.only
    assert file_of(vendor, request) == CONTENT
    assert request.header(vendor.header) == vendor.prefix + SECRET
    assert (request.header("user-agent") or "").startswith(f"{vendor.name}-client/")


def test_urls_are_sent_as_they_are() -> None:
    with Recorder(reply(200, b"{}")) as server:
        base = f"{server.url}/a%2Fb/c%20d"
        sending(WAY, QUESTIONPRO, base)
    assert server.only.target == f"/a%2Fb/c%20d/users/{USER}/images"


@pytest.mark.parametrize("step", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_a_typed_error(step: Any) -> None:
    with Recorder(step) as server:
        error = sending(WAY, PINGONE, server.url, max_retries=0)
    assert isinstance(error, PINGONE.errors.APIError)
    assert not isinstance(error, PINGONE.errors.ConfigurationError)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_what_was_not_sent_is_tried_again_and_a_post_that_was_is_not() -> None:
    error = sending(WAY, PINGONE, "http://127.0.0.1:1", max_retries=1)
    assert (type(error), error.attempts) == (PINGONE.errors.APIConnectionError, 2)
    for step in (close(), reset()):
        with Recorder(step) as server:
            error = sending(WAY, PINGONE, server.url)
        assert (type(error), error.attempts) == (PINGONE.errors.APIConnectionError, 1)


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("used", [False, True], ids=["new connection", "used connection"])
def test_what_breaks_is_sent_as_often_as_attempts_tell(retries: int, used: bool) -> None:
    async def use(client: Any) -> Any:
        if used:
            with pytest.raises(QUESTIONPRO.errors.NotFoundError):
                await client.images.list(user_id=USER).first_page
        with pytest.raises(QUESTIONPRO.errors.APIConnectionError) as caught:
            await client.images.list(user_id=USER).first_page
        return caught.value

    good = [reply(404, b"{}")] if used else []
    with Recorder(*good, *[close()] * (retries + 1)) as server:
        error = through(WAY, QUESTIONPRO, server.url, use, max_retries=retries)
        assert server.connections == retries + 1
    assert error.attempts == retries + 1
    assert len(server.requests) == len(good) + retries + 1


def test_what_breaks_on_one_used_connection_is_not_sent_on_the_next() -> None:
    async def use(client: Any) -> Any:
        async def get() -> Any:
            with pytest.raises(QUESTIONPRO.errors.APIError) as caught:
                await client.images.list(user_id=USER).first_page
            return caught.value

        await asyncio.gather(get(), get())  # two connections, both kept
        assert server.connections == 2
        return await get()

    together = threading.Barrier(2)
    meet = [Step(lambda e: together.wait(20) >= 0 and reply(404, b"{}").act(e))] * 2
    with Recorder(*meet, close()) as server:
        error = through(WAY, QUESTIONPRO, server.url, use, max_retries=0)
    assert (type(error), error.attempts) == (QUESTIONPRO.errors.APIConnectionError, 1)


@asynccontextmanager
async def _until_connections_end() -> AsyncGenerator[aiohttp.ClientSession, None]:
    """A session; the loop goes on until the sockets are closed, with what was not sent in them."""
    sockets: list[socket.socket] = []

    def make(address: Any) -> socket.socket:
        sockets.append(socket.socket(*address[:3]))
        sockets[-1].setblocking(False)
        return sockets[-1]

    connector = aiohttp.TCPConnector(socket_factory=make)
    try:
        async with aiohttp.ClientSession(connector=connector) as session:
            yield session
    finally:  # the error of the test passes through here
        async with asyncio.timeout(10):
            while any(one.fileno() >= 0 for one in sockets):
                await asyncio.sleep(0)


def test_an_answer_before_the_body_ends_the_connection_with_what_was_not_sent() -> None:
    body = json.dumps(PINGONE.refusal).encode()
    answer, over = reply(413, body), threading.Event()

    def act(exchange: Exchange) -> bool:
        answer.act(exchange)
        return not over.wait(30)  # and nobody reads

    with Recorder(Step(act, "head")) as server:
        error = sending(WAY, PINGONE, server.url, bytes(32 << 20), pool=_until_connections_end)
        over.set()
    assert error.status_code == 413


def test_a_file_that_fails_while_it_is_sent_tells_its_own_error() -> None:
    def failing() -> Iterator[bytes]:
        yield b"x" * 70_000
        raise LookupError("the disk is gone")

    with Recorder(ok(PINGONE)) as server, pytest.raises(LookupError, match="the disk is gone"):
        sending(WAY, PINGONE, server.url, failing())


def test_the_sessions_own_things_go_to_the_configured_origin_only() -> None:
    pool = partial(
        aiohttp.ClientSession,
        headers={"X-Pool": "yes", "Accept-Encoding": "identity"},
        cookies={"crumb": "1"},
        cookie_jar=None,
        raise_for_status=True,
    )
    with (
        Recorder(redirect(307, "/y"), ok(PINGONE)) as other,
        Recorder(redirect(307, other.url + "/x")) as server,
    ):
        sending(WAY, PINGONE, server.url, pool=pool)
    first = server.only
    assert (first.header("x-pool"), first.header("accept-encoding")) == ("yes", "identity")
    assert [request.target for request in other.requests] == ["/x", "/y"]
    for request in other.requests:
        assert request.header("x-pool") is None
        assert request.header("cookie") is None
        assert request.header("authorization") is None


def test_a_session_that_was_passed_in_stays_open_and_a_closed_one_is_told_of() -> None:
    async def run(url: str) -> None:
        async with aiohttp.ClientSession() as session:
            async with PINGONE.client("async", url, http_client=session) as client:
                await PINGONE.upload(client, b"x")
            assert not session.closed
            await PINGONE.upload(client, b"x")
        with pytest.raises(PINGONE.errors.ConfigurationError, match="closed"):
            await PINGONE.upload(client, b"x")

    with Recorder(ok(PINGONE), ok(PINGONE)) as server:
        asyncio.run(run(server.url))
    assert server.connections == 1


def test_tasks_share_the_session() -> None:
    async def run(url: str) -> list[Any]:
        async with aiohttp.ClientSession() as session:
            client = PINGONE.client("async", url, http_client=session)
            return await asyncio.gather(*[PINGONE.upload(client, b"x") for _ in range(32)])

    with Recorder(*[ok(PINGONE)] * 32) as server:
        assert len(asyncio.run(run(server.url))) == 32


def test_a_cancelled_request_leaves_the_session_usable() -> None:
    def use(client: Any) -> Any:
        async def run() -> Any:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await PINGONE.upload(client, b"x")
            return await PINGONE.upload(client, b"x")

        return run()

    with Recorder(silence(), ok(PINGONE)) as server:
        assert through(WAY, PINGONE, server.url, use).to_dict() == PINGONE.success


def test_other_http_clients_are_refused() -> None:
    error = PINGONE.errors.ConfigurationError
    with httpx2.Client() as http, pytest.raises(error, match="http_client="):
        PINGONE.client("async", "http://127.0.0.1", http_client=http)
    for wrong in (object(), aiohttp, "http"):
        with pytest.raises(error, match="http_client="):
            PINGONE.client("sync", "http://127.0.0.1", http_client=wrong)


def test_aiohttp_is_needed_by_those_only_who_pass_a_session() -> None:
    code = (
        "import sys; sys.modules['aiohttp'] = None; sys.modules['yarl'] = None\n"
        f"sys.path.insert(0, {str(Path(PINGONE.package.__file__ or '').parents[1])!r})\n"
        "import asyncio, pingone_client\n"
        "async def run():\n"
        "    async with pingone_client.AsyncPingOne(token='t', base_url='http://127.0.0.1:1',"
        " max_retries=0) as client:\n"
        "        await client.images.create(environment_id='e', image=b'x')\n"
        "try:\n    asyncio.run(run())\n"
        "except pingone_client.errors.APIConnectionError:\n    print('typed')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "typed\n"
