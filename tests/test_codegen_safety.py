"""Runs that meet others, that lack something, or that may not write: told in a line, no harm."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.things import BASE, put, things
from tests.workshop import ROOT, Workshop, tree

pytestmark = pytest.mark.generator


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A root with a document and what an older run is taken to have written."""
    shop = Workshop.empty(tmp_path / "root")
    shop.document("things", BASE)
    (shop.root / "generated/things").mkdir(parents=True)
    (shop.root / "generated/things/openapi.yaml").write_text("old\n", encoding="utf-8")
    return shop


def unharmed(shop: Workshop) -> None:
    assert list(tree(shop.root / "generated")) == ["things/openapi.yaml"]
    assert {path.name for path in shop.root.iterdir()} == {"spec", "overrides", "generated"}


@contextmanager
def busy(folder: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Another run that holds a root: the folder that it writes, and what ends it."""
    handle = os.open(folder, os.O_RDONLY)
    writing = folder / ".generated-busy"
    (writing / "generated").mkdir(parents=True)

    def end() -> None:
        shutil.rmtree(writing)
        fcntl.flock(handle, fcntl.LOCK_UN)

    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield writing, end
    finally:
        os.close(handle)


def test_a_second_run_says_that_it_waits_and_leaves_alone_what_the_first_writes(
    shop: Workshop,
) -> None:
    with (
        busy(shop.root) as (writing, end),
        subprocess.Popen(
            shop.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as second,
    ):
        assert second.stderr is not None
        told = second.stderr.readline()
        assert told == "codegen: another run is busy here; waiting for its end\n"
        assert second.poll() is None
        assert (writing / "generated").is_dir()
        end()
        out, errors = second.communicate(timeout=120)
    assert (second.returncode, out.splitlines()[0], errors) == (0, "generated/things", "")
    assert shop.run("--check").code == 0


def test_runs_at_once_end_in_one_whole_tree(shop: Workshop) -> None:
    runs = [
        subprocess.Popen(
            shop.command("--force"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for run in runs:
        with run:
            out, errors = run.communicate(timeout=240)
            assert (run.returncode, out.splitlines()[0]) == (0, "generated/things"), errors
    assert {path.name for path in shop.root.iterdir()} == {"spec", "overrides", "generated"}
    assert shop.run("--check").code == 0


def test_a_full_disk_is_one_error_and_changes_nothing(shop: Workshop) -> None:
    done = subprocess.run(
        shop.command(),
        capture_output=True,
        text=True,
        check=False,
        # no file may grow beyond what the manifest and the larger modules need
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (8192, 8192)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("codegen: ")
    assert "File too large" in line
    assert line.endswith("nothing was changed")
    unharmed(shop)


def mount(kind: str, folder: Path, shop: Workshop) -> list[str]:
    """A command that runs codegen where a file system is full or may not be written."""
    if kind == "full":
        prepare = 'mount -t tmpfs -o size=700k tmpfs "$0" && cp -r "$1/." "$0"'
    else:
        prepare = 'mount --bind "$1" "$0" && mount -o remount,ro,bind "$0"'
    script = (
        f'{prepare} || exit 99; "$2" "$3" --root "$0"; code=$?; find "$0/generated"; exit $code'
    )
    program = str(ROOT / "scripts/codegen.py")
    user = [] if os.getuid() == 0 else ["--map-root-user", "--user"]
    arguments = [str(folder), str(shop.root), sys.executable, program]
    return ["unshare", *user, "--mount", "sh", "-c", script, *arguments]


@pytest.mark.parametrize(
    ("kind", "said"), [("full", "No space left on device"), ("read-only", "Read-only file system")]
)
def test_a_file_system_that_takes_nothing_is_one_error_and_changes_nothing(
    shop: Workshop, tmp_path: Path, kind: str, said: str
) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare (util-linux) to mount a file system with")
    folder = tmp_path / "mounted"
    folder.mkdir()
    done = subprocess.run(mount(kind, folder, shop), capture_output=True, text=True, check=False)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith("codegen: ")
    assert said in line
    assert line.endswith("nothing was changed")
    assert sorted(done.stdout.split()) == [
        f"{folder}/generated",
        f"{folder}/generated/things",
        f"{folder}/generated/things/openapi.yaml",
    ]


def test_work_is_shared_and_a_process_that_is_killed_is_one_error() -> None:
    code = (
        "import json, os, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from scripts.generation.workers import shared_out\n"
        "work = lambda task: os.kill(os.getpid(), signal.SIGKILL) if task == 2 else task\n"
        "try: shared_out([0, 1, 2], work, size=lambda task: 1, jobs=2)\n"
        "except OSError as error: print(error)\n"
        "done = shared_out([3, 1, 2], lambda task: (task, os.getpid()), size=int, jobs=2)\n"
        "print(json.dumps(done))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=False
    )
    first, second = done.stdout.splitlines()
    assert first == "a process that generates packages ended with SIGKILL"
    answers: list[tuple[int, int]] = json.loads(second)
    assert [task for task, _ in answers] == [3, 1, 2]
    assert len({process for _, process in answers}) == 2


@pytest.mark.parametrize("option", ["--force", "--check"])
def test_what_is_not_installed_is_told_in_one_sentence(shop: Workshop, option: str) -> None:
    command = shop.command(option)
    done = subprocess.run(
        [command[0], "-S", *command[1:]], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line == (
        "codegen: openapi-python-client is not installed: run `python3 -m tox run -e codegen`, "
        "which installs what is needed"
    )
    unharmed(shop)


def test_a_module_that_is_missing_is_told_in_one_sentence(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ruff", None)
    done = shop.run()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("codegen: ruff is not installed: run `python3 -m tox")
    unharmed(shop)


def test_generated_may_be_a_link_to_somewhere_else(shop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.move(shop.root / "generated", tmp_path / "elsewhere/generated")
    (shop.root / "generated").symlink_to(tmp_path / "elsewhere/generated")
    shop.document("things", things(put("/info", "description", "Elsewhere.")))
    assert shop.run().code == 0
    assert (shop.root / "generated").is_symlink()
    assert (tmp_path / "elsewhere/generated/things/api.md").exists()
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["generated"]
