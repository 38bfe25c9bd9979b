"""The main job, run as a program on a copy of the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the demo needs, without ``generated/``."""
    for name in ("spec", "overrides", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "stub", tmp_path / "tests" / "stub")
    (tmp_path / "tests" / "__init__.py").touch()
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def demo(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/demo.py"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_all_operations_succeed_from_nothing(copy: Path) -> None:
    done = demo(copy)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == "demo: 5 of 5 operations ok"
    rows = [line for line in lines if line.endswith("  ok")]
    assert len(rows) == 10
    assert sum("  async  " in row for row in rows) == 5
    assert "AuthenticationError" in done.stdout
    assert "wrong-key-of-the-demo" not in done.stdout
    # on every Python version the generator writes what is committed
    assert tree(copy / "generated") == tree(ROOT / "generated")


@pytest.mark.generator
def test_other_bytes_than_sent_are_noticed(copy: Path) -> None:
    source = copy / "overrides" / "runtime" / "source.py"
    text = source.read_text(encoding="utf-8")
    start = text.index("class PathSource")
    whole = "                yield chunk\n"
    assert whole in text[start:]
    # the same length, another last byte: still an image by its header
    broken = text[start:].replace(whole, '                yield chunk[:-1] + b"!"\n')
    source.write_text(text[:start] + broken, encoding="utf-8")
    done = demo(copy)
    assert done.returncode == 1
    assert done.stdout.count("DIFFERENT") == 6
    assert done.stdout.splitlines()[-1] == "demo: 2 of 5 operations ok"


@pytest.mark.generator
def test_a_broken_document_is_one_sentence(copy: Path) -> None:
    with (copy / "spec" / "pingone.yaml").open("a", encoding="utf-8") as handle:
        handle.write("  : [\n")
    done = demo(copy)
    assert done.returncode == 1
    assert "pingone.yaml:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy / "generated").exists()
