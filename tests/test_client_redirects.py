"""Where a redirect leads, and what goes along: credentials only to the configured origin."""

from __future__ import annotations

import base64
import importlib
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from questionpro_client._runtime.body import BytesBody
from questionpro_client._runtime.credential import Credential
from questionpro_client._runtime.exchange import Answered, Send, _redirect
from questionpro_client._runtime.redaction import Redactor
from questionpro_client._runtime.secret import Secret
from questionpro_client._runtime.security import Placed, SecurityScheme

from tests.delivery import ok
from tests.exposure import assert_hidden, carries
from tests.recorder import Recorder, redirect, reply
from tests.vendors import SECRET, Vendor, call, every_vendor, failure, upload
from tests.workshop import foreign


@every_vendor
@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_at_home_keeps_the_credential(vendor: Vendor, mode: str, status: int) -> None:
    with Recorder(redirect(status, "/v9/images?a=b"), ok(vendor)) as server:
        assert upload(vendor, mode, server.url, b"x").to_dict() == vendor.success
    second = server.requests[1]
    assert (second.method, second.target) == ("POST", "/v9/images?a=b")
    assert second.header(vendor.header) == vendor.prefix + SECRET


@every_vendor
@pytest.mark.parametrize("status", [303, 307, 308])
def test_another_origin_gets_no_credential(vendor: Vendor, mode: str, status: int) -> None:
    with Recorder(ok(vendor)) as other:
        cookie = ("Set-Cookie", "session=abc; Path=/")
        away = reply(status, headers=[("Location", other.url + "/x"), cookie])
        with Recorder(away) as server:
            assert upload(vendor, mode, server.url, b"x").to_dict() == vendor.success
    request = other.only
    assert not carries(request)
    assert request.header("cookie") is None
    assert request.header("authorization") is None
    assert request.header("api-key") is None
    assert request.header("host") == other.url.removeprefix("http://")
    assert request.method == ("GET" if status == 303 else "POST")
    assert (b"x" in request.body) == (status != 303)


@every_vendor
def test_the_way_back_home_carries_no_credential(vendor: Vendor, mode: str) -> None:
    """Where a stranger sends a request is the stranger's choice, and so is what it does there."""
    other = Recorder()
    with Recorder(redirect(307, other.url + "/x"), ok(vendor)) as server:
        other.script(redirect(307, server.url + "/back"))
        with other:
            upload(vendor, mode, server.url, b"x")
    first, last = server.requests
    assert carries(first)
    assert last.target == "/back"
    assert not carries(other.only)
    assert not carries(last)


@every_vendor
def test_credentials_of_a_client_passed_in_stay_at_home(vendor: Vendor, mode: str) -> None:
    kind = httpx2.Client if mode == "sync" else httpx2.AsyncClient
    http = kind(
        auth=("user", "pool-password"),
        headers={"X-Pool": "pool-password", "X-API-Key": "pool-password"},
        cookies={"session": "pool-password"},
    )
    with (
        Recorder(redirect(307, "/y"), ok(vendor)) as other,
        Recorder(redirect(307, other.url + "/x")) as server,
    ):
        upload(vendor, mode, server.url, b"x", http_client=http)
    assert server.only.header("x-pool") == "pool-password"
    assert [request.target for request in other.requests] == ["/x", "/y"]
    for request in other.requests:
        assert request.header("authorization") is None
        assert request.header("cookie") is None
        assert not carries(request)
        assert not carries(request, "pool-password")


@every_vendor
def test_an_authorization_of_a_client_passed_in_stays_at_home(vendor: Vendor, mode: str) -> None:
    kind = httpx2.Client if mode == "sync" else httpx2.AsyncClient
    http = kind(headers={"Authorization": "Bearer pool-password"})
    with (
        Recorder(ok(vendor)) as other,
        Recorder(redirect(307, other.url + "/x")) as server,
    ):
        upload(vendor, mode, server.url, b"x", http_client=http)
    # one value: the client's own credential wins over the pool's where both want the header
    own = vendor.header == "Authorization"
    assert server.only.header("authorization") == (
        f"Bearer {SECRET}" if own else "Bearer pool-password"
    )
    assert not carries(other.only, "pool-password")
    assert not carries(other.only)


VAULT: dict[str, dict[str, Any]] = {
    "by_default": {"key_in_query": SECRET},
    "cookie": {"key_in_cookie": SECRET},
    "basic": {"password": ("user", SECRET)},
    "oauth": {"token": SECRET},
    "both": {"key_in_header": SECRET, "key_in_query": SECRET},
}


@pytest.mark.parametrize("method", VAULT)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_credential_of_any_kind_goes_along_at_home_only(
    mode: str, method: str, status: int
) -> None:
    foreign()
    package: Any = importlib.import_module("vault_client")
    kind = package.Vault if mode == "sync" else package.AsyncVault
    with (
        Recorder(reply(204, media_type="")) as other,
        Recorder(redirect(status, "/next?a=b"), redirect(status, other.url + "/x?a=b")) as server,
    ):
        client = kind(base_url=server.url, **VAULT[method])
        call(client, lambda c: getattr(c.doors, method)())
    encoded = base64.b64encode(f"user:{SECRET}".encode()).decode()
    assert all(carries(request) or carries(request, encoded) for request in server.requests)
    assert server.requests[1].target.startswith("/next?a=b")
    assert other.only.target == "/x?a=b"
    assert not carries(other.only)
    assert not carries(other.only, encoded)
    assert other.only.header("cookie") is None


@every_vendor
def test_own_style_keeps_credentials_at_home(vendor: Vendor) -> None:
    client = vendor.package.AuthenticatedClient
    arguments = vendor.arguments(vendor.package.File(b"x"))
    options = {"headers": {"X-Team": SECRET}, "cookies": {"c": SECRET}, "follow_redirects": True}
    with (
        Recorder(ok(vendor)) as other,
        Recorder(redirect(307, other.url + "/x")) as server,
        client(server.url, SECRET, **options) as low_level,
    ):
        assert vendor.module.sync(client=low_level, **arguments).to_dict() == vendor.success
    assert carries(server.only)
    assert not carries(other.only)


@every_vendor
@pytest.mark.parametrize("status", [301, 302])
def test_a_post_is_not_made_a_get(vendor: Vendor, mode: str, status: int) -> None:
    with Recorder(redirect(status, "/elsewhere")) as server:
        error = failure(vendor, mode, server.url)
    assert type(error) is vendor.errors.APIStatusError
    assert error.status_code == status
    assert "base_url" in str(error)
    assert len(server.requests) == 1


@every_vendor
def test_redirects_end(vendor: Vendor, mode: str) -> None:
    with Recorder(*[redirect(307, "/again")] * 6) as server:
        error = failure(vendor, mode, server.url)
    assert (error.status_code, len(server.requests)) == (307, 6)


STRANGE = [
    "http://",
    "http://a:b:c/",
    "ftp://x/y",
    "javascript:alert(1)",
    "http://[::1",
    "//",
    "\\\\x",
]


@every_vendor
@pytest.mark.parametrize("location", STRANGE)
def test_a_strange_redirect_is_a_status_error(vendor: Vendor, mode: str, location: str) -> None:
    with Recorder(redirect(307, location), reply(404)) as server:
        error = failure(vendor, mode, server.url, max_retries=0)
    assert isinstance(error, vendor.errors.APIStatusError)
    assert error.status_code in (307, 404)


HTTPS = "https://api.example.com/v1/x"
ENCODED = quote(SECRET, safe="")


@pytest.mark.parametrize("location_of_key", ["header", "query", "cookie"])
@pytest.mark.parametrize(
    ("location", "followed", "own"),
    [
        ("/y", True, True),
        ("y", True, True),
        ("?y=1#fragment", True, True),
        ("/größe and spaces", True, True),
        ("https://api.example.com:443/y", True, True),
        ("https://API.example.com/y", True, True),
        ("HTTPS://api.example.com/y", True, True),
        ("https://api.example.com:444/y", True, False),
        ("https://example.com/y", True, False),
        ("//other.example/y", True, False),
        ("https://api.example.com.evil.example/y", True, False),
        ("https://api.example.com@evil.example/y", False, False),
        ("https://user:password@api.example.com/y", False, False),
        ("https://api.example.com%2eevil.example/y", False, False),
        ("https://api.example.com\\@evil.example/y", False, False),
        ("https://exämple.com/y", False, False),
        ("http://api.example.com/y", False, False),
        ("http://other.example/y", False, False),
        (f"https://other.example/?k={ENCODED}", False, False),
        (f"https://api.example.com/{ENCODED}", True, True),
        (f"https://api.example.com/?key={ENCODED}", True, True),
    ],
)
def test_which_redirects_are_followed(
    location: str, followed: bool, own: bool, location_of_key: Any
) -> None:
    credential = Credential("api_key=", Secret(SECRET))
    scheme = SecurityScheme("api_key", location_of_key, "key")
    placed = [Placed(scheme, credential, Secret(SECRET))]
    body = BytesBody(b"", "x/y")
    send = Send("POST", HTTPS, {"api-key": "x", "Cookie": "a=b"}, body, True, placed)
    target = _redirect(send, Answered(307, {"location": location}, b""), Redactor([credential]))
    assert (target is not None) == followed
    if target is not None:
        assert target.own == own
        assert target.headers == (send.headers if own else {})
        assert_hidden(target)
        carried = target.wire_url() + repr(target.wire_headers())
        assert (SECRET in carried or ENCODED in carried) == own
        # a server that gives the parameter itself gets it once
        assert ("key=" + ENCODED not in location) or target.wire_url().count("key=") == 1
