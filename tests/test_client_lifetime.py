"""Connections: made when first used, shared by ``with_options``, closed once and for all."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trio
from questionpro_client import AsyncQuestionPro, QuestionPro
from questionpro_client._runtime.credential import Credential
from questionpro_client._runtime.secret import Secret
from questionpro_client._runtime.security import Credentials, SecurityScheme
from questionpro_client.errors import ConfigurationError

from tests.delivery import ok
from tests.recorder import Exchange, Recorder, Step, raw, reply, silence
from tests.stub import Stub
from tests.stub.pictures import picture
from tests.vendors import PINGONE, QUESTIONPRO, USER
from tests.ways import sending, through

KEY = "test-api-key"


@pytest.mark.parametrize("used", [True, False])
def test_a_closed_client_says_so(used: bool, stub: Stub) -> None:
    qp = QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"])
    if used:
        assert list(qp.images.list(USER)) == []
    qp.close()
    with pytest.raises(ConfigurationError, match="closed"):
        qp.images.upload(user_id=USER, file=picture())
    qp.close()  # twice is fine
    assert stub.images() == []


@pytest.mark.parametrize("used", [True, False])
def test_a_closed_async_client_says_so(used: bool, stub: Stub) -> None:
    async def run() -> None:
        qp = AsyncQuestionPro(api_key=KEY, base_url=stub.urls["questionpro"])
        if used:
            assert [image async for image in qp.images.list(USER)] == []
        await qp.aclose()
        with pytest.raises(ConfigurationError, match="closed"):
            await qp.images.upload(user_id=USER, file=picture())
        await qp.aclose()

    asyncio.run(run())


def test_a_client_that_was_passed_in_stays_open(stub: Stub) -> None:
    with httpx2.Client() as http:
        with QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"], http_client=http) as qp:
            qp.images.upload(user_id=USER, file=picture())
        assert not http.is_closed
        assert http.get(f"{stub.url}/_stub/health").status_code == 200


def test_other_options_share_the_connection() -> None:
    answer = ok(QUESTIONPRO)
    with (
        Recorder(answer, answer) as server,
        QuestionPro(api_key="one", base_url=server.url) as first,
    ):
        first.images.upload(user_id=USER, file=b"x")
        first.with_options(api_key="two", timeout=5).images.upload(user_id=USER, file=b"x")
        assert [request.header("api-key") for request in server.requests] == ["one", "two"]
        assert {request.connection for request in server.requests} == {1}


def test_closing_either_client_closes_both(stub: Stub) -> None:
    first = QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"])
    with first.with_options(max_retries=0) as second:
        assert list(second.images.list(USER)) == []
    with pytest.raises(ConfigurationError, match="closed"):
        list(first.images.list(USER))


def test_a_client_serves_many_threads(stub: Stub) -> None:
    pictures = [picture(width=number + 1) for number in range(16)]
    failures: list[BaseException] = []
    with QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"]) as qp:

        def work(content: bytes) -> None:
            try:
                qp.images.upload(user_id=USER, file=content)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(content,)) for content in pictures]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert sorted(stub.content(image) for image in stub.images()) == sorted(pictures)


def test_threads_may_change_options_of_one_client() -> None:
    """Each request carries what its own thread asked for, over connections that all share."""
    answer = ok(QUESTIONPRO)
    names = [f"key-{number}" for number in range(16)]
    failures: list[BaseException] = []
    together = threading.Barrier(len(names))
    with (
        Recorder(*[answer] * (3 * len(names))) as server,
        QuestionPro(api_key="shared", base_url=f"{server.url}/shared") as qp,
    ):

        def work(name: str) -> None:
            try:
                together.wait()
                twin = qp.with_options(api_key=name, base_url=f"{server.url}/{name}")
                for client in (twin, qp, twin.with_options(max_retries=0)):
                    client.images.upload(user_id=USER, file=b"x")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    sent = [
        (request.target.split("/")[1], request.header("api-key")) for request in server.requests
    ]
    assert sorted(map(str, sent)) == sorted(
        str((name, name)) for name in [*names * 2, *["shared"] * len(names)]
    )


def test_a_credential_is_sent_where_it_is_optional() -> None:
    scheme = SecurityScheme("api_key", "header", "api-key")
    having = Credentials({"key": scheme}, {"api_key": Credential("api_key=", Secret("k"))})
    lacking = Credentials({"key": scheme}, {})
    assert [found for found, _ in having.choose([(), ("key",)])] == [scheme]
    assert lacking.choose([(), ("key",)]) == []
    assert lacking.choose([]) == []
    with pytest.raises(ConfigurationError, match="api_key"):
        lacking.choose([("key",)])


def test_pingone_closes_too(stub: Stub) -> None:
    client = PINGONE.client("sync", stub.urls["pingone"])
    client.close()
    with pytest.raises(PINGONE.errors.ConfigurationError, match="closed"):
        client.images.create(environment_id="x", image=b"x")


# --- connections that end in another way than they should


def test_a_connection_that_the_server_closed_is_not_used_again(mode: str) -> None:
    body = PINGONE.answer()
    last = raw(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def until_closed(result: Any) -> Any:
        while server._open:  # the server closes its end right after its answer
            time.sleep(0.001)
        return result

    def use(client: Any) -> Any:
        if mode == "sync":
            return [until_closed(PINGONE.upload(client, b"x")) for _ in range(3)]

        async def run() -> Any:
            return [until_closed(await PINGONE.upload(client, b"x")) for _ in range(3)]

        return run()

    with Recorder(last, last, last) as server:
        results = through(mode, PINGONE, server.url, use, max_retries=0)
    assert len(results) == 3
    assert [request.connection for request in server.requests] == [1, 2, 3]


def test_an_early_answer_survives_the_hangup(mode: str) -> None:
    """The server answers, then closes while the client still sends: the kernel breaks the line."""

    def act(exchange: Exchange) -> bool:
        exchange.connection.recv(1 << 20)
        exchange.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        return False

    for _ in range(5):
        with Recorder(Step(act, "accepted")) as server:
            error = sending(mode, PINGONE, server.url, bytes(64 << 20), max_retries=0)
        assert getattr(error, "status_code", error) == 413


def test_a_cancelled_request_leaves_the_client_usable() -> None:
    def use(client: Any) -> Any:
        async def run() -> Any:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(PINGONE.upload(client, b"x")) for _ in range(5)]
                await asyncio.sleep(0.2)
                for task in tasks:
                    task.cancel()
            return await PINGONE.upload(client, b"x")

        return run()

    with Recorder(*[silence()] * 5, ok(PINGONE)) as server:
        result = through("async", PINGONE, server.url, use)
    assert result.to_dict() == PINGONE.success


def test_an_async_client_can_be_used_in_one_event_loop_after_another() -> None:
    """In a process of its own: the first loop leaves its connection open, and Python says so."""
    code = (
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(Path(PINGONE.package.__file__ or '').parents[1])!r})\n"
        "from pingone_client import AsyncPingOne\n"
        "client = AsyncPingOne(token='t', base_url=sys.argv[1])\n"
        "async def run():\n"
        "    return await client.images.create(environment_id='e', image=b'x')\n"
        "print(asyncio.run(run()).id, asyncio.run(run()).id)"
    )
    command = [sys.executable, "-c", code]
    with Recorder(ok(PINGONE), ok(PINGONE)) as server:
        done = subprocess.run([*command, server.url], capture_output=True, text=True, check=True)
    assert done.stdout == "7 7\n"


def test_the_async_client_runs_on_trio() -> None:
    async def run(url: str) -> Any:
        async with PINGONE.client("async", url, timeout=0.5, max_retries=0) as client:
            with pytest.raises(PINGONE.errors.APITimeoutError):
                await PINGONE.upload(client, b"x")
            with trio.move_on_after(0.2) as scope:
                await PINGONE.upload(client, b"x")
            assert scope.cancelled_caught
            return await PINGONE.upload(client, bytes(3_000_000))

    with Recorder(silence(), silence(), ok(PINGONE)) as server:
        assert trio.run(run, server.url).to_dict() == PINGONE.success
    assert len(server.requests[-1].body) == 3_000_000


def test_the_async_client_runs_on_trio_with_a_client_passed_in() -> None:
    async def run(url: str) -> Any:
        async with httpx2.AsyncClient() as http:
            client = PINGONE.client("async", url, timeout=0.5, max_retries=0, http_client=http)
            with pytest.raises(PINGONE.errors.APITimeoutError):
                await PINGONE.upload(client, b"x")
            return await PINGONE.upload(client, b"x")

    with Recorder(silence(), ok(PINGONE)) as server:
        assert trio.run(run, server.url).to_dict() == PINGONE.success


@pytest.mark.parametrize("kind", ["read by a hook", "never a stream"])
def test_an_answer_that_was_read_already_is_taken(mode: str, kind: str) -> None:
    body = gzip.compress(PINGONE.answer())
    headers = {"Content-Encoding": "gzip"}
    hooked: Any
    if kind == "never a stream":

        def answer(_: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(201, content=body, headers=headers)

        hooked = {"transport": httpx2.MockTransport(answer)}
    elif mode == "sync":
        hooked = {"event_hooks": {"response": [lambda response: response.read()]}}
    else:
        hooked = {"event_hooks": {"response": [httpx2.Response.aread]}}
    make = httpx2.Client if mode == "sync" else httpx2.AsyncClient
    with Recorder(reply(201, body, headers.items())) as server:
        result = through(
            f"httpx2.{make.__name__}", PINGONE, server.url,
            lambda client: PINGONE.upload(client, b"x"), pool=partial(make, **hooked),
        )  # fmt: skip
    assert result.to_dict() == PINGONE.success


@pytest.mark.parametrize("first_read", [False, True])
@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_hook_that_raises_for_a_status_ends_in_the_documented_error(
    mode: str, status: int, first_read: bool
) -> None:
    def hook(response: httpx2.Response) -> None:
        if first_read:
            response.read()
        response.raise_for_status()

    async def ahook(response: httpx2.Response) -> None:
        if first_read:
            await response.aread()
        response.raise_for_status()

    make: Any
    if mode == "sync":
        make = partial(httpx2.Client, event_hooks={"response": [hook]})
    else:
        make = partial(httpx2.AsyncClient, event_hooks={"response": [ahook]})
    step = reply(status, json.dumps(PINGONE.refusal).encode(), [("Retry-After", "0")])
    with Recorder(*[step] * (2 if status == 503 else 1)) as server:
        error = sending(
            f"httpx2.{make.func.__name__}", PINGONE, server.url, pool=make, max_retries=1
        )
    assert isinstance(error, PINGONE.errors.APIStatusError)
    assert error.status_code == status
    assert error.attempts == len(server.requests)
    assert error.__context__ is None
    assert ("Nope" in str(error)) == first_read
