"""A function in place of a credential: called when needed, shared, called again after a 401."""

from __future__ import annotations

import asyncio
import base64
import importlib
import io
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.delivery import ok
from tests.recorder import Exchange, Recorder, Step, redirect, reply
from tests.vendors import QUESTIONPRO, Vendor, call, every_vendor, failure, upload
from tests.workshop import foreign

NO = reply(401, b"{}")
THREADS = 16


class Tokens:
    """A function that returns ``token-1``, ``token-2``, …; ``calls`` tells how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        return f"token-{self.calls}"


def tokens(mode: str) -> tuple[Tokens, Callable[[], str | Awaitable[str]]]:
    """The counter, and a function for the client of this mode."""
    counter = Tokens()
    if mode == "sync":
        return counter, counter

    async def slow() -> str:
        token = counter()
        await asyncio.sleep(0.01)
        return token

    return counter, slow


def sent(vendor: Vendor, server: Recorder) -> list[str]:
    values = [request.header(vendor.header) or "none" for request in server.requests]
    return [value.removeprefix(vendor.prefix) for value in values]


@every_vendor
def test_the_function_is_called_when_first_needed_and_its_token_kept(
    vendor: Vendor, mode: str
) -> None:
    counter, function = tokens(mode)
    with Recorder(ok(vendor), ok(vendor), ok(vendor)) as server:
        client = vendor.client(mode, server.url, **{vendor.option: function})
        assert counter.calls == 0
        if mode == "sync":
            with client:
                for each in (client, client, client.with_options(timeout=7)):
                    vendor.upload(each, b"x")
        else:

            async def run() -> None:
                async with client:
                    for each in (client, client, client.with_options(timeout=7)):
                        await vendor.upload(each, b"x")

            asyncio.run(run())
    assert sent(vendor, server) == ["token-1"] * 3
    assert counter.calls == 1


@every_vendor
def test_an_async_client_takes_a_plain_function_too(vendor: Vendor) -> None:
    with Recorder(ok(vendor)) as server:
        upload(vendor, "async", server.url, b"x", **{vendor.option: Tokens()})
    assert sent(vendor, server) == ["token-1"]


@every_vendor
def test_a_refused_token_is_replaced_once_beside_the_retries(vendor: Vendor, mode: str) -> None:
    counter, function = tokens(mode)
    with Recorder(NO, ok(vendor)) as server:
        options = {vendor.option: function, "max_retries": 0}
        assert upload(vendor, mode, server.url, b"x", **options).to_dict() == vendor.success
    assert sent(vendor, server) == ["token-1", "token-2"]
    assert server.requests[0].method == server.requests[1].method
    assert len({request.header("content-length") for request in server.requests}) == 1
    assert counter.calls == 2


@every_vendor
def test_a_second_refusal_is_an_error(vendor: Vendor, mode: str) -> None:
    counter, function = tokens(mode)
    busy = reply(503, b"", [("Retry-After", "0")])
    for script, attempts in (([NO, NO], 2), ([busy, NO, busy, NO], 4)):
        counter.calls = 0
        with Recorder(*script) as server:
            error = failure(vendor, mode, server.url, **{vendor.option: function})
        assert type(error) is vendor.errors.AuthenticationError
        assert error.attempts == attempts == len(server.requests)
        assert counter.calls == 2


@every_vendor
def test_a_text_is_not_sent_again(vendor: Vendor, mode: str) -> None:
    with Recorder(NO) as server:
        error = failure(vendor, mode, server.url)
    assert (type(error), error.attempts) == (vendor.errors.AuthenticationError, 1)


class OnlyOnce(io.RawIOBase):
    """A stream that cannot seek."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return 0


@every_vendor
def test_a_body_that_is_gone_is_not_sent_again(vendor: Vendor, mode: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"

    for content in (pieces(), OnlyOnce()):
        counter, function = tokens(mode)
        with Recorder(NO) as server:
            error = failure(vendor, mode, server.url, content, **{vendor.option: function})
        assert (type(error), error.attempts) == (vendor.errors.AuthenticationError, 1)
        assert counter.calls == 1


@every_vendor
def test_a_redirect_takes_the_token_along_and_a_stranger_gets_none(
    vendor: Vendor, mode: str
) -> None:
    counter, function = tokens(mode)
    with (
        Recorder(NO) as other,
        Recorder(redirect(307, "/next"), NO, redirect(307, other.url + "/x")) as server,
    ):
        error = failure(vendor, mode, server.url, **{vendor.option: function})
    assert type(error) is vendor.errors.AuthenticationError
    assert [request.target for request in server.requests][1:] == ["/next", "/next"]
    assert sent(vendor, server) == ["token-1", "token-1", "token-2"]
    assert sent(vendor, other) == ["none"]
    assert counter.calls == 2  # the stranger's refusal is nothing to act on


@every_vendor
def test_every_token_there_was_is_redacted(vendor: Vendor, mode: str) -> None:
    _, function = tokens(mode)
    echo = b'{"now": "token-2", "before": "token%2D1"}'
    with Recorder(NO, reply(401, echo, [("X-Echo", "token-1 token-2")])) as server:
        error = failure(vendor, mode, server.url, **{vendor.option: function})
    assert error.body == b'{"now": "[redacted]", "before": "[redacted]"}'
    assert error.headers["x-echo"] == "[redacted] [redacted]"


# --- what the function may do wrong


class Closed(Exception):
    pass


@every_vendor
def test_what_the_function_raises_comes_through_and_it_is_asked_again(
    vendor: Vendor, mode: str
) -> None:
    outcomes: list[Any] = [Closed("the vault is closed"), "good"]

    def function() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return str(outcome)

    async def afunction() -> str:
        return function()

    given = function if mode == "sync" else afunction
    with Recorder(ok(vendor)) as server:
        first = vendor.client(mode, server.url, **{vendor.option: given})
        pool = httpx2.Client() if mode == "sync" else httpx2.AsyncClient()
        second = first.with_options(http_client=pool)
        with pytest.raises(Closed):
            call(first, lambda c: vendor.upload(c, b"x"))
        call(second, lambda c: vendor.upload(c, b"x"), pool)
    assert sent(vendor, server) == ["good"]


@every_vendor
def test_what_a_function_returns_after_a_refusal_is_checked_too(vendor: Vendor, mode: str) -> None:
    values: list[Any] = ["good", "bad\r\nX: 1"]
    with Recorder(NO) as server:
        error = failure(vendor, mode, server.url, **{vendor.option: lambda: values.pop(0)})
    assert type(error) is vendor.errors.ConfigurationError
    assert error.attempts == 1


@every_vendor
def test_an_async_function_is_for_the_async_client(vendor: Vendor) -> None:
    async def function() -> str:
        return "token"

    with Recorder() as server:
        error = failure(vendor, "sync", server.url, **{vendor.option: function})
    assert type(error) is vendor.errors.ConfigurationError
    assert "coroutine" in str(error)


@every_vendor
def test_a_function_that_uses_its_own_client_is_told(vendor: Vendor, mode: str) -> None:
    found: list[Any] = []

    def function() -> Any:
        return vendor.upload(found[0], b"x")

    with Recorder() as server:
        found.append(vendor.client(mode, server.url, **{vendor.option: function}))
        with pytest.raises(vendor.errors.ConfigurationError, match="uses the client"):
            call(found[0], lambda c: vendor.upload(c, b"x"))


# --- at the same time


def guarded(vendor: Vendor, token: str) -> Step:
    """Let in who has this token."""

    def act(exchange: Exchange) -> bool:
        assert exchange.request is not None
        value = exchange.request.header(vendor.header)
        return (ok(vendor) if value == vendor.prefix + token else NO).act(exchange)

    return Step(act)


def test_threads_share_one_call_of_the_function_and_one_after_a_refusal() -> None:
    vendor, counter = QUESTIONPRO, Tokens()
    together = threading.Barrier(THREADS)
    failures: list[BaseException] = []
    with (
        Recorder(*[guarded(vendor, "token-2")] * (2 * THREADS)) as server,
        vendor.client("sync", server.url, api_key=counter) as client,
    ):

        def work() -> None:
            try:
                together.wait()
                vendor.upload(client.with_options(timeout=20), b"x")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert counter.calls == 2
    assert set(sent(vendor, server)) == {"token-1", "token-2"}
    assert sent(vendor, server).count("token-2") == THREADS


def test_tasks_share_one_call_of_the_function_and_one_after_a_refusal() -> None:
    vendor = QUESTIONPRO
    counter, function = tokens("async")

    async def run(url: str) -> None:
        async with vendor.client("async", url, api_key=function) as client:
            uploads = [vendor.upload(client.with_options(timeout=20), b"x") for _ in range(THREADS)]
            await asyncio.gather(*uploads)

    with Recorder(*[guarded(vendor, "token-2")] * (2 * THREADS)) as server:
        asyncio.run(run(server.url))
    assert counter.calls == 2
    assert sent(vendor, server).count("token-2") == THREADS


def test_a_call_that_is_cancelled_leaves_the_function_to_the_next() -> None:
    vendor, calls = QUESTIONPRO, []

    async def function() -> str:
        calls.append(1)
        if len(calls) == 1:
            await asyncio.Event().wait()
        return "token"

    async def run(url: str) -> None:
        async with vendor.client("async", url, api_key=function) as client:
            first = asyncio.create_task(vendor.upload(client, b"x"))
            while not calls:
                await asyncio.sleep(0)
            second = asyncio.create_task(vendor.upload(client, b"x"))
            await asyncio.sleep(0)
            first.cancel()
            await second
            with pytest.raises(asyncio.CancelledError):
                await first

    with Recorder(ok(vendor)) as server:
        asyncio.run(run(server.url))
    assert len(calls) == 2


def test_an_async_credential_serves_one_event_loop_after_the_other() -> None:
    vendor = QUESTIONPRO
    counter, function = tokens("async")
    with Recorder(ok(vendor), NO, ok(vendor)) as server:
        first = vendor.client("async", server.url, api_key=function)
        pool = httpx2.AsyncClient()
        second = first.with_options(http_client=pool)
        call(first, lambda c: vendor.upload(c, b"x"))
        call(second, lambda c: vendor.upload(c, b"x"), pool)
    assert sent(vendor, server) == ["token-1", "token-1", "token-2"]
    assert counter.calls == 2


# --- HTTP basic authentication


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("given", "header"),
    [
        (("user", "pass:word"), basic("user", "pass:word")),
        (("user", ""), basic("user", "")),
        (("Jürgen", "groß €"), basic("Jürgen", "groß €")),
        (basic("a", "b").partition(" ")[2], basic("a", "b")),
        (lambda: ("user", "word"), basic("user", "word")),
        (lambda: basic("a", "b").partition(" ")[2], basic("a", "b")),
    ],
)
def test_basic_takes_a_pair_or_its_base64(mode: str, given: Any, header: str) -> None:
    foreign()
    package: Any = importlib.import_module("vault_client")
    kind = package.Vault if mode == "sync" else package.AsyncVault
    with Recorder(reply(204, media_type="")) as server:
        call(kind(base_url=server.url, password=given), lambda c: c.doors.basic())
    assert server.only.header("authorization") == header


@pytest.mark.parametrize(
    "given", [("a:b", "c"), ("a",), ("a", "b", "c"), ("a", 1), ("a\n", "b"), ("a", "b\0"), ()]
)
def test_a_pair_that_basic_cannot_send_is_refused(given: Any) -> None:
    foreign()
    package: Any = importlib.import_module("vault_client")
    with pytest.raises(package.errors.ConfigurationError, match="password="):
        package.Vault(base_url="http://h", password=given)
    with pytest.raises(package.errors.ConfigurationError, match="token="):
        package.Vault(base_url="http://h", token=("a", "b"))


@pytest.mark.parametrize("function", [False, True])
def test_the_password_of_a_pair_is_redacted(function: bool) -> None:
    foreign()
    package: Any = importlib.import_module("vault_client")
    pair = ("user", "pass wörd")
    encoded = basic(*pair).partition(" ")[2]
    echo = reply(403, f"pass w\\u00f6rd, pass+w%C3%B6rd and {encoded}".encode())
    given: Any = (lambda: encoded) if function else pair
    with Recorder(echo) as server, pytest.raises(package.errors.PermissionDeniedError) as caught:
        call(package.Vault(base_url=server.url, password=given), lambda c: c.doors.basic())
    assert caught.value.body == b"[redacted], [redacted] and [redacted]"
