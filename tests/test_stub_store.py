"""What a stub keeps in a file: everything it answered, and nothing else."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.stub import Stub, StubError
from tests.stub.pictures import noise, picture
from tests.stub.server import ROOT
from tests.stub.wire import API_KEY, USER, file_part, form, form_type, send


def upload(base: str, data: bytes, name: str = "logo.png") -> int:
    url = f"{base}/a/api/v2/users/{USER}/images"
    reply = send(url, "POST", API_KEY | form_type(), form(file_part(data, filename=name)))
    assert reply.status == 200
    return int(reply.json["response"]["imageID"])


def test_a_file_keeps_everything_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    data = noise(50, 50)
    with Stub(file) as stub:
        assert upload(stub.url, data) == 1000001
    with Stub(file) as stub:
        (image,) = stub.images()
        assert stub.content(image) == data
        assert send(f"{stub.url}/qp_userimages/sub-3/{USER}/logo.png").body == data
        assert upload(stub.url, data) == 1000002
        stub.reset()
        assert stub.images() == []
        assert upload(stub.url, data) == 1000001


def test_a_killed_stub_has_kept_what_it_answered(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    command = [sys.executable, str(ROOT / "scripts" / "stub.py"), "--port", "0", "--db", str(file)]
    kept: list[bytes] = []
    process = subprocess.Popen([*command, "--ready-json"], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix('{"url": "').removesuffix('"}')
        for index in range(5):
            data = noise(20 + index, 20)
            upload(url, data)
            kept.append(data)
        process.kill()
    with Stub(file) as stub:
        assert [stub.content(image) for image in stub.images()] == kept


def test_uploads_of_many_clients_at_once_are_all_kept(stub: Stub) -> None:
    pictures = [picture(width=1 + index % 7, height=1 + index // 7) for index in range(60)]
    with ThreadPoolExecutor(12) as pool:
        ids = list(pool.map(partial(upload, stub.url), pictures))
    assert sorted(ids) == list(range(1000001, 1000061))
    kept = {int(image.id): stub.content(image) for image in stub.images()}
    assert [kept[number] for number in ids] == pictures


def test_two_stubs_share_nothing() -> None:
    with Stub() as first, Stub() as second:
        upload(first.url, picture())
        assert len(first.images()) == 1
        assert second.images() == []
        assert first.url != second.url


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but more than a hundred bytes of text, " * 10)
    with pytest.raises(StubError, match=r"notes\.txt: cannot be used as database"):
        Stub(file).start()
    assert file.read_text().startswith("not a database")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE image (x)")
    db.close()
    with pytest.raises(StubError, match="another program"):
        Stub(file).start()
    before = file.read_bytes()
    assert file.read_bytes() == before


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with Stub(file):
        pass
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(StubError, match="another version of the stub; name another file"):
        Stub(file).start()


def test_a_database_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StubError, match="name another file"):
        Stub(tmp_path / "missing" / "state.db").start()
