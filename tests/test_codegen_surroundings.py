"""codegen.py where its surroundings are odd: umask, folders, links, encodings."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.things import BASE, put, refused, things
from tests.workshop import Workshop

pytestmark = pytest.mark.generator

TEXT = yaml.safe_dump(BASE)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop.empty(tmp_path / "root")


@contextmanager
def umask(mask: int) -> Generator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(shop: Workshop) -> set[tuple[bool, int]]:
    """(is a folder, its mode) of all that was generated."""
    place = shop.root / "generated"
    return {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [place, *place.rglob("*")]
    }


@pytest.mark.parametrize("mask", [0o077, 0o000])
def test_what_is_generated_has_the_modes_of_a_checkout(shop: Workshop, mask: int) -> None:
    shop.document("others", BASE)
    shop.document("things", BASE)
    with umask(mask):
        assert shop.run().code == 0
    assert modes(shop) == {(True, 0o755), (False, 0o644)}
    shop.document("things", things(put("/info", "description", "Again.")))
    with umask(mask):
        assert shop.run().written == "generated/things\ngenerated/others is up to date\n"
    assert modes(shop) == {(True, 0o755), (False, 0o644)}


def test_a_folder_that_is_gone_is_one_clear_error(shop: Workshop, tmp_path: Path) -> None:
    shop.document("things", BASE)
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'rmdir "$PWD"; exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *shop.command()],
        capture_output=True,
        text=True,
        check=False,
        cwd=gone,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "codegen: the folder that it was started in is gone: change into another one; "
        "nothing was changed\n"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be"])
def test_another_encoding_than_utf_8_is_told(shop: Workshop, encoding: str) -> None:
    path = shop.document("things", "")
    path.write_bytes(TEXT.encode(encoding))
    (problem,) = refused(shop)
    assert problem.startswith(f"{path}:1:1: #: ")
    assert problem.endswith(". Save the file as UTF-8.")


def test_a_document_that_is_a_link_is_read(shop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text(TEXT, encoding="utf-8")
    (shop.root / "spec/things.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert shop.run().code == 0
    assert shop.run("--check").code == 0


@pytest.mark.parametrize("kind", ["a folder", "a link to nowhere", "a link to itself", "a pipe"])
def test_a_document_that_is_no_file_is_told(shop: Workshop, kind: str) -> None:
    path = shop.root / "spec/things.yaml"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("gone.yaml" if kind == "a link to nowhere" else path.name)
    (problem,) = refused(shop)
    assert problem.startswith(f"{path}: #: ")
