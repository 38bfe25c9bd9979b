"""A number as time limit holds for connecting, sending and the whole answer; phases for each."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import httpx2
import pytest

from tests.delivery import ok
from tests.recorder import Exchange, Recorder, Step, reply, silence
from tests.vendors import PINGONE, QUESTIONPRO, USER
from tests.ways import every_way, over, own_way, sending, through

LIMIT = 0.4
PATIENCE = 8.0
"""Seconds that no test of a limit may take; without the limit each takes longer, but ends."""


def drip(
    start: bytes, piece: bytes, times: int = 200, every: float = 0.05, end: bytes = b""
) -> Step:
    """Answer the start, then piece by piece until the client hangs up, and then the end."""

    def act(exchange: Exchange) -> bool:
        exchange.send(start)
        exchange.connection.settimeout(every)
        for _ in range(times):
            try:
                exchange.connection.recv(1)
                return False
            except TimeoutError:
                exchange.send(piece)
        exchange.connection.settimeout(20)
        exchange.send(end)
        return False

    return Step(act)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS = {
    "body": drip(HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
    "chunks": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "until close": drip(HEAD + b"\r\n", b" "),
}
HEAD_DRIPS = {
    "status line": drip(b"HTTP/1.1 200 ", b"O"),
    "header": drip(HEAD + b"X: ", b"y"),
    "headers": drip(HEAD, b"X: y\r\n"),
    "interim answers": drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
}
# of a chunk whose size line goes on and on, no byte gets to who reads the body
LONG_CHUNK = drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"y")


@contextlib.contextmanager
def soon() -> Iterator[None]:
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < PATIENCE


@every_way
@pytest.mark.parametrize("step", DRIPS.values(), ids=DRIPS)
def test_a_dripping_body_gains_no_time(way: str, step: Step) -> None:
    with Recorder(step) as server, soon():
        error = sending(way, PINGONE, server.url, timeout=LIMIT)
    assert type(error) is PINGONE.errors.APITimeoutError
    assert error.attempts == 1


@every_way
@pytest.mark.parametrize("step", HEAD_DRIPS.values(), ids=HEAD_DRIPS)
def test_a_dripping_head_gains_no_time(way: str, step: Step) -> None:
    with Recorder(step) as server, soon():
        error = sending(way, PINGONE, server.url, timeout=LIMIT)
    assert type(error) is PINGONE.errors.APITimeoutError


@every_way
def test_a_dripping_head_gains_no_time_on_a_connection_that_was_used(way: str) -> None:
    async def ause(client: Any) -> Any:
        await PINGONE.upload(client, b"x")
        with pytest.raises(PINGONE.errors.APITimeoutError):
            await PINGONE.upload(client, b"x", timeout=LIMIT)

    def use(client: Any) -> Any:
        PINGONE.upload(client, b"x")
        with pytest.raises(PINGONE.errors.APITimeoutError):
            PINGONE.upload(client, b"x", timeout=LIMIT)

    asynchronous = way not in ("sync", "httpx2.Client")
    with Recorder(ok(PINGONE), HEAD_DRIPS["header"]) as server, soon():
        through(way, PINGONE, server.url, ause if asynchronous else use)
        assert server.connections == 1


@pytest.mark.parametrize("step", [*HEAD_DRIPS.values(), LONG_CHUNK], ids=[*HEAD_DRIPS, "chunk"])
@pytest.mark.parametrize("way", ["httpx2.Client", "httpx2.AsyncClient", "aiohttp.ClientSession"])
def test_a_drip_gains_no_time_on_a_connection_that_the_callers_own_request_opened(
    way: str, step: Step
) -> None:
    async def acall(url: str, http: Any) -> None:
        await http.get(url)
        client = PINGONE.client("async", url, http_client=http)
        with pytest.raises(PINGONE.errors.APITimeoutError):
            await PINGONE.upload(client, b"x", timeout=LIMIT)

    def call(url: str, http: Any) -> None:
        http.get(url)
        client = PINGONE.client("sync", url, http_client=http)
        with pytest.raises(PINGONE.errors.APITimeoutError):
            PINGONE.upload(client, b"x", timeout=LIMIT)

    use = call if way == "httpx2.Client" else acall
    with Recorder(reply(), step) as server, soon():
        over(way, nullcontext, lambda http: use(server.url, http))
        assert server.connections == 1


@every_way
def test_the_limit_of_a_call_is_one_of_the_whole_answer_too(way: str) -> None:
    def use(client: Any) -> Any:
        return PINGONE.upload(client, b"x", timeout=LIMIT)

    with Recorder(DRIPS["body"]) as server, soon(), pytest.raises(PINGONE.errors.APITimeoutError):
        through(way, PINGONE, server.url, use)


@every_way
def test_an_answer_without_a_body_before_it_has_the_same_time(way: str) -> None:
    step = drip(HEAD, b"X: y\r\n", times=15, every=0.1, end=b"Content-Length: 2\r\n\r\n{}")

    def use(client: Any) -> Any:
        return client.images.list(user_id=USER).first_page

    with Recorder(step) as server, pytest.raises(QUESTIONPRO.errors.APITimeoutError):
        through(way, QUESTIONPRO, server.url, use, timeout=1, max_retries=0)


@every_way
def test_a_request_without_body_has_a_limit_too(way: str) -> None:
    def use(client: Any) -> Any:
        return client.images.list(user_id=USER).first_page

    kind = QUESTIONPRO.errors.APITimeoutError
    with Recorder(DRIPS["body"]) as server, soon(), pytest.raises(kind):
        through(way, QUESTIONPRO, server.url, use, timeout=LIMIT, max_retries=0)


@own_way
def test_interim_answers_beyond_all_measure_are_an_error(way: str) -> None:
    body = PINGONE.answer()

    def act(exchange: Exchange) -> bool:
        with contextlib.suppress(OSError):
            for _ in range(100):
                exchange.connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)
            exchange.connection.sendall(
                b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            )
        return False

    with Recorder(Step(act)) as server, soon():
        error = sending(way, PINGONE, server.url, timeout=httpx2.Timeout(30))
    assert type(error) is PINGONE.errors.APIConnectionError


@every_way
def test_the_limit_of_the_answer_begins_when_the_request_was_sent(way: str) -> None:
    limit, pieces = 1.2, 4

    def slow() -> Iterator[bytes]:
        for _ in range(pieces):
            time.sleep(limit / 3)  # less than the limit of a stall, and more in all
            yield b"x" * 1000

    with Recorder(ok(PINGONE)) as server:
        result = sending(way, PINGONE, server.url, slow(), timeout=limit)
    assert result.to_dict() == PINGONE.success
    assert len(server.only.body) == pieces * 1000


@every_way
def test_phases_limit_each_read(way: str) -> None:
    body = PINGONE.answer()
    head = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % (len(body) + 10)
    step = drip(head + body, b" ", times=10, every=0.15)
    with Recorder(step) as server:
        result = sending(way, PINGONE, server.url, timeout=httpx2.Timeout(5, read=1.2))
    assert result.to_dict() == PINGONE.success
    with Recorder(silence()) as server, soon():
        error = sending(way, PINGONE, server.url, timeout=httpx2.Timeout(5, read=LIMIT))
    assert type(error) is PINGONE.errors.APITimeoutError


@every_way
def test_a_server_that_does_not_read_is_a_timeout(way: str) -> None:
    done = threading.Event()
    step = Step(lambda _: done.wait(PATIENCE) and False, "accepted")
    with warnings.catch_warnings():
        if way == "aiohttp.ClientSession":
            # aiohttp leaves what is half written to the event loop, which has ended by then
            warnings.simplefilter("ignore", ResourceWarning)
        with Recorder(step) as server, soon():
            error = sending(way, PINGONE, server.url, bytes(64 << 20), timeout=LIMIT, max_retries=0)
            done.set()
        assert type(error) is PINGONE.errors.APITimeoutError
        del error
        gc.collect()


@own_way
def test_the_answer_of_a_server_that_stopped_reading_is_read(way: str) -> None:
    done = threading.Event()
    body = json.dumps(PINGONE.refusal).encode()
    answer = b"HTTP/1.1 413 Too Large\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def act(exchange: Exchange) -> bool:
        exchange.send(answer)
        done.wait(PATIENCE)
        return False

    with Recorder(Step(act, "accepted")) as server, soon():
        error = sending(way, PINGONE, server.url, bytes(64 << 20), timeout=5 * LIMIT)
        done.set()
    assert error.status_code == 413


@every_way
def test_a_server_that_does_not_shake_hands_is_a_timeout(way: str) -> None:
    def act(exchange: Exchange) -> bool:
        exchange.wait_for_hangup()
        return False

    with Recorder(Step(act, "accepted")) as server, soon():
        url = server.url.replace("http:", "https:")
        error = sending(way, PINGONE, url, timeout=LIMIT, max_retries=0)
    assert type(error) is PINGONE.errors.APITimeoutError


@every_way
def test_a_server_that_does_not_accept_is_a_timeout(way: str) -> None:
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):  # the queue is full: further connections get no answer
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with soon():
            error = sending(way, PINGONE, url, timeout=LIMIT, max_retries=0)
    assert type(error) is PINGONE.errors.APITimeoutError


def test_waiting_for_a_free_connection_has_a_limit() -> None:
    number = 110  # ten more than a pool has connections
    with Recorder(*[silence()] * 100) as server, soon():

        async def run() -> list[Any]:
            async with PINGONE.client(
                "async", server.url, timeout=2 * LIMIT, max_retries=0
            ) as client:
                calls = [PINGONE.upload(client, b"x") for _ in range(number)]
                return await asyncio.gather(*calls, return_exceptions=True)

        errors = asyncio.run(run())
        assert {type(error) for error in errors} == {PINGONE.errors.APITimeoutError}
    assert server.connections <= 100


@every_way
def test_a_client_can_be_used_after_a_timeout(way: str) -> None:
    def use(client: Any) -> Any:
        async def run() -> Any:
            with pytest.raises(PINGONE.errors.APITimeoutError):
                await PINGONE.upload(client, b"x", timeout=LIMIT)
            return await PINGONE.upload(client, b"x")

        if hasattr(client, "aclose"):
            return run()
        with pytest.raises(PINGONE.errors.APITimeoutError):
            PINGONE.upload(client, b"x", timeout=LIMIT)
        return PINGONE.upload(client, b"x")

    with Recorder(DRIPS["body"], ok(PINGONE)) as server:
        result = through(way, PINGONE, server.url, use)
    assert result.to_dict() == PINGONE.success
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize("status", [200, 503])
def test_a_complete_answer_just_in_time_is_taken(mode: str, status: int) -> None:
    step = reply(status, QUESTIONPRO.answer())
    with Recorder(step) as server:
        result = sending(mode, QUESTIONPRO, server.url, timeout=5, max_retries=0)
    assert getattr(result, "status_code", 200) == status


def test_a_name_that_is_not_resolved_in_time_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve, done = socket.getaddrinfo, threading.Event()

    def stalled(host: Any, *args: Any, **options: Any) -> Any:
        if host == "slow.invalid" and not options.get("flags"):
            done.wait(PATIENCE)
            raise socket.gaierror("no such name")
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", stalled)
    with soon():
        error = sending("sync", PINGONE, "http://slow.invalid", timeout=LIMIT, max_retries=0)
    assert type(error) is PINGONE.errors.APITimeoutError
    done.set()
    error = sending("sync", PINGONE, "http://slow.invalid", timeout=PATIENCE, max_retries=0)
    assert type(error) is PINGONE.errors.APIConnectionError
    assert "no such name" in str(error)
