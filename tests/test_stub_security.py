"""Credentials: who gets in, what the others are told, and that no answer repeats a key."""

from __future__ import annotations

import pytest

from tests.stub import Stub
from tests.stub.wire import API_KEY, ENVIRONMENT, SURVEY, USER, Reply, send, stored, violations

OPERATIONS = [
    ("questionpro", "uploadImage", "POST", f"/users/{USER}/images"),
    ("questionpro", "listImages", "GET", f"/users/{USER}/images"),
    ("questionpro", "createResponse", "POST", f"/surveys/{SURVEY}/responses"),
    ("inventorum", "uploadImage", "POST", "/images/"),
    ("pingone", "createImage", "POST", f"/environments/{ENVIRONMENT}/images"),
]


def call(
    stub: Stub, vendor: str, method: str, path: str, headers: dict[str, str], query: str = ""
) -> Reply:
    return send(f"{stub.urls[vendor]}{path}{query}", method, headers)


@pytest.mark.parametrize(("vendor", "operation", "method", "path"), OPERATIONS)
@pytest.mark.parametrize(
    "credential", [None, "", "wrong", "test-api-key ,", "TEST-TOKEN", "test-token test-token"]
)
def test_without_the_right_credentials_it_is_401(
    stub: Stub, vendor: str, operation: str, method: str, path: str, credential: str | None
) -> None:
    headers: dict[str, str] = {}
    if credential is not None:
        headers = {"api-key": credential, "Authorization": f"Bearer {credential}"}
    reply = call(stub, vendor, method, path, headers)
    assert reply.status == 401
    assert violations(vendor, operation, reply) == []
    assert ("www-authenticate" in reply.headers) == (vendor != "questionpro")
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize(("vendor", "operation", "method", "path"), OPERATIONS)
def test_known_credentials_without_permission_get_403(
    stub: Stub, vendor: str, operation: str, method: str, path: str
) -> None:
    headers = {"api-key": "forbidden-api-key", "Authorization": "Bearer forbidden-token"}
    reply = call(stub, vendor, method, path, headers)
    assert reply.status == 403
    assert violations(vendor, operation, reply) == []


@pytest.mark.parametrize(("vendor", "operation", "method", "path"), OPERATIONS)
def test_the_credential_of_another_vendor_is_401(
    stub: Stub, vendor: str, operation: str, method: str, path: str
) -> None:
    headers = {"api-key": "test-token", "Authorization": "Bearer test-api-key"}
    reply = call(stub, vendor, method, path, headers)
    assert reply.status == 401
    assert violations(vendor, operation, reply) == []


@pytest.mark.parametrize("path", ["/users/1/images", "/users/abc/images", f"/users/{USER}/images"])
def test_nothing_shows_before_the_credentials_are_right(stub: Stub, path: str) -> None:
    assert call(stub, "questionpro", "GET", path, {"api-key": "x"}, "?page=0").status == 401


def test_the_key_may_be_in_the_query(stub: Stub) -> None:
    path = f"/users/{USER}/images"
    assert call(stub, "questionpro", "GET", path, {}, "?apiKey=test-api-key").status == 200
    assert call(stub, "questionpro", "GET", path, {}, "?apiKey=forbidden-api-key").status == 403
    assert call(stub, "questionpro", "GET", path, {}, "?apiKey=x").status == 401
    assert call(stub, "questionpro", "GET", path, {}, "?apikey=test-api-key").status == 401
    twice = "?apiKey=test-api-key&apiKey=test-api-key"
    assert call(stub, "questionpro", "GET", path, {}, twice).status == 401


def test_a_wrong_key_in_the_header_is_not_made_good_by_the_query(stub: Stub) -> None:
    path, query = f"/users/{USER}/images", "?apiKey=test-api-key"
    assert call(stub, "questionpro", "GET", path, {"api-key": "wrong"}, query).status == 401
    assert call(stub, "questionpro", "GET", path, API_KEY, "?apiKey=wrong").status == 200


@pytest.mark.parametrize("scheme", ["Basic", "bearer", "BEARER", "Token"])
def test_the_authorization_scheme_is_bearer_in_any_case(stub: Stub, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} test-token"}
    reply = call(stub, "inventorum", "POST", "/images/", headers)
    assert (reply.status == 401) == (scheme.lower() != "bearer")


def test_a_repeated_credential_is_refused(stub: Stub) -> None:
    headers = {"Authorization": "Bearer test-token", "authorization": "Bearer test-token"}
    assert call(stub, "inventorum", "POST", "/images/", headers).status == 401


@pytest.mark.parametrize(
    "query",
    [
        "?apiKey=s3cret",
        "?page=1&apiKey=s3cret&perPage=x",
        "?apiKey=s3cret&apiKey=s3cret",
        "?APIKEY=s3cret",
        "?api%4Bey=s3cret",
        "?+apiKey=s3cret",
    ],
)
@pytest.mark.parametrize("headers", [{}, API_KEY, {"api-key": "s3cret"}])
def test_no_answer_repeats_a_key(stub: Stub, query: str, headers: dict[str, str]) -> None:
    for user in (USER, 1):
        reply = call(stub, "questionpro", "GET", f"/users/{user}/images", headers, query)
        assert b"s3cret" not in reply.body
        assert all("s3cret" not in value for value in reply.headers.values())
