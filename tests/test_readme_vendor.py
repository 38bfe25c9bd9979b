"""The README's five steps for a vendor, taken as they stand there, in a copy of this repository."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.test_readme import README, blocks

pytestmark = pytest.mark.generator

ROOT = Path(__file__).resolve().parents[1]
SECTION = README.partition("## Add a vendor\n")[2].partition("\n## ")[0]
STEPS = re.split(r"^\d\. ", SECTION, flags=re.MULTILINE)[1:]
VENDOR = "bakery"
DOCUMENT = """\
openapi: 3.1.0
info: {title: Bakery, version: "1"}
servers: [{url: "https://api.bakery.example/v1"}]
security: [{key: []}]
tags: [{name: loaves, description: What is baked.}]
paths:
  /loaves:
    post:
      operationId: bakeLoaf
      tags: [loaves]
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Loaf"}
            example: {flour: rye, grams: 750}
      responses:
        "201":
          description: It is baked.
          content: {application/json: {schema: {$ref: "#/components/schemas/Loaf"}}}
        "400": {$ref: "#/components/responses/Problem"}
        "401": {$ref: "#/components/responses/Problem"}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  responses:
    Problem:
      description: It is not.
      content: {application/json: {schema: {type: object}}}
  schemas:
    Loaf:
      type: object
      additionalProperties: false
      required: [flour, grams]
      properties:
        flour: {enum: [rye, wheat]}
        grams: {type: integer, minimum: 100, maximum: 2000}
"""


def command(step: str, *arguments: str) -> list[str]:
    """What a step says is to be run; of a task of tox, what tox.ini says of it."""
    found = re.findall(r"`((?:python3 -m tox run|pip install) [^`]+)`", step)
    assert found, step
    words = shlex.split(found[0].replace("<vendor>", VENDOR))
    if words[0] == "pip":
        return [sys.executable, "-m", *words, *arguments]
    assert words[:5] == ["python3", "-m", "tox", "run", "-e"]
    given = [*words[words.index("--") + 1 :]] if "--" in words else []
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    task = shlex.split(re.sub(r"\{posargs[^}]*\}", "", tox[f"testenv:{words[5]}"]["commands"]))
    assert task[0] == "python"
    return [sys.executable, *task[1:], *given, *arguments]


def run(words: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    hidden = shutil.ignore_patterns("__pycache__")
    for part in ("spec", "overrides", "generated", "scripts", "tests/stub"):
        shutil.copytree(ROOT / part, root / part, ignore=hidden)
    shutil.copy(ROOT / "tests" / "__init__.py", root / "tests")
    return root


@contextmanager
def stub(repository: Path) -> Generator[str, None, None]:
    """The URL of the stub as step 4 starts it, but on a free port."""
    words = command(STEPS[3], "--port", "0", "--ready-json")
    with subprocess.Popen(words, cwd=repository, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def test_the_five_steps_end_with_a_client_that_the_fuzzer_finds_right(
    repository: Path, tmp_path: Path
) -> None:
    assert len(STEPS) == 5
    assert f"`spec/` as `{'<vendor>'}.yaml`" in STEPS[0]
    document = repository / "spec" / f"{VENDOR}.yaml"
    before = sorted(path.name for path in (repository / "generated").iterdir())

    document.write_text(DOCUMENT.replace("type: integer", "type: whole"), encoding="utf-8")
    refused = run(command(STEPS[1], "--format", "json"), repository)
    assert refused.returncode == 2
    faults: Any = json.loads(refused.stdout)
    assert f"spec/{VENDOR}.yaml" in json.dumps(faults)
    assert sorted(path.name for path in (repository / "generated").iterdir()) == before

    document.write_text(DOCUMENT, encoding="utf-8")
    done = run(command(STEPS[1]), repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"generated/{VENDOR}" in done.stdout.splitlines()
    package = repository / "generated" / VENDOR

    site = tmp_path / "site"
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--target", str(site)]
    installed = run(command(STEPS[2], *offline), repository)
    assert installed.returncode == 0, installed.stderr
    example = blocks(package / "README.md")[0].replace('"…"', "'test-api-key'")
    example = example.replace("body=…", "body={'flour': 'rye', 'grams': 750}")
    with stub(repository) as url:
        here = example.replace("Bakery(", f"Bakery(base_url='{url}/v1', ")
        called = run([sys.executable, "-c", here], tmp_path, PYTHONPATH=str(site))
    assert called.returncode == 0, called.stderr
    assert called.stdout.startswith("Loaf(flour=")

    fuzzed = run(command(STEPS[4], "--max-time", "200", "--cases", "1", "--seed", "3"), repository)
    assert fuzzed.returncode == 0, fuzzed.stdout + fuzzed.stderr
    assert f"{VENDOR}: no distinct failures" in fuzzed.stdout
