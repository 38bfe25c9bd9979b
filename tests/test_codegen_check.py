"""scripts/codegen.py --check: every way in which generated/ can be something else is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.generation.difference import difference
from tests.things import BASE, put, things
from tests.workshop import Workshop

pytestmark = pytest.mark.generator

RUN = "Run `python3 -m tox run -e codegen`, commit generated/."
FORCE = "Run `python3 -m tox run -e codegen -- --force`, commit generated/."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    shop = Workshop.empty(tmp_path_factory.mktemp("check") / "root")
    shop.document("things", BASE)
    assert shop.run().code == 0
    return shop


@pytest.fixture
def shop(made: Workshop) -> Iterator[Workshop]:
    """A root that is up to date, and is again after the test."""
    yield made
    for path in (made.root / "spec").iterdir():
        path.unlink()
    made.document("things", BASE)
    assert made.run().code == 0


def checked(shop: Workshop) -> list[str]:
    """What a check says of a tree that it leaves as it is."""
    before = shop.tree()
    done = shop.run("--check")
    assert shop.tree() == before
    assert (done.code, done.err) == (1, "")
    return done.out.splitlines()


def test_what_is_up_to_date_is_called_so(made: Workshop) -> None:
    done = made.run("--check")
    assert (done.code, done.out, done.err) == (0, "generated/ is what a run would write\n", "")


def test_every_file_that_is_not_as_written_is_named(shop: Workshop) -> None:
    package, before = shop.package("things"), shop.tree()
    (package / "api/__init__.py").unlink()
    (package / "by_hand.py").write_text("x = 1\n", encoding="utf-8")
    (shop.root / "generated/notes.txt").write_text("mine\n", encoding="utf-8")
    with (package / "client.py").open("a", encoding="utf-8") as file:
        file.write("HERE = 1\n")
    readme = shop.root / "generated/things/README.md"
    readme.write_bytes(readme.read_bytes().replace(b"\n", b"\r\n"))
    (package / "errors.py").write_bytes(b"\xff\0\xfe")
    (package / "types.py").chmod(0o755)
    (package / "version.py").rename(shop.root / "version.py")
    (package / "version.py").symlink_to(shop.root / "version.py")
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__/client.pyc").write_bytes(b"what Python leaves")
    lines = checked(shop)
    assert [line for line in lines if not line.startswith(" ")] == [
        "generated/notes.txt: extra",
        "generated/things/README.md: changed, by hand",
        "generated/things/things_client/api/__init__.py: missing",
        "generated/things/things_client/by_hand.py: extra",
        "generated/things/things_client/client.py: changed, by hand",
        "generated/things/things_client/errors.py: changed, by hand",
        "generated/things/things_client/types.py: changed",
        "generated/things/things_client/version.py: changed",
        RUN,
    ]
    shown = "\n".join(lines)
    assert "    only its line endings differ: they have to be LF" in shown
    assert "    - HERE = 1" in shown
    assert "    it has 3 bytes, not" in shown
    assert "    it is executable" in shown
    assert "    it is a symbolic link" in shown
    # and a run mends all of it
    assert shop.run().code == 0
    assert shop.tree() == before


def test_one_changed_keyword_is_answered_with_file_place_reason_and_command(
    shop: Workshop,
) -> None:
    shop.document("things", things(put("/paths/~1things/get", "summary", "Lists them all.")))
    lines = checked(shop)
    assert lines[:2] == [
        "generated/manifest.json: changed",
        "    spec/things.yaml is another since generated/things was written",
    ]
    assert "generated/things/openapi.yaml: changed" in lines
    assert any(line[:6] == "    + " and "summary: Lists them all." in line for line in lines)
    assert lines[-1] == RUN


def test_the_package_of_a_document_that_went_is_stale_and_a_run_removes_it(shop: Workshop) -> None:
    before = shop.tree()
    shop.document("other", BASE)
    assert shop.run().code == 0
    (shop.root / "spec/other.yaml").unlink()
    lines = checked(shop)
    assert "    other is not in it" not in lines
    stale = [line for line in lines if line.startswith("generated/other/")]
    assert "generated/other/openapi.yaml: stale" in stale
    assert all(line.endswith(": stale") for line in stale)
    done = shop.run()
    assert (done.code, done.written) == (
        0,
        "generated/other removed\ngenerated/things is up to date\n",
    )
    assert shop.tree() == before


def test_a_manifest_that_two_branches_disagree_about_is_written_anew(shop: Workshop) -> None:
    manifest = shop.root / "generated/manifest.json"
    before = manifest.read_text(encoding="utf-8")
    lines = before.splitlines(keepends=True)
    lines[3:4] = ["<<<<<<< ours\n", lines[3], "=======\n", lines[3], ">>>>>>> theirs\n"]
    manifest.write_text("".join(lines), encoding="utf-8")
    assert checked(shop) == [
        "generated/manifest.json: changed",
        "    it cannot be read, perhaps for a conflict of branches",
        RUN,
    ]
    assert shop.run().code == 0
    assert manifest.read_text(encoding="utf-8") == before


def test_a_hand_edit_that_also_mends_the_manifest_is_found(shop: Workshop) -> None:
    """The bytes are compared, not only their hashes; and the command is one that mends."""
    path, before = shop.package("things") / "client.py", shop.tree()
    old = before["things/things_client/client.py"]
    path.write_text("x = 1\n", encoding="utf-8")
    new = shop.tree()["things/things_client/client.py"]
    manifest = shop.root / "generated/manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    lines = checked(shop)
    assert "generated/things/things_client/client.py: changed" in lines
    assert lines[-1] == FORCE
    assert shop.run().out == "generated/things is up to date\n"
    assert shop.run("--force").written == "generated/things\n"
    assert shop.tree() == before


def test_a_document_that_is_refused_is_no_difference(shop: Workshop) -> None:
    shop.document("things", "openapi: [\n")
    done = shop.run("--check")
    assert (done.code, done.out) == (2, "")
    assert "not YAML" in done.err


# --- how two versions of a file differ ------------------------------------------------------------


def shown(folder: Path, held: bytes, fresh: bytes) -> list[str]:
    (folder / "held").write_bytes(held)
    (folder / "fresh").write_bytes(fresh)
    return difference(folder / "held", folder / "fresh")


def test_the_first_lines_that_differ_are_shown(tmp_path: Path) -> None:
    assert shown(tmp_path, b"a\nb\nc\n", b"a\nB\nc\n") == ["line 2:", "- b", "+ B"]
    assert shown(tmp_path, b"a\nc\n", b"a\nb\nc\n") == ["line 2:", "+ b"]
    assert shown(tmp_path, b"a\n", b"a") == ["line 2:", "- "]
    assert shown(tmp_path, b"a\n", b"a\n") == []


@pytest.mark.parametrize(
    "held",
    [b"x\n" * 100_000, b"1" * 3_000_000, b"\0" * 5_000_000, b"k=" + b"a1" * 500_000, b""],
    ids=["lines", "one line", "more bytes than are read", "one word", "nothing"],
)
def test_however_large_a_file_is_little_is_shown(tmp_path: Path, held: bytes) -> None:
    told = shown(tmp_path, held, b"".join(b"%d\n" % number for number in range(100_000)))
    assert 1 <= len(told) <= 10
    assert all(len(line) <= 170 for line in told)


def test_what_looks_like_a_credential_is_not_shown(tmp_path: Path) -> None:
    held = (
        b'key = "sk_live_51Habcdefghijklmnop"\nauth = "Bearer eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0"\n'
    )
    told = "\n".join(shown(tmp_path, held, b'key = ""\n'))
    assert "key = " in told
    assert "51H" not in told
    assert "eyJ" not in told
    # what the generator writes is no secret
    fresh = b'path = "environments/0123456789abcdef0123"\n'
    assert "0123456789abcdef0123" in "\n".join(shown(tmp_path, b"  " + fresh, fresh))


def test_what_would_act_on_a_terminal_is_escaped(tmp_path: Path) -> None:
    told = shown(tmp_path, b"\x1b[2Jgone\r\x07\n", "\u202eevil\n".encode())
    assert told == ["line 1:", "- \\x1b[2Jgone\\r\\x07", "+ \\u202eevil"]


def test_differences_are_told_to_programs(shop: Workshop) -> None:
    package, at = shop.package("things"), "generated/things/things_client"
    (package / "errors.py").unlink()
    (package / "by hand,50%.py").write_text("x = 1\n", encoding="utf-8")
    text = (package / "client.py").read_text(encoding="utf-8")
    (package / "client.py").write_text(text + "HERE = 1\n", encoding="utf-8")
    number = len(text.splitlines()) + 1
    done = shop.run("--check", "--format", "json")
    assert (done.code, done.err) == (1, "")
    told = json.loads(done.out)
    assert told["command"] == "python3 -m tox run -e codegen"
    nothing: dict[str, Any] = {"by_hand": False, "line": None, "difference": []}
    by_hand, client, errors = told["files"]
    assert by_hand == {"path": f"{at}/by hand,50%.py", "state": "extra", **nothing}
    assert errors == {"path": f"{at}/errors.py", "state": "missing", **nothing}
    assert client["difference"] == [f"line {number}:", "- HERE = 1"]
    assert (client["state"], client["by_hand"], client["line"]) == ("changed", True, number)
    done = shop.run("--check", "--format", "github")
    assert done.code == 1
    assert done.out.splitlines() == [
        f"::error file={at}/by hand%2C50%25.py,line=1::extra. {RUN}",
        f"::error file={at}/client.py,line={number}::changed, by hand. {RUN}"
        f"%0Aline {number}:%0A- HERE = 1",
        f"::error file={at}/errors.py,line=1::missing. {RUN}",
    ]
    shop.document("things", "openapi: [")
    done = shop.run("--check", "--format", "json")
    assert (done.code, json.loads(done.out)[0]["path"][-11:]) == (2, "things.yaml")


def test_a_tree_that_is_up_to_date_is_so_in_every_format(made: Workshop) -> None:
    done = made.run("--check", "--format", "json")
    assert (done.code, json.loads(done.out)) == (0, {"command": None, "files": []})
    done = made.run("--check", "--format", "github")
    assert (done.code, done.out) == (0, "")
