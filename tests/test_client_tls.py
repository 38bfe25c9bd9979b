"""TLS: the system's settings, made once and only when a server needs them."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.delivery import ok
from tests.recorder import Exchange, Recorder, Step
from tests.vendors import PINGONE
from tests.ways import own_way, sending

BODY = PINGONE.answer()
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    """A certificate authority that the clients trust, for this test only."""
    from pingone_client._runtime.connection_pool import tls_context

    found = trustme.CA()
    found.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tls_context.cache_clear()
    yield found
    tls_context.cache_clear()


def serve(authority: trustme.CA, name: str, *, tunnel: bool = False, slow: bool = False) -> Step:
    """Answer one upload over TLS; ``tunnel`` plays the proxy before it, ``slow`` drips."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)

    def act(exchange: Exchange) -> bool:
        plain = exchange.connection
        if tunnel:
            _read_until(plain, b"\r\n\r\n")
            plain.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        # a client that does not trust this hangs up
        with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as secure:
            _read_until(secure, b"upload-ends-here")
            secure.sendall(ANSWER[:40] if slow else ANSWER)
            for byte in ANSWER[40:] if slow else b"":
                secure.settimeout(0.05)
                try:
                    secure.recv(1)
                    return False
                except TimeoutError:
                    secure.sendall(bytes([byte]))
            _read_until(secure, b"never")
        return False

    return Step(act, "accepted")


def _read_until(connection: socket.socket, end: bytes) -> None:
    seen = b""
    while not seen.endswith(end) and (data := connection.recv(65536)):
        seen = (seen + data)[-100:]


CONTENT = bytes(3_000_000) + b"upload-ends-here"


@own_way
def test_an_upload_over_tls(way: str, authority: trustme.CA) -> None:
    with Recorder(serve(authority, "127.0.0.1")) as server:
        url = server.url.replace("http:", "https:")
        assert sending(way, PINGONE, url, CONTENT).to_dict() == PINGONE.success


@own_way
def test_an_upload_over_tls_through_a_proxy(
    way: str, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recorder(serve(authority, "api.example.test", tunnel=True)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        result = sending(way, PINGONE, "https://api.example.test", CONTENT)
    assert result.to_dict() == PINGONE.success


@own_way
@pytest.mark.parametrize("tunnel", [True, False])
def test_a_dripping_answer_over_tls_gains_no_time(
    way: str, tunnel: bool, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recorder(serve(authority, "127.0.0.1", tunnel=tunnel, slow=True)) as server:
        url = server.url.replace("http:", "https:")
        if tunnel:
            monkeypatch.setenv("HTTPS_PROXY", server.url)
        error = sending(way, PINGONE, url, CONTENT, timeout=1, max_retries=0)
    assert type(error) is PINGONE.errors.APITimeoutError


@own_way
@pytest.mark.parametrize("name", ["other.example.test", None])
def test_a_server_that_is_not_trusted_is_a_connection_error(
    way: str, name: str | None, authority: trustme.CA
) -> None:
    signer = authority if name else trustme.CA()
    with Recorder(serve(signer, name or "127.0.0.1")) as server:
        url = server.url.replace("http:", "https:")
        error = sending(way, PINGONE, url, max_retries=0)
    assert type(error) is PINGONE.errors.APIConnectionError
    assert "certificate" in str(error).lower()


@own_way
def test_plain_http_makes_no_tls_settings(way: str, authority: trustme.CA) -> None:
    from pingone_client._runtime.connection_pool import tls_context

    with Recorder(ok(PINGONE)) as server:
        assert sending(way, PINGONE, server.url).to_dict() == PINGONE.success
    assert tls_context.cache_info().currsize == 0


def test_tls_settings_are_made_once(authority: trustme.CA) -> None:
    from pingone_client._runtime.connection_pool import tls_context

    for _ in range(3):
        with Recorder(serve(authority, "127.0.0.1")) as server:
            url = server.url.replace("http:", "https:")
            sending("sync", PINGONE, url, CONTENT)
    assert tls_context.cache_info().misses == 1
