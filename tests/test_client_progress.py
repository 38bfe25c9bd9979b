"""``on_progress``: what it is told of an upload, and what becomes of an upload that it ends."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.delivery import OnProgress, file_of, ok, watched
from tests.open_files import open_files
from tests.recorder import Recorder, Step, redirect, reply
from tests.stub.pictures import picture
from tests.vendors import Vendor, every_vendor
from tests.ways import every_way, through

PNG = picture("PNG")
BIG = PNG + bytes(700_000)

Call = tuple[int, int | None]


def told(
    vendor: Vendor, way: str, content: Any, *before: Step, **options: Any
) -> tuple[list[Call], Recorder]:
    """All calls of the callback, and the server with what arrived."""
    calls: list[Call] = []
    with Recorder(*before, ok(vendor)) as server:
        watched(vendor, way, server.url, content, lambda *call: calls.append(call), **options)
    return calls, server


def is_one_attempt(calls: list[Call], size: int, total: int | None) -> None:
    """The calls begin at 0, never go back and end with the whole body."""
    assert calls[0] == (0, total)
    assert calls[-1] == (size, total)
    assert {known for _, known in calls} == {total}
    assert [sent for sent, _ in calls] == sorted({sent for sent, _ in calls})


@every_way
@every_vendor
@pytest.mark.parametrize("kind", ["bytes", "path", "handle"])
def test_progress_goes_from_nothing_to_everything(
    vendor: Vendor, way: str, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(BIG)
    content = {"bytes": BIG, "path": path, "handle": io.BytesIO(BIG)}[kind]
    calls, server = told(vendor, way, content)
    body = server.only.body
    assert file_of(vendor, server.only) == BIG
    is_one_attempt(calls, len(body), len(body))
    assert len(calls) > 3


@every_way
@every_vendor
def test_an_unknown_length_has_no_total(vendor: Vendor, way: str) -> None:
    calls, server = told(vendor, way, iter([BIG[:1000], BIG[1000:]]))
    assert file_of(vendor, server.only) == BIG
    is_one_attempt(calls, len(server.only.body), None)


@every_way
@every_vendor
def test_an_empty_file_is_told_of_too(vendor: Vendor, way: str) -> None:
    calls, server = told(vendor, way, b"")
    size = len(server.only.body)
    is_one_attempt(calls, size, size)


@every_way
@every_vendor
@pytest.mark.parametrize(
    "again", [redirect(307, "/elsewhere"), reply(503, headers=[("Retry-After", "0")])]
)
def test_a_further_attempt_starts_over(vendor: Vendor, way: str, again: Step) -> None:
    calls, server = told(vendor, way, BIG, again)
    assert [file_of(vendor, request) for request in server.requests] == [BIG, BIG]
    second = [number for number, (sent, _) in enumerate(calls) if sent == 0][1]
    for attempt, request in zip((calls[:second], calls[second:]), server.requests, strict=True):
        is_one_attempt(attempt, len(request.body), len(request.body))


@every_way
@every_vendor
def test_progress_is_told_where_the_upload_was_called(vendor: Vendor, way: str) -> None:
    threads: set[int] = set()
    with Recorder(ok(vendor)) as server:
        watched(vendor, way, server.url, BIG, lambda *_: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


class Enough(Exception):
    pass


def ends_at(limit: int, error: BaseException) -> OnProgress:
    def on_progress(sent: int, total: int | None) -> None:
        if sent >= limit:
            raise error

    return on_progress


@every_way
@every_vendor
@pytest.mark.parametrize("limit", [0, 1, 300_000])
@pytest.mark.parametrize("error", [Enough("no more"), TimeoutError("slow"), KeyboardInterrupt()])
def test_what_the_callback_raises_ends_the_upload(
    vendor: Vendor, way: str, limit: int, error: BaseException, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(BIG)
    with Recorder(ok(vendor)) as server:
        with pytest.raises(type(error)) as caught:
            watched(vendor, way, server.url, path, ends_at(limit, error))
        assert caught.value is error
        assert open_files(path) == 0  # though the traceback still holds every frame
    assert [request.whole for request in server.requests] in ([], [False])


@every_way
@every_vendor
def test_the_client_is_as_good_as_before(vendor: Vendor, way: str) -> None:
    # nobody waits for the answer to the first, so the server may come to the second before
    def use(client: Any) -> Any:
        async def again() -> Any:
            with pytest.raises(Enough):
                await vendor.upload(client, BIG, on_progress=ends_at(1, Enough()))
            return await vendor.upload(client, BIG)

        if hasattr(client, "aclose"):
            return again()
        with pytest.raises(Enough):
            vendor.upload(client, BIG, on_progress=ends_at(1, Enough()))
        return vendor.upload(client, BIG)

    with Recorder(ok(vendor), ok(vendor)) as server:
        through(way, vendor, server.url, use)
    assert sorted(request.whole for request in server.requests) == [False, True]


@every_way
@every_vendor
def test_a_new_token_starts_the_progress_over(vendor: Vendor, way: str) -> None:
    tokens = ["first", "second"]
    options = {vendor.option: lambda: tokens.pop(0)}
    calls, server = told(vendor, way, BIG, reply(401), **options)
    second = [number for number, (sent, _) in enumerate(calls) if sent == 0][1]
    for attempt, request in zip((calls[:second], calls[second:]), server.requests, strict=True):
        is_one_attempt(attempt, len(request.body), len(request.body))
    assert [file_of(vendor, request) for request in server.requests] == [BIG, BIG]
    assert [request.header(vendor.header) for request in server.requests] == [
        f"{vendor.prefix}first",
        f"{vendor.prefix}second",
    ]
