"""The stub's pages in a real browser: Chromium, headless, without a way to any other host."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.stub import Stub
from tests.stub.control.faults import KINDS
from tests.stub.pictures import noise
from tests.stub.wire import SURVEY, USER, send
from tests.test_stub_documents import FOURTH
from tests.test_stub_documents import write as write_text
from tests.test_stub_journal import SECRET, hostile_requests, upload
from tests.test_stub_pages import hostile, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, FilePayload, Locator, Page

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install playwright"
    )
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser is installed; any of {', '.join(NAMES)} would do")
    with playwright.sync_playwright() as running:
        launched: Browser = running.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Watch:
    """What pages did that they should not: spoke to another host, wrote an error to the console (a
    breach of their policy among them), ran a stranger's script.
    """

    origin: str
    troubles: list[str] = field(default_factory=list[str])

    def attend(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._request(request.url))
        context.on("console", lambda line: self._line(line.type, line.text))
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        context.on("dialog", self._dialog)

    def _dialog(self, dialog: Dialog) -> None:
        self.troubles.append(dialog.message)
        dialog.accept()

    def _request(self, url: str) -> None:
        if not url.startswith((f"{self.origin}/", f"blob:{self.origin}/")):
            self.troubles.append(f"asked for {url}")

    def _line(self, level: str, text: str) -> None:
        if level in ("error", "warning"):
            self.troubles.append(text)


@pytest.fixture
def page(browser: Browser, stub: Stub) -> Iterator[Page]:
    """A page whose troubles fail the test."""
    yield from watched(browser, stub.url)


def watched(browser: Browser, origin: str, **options: bool) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 900}, **options) as context:  # type: ignore[arg-type] # flags of the context
        watch = Watch(origin)
        watch.attend(context)
        context.set_default_timeout(15_000)
        yield context.new_page()
        assert watch.troubles == []


def open_form(page: Page, url: str, name: str) -> Locator:
    """The form of an operation, given as `vendor/operationId`."""
    page.goto(f"{url}/_stub/docs")
    return page.locator(f'[id="{name}"] form')


def send_form(form: Locator) -> str:
    """Send a form; all that it then says."""
    form.get_by_role("button", name="Send").click()
    answer = form.locator("output")
    answer.locator(".good, .bad").first.wait_for()
    form.locator("button:enabled", has_text="Send").wait_for()
    return answer.inner_text()


# The journal.


@pytest.mark.parametrize("scripts", [True, False])
def test_the_journal_shows_what_was_uploaded(browser: Browser, stub: Stub, scripts: bool) -> None:
    upload(stub, data=noise(31, 17))
    for page in watched(browser, stub.url, java_script_enabled=scripts):
        page.goto(f"{stub.url}/_stub/journal")
        row = page.locator("#r1")
        assert "uploadImage" in row.inner_text()
        assert "31 x 17" in row.inner_text()
        picture = row.get_by_role("img", name="logo.png")
        assert picture.bounding_box()
        if scripts:  # what asks for it is a script too
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 31
        row.get_by_text("Headers").click()
        assert "api-key: REDACTED" in row.inner_text()
        assert "test-api-key" not in page.content()
    assert len(stub.journal) == 1  # looking leaves no trace


def test_no_credential_is_on_the_journal(page: Page, stub: Stub) -> None:
    send(f"{stub.urls['questionpro']}/users/{USER}/images?apiKey={SECRET}")
    page.goto(f"{stub.url}/_stub/journal")
    assert "apiKey=REDACTED" in page.locator("#r1").inner_text()
    assert "51Hx9" not in page.content()


def test_nothing_hostile_runs_on_the_journal(page: Page, stub: Stub) -> None:
    hostile_requests(stub)
    page.goto(f"{stub.url}/_stub/journal")
    page.wait_for_load_state("networkidle")
    assert "<script>alert(1)</script>" in page.locator("body").inner_text()
    assert page.locator("script, svg, [onerror], [onload]").count() == 0
    assert page.locator("img:not([src^='/_stub/picture/'])").count() == 0


# The API reference.


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        ("questionpro/uploadImage", "file"),
        ("inventorum/uploadImage", "image"),
        ("pingone/createImage", "file"),
    ],
)
def test_an_upload_made_on_the_reference_arrives(
    page: Page, stub: Stub, tmp_path: Path, operation: str, part: str
) -> None:
    data = noise(64, 48)
    file = tmp_path / "a photo.png"
    file.write_bytes(data)
    form = open_form(page, stub.url, operation)
    form.get_by_label(part, exact=True).set_input_files(file)
    said = send_form(form)
    assert said.splitlines()[0].startswith("POST /")
    assert "200 OK" in said or "201 Created" in said
    assert "content-type: application/json" in said
    (image,) = stub.images()
    assert stub.content(image) == data
    assert image.content_type == "image/png"
    picture = form.locator("output img")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    page.get_by_role("link", name="Request 1 in the journal").click()
    assert "64 x 48" in page.locator("#r1").inner_text()


def test_the_documents_own_examples_are_sent(page: Page, stub: Stub) -> None:
    form = open_form(page, stub.url, "questionpro/createResponse")
    assert str(SURVEY) in form.locator("[data-in=path]").input_value()
    for index in range(form.locator("[data-examples] option").count()):
        form.locator("[data-examples]").select_option(index=index)
        assert "200 OK" in send_form(form)
    assert len(stub.responses()) >= 2


def test_what_the_stub_refuses_is_shown(browser: Browser, stub: Stub) -> None:
    with browser.new_context() as context:  # its console tells of the 4xx; that is right
        page = context.new_page()
        form = open_form(page, stub.url, "questionpro/listImages")
        form.locator("[data-scheme=apiKeyHeader]").fill("wrong")
        assert "401 Unauthorized" in send_form(form)
        form.locator("[data-security]").select_option("apiKeyQuery")
        assert "200 OK" in send_form(form)
        form.locator("[data-name=page]").fill("0")
        assert "400 Bad Request" in send_form(form)
    assert [entry.status for entry in stub.journal] == [401, 200, 400]


def test_a_fault_is_asked_for_on_the_reference(browser: Browser, stub: Stub) -> None:
    with browser.new_context() as context:  # its console tells of what went wrong
        page = context.new_page()
        form = open_form(page, stub.url, "questionpro/listImages")
        fault = form.get_by_label("X-Stub-Fault")
        assert fault.input_value() == ""
        assert "200 OK" in send_form(form)
        for scenario, said in (
            ("rate-limit", "429 Too Many Requests"),
            ("status", "503 Service Unavailable"),
            ("reset", "No answer"),
        ):
            fault.select_option(scenario)
            assert said in send_form(form)
    assert [ticket.scenario.name for ticket in stub.faults.tickets()] == [
        "rate-limit",
        "status",
        "reset",
    ]
    # A browser asks once more when a connection it had used before is reset.
    assert all(ticket.delivered for ticket in stub.faults.tickets())


def test_every_fault_can_be_asked_for(page: Page, stub: Stub) -> None:
    form = open_form(page, stub.url, "pingone/createImage")
    names = form.locator("[data-fault] option").evaluate_all("all => all.map(one => one.value)")
    assert names == ["", *KINDS]


def test_a_strangers_parameters_are_sent_by_style(browser: Browser, tmp_path: Path) -> None:
    write_text(tmp_path, FOURTH)
    given = {
        "id": "[1, 2]",
        "tag": '["a", "b"]',
        "ids": "[1, 2, 3]",
        "pipe": "[1, 2.5]",
        "deep": '{"x": 1, "y": true}',
        "flat": '{"x": 1, "y": false}',
        "on": "true",
        "json": '{"x": 1}',
        "X-Point": '{"x": 1, "y": true}',
        "seen": "5",
    }
    with Stub(root=tmp_path, strict=True) as stub:
        for page in watched(browser, stub.url):
            form = open_form(page, stub.url, "fourth/get%20%2Fthings%2F%7Bid%7D")
            for name, value in given.items():
                field = form.locator(f'[data-name="{name}"]')
                if name == "on":
                    field.select_option(value)
                else:
                    field.fill(value)
            said = send_form(form)
            assert '"ok": true' in said, said
            assert page.evaluate("document.cookie") == ""
        (entry,) = stub.journal
        assert entry.path == "/deep/x/things/1,2"
        assert entry.query == (
            "tag=a&tag=b&ids=1,2,3&pipe=1%7C2.5&deep%5Bx%5D=1&deep%5By%5D=true"
            "&flat=x,1,y,false&on=true&json=%7B%22x%22%3A%201%7D"
        )
        assert ("x-point", "x=1,y=true") in entry.headers


def test_a_strangers_credentials_and_bodies_are_sent(browser: Browser, tmp_path: Path) -> None:
    write_text(tmp_path, FOURTH)
    note: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}
    with Stub(root=tmp_path, strict=True) as stub:
        for page in watched(browser, stub.url):
            form = open_form(page, stub.url, "fourth/get%20%2Flocked")
            for index in range(2):
                form.locator("[data-security]").select_option(index=index)
                assert "200 OK" in send_form(form)
            form = open_form(page, stub.url, "fourth/post%20%2Fforms")
            form.locator("[data-media]").select_option("multipart/form-data")
            form.locator("[data-part=tags]").fill('["a", "b"]')
            form.locator("[data-part=point]").fill('{"x": 1}')
            form.locator("[data-part=count]").fill("3")
            form.locator("[data-part=notes]").set_input_files([note, note])
            assert "200 OK" in send_form(form)
            form = open_form(page, stub.url, "fourth/put%20%2Fwords")
            form.locator("[data-media]").select_option("text/*")
            form.locator("[data-text]").fill("ünf")
            assert "200 OK" in send_form(form)
        assert [entry.status for entry in stub.journal] == [200, 200, 200, 200]


def test_nothing_hostile_runs_on_the_reference(browser: Browser, tmp_path: Path) -> None:
    with Stub(root=write(tmp_path, hostile())) as stub:
        for page in watched(browser, stub.url):
            for name in ("docs", ""):
                page.goto(f"{stub.url}/_stub/{name}")
                assert "<script>alert(1)</script>" in page.locator("body").inner_text()
                assert page.locator("main script, img, [onerror]").count() == 0


def test_the_reference_reads_without_scripts(browser: Browser, stub: Stub) -> None:
    for page in watched(browser, stub.url, java_script_enabled=False):
        page.goto(f"{stub.url}/_stub/docs")
        assert page.get_by_text("Sending needs JavaScript").is_visible()
        page.get_by_role("navigation", name="Operations").get_by_text("listImages").click()
        assert page.get_by_role("heading", name="GET /a/api/v2/users").is_visible()
        assert page.get_by_role("button", name="Send").first.is_disabled()


def test_every_input_has_a_name(page: Page, stub: Stub) -> None:
    page.goto(f"{stub.url}/_stub/docs")
    fields = "[...document.querySelectorAll('input, select, textarea')]"
    assert page.evaluate(f"{fields}.length") > 20
    assert page.evaluate(f"{fields}.filter(field => !field.labels.length).length") == 0


def test_pages_fit_on_narrow_screens(page: Page, stub: Stub) -> None:
    hostile_requests(stub)
    for path in ("docs", "journal", ""):
        page.goto(f"{stub.url}/_stub/{path}")
        for width in (320, 800):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(page: Page, stub: Stub, scheme: str) -> None:
    """WCAG's 4.5 to 1 between the colours that the style of all pages names."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{stub.url}/_stub/")
    style = "getComputedStyle(document.documentElement).getPropertyValue"
    colours = {
        name: luminance(page.evaluate(f"name => {style}(name)", f"--{name}"))
        for name in ("text", "soft", "accent", "bad", "good", "page", "panel", "code", "on-accent")
    }
    pairs = [("on-accent", "accent")]
    pairs += [(front, back) for front in ("text", "soft") for back in ("page", "panel", "code")]
    pairs += [(front, "page") for front in ("accent", "bad", "good")]
    for front, back in pairs:
        low, high = sorted((colours[front], colours[back]))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (front, back)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` or `#rgb`, as WCAG 2 defines it."""
    digits = colour.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
