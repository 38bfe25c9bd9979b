"""scripts/codegen.py on our documents: the same bytes always, nothing stale, what is committed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.openapi.documents import vendors
from tests.workshop import ROOT, Workshop, foreign, tree

pytestmark = pytest.mark.generator

VENDORS = vendors(ROOT)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A run in a root of its own."""
    shop = Workshop.copy(tmp_path_factory.mktemp("fresh") / "root")
    done = shop.run_process(PYTHONHASHSEED="1")
    assert (done.code, done.err) == (0, "")
    assert done.out.split() == [f"generated/{vendor}" for vendor in VENDORS]
    return shop


def test_what_is_committed_is_what_a_run_writes() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/codegen.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_run_from_nothing_writes_what_is_committed(fresh: Workshop) -> None:
    assert fresh.tree() == tree(ROOT / "generated")


def test_hash_seed_place_jobs_and_ruff_configuration_above_change_nothing(
    fresh: Workshop, tmp_path: Path
) -> None:
    hostile = '[tool.ruff]\nline-length = 40\n[tool.ruff.format]\nquote-style = "single"\n'
    (tmp_path / "pyproject.toml").write_text(hostile, encoding="utf-8")
    for name in (".ruff.toml", "ruff.toml"):
        text = 'line-length = 40\nexclude = ["*"]\n[format]\nquote-style = "single"\n'
        (tmp_path / name).write_text(text, encoding="utf-8")
    shop = Workshop.copy(tmp_path / "a folder" / "root")
    done = shop.run_process(
        "--jobs", "1", PYTHONHASHSEED="4711", LC_ALL="C", PYTHONUTF8="0", TZ="Asia/Kabul"
    )
    assert (done.code, done.err) == (0, "")
    assert shop.tree() == fresh.tree()


def test_a_second_run_and_a_run_for_one_vendor_change_nothing(fresh: Workshop) -> None:
    before = fresh.tree()
    assert fresh.run(VENDORS[-1], VENDORS[-1]).code == 0
    assert fresh.tree() == before


def test_nothing_is_left_beside_the_packages(fresh: Workshop) -> None:
    assert {path.name for path in fresh.root.iterdir()} == {"spec", "overrides", "generated"}
    assert {path.name for path in (fresh.root / "generated").iterdir()} == {
        *VENDORS,
        "manifest.json",
    }
    assert not [path for path in fresh.root.rglob("*") if "ruff_cache" in path.name]


def test_an_operation_that_goes_takes_its_files_with_it(tmp_path: Path) -> None:
    shop = Workshop.empty(tmp_path / "root")
    document = yaml.safe_load((foreign().root / "spec/depot.yaml").read_text(encoding="utf-8"))
    shop.document("depot", document)
    assert shop.run().code == 0
    assert (shop.package("depot") / "api/items/get_text.py").exists()
    (shop.package("depot") / "by_hand.py").write_text("x = 1\n", encoding="utf-8")
    del document["paths"]["/items/{album}/text"]
    shop.document("depot", document)
    assert shop.run().code == 0
    assert not (shop.package("depot") / "api/items/get_text.py").exists()
    assert not (shop.package("depot") / "by_hand.py").exists()
    assert "get_text" not in (shop.package("depot") / "resources.py").read_text(encoding="utf-8")


def test_a_document_without_overrides_is_enough(tmp_path: Path) -> None:
    shop = Workshop.empty(tmp_path / "root")
    shop.document("my-vendor", (foreign().root / "spec/depot.yaml").read_text(encoding="utf-8"))
    done = shop.run()
    assert (done.code, done.err) == (0, "")
    service = shop.root / "generated/my-vendor/my_vendor_client/service.py"
    assert "class AsyncMyVendor:" in service.read_text(encoding="utf-8")


# --- our templates ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted((ROOT / "overrides/templates").glob("*.py.jinja")), ids=lambda path: path.name
)
def test_each_template_says_why_it_is_there_and_marks_what_it_writes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.name in ("server.py.jinja", "request_body.py.jinja", "endpoint_macros.py.jinja"):
        return  # parts of others
    assert "{{ header }}" in text


def test_the_templates_are_read_from_the_root_that_is_given(tmp_path: Path) -> None:
    shop = Workshop.empty(tmp_path / "root")
    shop.document("depot", (foreign().root / "spec/depot.yaml").read_text(encoding="utf-8"))
    template = shop.root / "overrides/templates/version.py.jinja"
    template.write_text(template.read_text(encoding="utf-8") + "MARK = 1\n", encoding="utf-8")
    shutil.copy(ROOT / "overrides/runtime/shapes.py", shop.root / "overrides/runtime/added.py")
    assert shop.run().code == 0
    package = shop.package("depot")
    assert (package / "version.py").read_text(encoding="utf-8").endswith("MARK = 1\n")
    assert (package / "_runtime/added.py").exists()
