"""What a single call adds: headers, query, time limit, progress."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import Any

import httpx2
import pytest

from tests.recorder import Recorder, reply, silence
from tests.vendors import PINGONE, QUESTIONPRO, SECRET, SURVEY, USER, Vendor, call, every_vendor
from tests.ways import every_way, through
from tests.workshop import foreign


def use(vendor: Vendor, way: str, url: str, content: Any = b"x", **extras: Any) -> Any:
    """Upload with options of that call alone."""

    def send(client: Any) -> Any:
        return vendor.upload(client, content, **extras)

    return through(way, vendor, url, send, max_retries=0)


def values(server: Recorder, name: str) -> list[str]:
    return [value for key, value in server.only.headers if key == name.lower()]


@every_way
@every_vendor
def test_headers_are_added_and_replace_ours_whatever_their_case(vendor: Vendor, way: str) -> None:
    extra = {
        "X-Trace": "t\t1",
        "user-AGENT": "mine",
        "ACCEPT": "text/x",
        vendor.header.swapcase(): " other ",
    }
    with Recorder(reply(vendor.status, vendor.answer())) as server:
        use(vendor, way, server.url, extra_headers=extra)
    assert values(server, "x-trace") == ["t\t1"]
    assert values(server, "user-agent") == ["mine"]
    assert values(server, "accept") == ["text/x"]
    assert values(server, vendor.header) == ["other"]


@every_way
def test_headers_of_a_body_can_be_replaced(way: str) -> None:
    extra = {"content-type": "image/x-mine", "CONTENT-DISPOSITION": "inline"}
    with Recorder(reply(PINGONE.status, PINGONE.answer())) as server:
        use(PINGONE, way, server.url, extra_headers=extra)
    assert values(server, "content-type") == ["image/x-mine"]
    assert values(server, "content-disposition") == ["inline"]
    assert server.only.body == b"x"
    given = {"extra_headers": {"content-type": "application/json; charset=utf-8"}}

    def create(client: Any) -> Any:
        return client.responses.create(SURVEY, body={"responseSet": []}, **given)

    with Recorder(reply(409)) as server, pytest.raises(QUESTIONPRO.errors.ConflictError):
        through(way, QUESTIONPRO, server.url, create)
    assert values(server, "content-type") == ["application/json; charset=utf-8"]


@every_way
def test_of_two_spellings_the_last_is_sent(way: str) -> None:
    with Recorder(reply(PINGONE.status, PINGONE.answer())) as server:
        use(PINGONE, way, server.url, extra_headers={"X-A": "1", "x-a": "2"})
    assert values(server, "x-a") == ["2"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "a\r\nX-B: b"),
        ("X-A", "a\n"),
        ("X-A", "\0"),
        ("X-A", "\x7f"),
        ("X-A", "ä"),
        ("X-A", "日本"),
        ("X-A", 5),
        ("X-A", None),
        ("X-A", b"x"),
        ("", "a"),
        ("X A", "a"),
        ("X-A:", "a"),
        ("X-A\r\nX-B", "a"),
        ("X-Ä", "a"),
        (b"X-A", "a"),
        ("Content-Length", "0"),
        ("content-length", "1"),
        ("Transfer-Encoding", "chunked"),
        ("HOST", "example.com"),
        ("Connection", "close"),
        ("TE", "trailers"),
        ("Upgrade", "h2c"),
        ("Content-Type", "multipart/form-data; boundary=x"),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused(mode: str, name: Any, value: Any) -> None:
    with Recorder() as server:
        with pytest.raises(QUESTIONPRO.errors.ConfigurationError) as caught:
            use(QUESTIONPRO, mode, server.url, extra_headers={name: value})
        assert server.connections == 0
    message = str(caught.value)
    assert message.startswith("extra_headers: ")
    assert repr(name) in message
    assert not isinstance(value, str) or len(value) < 3 or value not in message


@every_way
@every_vendor
def test_a_server_is_told_who_asks(vendor: Vendor, way: str) -> None:
    with Recorder(reply(vendor.status, vendor.answer())) as server:
        use(vendor, way, server.url)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    package = f"{vendor.name}-client/{vendor.package.__version__}"
    assert values(server, "user-agent") == [f"{package} python/{version}"]


@every_way
@every_vendor
def test_query_parameters_are_added(vendor: Vendor, way: str) -> None:
    query = {"a": 1, "tag": ["x y", "ü&"], "flag": True, "none": None, "deep": {"k": "v"}}
    with Recorder(reply(vendor.status, vendor.answer())) as server:
        use(vendor, way, server.url, extra_query=query)
    assert (
        server.only.target == f"{vendor.path}?a=1&tag=x%20y&tag=%C3%BC%26&flag=true&deep%5Bk%5D=v"
    )
    assert server.only.header(vendor.header) == vendor.prefix + SECRET


def test_query_parameters_stand_behind_those_of_the_method(mode: str) -> None:
    extra = {"perPage": 4, "q": "é"}

    def first(client: Any) -> Any:
        return client.images.list(USER, per_page=3, extra_query=extra).first_page

    with Recorder(reply(404)) as server, pytest.raises(QUESTIONPRO.errors.NotFoundError):
        call(QUESTIONPRO.client(mode, server.url), first)
    assert server.only.target == f"/users/{USER}/images?page=1&perPage=3&perPage=4&q=%C3%A9"


@pytest.mark.parametrize("value", [object(), {1: 2}, b"x", float])
def test_a_query_parameter_that_cannot_be_sent_is_refused(mode: str, value: Any) -> None:
    with Recorder() as server:
        with pytest.raises(PINGONE.errors.ConfigurationError, match="extra_query: 'q' cannot"):
            use(PINGONE, mode, server.url, extra_query={"q": value})
        assert server.connections == 0


@every_vendor
@pytest.mark.parametrize("phases", [False, True])
def test_a_time_limit_of_one_call(vendor: Vendor, mode: str, phases: bool) -> None:
    limit = httpx2.Timeout(30, read=0.5) if phases else 0.5
    with Recorder(silence()) as server, pytest.raises(vendor.errors.APITimeoutError):
        use(vendor, mode, server.url, timeout=limit)
    assert len(server.requests) == 1


def test_the_time_limit_of_a_call_is_that_call_s_alone(mode: str) -> None:
    client = PINGONE.client(mode, None)
    before = client._session.options.timeout
    with Recorder(silence()) as server, pytest.raises(PINGONE.errors.APITimeoutError):
        use(PINGONE, mode, server.url, timeout=0.5)
    assert client._session.options.timeout == before == 60.0


@pytest.mark.parametrize("limit", [0, -1, float("inf"), float("nan")])
def test_a_time_limit_that_is_none_is_refused(mode: str, limit: float) -> None:
    with Recorder() as server, pytest.raises(PINGONE.errors.ConfigurationError, match="timeout="):
        use(PINGONE, mode, server.url, timeout=limit)


def test_a_time_limit_holds_for_every_page(mode: str) -> None:
    def first(client: Any) -> Any:
        return client.images.list(USER, timeout=0.5).first_page

    with Recorder(silence()) as server, pytest.raises(QUESTIONPRO.errors.APITimeoutError):
        call(QUESTIONPRO.client(mode, server.url, max_retries=0), first)


@every_vendor
def test_methods_with_a_file_take_a_callback_for_progress(vendor: Vendor) -> None:
    client = vendor.sync(**{vendor.option: "x"})
    for name, method in inspect.getmembers(client.images, inspect.ismethod):
        if name.startswith("_"):
            continue
        parameters = inspect.signature(method).parameters
        assert ("on_progress" in parameters) == (name in ("upload", "create"))
        for option in ("extra_headers", "extra_query", "timeout"):
            assert parameters[option].kind is inspect.Parameter.KEYWORD_ONLY
            assert parameters[option].default is None


def test_progress_is_handed_to_the_body() -> None:
    """How it is called is the body's subject; here, that it gets there, and only where given."""
    module: Any = importlib.import_module("questionpro_client.api.images.upload_image")
    file = QUESTIONPRO.package.File(b"x")
    form = QUESTIONPRO.package.models.UploadImageForm(file=file)
    calls: list[tuple[int, int | None]] = []

    def progress(sent: int, total: int | None) -> None:
        calls.append((sent, total))

    request = module.build_request(USER, body=form).extended(None, None, progress)
    assert request.body.on_progress is progress
    plain = module.build_request(USER, body=form).extended(None, None)
    assert getattr(plain.body, "on_progress", None) is None


def test_parameters_that_are_called_as_the_options_of_a_call(mode: str) -> None:
    foreign()
    module: Any = importlib.import_module("shelf_client")
    with Recorder(reply(200, b'{"id": 1}')) as server:
        kind = module.Shelf if mode == "sync" else module.AsyncShelf
        client = kind(api_key="s3cret", base_url=server.url)
        book = call(
            client,
            lambda c: c.books.with_raw_response_(
                on_progress_=b"scan",
                plain_="p",
                timeout_query="tq",
                extra_headers_query="hq",
                extra_query_header="qh",
                timeout=5,
                extra_headers={"X-Trace": "t"},
                extra_query={"q": 1},
                on_progress=lambda sent, total: None,
            ),
        )
    assert book.id == 1
    assert server.only.target == "/options?timeout=tq&extra_headers=hq&q=1"
    assert server.only.header("extra_query") == "qh"
    assert server.only.header("x-trace") == "t"
    assert b'name="on_progress"' in server.only.body
    assert b'name="plain"' in server.only.body
