"""Everything that the README shows is run."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stub import Stub
from tests.stub.pictures import picture

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
TASKS = re.findall(r"tox run -e (\w+)", README)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_run_as_they_stand(number: int, stub: Stub, tmp_path: Path) -> None:
    for name, form in (("logo.png", "PNG"), ("shoe.jpg", "JPEG"), ("logo.gif", "GIF")):
        (tmp_path / name).write_bytes(picture(form))
    assert "http://127.0.0.1:8080" in EXAMPLES[number] or "Stub()" in EXAMPLES[number]
    code = EXAMPLES[number].replace("http://127.0.0.1:8080", stub.url)
    packages = [str(path) for path in (ROOT / "generated").iterdir()]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *packages])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    # a file's URL, an id: each example says what it did
    assert re.search(r"http://127|\d{5,}", done.stdout), done.stdout


def test_there_is_an_example_for_every_vendor() -> None:
    vendors = {path.stem for path in (ROOT / "spec").glob("*.yaml")}
    assert vendors == {name for name in vendors if f"from {name}_client import" in README}
    assert len(EXAMPLES) >= len(vendors)


def test_the_first_upload_takes_at_most_five_lines() -> None:
    lines = [line for line in EXAMPLES[0].splitlines() if line.strip()]
    assert len(lines) <= 5
    assert "images.upload" in EXAMPLES[0]


def test_named_tasks_and_files_exist() -> None:
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    assert TASKS
    for task in TASKS:
        assert f"[testenv:{task}]" in tox
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_every_default_environment_says_what_it_does() -> None:
    # tox runs the plain tests for a name that has no section, and nobody would notice
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    names = [name.strip() for name in tox["tox"]["env_list"].split(", ")]
    special = [name for name in names if not name.startswith("py3")]
    assert special == ["lint", "generator"]
    for name in special:
        assert tox[f"testenv:{name}"]["commands"] != tox["testenv"]["commands"]


def test_ci_calls_the_test_command_of_the_readme() -> None:
    command = "python3 -m pip install tox && python3 -m tox run"
    assert f"    {command}\n" in README
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert command in lines
