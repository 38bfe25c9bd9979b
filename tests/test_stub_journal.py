"""The journal: what it tells of requests, and what it never tells."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from tests.stub import Stub
from tests.stub.control.journal import MOST_ENTRIES
from tests.stub.pictures import picture
from tests.stub.wire import (
    API_KEY,
    ENVIRONMENT,
    SURVEY,
    TOKEN,
    USER,
    Reply,
    connect,
    exchange,
    field_part,
    file_part,
    form,
    form_type,
    receive,
    request,
    send,
)

PNG = picture("PNG", 5, 4)
SECRET = "sk-live-51Hx9/+secret=="
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def requests(stub: Stub, query: str = "") -> list[dict[str, Any]]:
    reply = send(f"{stub.url}/_stub/requests{query}")
    assert reply.status == 200, reply.body
    listed: list[dict[str, Any]] = reply.json["requests"]
    return listed


def page(stub: Stub) -> Reply:
    return send(f"{stub.url}/_stub/journal")


def upload(stub: Stub, filename: str = "logo.png", data: bytes = PNG) -> Reply:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    body = form(file_part(data, filename=filename))
    return send(url, "POST", API_KEY | form_type(), body)


class Seen(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# What it tells.


def test_an_upload_is_told_with_its_bytes(stub: Stub) -> None:
    reply = upload(stub)
    (entry,) = requests(stub)
    body = form(file_part(PNG))
    assert (entry["method"], entry["status"]) == ("POST", 200)
    assert entry["path"] == f"/a/api/v2/users/{USER}/images"
    assert (entry["vendor"], entry["operation"]) == ("questionpro", "uploadImage")
    assert (entry["size"], entry["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    assert entry["milliseconds"] > 0
    assert entry["errors"] == []
    image = entry["image"]
    assert (image["filename"], image["size"], image["type"]) == ("logo.png", len(PNG), "image/png")
    assert (image["width"], image["height"]) == (5, 4)
    assert image["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert stub.url + image["url"] == reply.json["response"]["imageURL"]
    assert send(stub.url + image["url"]).body == PNG


def test_what_was_wrong_is_told_with_pointers(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/surveys/{SURVEY}/responses"
    headers = API_KEY | {"Content-Type": "application/json"}
    send(url, "POST", headers, b'{"responseSet": [{"questionID": "x"}]}')
    send(f"{stub.urls['questionpro']}/users/{USER}/images?page=0", headers=API_KEY)
    body, parameter = requests(stub)
    assert body["refusal"] == "invalid-body"
    assert {"body"} == {error["in"] for error in body["errors"]}
    assert "/responseSet/0/questionID" in [error["pointer"] for error in body["errors"]]
    assert (parameter["status"], parameter["refusal"]) == (400, "parameter")
    assert parameter["errors"][0]["in"] == "query"
    assert parameter["errors"][0]["pointer"] == "page"


def test_chunked_bodies_count_without_their_frames(stub: Stub) -> None:
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    send(url, "POST", TOKEN | {"Content-Type": "image/png"}, PNG, chunked=True)
    (entry,) = requests(stub)
    assert (entry["size"], entry["sha256"]) == (len(PNG), hashlib.sha256(PNG).hexdigest())


def test_what_is_no_vendors_and_no_http_is_told_too(stub: Stub) -> None:
    send(f"{stub.url}/nowhere")
    exchange(stub.url, b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")
    nowhere, malformed = requests(stub)
    assert (nowhere["path"], nowhere["status"], nowhere["vendor"]) == ("/nowhere", 404, None)
    assert (malformed["path"], malformed["status"]) == ("/", 400)


def test_a_request_that_is_not_answered_yet_is_there(stub: Stub) -> None:
    url = f"{stub.urls['pingone']}/environments/{ENVIRONMENT}/images"
    whole = request(url, "POST", TOKEN | {"Content-Type": "image/png"}, PNG)
    with connect(stub.url) as connection:
        connection.sendall(whole[:-5])
        while not (waiting := requests(stub)):
            continue
        assert (waiting[0]["status"], waiting[0]["milliseconds"]) == (None, None)
        connection.sendall(whole[-5:])
        assert receive(connection).status == 201
    assert requests(stub)[0]["status"] == 201


def test_entries_are_there_when_the_answer_is(stub: Stub) -> None:
    for number in range(1, 30):
        upload(stub)
        entry = stub.journal[-1]
        assert (entry.number, entry.status) == (number, 200)
        assert entry.milliseconds is not None


def test_the_control_addresses_are_not_told(stub: Stub) -> None:
    for path in ("health", "requests", "journal", "faults", "nothing"):
        send(f"{stub.url}/_stub/{path}")
    assert requests(stub) == []


def test_entries_are_selected(stub: Stub) -> None:
    upload(stub)
    send(f"{stub.urls['questionpro']}/users/{USER}/images", headers=API_KEY)
    send(f"{stub.urls['questionpro']}/users/{USER}/images")
    send(f"{stub.urls['inventorum']}/images/", "POST", {}, b"")

    def numbers(query: str) -> list[int]:
        return [entry["number"] for entry in requests(stub, query)]

    assert numbers("?vendor=questionpro") == [1, 2, 3]
    assert numbers("?operation=listImages") == [2, 3]
    assert numbers("?operation=uploadImage&vendor=inventorum") == [4]
    assert numbers("?status=401") == [3, 4]
    assert numbers("?status=2xx&limit=1") == [2]
    assert numbers("?limit=2") == [3, 4]
    assert numbers("?vendor=pingone") == []


@pytest.mark.parametrize(
    "query",
    [
        *("?vendor=acme", "?operation=x", "?status=9xx", "?status=4x", "?limit=0", "?limit=1001"),
        *("?limit=%FF", "?colour=red", "?vendor=pingone&vendor=pingone", "?limit=%D9%A3"),
        "?status=200%0A",
    ],
)
def test_a_wrong_selection_is_refused(stub: Stub, query: str) -> None:
    reply = send(f"{stub.url}/_stub/requests{query}")
    assert reply.status == 400
    assert reply.json["message"]


def test_only_the_last_thousand_are_kept(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    with connect(stub.url) as connection:
        for _ in range(MOST_ENTRIES + 20):
            connection.sendall(request(url, headers=API_KEY))
            receive(connection)
    told = send(f"{stub.url}/_stub/requests").json
    assert (told["total"], told["dropped"]) == (MOST_ENTRIES + 20, 20)
    assert [entry["number"] for entry in told["requests"]] == list(range(21, MOST_ENTRIES + 21))
    assert "20 older ones" in page(stub).body.decode()
    assert send(f"{stub.url}/_stub/requests", "DELETE").status == 204
    assert requests(stub) == []


@pytest.mark.parametrize("kept", [0, 2])
def test_a_smaller_journal_keeps_fewer_and_counts_all(kept: int) -> None:
    with Stub(journal=kept) as stub:
        for _ in range(3):
            send(f"{stub.urls['questionpro']}/users/{USER}/images", headers=API_KEY)
        stub.faults.queue("status", status=503)
        assert send(f"{stub.urls['questionpro']}/users/{USER}/images").status == 503
        told = send(f"{stub.url}/_stub/requests").json
        assert (told["total"], told["dropped"], len(told["requests"])) == (4, 4 - kept, kept)
        assert [ticket.delivered for ticket in stub.faults.tickets()] == [1]


# What it never tells.


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"api-key": SECRET}),
        ("", {"API-Key": SECRET}),
        ("", {"Authorization": f"Bearer {SECRET}"}),
        ("", {"Authorization": SECRET}),
        ("", {"Proxy-Authorization": f"Basic {SECRET}"}),
        ("", {"Cookie": f"session={SECRET}; theme=dark"}),
        ("", {"X-Auth-Token": SECRET}),
        ("", {"X-Amz-Signature": SECRET}),
        (f"?apiKey={SECRET}", {}),
        (f"?APIKEY={quote(SECRET, safe='')}", {}),
        (f"?%61piKey={SECRET}", {}),
        (f"?page=1&access_token={SECRET}&x=2", {}),
        (f"?page=1&client_secret={quote(SECRET, safe='')}", {}),
        (f"?next={quote('http://a/?apiKey=' + SECRET, safe='')}", {}),
        (f"?apiKey={SECRET}", {"Referer": f"http://a/b?x={SECRET}"}),
        ("", {"Referer": f"http://a/b?apiKey={SECRET}&x=1"}),
        (f"?x={SECRET}", {"api-key": SECRET}),
        (f"?x={quote(SECRET, safe='')}", {"Authorization": f"Bearer {SECRET}"}),
        ("", {"api-key": SECRET, "X-Note": f"the key is {SECRET}!"}),
        ("", {"api-key": SECRET, "X-Stub-Fault": f'status=503; body="{SECRET}"'}),
        (f"/{quote(SECRET, safe='')}", {"api-key": SECRET}),
        ("", {"Authorization": "Basic dXNlcjpzay1saXZlLTUxSHg5Lytc", "X": "sk-live-51Hx9/+\\"}),
    ],
)
def test_credentials_are_never_shown(stub: Stub, query: str, headers: dict[str, str]) -> None:
    send(f"{stub.urls['questionpro']}/users/{USER}/images{query}", headers=headers)
    shown = send(f"{stub.url}/_stub/requests").body.decode() + page(stub).body.decode()
    assert "REDACTED" in shown
    for trace in ("51Hx9", quote("51Hx9/+secret", safe="")):
        assert trace not in shown
    assert "51Hx9" not in repr(stub.journal)


def test_a_credential_in_a_filename_is_not_shown(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images"
    body = form(file_part(PNG, filename="test-api-key.png"))
    send(url, "POST", API_KEY | form_type(), body)
    (entry,) = requests(stub)
    assert entry["image"]["filename"] == "REDACTED.png"


def test_harmless_values_are_shown(stub: Stub) -> None:
    url = f"{stub.urls['questionpro']}/users/{USER}/images?page=2&perPage=5"
    send(url, headers=API_KEY | {"User-Agent": "my test/1.0", "Accept": "application/json"})
    (entry,) = requests(stub)
    assert entry["query"] == "page=2&perPage=5"
    assert entry["path"] == f"/a/api/v2/users/{USER}/images"
    assert ["user-agent", "my test/1.0"] in entry["headers"]
    assert ["accept", "application/json"] in entry["headers"]
    assert ["api-key", "REDACTED"] in entry["headers"]


# The page.


def test_the_page_shows_the_picture(stub: Stub) -> None:
    upload(stub)
    reply = page(stub)
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    seen = Seen(reply.body.decode())
    (image,) = [attributes for tag, attributes in seen.elements if tag == "img"]
    assert send(f"{stub.url}{image['src']}").body == PNG
    assert image["alt"] == "logo.png"
    assert "5 x 4" in seen.text
    assert "uploadImage" in seen.text


def test_the_page_is_for_those_who_want_html(stub: Stub) -> None:
    upload(stub)
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept, kind in (
        (browser, "text/html"),
        ("*/*", "application/json"),
        ("", "application/json"),
    ):
        reply = send(f"{stub.url}/_stub/requests", headers={"Accept": accept})
        assert reply.headers["content-type"].startswith(kind)
        assert "Accept" in reply.headers["vary"]


def test_the_page_allows_no_script_and_nothing_from_elsewhere(stub: Stub) -> None:
    reply = page(stub)
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in reply.body.decode()


def hostile_requests(stub: Stub) -> None:
    """Whatever of a request ends up on the page, with markup in it."""
    upload(stub, HOSTILE.replace('"', "%22"))
    upload(stub, "'><svg onload=alert(3)>.png")
    upload(stub, HOSTILE.replace('"', "%22"), b"no image")
    send(f"{stub.url}/{quote(HOSTILE)}")
    bare = HOSTILE.replace(" ", "+")
    send(f"{stub.urls['pingone']}/environments/{bare}/images?{bare}={bare}", "POST", TOKEN, b"")
    send(f"{stub.url}/", headers={"User-Agent": HOSTILE, "X-Evil": HOSTILE})
    send(f"{stub.url}/", headers={"X-Stub-Fault": f"status; {HOSTILE}"})
    send(f"{stub.url}/", headers={"X-Stub-Fault": "status; body=\"<script>alert('4')</script>\""})
    send(f"{stub.url}/", "<B>", {})
    body = form(field_part("type", HOSTILE), file_part(PNG, "image", "a.png", "text/<b>"))
    send(f"{stub.urls['inventorum']}/images/", "POST", TOKEN | form_type(), body)
    json_type = API_KEY | {"Content-Type": "application/json"}
    evil = json.dumps({HOSTILE: 1, "responseSet": [{HOSTILE: HOSTILE}]}).encode()
    send(f"{stub.urls['questionpro']}/surveys/{SURVEY}/responses", "POST", json_type, evil)
    stub.seed("pingone", [{"filename": HOSTILE}])


def test_nothing_that_was_sent_becomes_markup(stub: Stub) -> None:
    hostile_requests(stub)
    html = page(stub).body.decode()
    seen = Seen(html)
    allowed = {
        *("html", "head", "meta", "title", "style", "body", "h1", "table", "caption", "a", "thead"),
        *("tr", "th", "tbody", "td", "code", "div", "details", "summary", "ul", "li", "img"),
        *("link", "header", "nav", "main", "p", "b", "span"),
    }
    assert {tag for tag, _ in seen.elements} <= allowed
    names = {name for _, attributes in seen.elements for name in attributes}
    assert names <= {"lang", "charset", "scope", "id", "class", "href", "src", "loading", "alt"} | {
        *("name", "content", "rel", "type", "aria-label", "aria-current")
    }
    for _, attributes in seen.elements:
        for name in ("href", "src"):
            assert (attributes.get(name) or "/").startswith("/")
    assert "alert(1)" in seen.text  # it is shown, as text


def test_json_is_not_taken_for_a_page(stub: Stub) -> None:
    hostile_requests(stub)
    reply = send(f"{stub.url}/_stub/requests")
    assert reply.headers["content-type"] == "application/json"
    assert len(reply.json["requests"]) > 8
    assert re.search(r"alert\(1\)", reply.body.decode())
