"""A credential reaches the configured origin and nothing else: no host, no text, no pickle."""

from __future__ import annotations

import copy
import json
import pickle
import pprint
import traceback
from urllib.parse import quote, quote_plus

import pytest
from questionpro_client._runtime.credential import KEPT, Credential
from questionpro_client._runtime.redaction import Redactor
from questionpro_client._runtime.secret import Secret

from tests.delivery import ok
from tests.exposure import assert_hidden
from tests.recorder import Recorder, reply
from tests.vendors import (
    PINGONE,
    QUESTIONPRO,
    SECRET,
    Vendor,
    every_vendor,
    failure,
    upload,
)

# --- where it comes from, where it goes


@every_vendor
def test_the_credential_goes_into_its_header(vendor: Vendor, mode: str) -> None:
    with Recorder(ok(vendor)) as server:
        upload(vendor, mode, server.url, b"x")
    assert server.only.header(vendor.header) == vendor.prefix + SECRET
    assert "?" not in server.only.target


@every_vendor
def test_the_credential_may_come_from_the_environment(
    vendor: Vendor, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vendor.variable, "from-the-environment")
    with Recorder(ok(vendor)) as server:
        upload(vendor, mode, server.url, b"x", **{vendor.option: None})
    assert server.only.header(vendor.header) == f"{vendor.prefix}from-the-environment"
    with Recorder(ok(vendor)) as server:
        upload(vendor, mode, server.url, b"x")
    assert server.only.header(vendor.header) == vendor.prefix + SECRET


@every_vendor
def test_a_missing_credential_tells_both_ways(vendor: Vendor, mode: str) -> None:
    with pytest.raises(vendor.errors.ConfigurationError) as caught:
        vendor.client(mode, "http://127.0.0.1", **{vendor.option: None})
    assert f"{vendor.option}=" in str(caught.value)
    assert vendor.variable in str(caught.value)


BAD = [
    "",
    " ",
    "a\r\nX-Admin: 1",
    "a\nb",
    "a\rb",
    "a\0b",
    " padded ",
    "tab\tbed",
    "schlüssel",
    "\x7f",
]


@every_vendor
@pytest.mark.parametrize("value", BAD)
def test_a_credential_that_no_header_can_hold_is_refused(
    vendor: Vendor, mode: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(vendor.errors.ConfigurationError) as caught:
        vendor.client(mode, "http://127.0.0.1", **{vendor.option: value})
    assert not value.strip() or value not in str(caught.value)
    with pytest.raises(vendor.errors.ConfigurationError):
        vendor.package.AuthenticatedClient("http://127.0.0.1", value)
    if "\0" not in value:
        monkeypatch.setenv(vendor.variable, value)
        with pytest.raises(vendor.errors.ConfigurationError, match=vendor.variable):
            vendor.client(mode, "http://127.0.0.1", **{vendor.option: None})


@pytest.mark.parametrize(
    ("vendor", "option", "known"),
    [
        (QUESTIONPRO, "datacenter", ("com", "eu", "ca", "sg", "au", "ae")),
        (PINGONE, "region", ("com", "ca", "eu", "com.au", "sg", "asia")),
    ],
    ids=str,
)
def test_an_unknown_server_names_those_there_are(
    vendor: Vendor, mode: str, option: str, known: tuple[str, ...]
) -> None:
    kind = vendor.sync if mode == "sync" else vendor.asynchronous
    with pytest.raises(vendor.errors.ConfigurationError) as caught:
        kind(**{vendor.option: SECRET, option: "mars"})
    assert f"{option}='mars'" in str(caught.value)
    assert ", ".join(known) in str(caught.value)
    with pytest.raises(vendor.errors.ConfigurationError, match="mars"):
        kind(**{vendor.option: SECRET}).with_options(**{option: "mars"})


# --- where it does not show


@every_vendor
def test_a_client_hides_its_credential(vendor: Vendor, mode: str) -> None:
    client = vendor.client(mode, "http://127.0.0.1")
    session = client._session
    assert_hidden(client, session, session.options, session.options.credentials)
    assert_hidden(*session.options.credentials.given.values(), session.options.redactor)
    for duplicate in (pickle.dumps, copy.copy, copy.deepcopy):
        for value in (session.options.credentials, session.options.redactor):
            if duplicate is copy.copy:
                assert_hidden(copy.copy(value))
            else:
                with pytest.raises(TypeError, match="credential"):
                    duplicate(value)
    for duplicate in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="make a client where it is used"):
            duplicate(client)


@every_vendor
def test_the_own_style_client_hides_its_credential(vendor: Vendor) -> None:
    client = vendor.package.AuthenticatedClient("http://127.0.0.1", SECRET)
    assert client.token == SECRET
    assert_hidden(client, client.with_timeout(3.0), client.with_headers({"a": "b"}))
    with pytest.raises(TypeError, match="credential"):
        pickle.dumps(client)


def redactor(*secrets: str) -> Redactor:
    return Redactor([Credential("api_key=", Secret(secret)) for secret in secrets])


SPELLINGS = {
    "plain": SECRET,
    "in a URL": f"https://x.example/?apiKey={quote(SECRET, safe='')}",
    "in a URL, lower case": quote(SECRET, safe="").lower(),
    "in a URL twice": quote(quote(SECRET, safe=""), safe=""),
    "in a URL partly": quote(SECRET, safe="/"),
    "as a form": quote_plus(SECRET),
    "in JSON by PHP": SECRET.replace("/", "\\/"),
    "in JSON by Gson": SECRET.replace("=", "\\u003d").replace("+", "\\u002B"),
    "in JSON within JSON, by PHP": json.dumps(SECRET.replace("/", "\\/"))[1:-1],
    "in JSON within JSON, by Gson": SECRET.replace("=", "\\\\u003d").replace("+", "\\\\u002B"),
    "in HTML": SECRET.replace("/", "&#x2F;").replace("=", "&#61;"),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_a_credential_is_found(spelling: str) -> None:
    veil = redactor(SECRET)
    text = f"before {spelling} after"
    assert veil.text(text).endswith("[redacted] after")
    assert veil.content(text.encode()) == veil.text(text).encode()
    assert "s3cret" not in veil.text(text)
    assert veil.sentence(text) == veil.text(text)


def test_a_short_credential_leaves_our_sentences_readable() -> None:
    veil = redactor("k", "list")
    path = "$.pagination.links[3].kind: expected a list, got k"
    assert veil.sentence(path) == (
        "$.pagination.links[3].kind: expected a [redacted], got [redacted]"
    )
    assert veil.text("links: k") == "lin[redacted]s: [redacted]"
    assert redactor("long-enough").sentence("$.along-enoughs") == "$.a[redacted]s"


@every_vendor
def test_an_error_tells_where_also_to_who_has_a_short_credential(vendor: Vendor, mode: str) -> None:
    with Recorder(reply(vendor.status, b'["k"]')) as server:
        error = failure(vendor, mode, server.url, **{vendor.option: "k"})
    assert "with a body that is not what the API document says: $: expected an object" in str(error)


def test_redaction_follows_the_tokens_of_a_function() -> None:
    values = iter(range(1000))
    credential = Credential("token=", Secret(lambda: f"token-{next(values)}-"))
    veil = Redactor([credential])
    assert veil.text("token-0-") == "token-0-"
    for number in range(KEPT + 3):
        credential.obtain(credential.current, 0)
        assert veil.text(f"a token-{number}- b") == "a [redacted] b"
    assert veil.text("token-3- token-2-") == "[redacted] token-2-"


def test_text_without_a_credential_stays() -> None:
    assert redactor(SECRET).text("s3cret/key+of=test") == "s3cret/key+of=test"
    assert redactor().text("anything") == "anything"
    assert redactor().content(b"anything") == b"anything"


@every_vendor
@pytest.mark.parametrize("status", [200, 400, 401, 404, 500, 520])
def test_an_answer_that_echoes_the_credential_is_redacted(
    vendor: Vendor, mode: str, status: int
) -> None:
    """QuestionPro's 401 does: its resourceUrl is the whole URL."""
    echo = json.loads(json.dumps(vendor.refusal).replace("Nope", f"No key {SECRET}"))
    for body in (
        json.dumps(echo).encode(),
        json.dumps(echo).replace("/", "\\/").encode(),
        f"<p>{quote(SECRET, safe='')}".encode(),
        b"[" + json.dumps({SECRET: 1}).encode() + b"]",
    ):
        headers = [("X-Echo", SECRET), ("Content-Type", f"text/x; key={SECRET}")]
        with Recorder(reply(status, body, headers, media_type="")) as server:
            error = failure(vendor, mode, server.url, max_retries=0)
        assert error.status_code == status
        shown = [
            "".join(traceback.format_exception(error)),
            pickle.dumps(error).decode("latin-1"),
            repr(error.args),
            pprint.pformat(vars(error)),
            repr(error.__cause__) + repr(error.__context__),
        ]
        parsed = getattr(error, "parsed", None)
        if parsed is not None:
            shown.append(json.dumps(parsed.to_dict()))
        for text in shown:
            assert SECRET not in text
            assert quote(SECRET, safe="") not in text
            assert SECRET.replace("/", "\\/") not in text


@every_vendor
def test_errors_survive_a_pickle(vendor: Vendor, mode: str) -> None:
    with Recorder(reply(400, json.dumps(vendor.refusal).encode())) as server:
        error = failure(vendor, mode, server.url)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert (str(twin), vars(twin)) == (str(error), vars(error))


@every_vendor
def test_a_connection_error_hides_the_request(vendor: Vendor, mode: str) -> None:
    error = failure(vendor, mode, "http://127.0.0.1:1", max_retries=0)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert_hidden(error, error.args)


def test_own_style_unexpected_status_is_redacted() -> None:
    client = QUESTIONPRO.package.AuthenticatedClient
    arguments = QUESTIONPRO.arguments(QUESTIONPRO.package.File(b"x"))
    with (
        Recorder(reply(520, SECRET.encode())) as server,
        client(server.url, SECRET, raise_on_unexpected_status=True) as low_level,
        pytest.raises(QUESTIONPRO.errors.UnexpectedStatus) as caught,
    ):
        QUESTIONPRO.module.sync(client=low_level, **arguments)
    assert_hidden(caught.value)
