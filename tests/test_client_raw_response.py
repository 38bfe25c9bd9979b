"""``with_raw_response``: the successful answer itself, and its value when that is asked for."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.recorder import Recorder, reply
from tests.test_foreign_types import MYPY, needs
from tests.vendors import QUESTIONPRO, SECRET, USER, VENDORS, Vendor, call, every_vendor
from tests.workshop import foreign


def raw_upload(vendor: Vendor, client: Any, content: Any = b"x") -> Any:
    """Upload by the methods that return answers; ``vendor.upload`` calls ``client.images``."""

    class Behind:
        images = client.images.with_raw_response

    return vendor.upload(Behind, content)


@every_vendor
def test_an_answer_comes_with_status_headers_and_body(vendor: Vendor, mode: str) -> None:
    body = vendor.answer()
    step = reply(vendor.status, body, [("X-Request-ID", "r1"), ("X-Two", "1"), ("X-Two", "2")])
    with Recorder(reply(503, headers=[("Retry-After", "0")]), step) as server:
        answer = call(vendor.client(mode, server.url), lambda c: raw_upload(vendor, c))
    assert type(answer) is vendor.package.types.RawResponse
    assert (answer.status_code, answer.content, answer.text) == (
        vendor.status,
        body,
        body.decode(),
    )
    assert (answer.headers["x-request-id"], answer.headers["x-two"]) == ("r1", "1, 2")
    assert (answer.method, answer.attempts) == ("POST", 2)
    assert answer.url == server.url + vendor.path
    value = answer.parse()
    assert value.to_dict() == vendor.success
    assert answer.parse() is value


@every_vendor
def test_an_error_status_is_raised(vendor: Vendor, mode: str) -> None:
    body = json.dumps(vendor.refusal).encode()
    with Recorder(reply(400, body)) as server, pytest.raises(vendor.errors.BadRequestError):
        call(vendor.client(mode, server.url), lambda c: raw_upload(vendor, c))


@every_vendor
def test_a_wrong_body_is_told_by_parse(vendor: Vendor, mode: str) -> None:
    with Recorder(reply(vendor.status, b"<html>")) as server:
        answer = call(vendor.client(mode, server.url), lambda c: raw_upload(vendor, c))
    assert answer.text == "<html>"
    for _ in range(2):
        with pytest.raises(vendor.errors.APIResponseValidationError):
            answer.parse()


def test_an_undocumented_success_is_an_answer_without_a_value(mode: str) -> None:
    with Recorder(reply(207, b"{}")) as server:
        answer = call(QUESTIONPRO.client(mode, server.url), lambda c: raw_upload(QUESTIONPRO, c))
    assert answer.status_code == 207
    with pytest.raises(QUESTIONPRO.errors.APIResponseValidationError):
        answer.parse()


def test_a_list_gives_its_first_page(mode: str) -> None:
    page = {
        "response": [{"imageID": 1, "imageURL": "u", "size": "1 Kb"}],
        "pagination": {
            "totalItems": 1, "perPage": 1, "totalPages": 9, "currentPage": 2,
            "links": {"self": "s", "first": "f", "last": "l", "prev": None, "next": "n"},
        },
        "requestID": "r",
    }  # fmt: skip
    with Recorder(reply(200, json.dumps(page).encode())) as server:
        answer = call(
            QUESTIONPRO.client(mode, server.url),
            lambda c: c.images.with_raw_response.list(
                USER, page=2, per_page=1, extra_headers={"x-a": "1"}, timeout=9
            ),
        )
    assert server.only.target == f"/users/{USER}/images?page=2&perPage=1"
    assert server.only.header("x-a") == "1"
    assert answer.parse() == QUESTIONPRO.package.models.ImagePage.from_dict(page)


@every_vendor
def test_nothing_secret_is_shown(vendor: Vendor, mode: str) -> None:
    with Recorder(reply(vendor.status, vendor.answer())) as server:
        client = vendor.client(mode, server.url)
        shown = f"{client.images.with_raw_response!r} {client.images!r}"
        answer = call(client, lambda c: raw_upload(vendor, c))
    shown += repr(answer)
    assert SECRET not in shown
    assert repr(answer) == (
        f"<RawResponse [{vendor.status}] POST {server.url}{vendor.path},"
        f" {len(vendor.answer())} bytes>"
    )
    name = "Images" if mode == "sync" else "AsyncImages"
    assert repr(client.images) == f"{name}(base_url={server.url!r})"
    with pytest.raises(TypeError, match="raw response is not pickled"):
        pickle.dumps(answer)


def test_the_url_of_an_answer_is_redacted(mode: str) -> None:
    foreign()
    module: Any = importlib.import_module("shelf_client")
    kind = module.Shelf if mode == "sync" else module.AsyncShelf
    with Recorder(reply(200, b'{"books": []}')) as server:
        client = kind(api_key="s3cret", base_url=server.url)
        answer = call(client, lambda c: c.books.with_raw_response.by_url_with_key())
    assert "s3cret" in server.only.target
    assert "s3cret" not in f"{answer.url} {answer!r}"
    assert answer.parse().books == []


@pytest.mark.parametrize(
    ("method", "arguments", "answer", "value"),
    [
        ("remove", {"id": "1"}, reply(204), None),
        ("cover", {"id": "1"}, reply(200, b"\x89P", media_type="image/png"), b"\x89P"),
        (
            "scan",
            {"id": "1", "file": b"x"},
            reply(200, b"\xe4", media_type="text/plain; charset=latin-1"),
            "ä",
        ),
    ],
)
def test_answers_of_every_kind(
    mode: str, method: str, arguments: dict[str, Any], answer: Any, value: Any
) -> None:
    foreign()
    module: Any = importlib.import_module("shelf_client")
    kind = module.Shelf if mode == "sync" else module.AsyncShelf
    with Recorder(answer, answer) as server:
        client = kind(api_key="s3cret", base_url=server.url)
        got = call(client, lambda c: getattr(c.books.with_raw_response, method)(**arguments))
        client = kind(api_key="s3cret", base_url=server.url)
        assert call(client, lambda c: getattr(c.books, method)(**arguments)) == value
    assert got.parse() == value
    assert isinstance(got.text, str)


@pytest.mark.parametrize("charset", ["nonsense", "latin-1", '"UTF-8"', ""])
def test_text_is_read_whatever_the_encoding_claims_to_be(charset: str) -> None:
    media_type = f"application/json; charset={charset}"
    with Recorder(reply(200, b"\xe4", media_type=media_type)) as server:
        client = QUESTIONPRO.client("sync", server.url)
        answer = call(client, lambda c: raw_upload(QUESTIONPRO, c))
    assert answer.text == ("ä" if charset == "latin-1" else "\ufffd")


TYPED = """
from shelf_client import AsyncShelf, Shelf
from shelf_client.models import Book, Page
from shelf_client.types import AsyncPager, Pager, RawResponse
from typing import assert_type

def sync(client: Shelf, book: Book) -> None:
    books, raw = client.books, client.books.with_raw_response
    assert_type(books.by_cursor(), Pager[Page, Book])
    assert_type(books.by_link(), Pager[list[Book], Book])
    assert_type(books.by_cursor().first_page, Page)
    assert_type([book.id for book in books.by_link()], list[int])
    assert_type(books.cover("1"), bytes)
    assert_type(books.change("1", body=book), Book)
    assert_type(raw.by_cursor(after="x"), RawResponse[Page])
    assert_type(raw.by_link(), RawResponse[list[Book]])
    assert_type(raw.cover("1"), RawResponse[bytes])
    assert_type(raw.scan("1", file=b""), RawResponse[str])
    assert_type(raw.remove("1"), RawResponse[None])
    assert_type(raw.change("1", body=book, timeout=3), RawResponse[Book])
    assert_type(raw.change("1", body=book).parse(), Book)

async def asynchronous(client: AsyncShelf, book: Book) -> None:
    books, raw = client.books, client.books.with_raw_response
    assert_type(books.by_cursor(), AsyncPager[Page, Book])
    assert_type(await books.by_cursor().first_page, Page)
    assert_type(await raw.by_cursor(after="x"), RawResponse[Page])
    assert_type(await raw.cover("1"), RawResponse[bytes])
    assert_type(await raw.remove("1"), RawResponse[None])
    assert_type((await raw.change("1", body=book)).parse(), Book)
"""

WRONG = """
import shelf_client
from shelf_client import Shelf

def wrong(client: Shelf) -> None:
    client.books.with_raw_response.by_cursor(after=5)
    client.books.with_raw_response.change("1")
    client.books.with_raw_response.gone()
    client.books.cover("1", timeout="5")
    client.books.cover("1", on_progress=print)
    client.boks
    shelf_client.Shlf
    shelf_client.models.Bok
"""


def check(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    packages = [str(path) for path in (foreign().root / "generated").glob("*/")]
    return subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MYPYPATH": os.pathsep.join(packages)},
        cwd=folder,
    )


def lines(text: str) -> set[int]:
    return {number for number, line in enumerate(text.splitlines(), 1) if line.startswith("    ")}


@pytest.mark.generator
@needs("mypy")
def test_mypy_knows_every_type(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    command = ["mypy", *MYPY, "--no-error-summary"]
    done = check([*command, "typed.py"], tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    done = check([*command, "wrong.py"], tmp_path)
    found = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert found == lines(WRONG), done.stdout


@pytest.mark.generator
@needs("pyright")
def test_pyright_knows_every_type(tmp_path: Path) -> None:
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    packages = [str(path) for path in (foreign().root / "generated").glob("*/")]
    settings = {
        "typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": packages,
        "reportUnusedExpression": False,
    }  # fmt: skip
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = ["pyright", "--outputjson", "--pythonpath", sys.executable]
    done = check(command, tmp_path)
    reports = json.loads(done.stdout)["generalDiagnostics"]
    wrong = {
        report["range"]["start"]["line"] + 1
        for report in reports
        if report["file"].endswith("wrong.py") and report["severity"] == "error"
    }
    assert [report for report in reports if report["file"].endswith("typed.py")] == []
    assert wrong == lines(WRONG), done.stdout


def test_every_method_is_offered_with_its_signature() -> None:
    for vendor in VENDORS:
        for prefix in ("", "Async"):
            module: Any = vendor.package.resources
            kinds = [getattr(module, name) for name in module.__all__]
            for kind in kinds:
                if not kind.__name__.endswith("WithRawResponse"):
                    continue
                plain = getattr(module, kind.__name__.removesuffix("WithRawResponse"))
                client = getattr(vendor.package, prefix + vendor.sync.__name__)
                session = client(**{vendor.option: "x"})._session
                if plain.__name__.startswith("Async") != bool(prefix):
                    continue
                offered = vars(kind(session))
                methods = inspect.getmembers(plain, inspect.isfunction)
                assert set(offered) == {name for name, _ in methods if not name.startswith("_")}
                for name, method in offered.items():
                    expected = inspect.signature(getattr(plain(session), name)).parameters
                    assert inspect.signature(method).parameters == expected
                    assert method.__doc__ == getattr(plain, name).__doc__
