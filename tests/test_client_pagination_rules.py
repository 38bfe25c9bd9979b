"""Lists of documents that are not ours: counted by page or item, by cursor, by URL, by header."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.recorder import Recorder, Request, Step, reply
from tests.workshop import foreign


@pytest.fixture(scope="module", autouse=True)
def packages() -> None:
    foreign()


def shelf() -> Any:
    return importlib.import_module("shelf_client")


def page(*ids: int, headers: tuple[tuple[str, str], ...] = (), **rest: Any) -> Step:
    """One page of a list that is an object."""
    return reply(200, json.dumps({"books": [{"id": id} for id in ids], **rest}).encode(), headers)


def books(*ids: int, link: str | None = None) -> Step:
    """One page of a list that is an array."""
    headers = () if link is None else (("Link", link),)
    return reply(200, json.dumps([{"id": id} for id in ids]).encode(), headers)


def walk(
    mode: str, url: str, method: str, use: Callable[[Any], Any] = lambda pager: pager, **given: Any
) -> list[Any]:
    """The ids of what ``use`` makes of the list, or an error behind those that came before it."""
    seen: list[Any] = []
    options: dict[str, Any] = {"base_url": f"{url}/v1", "api_key": "s3cret", "max_retries": 0}

    def sync() -> None:
        with shelf().Shelf(**options) as client:
            for item in use(getattr(client.books, method)(**given)):
                seen.append(getattr(item, "id", item))

    async def asynchronous() -> None:
        async with shelf().AsyncShelf(**options) as client:
            async for item in use(getattr(client.books, method)(**given)):
                seen.append(getattr(item, "id", item))

    try:
        sync() if mode == "sync" else asyncio.run(asynchronous())
    except shelf().APIError as error:
        seen.append(error)
    return seen


def targets(server: Recorder) -> list[str]:
    return [request.target.removeprefix("/v1") for request in server.requests]


# --- pages, counted


def test_pages_are_counted_from_0_where_the_document_says_so(mode: str) -> None:
    with Recorder(page(1, pages=2), page(2, pages=2)) as server:
        assert walk(mode, server.url, "by_page", size=1) == [1, 2]
    assert targets(server) == ["/by-page?p=0&size=1", "/by-page?p=1&size=1"]


def test_a_page_number_that_is_ignored_ends_the_walk(mode: str) -> None:
    with Recorder(page(1, 2), page(1, 2)) as server:
        assert walk(mode, server.url, "by_page") == [1, 2]


def test_a_list_that_shrinks_under_the_walk_ends_it(mode: str) -> None:
    with Recorder(page(1, pages=3), page(2, pages=1)) as server:
        assert walk(mode, server.url, "by_page") == [1, 2]
    with Recorder(page(1, pages=3), page(pages=3)) as server:
        assert walk(mode, server.url, "by_page") == [1]


def test_a_page_that_is_no_number_is_a_typed_error(mode: str) -> None:
    with Recorder(page(1)) as server:
        *_, error = walk(mode, server.url, "by_page", p="x")
    assert type(error) is shelf().errors.ConfigurationError


# --- items, counted


def test_an_offset_advances_by_what_came(mode: str) -> None:
    steps = (page(1, 2, 3, total=6), page(4, total=6), page(5, 6, total=6))
    with Recorder(*steps) as server:
        assert walk(mode, server.url, "by_offset", size=3) == [1, 2, 3, 4, 5, 6]
    assert targets(server) == [f"/by-offset?size=3&skip={skip}" for skip in (0, 3, 4)]


def test_an_offset_begins_where_it_is_told(mode: str) -> None:
    with Recorder(page(5, total=6), page(6, total=6)) as server:
        assert walk(mode, server.url, "by_offset", skip=4) == [5, 6]
    assert targets(server) == ["/by-offset?skip=4", "/by-offset?skip=5"]


def test_without_a_total_an_empty_page_is_the_end(mode: str) -> None:
    with Recorder(books(1, 2), books(3), books()) as server:
        assert walk(mode, server.url, "by_offset_alone") == [1, 2, 3]
    assert targets(server) == [f"/by-offset-alone?skip={skip}" for skip in (0, 2, 3)]


def test_a_total_that_shrinks_ends_the_walk(mode: str) -> None:
    with Recorder(page(1, 2, total=9), page(3, total=3)) as server:
        assert walk(mode, server.url, "by_offset") == [1, 2, 3]


# --- cursors


def test_a_cursor_is_taken_from_page_to_page(mode: str) -> None:
    with Recorder(page(1, next="a&b=ü/"), page(2, next=None)) as server:
        assert walk(mode, server.url, "by_cursor", genre="x y") == [1, 2]
    assert targets(server) == [
        "/by-cursor?genre=x%20y",
        "/by-cursor?genre=x%20y&after=a%26b%3D%C3%BC%2F",
    ]


@pytest.mark.parametrize("last", [{}, {"next": None}, {"next": ""}])
def test_without_a_cursor_the_list_ends(mode: str, last: dict[str, Any]) -> None:
    with Recorder(page(1, next="a"), page(2, **last)) as server:
        assert walk(mode, server.url, "by_cursor") == [1, 2]


def test_cursors_that_lead_in_a_circle_end_the_walk(mode: str) -> None:
    steps = (page(1, next="A"), page(2, next="B"), page(3, next="A"))
    with Recorder(*steps) as server:
        assert walk(mode, server.url, "by_cursor") == [1, 2, 3]
    with Recorder(page(1, next="A"), page(2, next="A")) as server:
        assert walk(mode, server.url, "by_cursor") == [1, 2]


def test_a_cursor_that_is_ignored_ends_the_walk(mode: str) -> None:
    with Recorder(page(1, next="A"), page(1, next="B")) as server:
        assert walk(mode, server.url, "by_cursor") == [1]


def test_an_empty_page_ends_a_list_with_cursors(mode: str) -> None:
    with Recorder(page(1, next="A"), page(next="B")) as server:
        assert walk(mode, server.url, "by_cursor") == [1]


def test_a_walk_begins_at_a_cursor_and_can_be_repeated(mode: str) -> None:
    with Recorder(page(1, next="B"), page(2), page(1, next="B"), page(2)) as server:
        for _ in range(2):
            assert walk(mode, server.url, "by_cursor", after="A") == [1, 2]
    assert targets(server) == ["/by-cursor?after=A", "/by-cursor?after=B"] * 2


def test_an_error_comes_behind_the_items_before_it(mode: str) -> None:
    with Recorder(page(1, next="A"), reply(404, b"{}")) as server:
        first, error = walk(mode, server.url, "by_cursor")
    assert (first, type(error)) == (1, shelf().errors.NotFoundError)


# --- URLs


def sent(request: Request) -> tuple[str, str | None, str | None]:
    return request.target, request.header("x-key"), request.header("x-shelf")


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("{url}/v1/by-url?page=2", "/v1/by-url?page=2"),
        ("/v1/by-url?page=2", "/v1/by-url?page=2"),
        ("?page=2", "/v1/by-url?page=2"),
        ("by-url;x/../y?a=%FF&b&c==#part", "/v1/y?a=%FF&b&c=="),
        ("{url}", "/"),
        ("/elsewhere/ü?q=ü b", "/elsewhere/%C3%BC?q=%C3%BC%20b"),
        ("?api_key=s3cret&page=2&api%5fkey=old", "/v1/by-url?page=2"),
    ],
)
def test_a_url_is_followed_with_the_headers_of_the_first_call(
    mode: str, reference: str, target: str
) -> None:
    with Recorder() as server:
        server.script(page(1, next=reference.format(url=server.url)), page(2, next=None))
        assert walk(mode, server.url, "by_url", genre="x", x_shelf="s") == [1, 2]
    assert [sent(request) for request in server.requests] == [
        ("/v1/by-url?genre=x", "s3cret", "s"),
        (target, "s3cret", "s"),
    ]


def test_a_credential_in_the_query_is_sent_once_with_a_url(mode: str) -> None:
    with Recorder() as server:
        server.script(page(1, next="?page=2&api_key=s3cret"), page(2, next="?page=3"), page(3))
        assert walk(mode, server.url, "by_url_with_key") == [1, 2, 3]
    assert targets(server) == [
        "/by-url-with-key?api_key=s3cret",
        "/by-url-with-key?page=2&api_key=s3cret",
        "/by-url-with-key?page=3&api_key=s3cret",
    ]


@pytest.mark.parametrize(
    "reference",
    [
        "{other}/v1/by-url?page=2",
        "//{host}/v1/by-url",
        "https://127.0.0.1/v1/by-url",
        "http://localhost.evil/v1/by-url",
        "ftp://127.0.0.1/x",
        "javascript:alert(1)",
        "http://[::1/x",
        "http://127.0.0.1:99999/x",
    ],
)
def test_a_url_of_another_origin_is_a_typed_error(mode: str, reference: str) -> None:
    with Recorder() as other, Recorder() as server:
        host = other.url.removeprefix("http://")
        url = reference.format(other=other.url, host=host) + "#s3cret"
        server.script(page(1, next=url))
        first, error = walk(mode, server.url, "by_url")
    assert (first, type(error)) == (1, shelf().errors.APIResponseValidationError)
    assert "which is not on" in str(error)
    assert error.status_code == 200
    assert (len(server.requests), other.connections) == (1, 0)
    assert "s3cret" not in f"{error!s} {error!r} {error.body!r} {error.headers}"


def test_urls_that_lead_in_a_circle_end_the_walk(mode: str) -> None:
    with Recorder(page(1, next="?p=2"), page(2, next="?p=3"), page(3, next="?p=2")) as server:
        assert walk(mode, server.url, "by_url") == [1, 2, 3]


# --- the Link header


@pytest.mark.parametrize(
    "link",
    [
        '<{url}/v1/by-link?page=2>; rel="next"',
        '<{url}/v1/by-link>; rel="first", <?page=2>; title="a, b"; REL=next; x=1',
        '<?page=9>; rel="last",<?page=2>;rel="foo NEXT"',
    ],
)
def test_a_link_header_is_followed(mode: str, link: str) -> None:
    with Recorder() as server:
        server.script(books(1, link=link.format(url=server.url)), books(2, link="<?x>; rel=prev"))
        assert walk(mode, server.url, "by_link") == [1, 2]
    assert targets(server) == ["/by-link", "/by-link?page=2"]


@pytest.mark.parametrize("link", [None, "", "nonsense", "<", '<?page=2>; rel="nextish"', "<>"])
def test_without_such_a_link_the_list_ends(mode: str, link: str | None) -> None:
    with Recorder(books(1, link=link)) as server:
        assert walk(mode, server.url, "by_link") == [1]


# --- what all pagers have


METHODS = ("by_page", "by_offset", "by_offset_alone", "by_cursor", "by_url", "by_link")


def test_the_extras_of_a_call_go_to_every_page(mode: str) -> None:
    extras: dict[str, Any] = {"extra_headers": {"X-Trace": "t"}, "extra_query": {"tag": [1, 2]}}
    steps: dict[str, tuple[Step, Step]] = {
        "by_page": (page(1, pages=2), page(2, pages=2)),
        "by_offset": (page(1, total=2), page(2, total=2)),
        "by_cursor": (page(1, next="c"), page(2)),
        "by_url": (page(1, next="?p=2"), page(2)),
        "by_link": (books(1, link="<?p=2&tag=1&tag=2>; rel=next"), books(2)),
    }
    for method, script in steps.items():
        with Recorder(*script) as server:
            assert walk(mode, server.url, method, **extras) == [1, 2]
        for request in server.requests:
            assert request.header("x-trace") == "t"
            assert request.target.count("tag=1") == request.target.count("tag=2") == 1, method


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_sent_before_it_is_asked_for(mode: str, method: str) -> None:
    with Recorder() as server:
        kind = shelf().Shelf if mode == "sync" else shelf().AsyncShelf
        pager = getattr(kind(api_key="s3cret", base_url=server.url).books, method)()
        assert not hasattr(pager, "__len__")
        name = "Pager" if mode == "sync" else "AsyncPager"
        path = method.replace("_", "-")
        assert repr(pager) == f"{name}(books.{method}: GET /{path})"
        assert server.connections == 0


def test_pages_come_as_the_document_has_them(mode: str) -> None:
    with Recorder(page(1, next="c", total=5), page(2)) as server:
        pages = walk(mode, server.url, "by_cursor", lambda pager: pager.pages())
    assert [type(one) for one in pages] == [shelf().models.Page] * 2
    assert pages[0].total == 5
    with Recorder(books(1, 2)) as server:
        (only,) = walk(mode, server.url, "by_link", lambda pager: pager.pages())
    assert [book.id for book in only] == [1, 2]
