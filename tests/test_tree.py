"""generated/ is replaced as a whole: whoever looks, and whenever, sees the old or the new tree."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from scripts.generation import tree as replacing
from tests.workshop import FOREIGN, Workshop, tree

pytestmark = pytest.mark.generator


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("at_once", [True, False])
def test_the_new_folder_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if not at_once:  # a system or file system that cannot exchange two names
        monkeypatch.setattr(replacing, "_exchange_at_once", lambda new, place: False)
    place = write(tmp_path / "generated", **{"a/old": "1", "b/kept": "2"})
    with replacing.aside(place) as new:
        write(new, **{"a/new": "3", "b/kept": "2"})
        assert texts(place) == {"a/old": "1", "b/kept": "2"}
        replacing.exchange(new, place)
    assert texts(place) == {"a/new": "3", "b/kept": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["generated"]


def test_the_first_folder_needs_no_place(tmp_path: Path) -> None:
    with replacing.aside(tmp_path / "generated") as new:
        write(new, a="1")
        replacing.exchange(new, tmp_path / "generated")
    assert texts(tmp_path) == {"generated/a": "1"}


def test_a_failure_in_between_brings_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "_exchange_at_once", lambda new, place: False)
    place = write(tmp_path / "generated", old="1")
    with replacing.aside(place) as new:
        new.rmdir()  # what is to come is gone
        with pytest.raises(FileNotFoundError):
            replacing.exchange(new, place)
    assert texts(tmp_path) == {"generated/old": "1"}


def test_a_reader_never_misses_the_folder(tmp_path: Path) -> None:
    place = write(tmp_path / "generated", which="0")
    done, missing = threading.Event(), list[str]()

    def look() -> None:
        while not done.is_set():
            if not (place / "which").exists():
                missing.append("gone")

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(30):
        with replacing.aside(place) as new:
            write(new, which=str(number))
            replacing.exchange(new, place)
    done.set()
    reader.join()
    assert missing == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_the_old_packages(
    tmp_path: Path, number: signal.Signals
) -> None:
    for attempt in range(10):  # on a busy machine this process may look too late
        shop = Workshop.empty(tmp_path / f"root{attempt}")
        shop.document("depot", (FOREIGN / "depot.yaml").read_text(encoding="utf-8"))
        write(shop.root / "generated", **{"depot/openapi.yaml": "old\n", "other/file": "other\n"})
        before = tree(shop.root / "generated")
        with subprocess.Popen(
            shop.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
        ) as running:
            # the moment that hurts most: the new tree is being written
            while running.poll() is None and not list(shop.root.glob(".generated-*/*/depot/*")):
                pass
            running.send_signal(number)
            _, errors = running.communicate(timeout=30)
        if running.returncode != 0 and not (shop.package("depot") / "service.py").exists():
            break
    else:
        pytest.fail("it was always done before it was stopped")
    assert tree(shop.root / "generated") == before
    assert b"Traceback" not in errors
    left = [path.name for path in shop.root.glob(".generated-*")]
    assert len(left) == (number is signal.SIGKILL), left
    # and the next run goes as if nothing had been
    assert shop.run().code == 0
    assert (shop.package("depot") / "service.py").exists()
    assert {path.name for path in shop.root.iterdir()} == {"spec", "overrides", "generated"}
    assert {path.name for path in (shop.root / "generated").iterdir()} == {"depot", "manifest.json"}


def test_a_run_that_was_killed_between_two_renames_is_undone_by_the_next(tmp_path: Path) -> None:
    write(tmp_path / ".generated-x", **{"generated.old/file": "old", "generated/file": "new"})
    replacing.clear(tmp_path / "generated")
    assert texts(tmp_path) == {"generated/file": "old"}


def test_a_folder_that_may_not_be_written_is_cleared_all_the_same(tmp_path: Path) -> None:
    folder = write(tmp_path / ".generated-x", **{"generated/package/file": "1"})
    (folder / "generated/package").chmod(0o500)
    replacing.clear(tmp_path / "generated")
    assert list(tmp_path.iterdir()) == []
