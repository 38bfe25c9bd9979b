"""Everything that the README shows is run."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stub import Stub
from tests.stub.pictures import picture
from tests.stub.wire import ENVIRONMENT, SURVEY
from tests.workshop import Workshop

ROOT = Path(__file__).resolve().parents[1]
HIDDEN = shutil.ignore_patterns("__pycache__")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(path: Path) -> list[str]:
    """The Python code that a file shows."""
    text = path.read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


EXAMPLES = blocks(ROOT / "README.md")
TASKS = re.findall(r"tox run -e (\w+)", README)


def run(code: str, folder: Path) -> tuple[str, str]:
    """What an example prints, and what it writes to stderr."""
    packages = [str(path) for path in (ROOT / "generated").glob("*/")]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *packages])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_run_as_they_stand(number: int, stub: Stub, tmp_path: Path) -> None:
    for name, form in (("logo.png", "PNG"), ("shoe.jpg", "JPEG"), ("logo.gif", "GIF")):
        (tmp_path / name).write_bytes(picture(form))
    assert "http://127.0.0.1:8080" in EXAMPLES[number] or "Stub()" in EXAMPLES[number]
    code = EXAMPLES[number].replace("http://127.0.0.1:8080", stub.url)
    out, errors = run(code, tmp_path)
    assert errors == ""
    # a file's URL, an id: each example says what it did
    assert re.search(r"http://127|\d{5,}", out), out


CREDENTIALS = {"questionpro": "test-api-key", "inventorum": "test-token", "pingone": "test-token"}
PACKAGE_EXAMPLES = [
    (vendor, number, code)
    for vendor in CREDENTIALS
    for number, code in enumerate(blocks(ROOT / "generated" / vendor / "README.md"))
]


@pytest.mark.parametrize(
    ("vendor", "number", "code"),
    PACKAGE_EXAMPLES,
    ids=[f"{vendor}-{number}" for vendor, number, _ in PACKAGE_EXAMPLES],
)
def test_examples_of_a_package_run(
    vendor: str, number: int, code: str, stub: Stub, tmp_path: Path
) -> None:
    for name in re.findall(r'Path\("([^"]+)"\)', code):
        (tmp_path / name).write_bytes(picture("PNG"))
    code = code.replace('"…"', repr(CREDENTIALS[vendor]))
    answer = {"questionID": 12345678, "answerValues": [{"answerID": 123456789}]}
    code = code.replace("body=…", f"body={ {'responseSet': [answer]} }")
    code = code.replace("survey_id=1234567", f"survey_id={SURVEY}")
    code = code.replace("environment_id=…", f"environment_id={ENVIRONMENT!r}")
    code, count = re.subn(
        r"^with (\w+)\(", rf"with \1(base_url={stub.urls[vendor]!r}, ", code, flags=re.M
    )
    assert count == 1
    out, errors = run(code, tmp_path)
    assert "Traceback" not in errors
    if number == 0:
        assert errors == ""
        assert re.search(r"http://127|\d{5,}", out), out
    else:
        assert re.search(r"^(\d+) of \1$", out, re.MULTILINE), out  # the progress, to its end
        assert re.search(r"^(200|201) application/json", out, re.MULTILINE), out


def test_every_package_shows_both_examples() -> None:
    assert [number for _, number, _ in PACKAGE_EXAMPLES] == [0, 1] * len(CREDENTIALS)


def test_every_key_of_ours_is_explained() -> None:
    text = (ROOT / "overrides" / "README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"`(x-[a-z-]+)`", text))
    read: set[str] = set()
    for path in [*(ROOT / "scripts").rglob("*.py"), *(ROOT / "overrides").glob("*/*.yaml")]:
        found = re.findall(
            r"(?<![\w-])x-(?:client|env|version|pagination|source|assumed|page|reason|meaning|same-as|index-of"
            r"|negative|order)[a-z-]*",
            path.read_text(encoding="utf-8"),
        )
        read |= {key for key in found if not key.endswith("-")}
    assert read - explained == set()
    assert explained - read == set()


def test_there_is_an_example_for_every_vendor() -> None:
    vendors = {path.stem for path in (ROOT / "spec").glob("*.yaml")}
    assert vendors == {name for name in vendors if f"from {name}_client import" in README}
    assert len(EXAMPLES) >= len(vendors)


def test_the_first_upload_takes_at_most_five_lines() -> None:
    lines = [line for line in EXAMPLES[0].splitlines() if line.strip()]
    assert len(lines) <= 5
    assert "images.upload" in EXAMPLES[0]


DIFFS = re.findall(r"^    python (scripts/codegen\.py .*--diff.*)$", README, re.MULTILINE)


@pytest.mark.generator
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_what_changed_since_a_commit_is_told_as_shown(tmp_path: Path) -> None:
    shop = Workshop.copy(tmp_path / "root")
    shutil.copytree(ROOT / "generated", shop.root / "generated", ignore=HIDDEN)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.test")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        (*identity, "commit", "--quiet", "-m", "all"),
    ):
        subprocess.run(["git", *arguments], cwd=shop.root, check=True)
    assert len(DIFFS) >= 2
    for command in DIFFS:
        done = subprocess.run(
            [sys.executable, *command.split(), "--root", str(shop.root)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout in ("Nothing that a caller can see has changed.\n", "")


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
