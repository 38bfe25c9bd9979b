"""A list is walked page by page, as far as it goes and no further."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.recorder import Recorder, Step, reply
from tests.vendors import QUESTIONPRO, SECRET, USER, call

URL = "https://example.com/next"


def page(*ids: int, next: str | None = URL, total: int = 99, current: int = 1) -> Step:
    """One page of the list."""
    links = {"self": URL, "first": URL, "last": URL, "prev": None, "next": next}
    body = {
        "response": [{"imageID": id, "imageURL": URL, "size": "1 Kb"} for id in ids],
        "pagination": {
            "totalItems": 99,
            "perPage": 2,
            "totalPages": total,
            "currentPage": current,
            "links": links,
        },
        "requestID": "r",
    }
    return reply(200, json.dumps(body).encode())


def walk(mode: str, url: str, use: Callable[[Any], Any], **arguments: Any) -> Any:
    """What ``use`` makes of the list, collected if it can be walked."""

    def sync(client: Any) -> Any:
        value = use(client.images.list(user_id=USER, **arguments))
        return list(value) if isinstance(value, Iterable) else value

    async def asynchronous(client: Any) -> Any:
        value = use(client.images.list(user_id=USER, **arguments))
        return [each async for each in value] if hasattr(value, "__aiter__") else await value

    client = QUESTIONPRO.client(mode, url, max_retries=0)
    return call(client, sync if mode == "sync" else asynchronous)


def visit(mode: str, url: str, each: Callable[[Any], None], times: int = 1) -> None:
    """Show every item to ``each`` as it comes."""

    def sync(client: Any) -> None:
        pager = client.images.list(user_id=USER)
        for _ in range(times):
            for item in pager:
                each(item)

    async def asynchronous(client: Any) -> None:
        pager = client.images.list(user_id=USER)
        for _ in range(times):
            async for item in pager:
                each(item)

    call(QUESTIONPRO.client(mode, url, max_retries=0), sync if mode == "sync" else asynchronous)


def ids(items: list[Any]) -> list[int]:
    return [item.image_id for item in items]


def test_items_of_all_pages_come_in_order(mode: str) -> None:
    with Recorder(page(6, 5), page(4, 3), page(2, next=None)) as server:
        assert ids(walk(mode, server.url, lambda pager: pager, per_page=2)) == [6, 5, 4, 3, 2]
    targets = [f"/users/{USER}/images?page={number}&perPage=2" for number in (1, 2, 3)]
    assert [request.target for request in server.requests] == targets
    assert {request.header("api-key") for request in server.requests} == {SECRET}
    assert server.connections == 1


def test_pages_come_whole(mode: str) -> None:
    with Recorder(page(6, 5), page(4, next=None, current=2)) as server:
        pages = walk(mode, server.url, lambda pager: pager.pages())
    assert [ids(one.response) for one in pages] == [[6, 5], [4]]
    assert [one.pagination.current_page for one in pages] == [1, 2]


def test_the_walk_begins_where_it_is_told(mode: str) -> None:
    with Recorder(page(4), page(3, next=None)) as server:
        walk(mode, server.url, lambda pager: pager, page=7)
    assert [request.target.split("?")[1] for request in server.requests] == [
        "page=7&perPage=100",
        "page=8&perPage=100",
    ]


def test_the_first_page_is_one_request(mode: str) -> None:
    with Recorder(page(6, 5)) as server:
        assert ids(walk(mode, server.url, lambda pager: pager.first_page).response) == [6, 5]


def test_nothing_is_sent_before_it_is_asked_for(mode: str) -> None:
    with Recorder() as server:
        client = QUESTIONPRO.client(mode, server.url)
        pager = client.images.list(user_id=USER)
        pager.pages()
        iter(pager) if mode == "sync" else aiter(pager)
        assert server.connections == 0


def test_a_page_is_asked_for_when_its_items_are_due(mode: str) -> None:
    counts: list[int] = []
    with Recorder(page(6, 5), page(4, 3), page(next=None)) as server:
        visit(mode, server.url, lambda _: counts.append(len(server.requests)))
    assert counts == [1, 1, 2, 2]


def test_an_empty_list_is_one_page(mode: str) -> None:
    with Recorder(page(next=None, total=0)) as server:
        assert walk(mode, server.url, lambda pager: pager) == []
    assert len(server.requests) == 1


def test_an_empty_page_is_the_last(mode: str) -> None:
    with Recorder(page(6), page()) as server:
        assert ids(walk(mode, server.url, lambda pager: pager)) == [6]


def test_a_server_that_does_not_advance_is_left(mode: str) -> None:
    with Recorder(page(6, 5), page(6, 5)) as server:
        assert ids(walk(mode, server.url, lambda pager: pager)) == [6, 5]
    assert len(server.requests) == 2


def test_a_list_can_be_walked_again(mode: str) -> None:
    seen: list[Any] = []
    with Recorder(*[page(6), page(5, next=None)] * 2) as server:
        visit(mode, server.url, seen.append, times=2)
    assert ids(seen) == [6, 5, 6, 5]


def test_an_error_on_a_later_page_comes_after_the_earlier_items(mode: str) -> None:
    seen: list[Any] = []
    kind = QUESTIONPRO.errors.NotFoundError
    with Recorder(page(6, 5), reply(404, b"{}")) as server, pytest.raises(kind):
        visit(mode, server.url, seen.append)
    assert ids(seen) == [6, 5]
