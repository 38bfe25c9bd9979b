"""The environment's proxies carry the requests of a client's own connections."""

from __future__ import annotations

import base64
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pingone_client._runtime import environment_proxy
from pingone_client._runtime.environment_proxy import EnvironmentProxies
from pingone_client.errors import ConfigurationError

from tests.delivery import ok
from tests.recorder import Recorder, raw, silence
from tests.vendors import PINGONE, SECRET
from tests.ways import own_way, sending

HOST = "api.example.test"
PASSWORD = "pr0xy/pass"


@own_way
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_http_goes_through_the_proxy(
    way: str, variable: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recorder(ok(PINGONE)) as proxy:
        address = proxy.url.removeprefix("http://")
        monkeypatch.setenv(variable, f"{scheme}user:{PASSWORD.replace('/', '%2F')}@{address}")
        result = sending(way, PINGONE, f"http://{HOST}:81")
    assert result.to_dict() == PINGONE.success
    assert proxy.only.line == f"POST http://{HOST}:81{PINGONE.path} HTTP/1.1"
    assert proxy.only.header("host") == f"{HOST}:81"
    expected = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
    assert proxy.only.header("proxy-authorization") == f"Basic {expected}"
    assert proxy.only.header("authorization") == f"Bearer {SECRET}"


@own_way
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
def test_https_asks_the_proxy_for_a_tunnel(
    way: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recorder(raw(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        error = sending(way, PINGONE, f"https://{HOST}", max_retries=0)
    assert type(error) is PINGONE.errors.APIConnectionError
    assert proxy.only.line == f"CONNECT {HOST}:443 HTTP/1.1"
    assert proxy.only.header("authorization") is None
    assert "403" in str(error)


@own_way
def test_a_tunnel_that_is_not_built_in_time_is_a_timeout_and_nothing_was_sent(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Recorder(silence(), silence()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = sending(way, PINGONE, f"https://{HOST}", timeout=0.3, max_retries=1)
    assert type(error) is PINGONE.errors.APITimeoutError
    assert error.attempts == 2  # a POST, and yet tried again: it never left


@own_way
@pytest.mark.parametrize("exempt", ["127.0.0.1", "*", "example.com, 127.0.0.0/8"])
def test_what_is_exempt_goes_directly(
    way: str, exempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", exempt)
    with Recorder(ok(PINGONE)) as server:
        assert sending(way, PINGONE, server.url).to_dict() == PINGONE.success
    assert server.only.target == PINGONE.path


WRONG = [
    "http://user:{}@",
    "ftp://user:{}@proxy",
    "http://user:{}@proxy:port",
    "http://user:{}@[::1",
    "http://user:{}@proxy:99999",
    "http://user:{}@pro xy",
    "user:{}@",
]


@own_way
@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_proxy_is_told_without_its_password(
    way: str, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("HTTP_PROXY", url.format("hunter2"))
    error = sending(way, PINGONE, f"http://{HOST}")
    assert type(error) is PINGONE.errors.ConfigurationError
    assert "HTTP_PROXY" in str(error)
    assert "hunter2" not in str(error) + repr(error) + caplog.text
    assert error.__context__ is None


@own_way
def test_a_socks_proxy_that_is_not_there_is_a_typed_error(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    error = sending(way, PINGONE, f"http://{HOST}", max_retries=0)
    kinds = PINGONE.errors.ConfigurationError, PINGONE.errors.APIConnectionError
    assert isinstance(error, kinds)  # the first where the package socksio is missing
    assert error.__context__ is None


@pytest.mark.parametrize(
    ("exempt", "url", "direct"),
    [
        ("*", "http://a.com", True),
        ("a.com", "http://a.com", True),
        ("A.COM", "http://a.com", True),
        ("a.com", "http://b.a.com", True),
        ("a.com", "http://ba.com", False),
        (".a.com", "http://b.a.com", True),
        (".a.com", "http://a.com", False),
        ("*.a.com", "http://b.a.com", True),
        ("a.com:8080", "http://a.com", False),
        ("a.com:80", "http://a.com", True),
        ("https://a.com", "http://a.com", False),
        ("http://a.com", "http://a.com", True),
        ("all://a.com", "http://a.com", True),
        ("localhost", "http://localhost", True),
        ("localhost", "http://x.localhost", False),
        ("10.0.0.0/8", "http://10.1.2.3", True),
        ("10.0.0.0/8", "http://11.1.2.3", False),
        ("10.1.2.3", "http://10.1.2.3", True),
        ("10.1.2.3:80", "http://10.1.2.3", True),
        ("::1", "http://::1", True),
        ("[::1]", "http://::1", True),
        ("[::1]:80", "http://::1", True),
        ("fe80::/10", "http://fe80::1", True),
        ("::1", "http://10.1.2.3", False),
        (" , ,x.com", "http://a.com", False),
        ("", "http://a.com", False),
        ("10.0.0.0/99", "http://10.1.2.3", False),
    ],
)
def test_exemptions(exempt: str, url: str, direct: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", exempt)
    scheme, _, host = url.partition("://")
    proxy = EnvironmentProxies().proxy(scheme, host, 80)
    assert (proxy is None) is direct


@given(url=st.text(max_size=20) | st.text("htps:/@[]1.%x", max_size=20))
def test_any_proxy_is_usable_or_refused(url: str) -> None:
    try:
        proxy = environment_proxy._parsed(url, "HTTP_PROXY")
    except ConfigurationError:
        return
    assert proxy.host
    assert 0 < proxy.port < 65536


@given(entry=st.text(max_size=20) | st.text("*.:/[]1ahl-", max_size=20))
def test_any_exemption_is_read(entry: str) -> None:
    assert environment_proxy._exempts(entry, "http", "a.com", 80) in (True, False)
