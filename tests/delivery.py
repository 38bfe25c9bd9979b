"""What arrives at a server when a client uploads a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

from tests.form_parts import parts_of
from tests.recorder import Recorder, Request, Step, reply
from tests.vendors import Vendor, upload
from tests.ways import through

OnProgress: TypeAlias = Callable[[int, int | None], object]

over_sockets = settings(
    max_examples=25,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def ok(vendor: Vendor) -> Step:
    """The vendor's documented answer."""
    return reply(vendor.status, vendor.answer())


def file_of(vendor: Vendor, request: Request) -> bytes:
    """The bytes of the uploaded file in a request."""
    assert request.whole
    if vendor.part is None:
        return request.body
    (part,) = [part for part in parts_of(request) if part.name == vendor.part]
    return part.content


def named(vendor: Vendor, request: Request) -> tuple[str, str]:
    """The file's declared media type and Content-Disposition."""
    if vendor.part is None:
        media, disposition = request.header("content-type"), request.header("content-disposition")
        return media or "", disposition or ""
    (part,) = [part for part in parts_of(request) if part.name == vendor.part]
    return part.headers["content-type"], part.headers["content-disposition"]


def sent(vendor: Vendor, mode: str, content: Any, **options: Any) -> Request:
    """The one request that an upload makes."""
    with Recorder(ok(vendor)) as server:
        upload(vendor, mode, server.url, content, **options)
    return server.only


def watched(
    vendor: Vendor,
    way: str,
    base_url: str,
    content: Any,
    on_progress: OnProgress,
    **options: Any,
) -> Any:
    """Upload with a new client, and be told of the progress."""

    def use(client: Any) -> Any:
        return vendor.upload(client, content, on_progress=on_progress)

    return through(way, vendor, base_url, use, **options)


def refused(vendor: Vendor, mode: str, content: Any, kind: type[Exception]) -> str:
    """What an upload says that ends before a connection is made."""
    with Recorder() as server:
        with pytest.raises(kind) as caught:
            upload(vendor, mode, server.url, content)
        assert server.connections == 0
    return str(caught.value)
