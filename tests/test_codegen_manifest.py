"""generated/manifest.json: what is up to date is left alone, and only that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.things import BASE, put, things
from tests.workshop import ROOT, Workshop

pytestmark = pytest.mark.generator

INFO = put("/info", "description", "Other things.")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    shop = Workshop.empty(tmp_path_factory.mktemp("manifest") / "root")
    for vendor in ("first", "second"):
        shop.document(vendor, BASE)
    assert shop.run().code == 0
    return shop


@pytest.fixture
def shop(made: Workshop) -> Iterator[Workshop]:
    yield made
    made.document("first", BASE)
    made.document("second", BASE)
    assert made.run().code == 0


def stats(shop: Workshop) -> dict[str, tuple[int, int]]:
    folder = shop.root / "generated"
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
    }


def test_it_holds_nothing_of_time_or_place(made: Workshop) -> None:
    text = (made.root / "generated/manifest.json").read_text(encoding="utf-8")
    held = json.loads(text)
    assert text == json.dumps(held, indent=1, sort_keys=True) + "\n"
    assert sorted(held["vendors"]) == ["first", "second"]
    inputs = held["vendors"]["first"]["inputs"]
    versions = {name for name, value in inputs.items() if len(value) != 64}
    assert versions == {"openapi-python-client", "ruff"}
    assert {"overrides/runtime", "overrides/templates", "spec/first.yaml"} <= inputs.keys()
    assert not any(part in text for part in (str(made.root), str(ROOT), sys.version.split()[0]))


def test_what_is_up_to_date_is_neither_written_nor_is_the_generator_imported(
    made: Workshop,
) -> None:
    before = stats(made)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from scripts import codegen\n"
        "assert codegen.main(['--root', sys.argv[2]]) == 0\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), str(made.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "generated/first is up to date\ngenerated/second is up to date\n"
    heavy = ("yaml", "openapi_python_client", "pydantic", "jinja2", "jsonschema", "ruff")
    assert not [name for name in heavy if f"'{name}'" in done.stderr]
    assert stats(made) == before


def test_only_what_changed_is_generated_again(shop: Workshop) -> None:
    before = stats(shop)
    shop.document("first", things(INFO))
    assert shop.run().written == "generated/first\ngenerated/second is up to date\n"
    after = stats(shop)
    path = "second/second_client/client.py"
    assert after[path][1] == before[path][1]  # taken over, as old as it was
    assert after["first/first_client/client.py"][1] != before["first/first_client/client.py"][1]
    text = (shop.package("first") / "service.py").read_text(encoding="utf-8")
    assert "Other things." in text
    assert shop.run("--check").code == 0


def test_a_file_edited_by_hand_is_written_again(shop: Workshop) -> None:
    before = shop.tree()
    (shop.package("second") / "client.py").write_text("x = 1\n", encoding="utf-8")
    assert shop.run().written == "generated/second\ngenerated/first is up to date\n"
    assert shop.tree() == before


def test_an_edit_to_a_template_reaches_every_package_that_a_run_is_not_kept_from(
    shop: Workshop,
) -> None:
    template = shop.root / "overrides/templates/version.py.jinja"
    text = template.read_text(encoding="utf-8")
    template.write_text(f"{text}MARK = 1\n", encoding="utf-8")
    assert shop.run("first").written == "generated/first\n"
    # the other one is not up to date for that
    assert shop.run("--check").code == 1
    assert shop.run().written == "generated/second\ngenerated/first is up to date\n"
    template.write_text(text, encoding="utf-8")


def test_what_tools_leave_in_a_package_does_not_make_it_another(made: Workshop) -> None:
    package = made.root / "generated/first"
    for name in ("first_client/__pycache__/x.pyc", "dist/x.whl", "first_client.egg-info/PKG-INFO"):
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_bytes(b"x")
    out = "generated/first is up to date\ngenerated/second is up to date\n"
    assert made.run().out == out
    assert made.run("--check").code == 0


def test_all_that_a_package_is_written_with_counts_as_its_input(tmp_path: Path) -> None:
    """Our modules that are loaded when a package is written are in the folders that are hashed."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from scripts.generation.generate import load; load(Path(sys.argv[1]))\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('scripts.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=True
    )
    folders = {Path(path).parent.relative_to(ROOT).as_posix() for path in done.stdout.split()}
    assert folders == {"scripts/generation", "scripts/openapi"}
