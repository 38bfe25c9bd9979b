"""The HTTP libraries as one uses them by hand: send, check nothing, ``json.loads``."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)
from typing import Any

from .peers import module
from .subject import CREATE_TARGET, KEY, list_target
from .work import Order, Work, WrongAnswer, demand, in_loop, repeated

HEADERS = {"api-key": KEY}
JSON_HEADERS = {"Content-Type": "application/json"}

Send = Callable[[str, bytes | None], bytes]
"""A GET of a URL, or a POST of JSON; returns the body of the answer."""

AsyncSend = Callable[[str, bytes | None], Awaitable[bytes]]


@contextmanager
def _httpx(name: str) -> Generator[Send]:
    with module(name).Client(headers=HEADERS) as http:

        def send(url: str, body: bytes | None) -> bytes:
            if body is None:
                answer: bytes = http.get(url).content
            else:
                answer = http.post(url, content=body, headers=JSON_HEADERS).content
            return answer

        yield send


@contextmanager
def _requests(name: str) -> Generator[Send]:
    with module(name).Session() as session:
        session.headers.update(HEADERS)

        def send(url: str, body: bytes | None) -> bytes:
            if body is None:
                answer: bytes = session.get(url).content
            else:
                answer = session.post(url, data=body, headers=JSON_HEADERS).content
            return answer

        yield send


@contextmanager
def _urllib3(name: str) -> Generator[Send]:
    with module(name).PoolManager(headers=HEADERS) as pool:

        def send(url: str, body: bytes | None) -> bytes:
            if body is None:
                answer: bytes = pool.request("GET", url).data
            else:
                headers = {**HEADERS, **JSON_HEADERS}
                answer = pool.request("POST", url, body=body, headers=headers).data
            return answer

        yield send


@asynccontextmanager
async def _async_httpx(name: str) -> AsyncGenerator[AsyncSend]:
    async with module(name).AsyncClient(headers=HEADERS) as http:

        async def send(url: str, body: bytes | None) -> bytes:
            if body is None:
                answer: bytes = (await http.get(url)).content
            else:
                answer = (await http.post(url, content=body, headers=JSON_HEADERS)).content
            return answer

        yield send


@asynccontextmanager
async def _aiohttp(name: str) -> AsyncGenerator[AsyncSend]:
    async with module(name).ClientSession(headers=HEADERS) as session:

        async def send(url: str, body: bytes | None) -> bytes:
            if body is None:
                sent: Any = session.get(url)
            else:
                sent = session.post(url, data=body, headers=JSON_HEADERS)
            async with sent as answer:
                read: bytes = await answer.read()
                return read

        yield send


SYNC: dict[str, Callable[[str], AbstractContextManager[Send]]] = {
    "httpx2": _httpx,
    "httpx": _httpx,
    "requests": _requests,
    "urllib3": _urllib3,
}
ASYNC: dict[str, Callable[[str], AbstractAsyncContextManager[AsyncSend]]] = {
    "httpx2": _async_httpx,
    "httpx": _async_httpx,
    "aiohttp": _aiohttp,
}


def _listed(order: Order) -> tuple[str, None, Callable[[bytes], None]]:
    expected = order.content().pages[order.size]
    first = True

    def check(answer: bytes) -> None:
        nonlocal first
        page = json.loads(answer)
        if len(page["response"]) != order.size:
            raise WrongAnswer(f"{len(page['response'])} images instead of {order.size}")
        if first:
            demand(page, expected, "the list")
            first = False

    return order.url + list_target(order.size), None, check


def _created(order: Order) -> tuple[str, Callable[[], bytes], Callable[[bytes], None]]:
    content = order.content()
    expected = content.survey["response"]["responseID"]

    def check(answer: bytes) -> None:
        found = json.loads(answer)["response"]["responseID"]
        if found != expected:
            raise WrongAnswer(f"response {found} instead of {expected}")

    return order.url + CREATE_TARGET, lambda: json.dumps(content.question).encode(), check


@contextmanager
def _work(
    order: Order,
    call: tuple[str, Callable[[], bytes] | None, Callable[[bytes], None]],
) -> Generator[Work]:
    url, body, check = call
    if order.mode == "sync":
        with SYNC[order.peer](order.peer) as send:
            yield repeated(lambda: check(send(url, None if body is None else body())))
        return

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        async with ASYNC[order.peer](order.peer) as send:

            async def once() -> None:
                check(await send(url, None if body is None else body()))

            yield once

    with in_loop(opened(), order.tasks) as work:
        yield work


def listing(order: Order) -> AbstractContextManager[Work]:
    """GET a list of images."""
    return _work(order, _listed(order))


def creation(order: Order) -> AbstractContextManager[Work]:
    """POST a survey response."""
    return _work(order, _created(order))
