"""What a client tells to ``logging``, and that no record of anybody holds a credential."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.delivery import ok
from tests.exposure import forms
from tests.recorder import Recorder, Step, close, nobody, redirect, reply, silence
from tests.vendors import SECRET, Vendor, call, every_vendor, failure, upload
from tests.ways import every_way, over, sending, through
from tests.workshop import foreign

NOW = [("Retry-After", "0")]


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield


def lines(caplog: pytest.LogCaptureFixture, package: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == package]


def assert_no_credential(caplog: pytest.LogCaptureFixture, *secrets: str) -> None:
    assert caplog.records
    for record in caplog.records:
        text = record.getMessage() + repr(vars(record))
        for secret in secrets:
            for form in forms(secret):
                assert form not in text, f"{record.name} logs a credential: {text}"


@every_vendor
def test_an_attempt_is_a_line(vendor: Vendor, mode: str, caplog: pytest.LogCaptureFixture) -> None:
    package = vendor.package.__name__
    with Recorder(ok(vendor)) as server:
        upload(vendor, mode, server.url, b"x")
    (record,) = lines(caplog, package)
    url = server.url + vendor.path
    assert record.levelno == logging.DEBUG
    assert record.getMessage().startswith(f"POST {url}: {vendor.status} in ")
    assert record.getMessage().endswith(" ms, attempt 1")
    fields = vars(record)
    assert (fields["method"], fields["url"], fields["status"]) == ("POST", url, vendor.status)
    assert (fields["failure"], fields["attempt"]) == (None, 1)
    assert 0 < fields["duration_ms"] < 60_000
    assert record.args  # formatted when somebody reads it, not before


@every_vendor
def test_another_attempt_is_announced_with_its_reason(
    vendor: Vendor, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Recorder(reply(429, b"", NOW), reply(503, b"", NOW), ok(vendor)) as server:
        upload(vendor, mode, server.url, b"x")
    records = lines(caplog, vendor.package.__name__)
    assert [record.levelname for record in records] == ["DEBUG", "INFO"] * 2 + ["DEBUG"]
    assert [vars(record)["attempt"] for record in records] == [1, 2, 2, 3, 3]
    assert [vars(record)["reason"] for record in records if record.levelname == "INFO"] == [
        "429",
        "503",
    ]
    assert "is sent again in 0.00 s after 429, attempt 2" in records[1].getMessage()


@every_vendor
@pytest.mark.parametrize(
    ("step", "kind"), [(close(), "no answer (protocol)"), (silence(), "no answer (timeout)")]
)
def test_a_failure_is_told_by_its_kind(
    vendor: Vendor, mode: str, step: Step, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    limit = 0.2 if "timeout" in kind else 60
    with Recorder(step) as server:
        failure(vendor, mode, server.url, timeout=limit)
    (record,) = lines(caplog, vendor.package.__name__)
    assert (vars(record)["status"], vars(record)["failure"]) == (None, kind)
    assert kind in record.getMessage()


@every_vendor
def test_a_new_token_is_announced(
    vendor: Vendor, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    values = ["first/token", "second/token"]
    with Recorder(reply(401), ok(vendor)) as server:
        upload(vendor, mode, server.url, b"x", **{vendor.option: lambda: values.pop(0)})
    records = lines(caplog, vendor.package.__name__)
    assert [record.levelname for record in records] == ["DEBUG", "INFO", "DEBUG"]
    assert vars(records[1])["reason"] == "401, with a new token"
    assert_no_credential(caplog, "first/token", "second/token")


@every_vendor
def test_the_own_style_client_logs_too(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    arguments = vendor.arguments(vendor.package.File(b"x"))
    with (
        Recorder(ok(vendor)) as server,
        vendor.package.AuthenticatedClient(server.url, SECRET) as client,
    ):
        vendor.module.sync(client=client, **arguments)
    (record,) = lines(caplog, vendor.package.__name__)
    assert vars(record)["status"] == vendor.status
    assert_no_credential(caplog, SECRET)


@every_vendor
def test_nothing_is_made_for_a_logger_that_is_off(
    vendor: Vendor, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, vendor.package.__name__), Recorder(ok(vendor)) as server:
        upload(vendor, mode, server.url, b"x")
    assert lines(caplog, vendor.package.__name__) == []


@every_vendor
def test_the_package_configures_nothing(vendor: Vendor) -> None:
    importlib.import_module(f"{vendor.package.__name__}._runtime.call_log")
    logger = logging.getLogger(vendor.package.__name__)
    assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]
    assert logger.propagate
    assert logger.level == logging.NOTSET


# --- no credential in any record, ours or of the libraries below


ECHOES: dict[str, Callable[[Vendor], list[Step]]] = {
    "200": lambda vendor: [reply(vendor.status, vendor.answer(), [("X-Echo", SECRET)])],
    "401": lambda _: [reply(401, SECRET.encode(), [("X-Echo", quote(SECRET, safe=""))])],
    "redirect": lambda vendor: [redirect(307, f"/?echo={SECRET}"), ok(vendor)],
    "redirect away": lambda _: [redirect(307, f"http://127.0.0.1:9/?echo={SECRET}")],
    "closed": lambda _: [close()],
}


@every_way
@every_vendor
@pytest.mark.parametrize("answer", ECHOES)
def test_no_record_has_the_credential(
    vendor: Vendor, way: str, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Recorder(*ECHOES[answer](vendor)) as server:
        end = sending(way, vendor, server.url, max_retries=0)
    if isinstance(end, vendor.errors.APIError):
        logging.getLogger("program").error("failed", exc_info=end)
    assert lines(caplog, vendor.package.__name__)
    assert_no_credential(caplog, SECRET)


@every_way
@every_vendor
def test_a_raw_response_with_a_function_as_token_is_logged_and_nothing_shown(
    vendor: Vendor, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = [f"{SECRET}1", f"{SECRET}2"]

    def use(client: Any) -> Any:
        return vendor.upload(Behind(client.images.with_raw_response), b"x", timeout=30)

    echo = reply(vendor.status, vendor.answer(), [("X-Echo", f"{SECRET}2")])
    options = {vendor.option: lambda: tokens.pop(0)}
    with Recorder(reply(401), reply(503, b"", NOW), echo) as server:
        answer = through(way, vendor, server.url, use, **options)
    assert [request.header(vendor.header) for request in server.requests] == [
        vendor.prefix + SECRET + number for number in "122"
    ]
    assert (answer.status_code, answer.attempts) == (vendor.status, 3)
    assert answer.parse().to_dict() == vendor.success
    records = lines(caplog, vendor.package.__name__)
    assert [vars(record)["attempt"] for record in records] == [1, 2, 2, 3, 3]
    assert SECRET not in repr(answer) + answer.url
    assert_no_credential(caplog, f"{SECRET}1", f"{SECRET}2")


class Behind:
    """Stands for a client whose methods return answers."""

    def __init__(self, images: Any) -> None:
        self.images = images


CREDENTIALS = {
    "key_in_query": SECRET,
    "key_in_cookie": SECRET,
    "key_in_header": SECRET,
    "password": ("user", SECRET),
    "token": SECRET,
}


@every_way
@pytest.mark.parametrize("method", ["by_default", "cookie", "basic", "oauth", "both"])
def test_no_record_has_a_credential_of_any_kind(
    way: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    foreign()
    package: Any = importlib.import_module("vault_client")

    def make(base_url: str, http_client: Any) -> Any:
        kind = package.Vault if way in ("sync", "httpx2.Client") else package.AsyncVault
        return kind(base_url=base_url, http_client=http_client, **CREDENTIALS)

    with Recorder(reply(204, media_type="")) as server:
        over(way, lambda http: make(server.url, http), lambda c: getattr(c.doors, method)())
    assert lines(caplog, "vault_client")
    assert_no_credential(caplog, SECRET, f"user:{SECRET}")
    if way.startswith("httpx2."):  # the other lines are still there, and readable
        (told,) = [r.getMessage() for r in caplog.records if r.name == "httpx2"]
        shown = "?key=[redacted]" if method in ("by_default", "both") else f"/{method} "
        assert told.startswith("HTTP Request: GET http://127.0.0.1:")
        assert shown in told


def test_a_refused_connection_is_logged(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    foreign()
    package: Any = importlib.import_module("vault_client")
    kind = package.Vault if mode == "sync" else package.AsyncVault
    with nobody() as url:
        client = kind(base_url=url, max_retries=0, **CREDENTIALS)
        with pytest.raises(package.errors.APIConnectionError):
            call(client, lambda c: c.doors.by_default())
    assert_no_credential(caplog, SECRET)
