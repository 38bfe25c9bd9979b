"""No exception shows a credential: not in its text, nor in a variable of any frame of ours."""

from __future__ import annotations

import asyncio
import importlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.exposure import assert_unexposed
from tests.recorder import Recorder, Step, close, nobody, raw, redirect, reply, reset, silence
from tests.vendors import (
    INVENTORUM,
    PINGONE,
    QUESTIONPRO,
    SECRET,
    Vendor,
    every_vendor,
    upload,
)
from tests.ways import every_way, over, through
from tests.workshop import foreign


def raised(use: Callable[..., Any], /, *args: Any, **keywords: Any) -> BaseException:
    """What a call raises."""
    try:
        value = use(*args, **keywords)
    except BaseException as error:
        return error
    raise AssertionError(f"nothing was raised: {value!r}")


# --- constructors


WRONG: list[dict[str, Any]] = [
    {"base_url": "not a url"},
    {"base_url": "http://h/?a=b"},
    {"timeout": -1},
    {"max_retries": -1},
    {"base_url": "http://h", "timeout": float("nan")},
]


@every_vendor
@pytest.mark.parametrize("options", WRONG, ids=str)
def test_a_refused_argument_beside_a_good_credential(
    vendor: Vendor, mode: str, options: dict[str, Any]
) -> None:
    for credential in (SECRET, lambda: SECRET):
        good = vendor.client(mode, "http://127.0.0.1")
        keywords = {"base_url": "http://h", vendor.option: credential, **options}
        for make in (type(good), good.with_options):
            error = raised(make, **keywords)
            assert isinstance(error, vendor.errors.ConfigurationError)
            assert error.attempts == 0
            assert_unexposed(error, vendor.package.__name__, SECRET)


@pytest.mark.parametrize("option", ["datacenter", "region"])
def test_an_unknown_server_beside_a_good_credential(option: str, mode: str) -> None:
    vendor = {"datacenter": QUESTIONPRO, "region": PINGONE}[option]
    kind = vendor.sync if mode == "sync" else vendor.asynchronous
    good = kind(**{vendor.option: "other"})
    for make in (kind, good.with_options):
        error = raised(make, **{vendor.option: SECRET, option: "mars"})
        assert isinstance(error, vendor.errors.ConfigurationError)
        assert_unexposed(error, vendor.package.__name__, SECRET)


BROKEN = SECRET + "\r\nX-Admin: 1"


@every_vendor
def test_a_credential_that_is_refused(
    vendor: Vendor, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = vendor.package.__name__
    good = vendor.client(mode, "http://127.0.0.1")
    for make in (type(good), good.with_options):
        for value in (BROKEN, (SECRET, SECRET), [SECRET], SECRET.encode(), {SECRET: 1}):
            keywords = {vendor.option: value, "base_url": "http://h"}
            error = raised(make, **keywords)
            assert isinstance(error, vendor.errors.ConfigurationError)
            assert_unexposed(error, package, SECRET)
    monkeypatch.setenv(vendor.variable, BROKEN)
    error = raised(lambda: type(good)(base_url="http://h"))
    assert vendor.variable in str(error)
    assert_unexposed(error, package, SECRET)


@every_vendor
def test_the_own_style_client(vendor: Vendor, tmp_path: Path) -> None:
    make = vendor.package.AuthenticatedClient
    uses: list[Callable[[], Any]] = [
        lambda: make("not a url", SECRET),
        lambda: make("http://h", BROKEN),
        lambda: make("http://h", SECRET.encode()),
        lambda: make("http://h", lambda: SECRET),
        lambda: make("http://h", SECRET, verify_ssl=str(tmp_path / "none.pem")).get_httpx_client(),
        lambda: make("http://h", SECRET, headers={"a": object()}).get_httpx_client(),
        lambda: make("http://h", SECRET, httpx_args={"nonsense": 1}).get_async_httpx_client(),
    ]
    for use in uses:
        assert_unexposed(raised(use), vendor.package.__name__, SECRET)


# --- calls


def bomb() -> Any:
    class Bomb(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the disk is gone")

        def tell(self) -> int:
            return 0

        def seek(self, offset: int, whence: int = 0) -> int:
            return 10

    return Bomb()


ANSWERS: dict[str, Callable[[Vendor], list[Step]]] = {
    "401": lambda _: [reply(401, SECRET.encode(), [("X-Echo", SECRET)])],
    "403": lambda vendor: [reply(403, vendor.answer())],
    "429": lambda _: [reply(429, b"", [("Retry-After", "100")])],
    "520 with a page": lambda _: [reply(520, f"<p>{SECRET}".encode(), media_type="text/html")],
    "not JSON": lambda _: [reply(200, b"<html>" + SECRET.encode())],
    "another type": lambda _: [reply(200, b'["' + SECRET.encode() + b'"]')],
    "not HTTP": lambda _: [raw(SECRET.encode() + b"\r\n\r\n")],
    "bad gzip": lambda _: [reply(200, SECRET.encode(), [("Content-Encoding", "gzip")])],
    "closed": lambda _: [close()],
    "reset": lambda _: [reset()],
    "a redirect in a circle": lambda _: [redirect(307, f"/{SECRET}")] * 6,
    "a redirect to nowhere": lambda _: [redirect(307, f"http://{SECRET}:x/")],
}


@every_way
@every_vendor
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_call_that_fails(vendor: Vendor, way: str, answer: str) -> None:
    credential: Any = (lambda: SECRET) if answer in ("401", "not JSON", "reset") else SECRET
    script = ANSWERS[answer](vendor)
    options = {"max_retries": 0, vendor.option: credential}
    with Recorder(*script, *(script if answer == "401" else [])) as server:
        error = raised(
            through, way, vendor, server.url, lambda c: vendor.upload(c, b"x"), **options
        )
    assert isinstance(error, vendor.errors.APIError)
    assert_unexposed(error, vendor.package.__name__, SECRET)


@every_way
@every_vendor
def test_a_call_that_runs_out_of_time_or_connections(vendor: Vendor, way: str) -> None:
    package = vendor.package.__name__

    def use(client: Any) -> Any:
        return vendor.upload(client, b"x")

    with Recorder(silence()) as server:
        error = raised(through, way, vendor, server.url, use, timeout=0.2, max_retries=0)
    assert isinstance(error, vendor.errors.APITimeoutError)
    assert_unexposed(error, package, SECRET)
    with nobody() as url:
        error = raised(through, way, vendor, url, use, max_retries=0)
    assert type(error) is vendor.errors.APIConnectionError
    assert_unexposed(error, package, SECRET)


@every_vendor
@pytest.mark.parametrize(
    "content",
    [lambda: "a path or a text", lambda: Path("/nowhere/at/all"), lambda: 7, bomb],
    ids=["str", "missing", "int", "read error"],
)
def test_an_argument_that_cannot_be_sent(
    vendor: Vendor, mode: str, content: Callable[[], Any]
) -> None:
    with Recorder() as server:
        error = raised(lambda: upload(vendor, mode, server.url, content()))
    assert isinstance(error, TypeError | OSError)
    assert_unexposed(error, vendor.package.__name__, SECRET)


@every_way
@every_vendor
def test_a_body_that_breaks_while_it_is_sent(vendor: Vendor, way: str) -> None:
    def pieces() -> Any:
        yield b"x" * 100
        raise RuntimeError("no more")

    with Recorder(reply(200)) as server:
        error = raised(through, way, vendor, server.url, lambda c: vendor.upload(c, pieces()))
    assert isinstance(error, RuntimeError)
    assert_unexposed(error, vendor.package.__name__, SECRET)


@every_vendor
def test_a_call_that_is_cancelled(vendor: Vendor) -> None:
    async def run(url: str) -> None:
        async with vendor.client("async", url) as client:
            async with asyncio.timeout(0.2):
                await vendor.upload(client, b"x")

    with Recorder(silence()) as server:
        error = raised(lambda: asyncio.run(run(server.url)))
    assert isinstance(error, TimeoutError)
    assert_unexposed(error, vendor.package.__name__, SECRET)


@every_vendor
def test_the_users_function_raises(vendor: Vendor, mode: str) -> None:
    def refuse() -> str:
        raise LookupError("the vault is closed")

    with Recorder() as server:
        error = raised(lambda: upload(vendor, mode, server.url, b"x", **{vendor.option: refuse}))
    assert isinstance(error, LookupError)
    assert_unexposed(error, vendor.package.__name__, SECRET)


@every_vendor
@pytest.mark.parametrize(
    "returned", ["", BROKEN, SECRET.encode(), None, 7, (SECRET,), [SECRET]], ids=repr
)
def test_the_users_function_returns_nonsense(vendor: Vendor, mode: str, returned: Any) -> None:
    with Recorder() as server:
        error = raised(
            lambda: upload(vendor, mode, server.url, b"x", **{vendor.option: lambda: returned})
        )
    assert isinstance(error, vendor.errors.ConfigurationError)
    assert f"{vendor.option}=" in str(error)
    assert_unexposed(error, vendor.package.__name__, SECRET)


@every_vendor
@pytest.mark.parametrize("step", [close(), silence()], ids=["closed", "silent"])
def test_the_own_style_call_that_fails(vendor: Vendor, step: Step) -> None:
    arguments = vendor.arguments(vendor.package.File(b"x"))
    make = vendor.package.AuthenticatedClient
    with Recorder(step) as server, make(server.url, SECRET, timeout=0.2) as client:
        error = raised(lambda: vendor.module.sync(client=client, **arguments))
    assert isinstance(error, httpx2.TransportError)
    assert_unexposed(error, vendor.package.__name__, SECRET)
    assert SECRET not in repr(error.request.headers.raw)


@every_vendor
@pytest.mark.parametrize("how", ["another type", "bad gzip", "undocumented"])
def test_the_own_style_answer_that_is_not_as_documented(
    vendor: Vendor, mode: str, how: str
) -> None:
    body = b'["' + SECRET.encode() + b'"]'
    steps = {
        "another type": reply(vendor.status, body),
        "bad gzip": reply(vendor.status, body, [("Content-Encoding", "gzip")]),
        "undocumented": reply(418, body),
    }
    kinds = {
        "another type": vendor.errors.APIResponseValidationError,
        "bad gzip": httpx2.DecodingError,
        "undocumented": vendor.errors.UnexpectedStatus,
    }
    arguments = vendor.arguments(vendor.package.File(b"x"))

    async def arun() -> None:
        async with client:
            await vendor.module.asyncio(client=client, **arguments)

    def run() -> None:
        with client:
            vendor.module.sync(client=client, **arguments)

    with Recorder(steps[how]) as server:
        client = vendor.package.AuthenticatedClient(
            server.url, SECRET, raise_on_unexpected_status=True
        )
        error = raised(run if mode == "sync" else lambda: asyncio.run(arun()))
    assert isinstance(error, kinds[how])
    assert_unexposed(error, vendor.package.__name__, SECRET)


VAULT = {
    "key_in_query": SECRET,
    "key_in_cookie": SECRET,
    "key_in_header": SECRET,
    "password": ("user", SECRET),
    "oidc_token": SECRET,
    "token": SECRET,
}


CLOSED = close()


@every_way
@pytest.mark.parametrize("method", ["by_default", "cookie", "basic", "oauth", "both", "either"])
@pytest.mark.parametrize(
    "step", [reply(401, SECRET.encode()), CLOSED, reply(200, b"x")], ids=["401", "closed", "200"]
)
def test_every_kind_of_credential(way: str, method: str, step: Step) -> None:
    foreign()
    package: Any = importlib.import_module("vault_client")

    def make(base_url: str, http_client: Any) -> Any:
        kind = package.Vault if way in ("sync", "httpx2.Client") else package.AsyncVault
        return kind(base_url=base_url, max_retries=0, http_client=http_client, **VAULT)

    # aiohttp repeats a GET by itself when the connection breaks
    again = way == "aiohttp.ClientSession" and step is CLOSED
    with Recorder(step, *[step] * again) as server:
        error = raised(
            over, way, lambda http: make(server.url, http), lambda c: getattr(c.doors, method)()
        )
    assert isinstance(error, package.APIError)
    assert_unexposed(error, "vault_client", SECRET, f"user:{SECRET}")


def test_a_variable_of_a_frame_is_found() -> None:
    """The check itself: a frame that pretends to be of the package and has the credential."""
    scope: dict[str, Any] = {"__name__": "questionpro_client.fake"}
    exec("def fail(token):\n    headers = {'a': [token]}\n    del token\n    raise OSError", scope)
    error = raised(lambda: scope["fail"](SECRET))
    with pytest.raises(AssertionError, match="variable headers"):
        assert_unexposed(error, QUESTIONPRO.package.__name__, SECRET)
    with pytest.raises(AssertionError, match="no frame"):
        assert_unexposed(error, INVENTORUM.package.__name__, "something else")
