"""Stock schemathesis, which knows the documents and nothing of this repository, finds nothing wrong
with the stub.

`python3 -m tox run -e st` runs the same with five seeds and two hundred examples.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.stub import Stub
from tests.stub.server import ROOT
from tests.stub.wire import API_KEY, TOKEN

pytestmark = [
    pytest.mark.generator,
    pytest.mark.skipif(
        importlib.util.find_spec("schemathesis") is None,
        reason="schemathesis is not installed; `python3 -m tox run -e st` installs it",
    ),
]

SEEDS = [int(seed) for seed in os.environ.get("ST_SEEDS", "1").split(",")]
EXAMPLES = int(os.environ.get("ST_EXAMPLES", "15"))
VENDORS = sorted(file.stem for file in (ROOT / "spec").glob("*.yaml"))


def st_run(document: Path, url: str, folder: Path, *, seed: int, examples: int) -> tuple[int, str]:
    """`st run` with all checks and all phases: its exit code and what it printed. `folder` is where
    it runs, so that it finds no configuration; it should be empty.
    """
    st = shutil.which("st", path=Path(sys.executable).parent)
    assert st is not None
    command = [st, "run", str(document), "--url", url, "--seed", str(seed), "--no-color"]
    command += ["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful"]
    command += ["--max-examples", str(examples), "--generation-database", "none"]
    for name, value in (API_KEY | TOKEN).items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.image_media_types", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("vendor", VENDORS)
def test_schemathesis_finds_nothing(stub: Stub, tmp_path: Path, vendor: str, seed: int) -> None:
    document = ROOT / "generated" / vendor / "openapi.yaml"
    code, output = st_run(document, stub.urls[vendor], tmp_path, seed=seed, examples=EXAMPLES)
    assert code == 0, output
    assert "No issues found" in output
    assert "WARNINGS" not in output
    paths = yaml.safe_load(document.read_text("utf-8"))["paths"]
    count = sum(len(item) for item in paths.values())
    assert f"Selected: {count}/{count}" in output
    assert f"Tested: {count}" in output
    # The strategies of images were in use: without them no upload would have been accepted.
    assert stub.images(vendor)
    defects = [entry for entry in stub.journal if (entry.status or 500) >= 500]
    assert not defects


def test_schemathesis_finds_a_document_that_the_stub_does_not_keep_to(
    stub: Stub, tmp_path: Path
) -> None:
    """The test above can fail: here the document promises what the stub never sends."""
    document = yaml.safe_load((ROOT / "generated" / "pingone" / "openapi.yaml").read_text("utf-8"))
    image = document["components"]["schemas"]["Image"]
    image["properties"]["promised"] = {"type": "string"}
    image["required"].append("promised")
    file = tmp_path / "openapi.yaml"
    file.write_text(yaml.safe_dump(document), "utf-8")
    code, output = st_run(file, stub.urls["pingone"], tmp_path, seed=1, examples=5)
    assert code == 1, output
    assert "promised" in output
