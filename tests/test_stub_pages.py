"""The stub's pages as what they are sent as: complete, escaped, harmless. In a browser:
test_stub_browser.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.stub import Stub
from tests.stub.pictures import picture
from tests.stub.server import ROOT
from tests.stub.wire import USER, send

EVIL = "</textarea></pre></script>\"'><script>alert(1)</script><img src=x onerror=alert(2)>{id}`x`"
"""Closes whatever it may stand in."""


class Elements(HTMLParser):
    """The elements of a page with their attributes; what stands in scripts, and all other text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.within = ""
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

        self.within = tag

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within == "script":
            self.scripts.append(data)
        else:
            self.text += data

    def values(self, name: str) -> list[str]:
        return [attributes[name] or "" for _, attributes in self.found if name in attributes]


def docs(url: str) -> Elements:
    reply = send(f"{url}/_stub/docs")
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return Elements(reply.body.decode())


def hostile() -> dict[str, object]:
    """A document with markup wherever text or a name may stand."""
    schema = {
        "type": "object",
        "title": EVIL,
        "description": EVIL,
        "required": [EVIL],
        "properties": {
            EVIL: {"type": "string", "enum": [EVIL], "description": EVIL, "default": EVIL},
            "inner": {"type": "object", "properties": {EVIL: {"format": EVIL}}},
            "const": {"const": EVIL},
            "pattern": {"type": "string", "pattern": EVIL.replace("{", "\\{")},
            "self": {"$ref": "#/components/schemas/Loop"},
        },
        "additionalProperties": {"type": "string", "description": EVIL},
    }
    media = {"schema": schema, "examples": {EVIL: {"summary": EVIL, "value": {EVIL: EVIL}}}}
    file = {"type": "string", "format": "binary", "description": EVIL}
    form = {"schema": {"type": "object", "properties": {EVIL: file, "text": schema}}}
    form |= {"encoding": {EVIL: {"contentType": EVIL}}}
    loop = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Loop"}}}
    operation = {
        "operationId": EVIL,
        "summary": EVIL,
        "description": f"{EVIL}\n\n{EVIL}",
        "security": [{EVIL: []}],
        "parameters": [
            {"name": EVIL, "in": place, "description": EVIL, "example": EVIL, "schema": schema}
            for place in ("query", "header", "cookie")
        ],
        "requestBody": {
            "description": EVIL,
            "content": {
                "application/json": media,
                "multipart/form-data": form,
                "text/html": {"schema": {"type": "string", "examples": [EVIL]}},
                f'x/"{EVIL}': {"schema": file},
            },
        },
        "responses": {
            "200": {
                "description": EVIL,
                "headers": {EVIL: {"description": EVIL}},
                "content": {"application/json": media, EVIL: media},
            }
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": EVIL, "version": EVIL, "description": EVIL},
        "servers": [{"url": f"https://x.example/fourth/{EVIL}"}],
        "components": {
            "securitySchemes": {EVIL: {"type": "apiKey", "in": "header", "name": EVIL}},
            "schemas": {EVIL: schema, "Loop": loop, "Never": False, "Any": True},
        },
        "paths": {f"/{EVIL}": {"post": operation}},
    }


def write(root: Path, document: Mapping[str, object], vendor: str = "fourth") -> Path:
    folder = root / "generated" / vendor
    folder.mkdir(parents=True)
    (folder / "openapi.yaml").write_text(json.dumps(document), encoding="utf-8")
    return root


def test_the_reference_tells_every_operation_of_every_document(stub: Stub) -> None:
    page = docs(stub.url)
    vendors = send(f"{stub.url}/_stub/health").json["vendors"]
    ids = set(page.values("id"))
    for vendor, about in vendors.items():
        for operation in about["operations"]:
            assert f"{vendor}/{operation}" in ids
    for words in ("CreateResponseRequest", "test-api-key", "test-token", "image/gif", "429"):
        assert words in page.text + " ".join(page.values("value"))


def test_every_link_of_the_reference_leads_somewhere(stub: Stub) -> None:
    page = docs(stub.url)
    ids = page.values("id")
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    for link in page.values("href"):
        if link.startswith("#"):
            assert link[1:] in ids
        else:
            assert send(stub.url + link).status == 200
    assert set(page.values("for")) <= set(ids)


@pytest.mark.parametrize("path", ["docs", "journal", ""])
def test_nothing_may_run_or_load_that_is_not_ours(stub: Stub, path: str) -> None:
    reply = send(f"{stub.url}/_stub/{path}", headers={"Accept": "text/html"})
    page = Elements(reply.body.decode())
    policy = dict(
        rule.split(" ", 1) for rule in reply.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy)
    assert set(page.values("src")) == set()
    assert all(link.startswith(("/_stub/", "#")) for link in page.values("href"))
    if path == "docs":
        (script,) = page.scripts
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert policy["script-src"] == f"'sha256-{digest}'"
        assert policy["connect-src"] == "'self'"
    else:
        assert page.scripts == []
        assert "script-src" not in policy
        assert "connect-src" not in policy
    assert not any(name == "style" or name.startswith("on") for _, a in page.found for name in a)


def test_nothing_of_a_document_becomes_markup(tmp_path: Path) -> None:
    with Stub(root=write(tmp_path, hostile())) as stub:
        page = docs(stub.url)
        index = send(f"{stub.url}/_stub/", headers={"Accept": "text/html"}).body.decode()
    assert len(page.scripts) == 1
    for seen in (page, Elements(index)):
        assert "alert(1)" in seen.text
        assert not {"img", "iframe", "object"} & {tag for tag, _ in seen.found}
        assert not any(name.startswith("on") for _, a in seen.found for name in a)
    assert EVIL in page.values("data-name")
    assert EVIL in page.values("data-part")
    ids = page.values("id")
    assert max(Counter(ids).values()) == 1
    assert not any(re.search(r"\s", one) for one in ids)
    assert set(page.values("for")) <= set(ids)


def test_a_document_that_says_next_to_nothing_has_a_reference(tmp_path: Path) -> None:
    bare = {"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}
    with Stub(root=write(tmp_path, bare)) as stub:
        assert "get%20%2Fa" in " ".join(docs(stub.url).values("id"))


def test_schemas_in_a_circle_end(tmp_path: Path) -> None:
    """Made examples of them too, though every value leads to twenty more."""
    names = [f"p{number}" for number in range(20)]

    def level_below(level: int) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/Level{(level + 1) % 9}"}

    schemas = {
        f"Level{level}": {
            "type": "object",
            "required": names,
            "properties": dict.fromkeys(names, level_below(level)),
        }
        for level in range(9)
    }
    itself = {"$ref": "#/paths/~1a/get/responses/200/content/x~1json/schema"}
    circle = {"allOf": [{"$ref": "#/components/schemas/Itself"}]}
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Level0"}},
        "x/json": {"schema": {"type": "array", "items": itself}},
        "y+json": {"schema": {"$ref": "#/components/schemas/Itself"}},
    }
    document: dict[str, object] = {
        "openapi": "3.1.0",
        "components": {"schemas": schemas | {"Itself": circle}},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": content}}}}},
    }
    with Stub(root=write(tmp_path, document)) as stub:
        reply = send(f"{stub.url}/_stub/docs")
    assert reply.status == 200
    assert len(reply.body) < 200_000


def test_the_start_page_is_for_browsers(stub: Stub) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    reply = send(f"{stub.url}/_stub/", headers={"Accept": browser})
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["vary"] == "Accept"
    links = Elements(reply.body.decode()).values("href")
    assert {f"/_stub/{name}" for name in ("docs", "journal", "profile", "faults")} <= set(links)
    for accept in ("*/*", "application/json", "text/html, application/json"):
        reply = send(f"{stub.url}/_stub/", headers={"Accept": accept})
        assert reply.headers["content-type"] == "application/json"
        assert reply.headers["vary"] == "Accept"


def test_the_program_says_where_its_pages_are() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "stub.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            said = [running.stdout.readline() for _ in range(3)]
            pages = re.findall(r"http://\S+/_stub/\w+", "".join(said))
            assert [page.rpartition("/")[2] for page in pages] == ["docs", "journal"]
            assert [send(page).status for page in pages] == [200, 200]
        finally:
            running.terminate()
    assert running.returncode == 0


def test_pages_show_pictures_without_a_trace_in_the_journal(stub: Stub) -> None:
    (image,) = stub.seed("questionpro", images=1, owner=str(USER))
    address = f"{stub.url}/_stub/picture{image.path}"
    reply = send(address)
    assert reply.body == stub.content(image)
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]
    assert send(address, headers={"Sec-Fetch-Site": "cross-site"}).status == 403
    assert send(address, "DELETE").status == 405
    assert send(f"{stub.url}/_stub/picture/nothing").status == 404
    assert stub.journal == []
    assert picture("PNG") != reply.body  # the one that was kept, not any
