"""What a run spares itself, and that nothing is missing for it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.things import BASE
from tests.workshop import ROOT, Workshop

pytestmark = pytest.mark.generator

_TEMPLATES = """
import jinja2, json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from scripts.generation import generate, templates
sys.pycache_prefix, sys.dont_write_bytecode = sys.argv[3], sys.argv[4:] == ["unkept"]
found, compile = [], jinja2.Environment.compile
def counted(self, source, name=None, *rest, **keywords):
    found.append(name)
    return compile(self, source, name, *rest, **keywords)
jinja2.Environment.compile = counted
problems = generate._load_writer(Path(sys.argv[2]))
print(json.dumps([found, [problem.message for problem in problems]]))
"""


def _python(code: str, *arguments: object) -> str:
    """What a program says that has the scripts of this repository."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_templates_are_compiled_when_they_are_new_and_not_again(tmp_path: Path) -> None:
    shop, kept = Workshop.empty(tmp_path / "root"), tmp_path / "kept"

    def compiled(*option: str) -> tuple[list[str], list[str]]:
        names, problems = json.loads(_python(_TEMPLATES, shop.root, kept, *option))
        return sorted(names), problems

    all_of_them = sorted(path.name for path in (shop.root / "overrides/templates").glob("*.jinja"))
    assert compiled("unkept") == (all_of_them, [])
    assert not kept.exists()
    assert compiled() == (all_of_them, [])
    assert compiled() == ([], [])

    template = shop.root / "overrides/templates/version.py.jinja"
    good = template.read_text(encoding="utf-8")
    template.write_text(f"{good}MARK = 1\n", encoding="utf-8")
    assert compiled() == (["version.py.jinja"], [])
    template.write_text(f"{good}{{% if %}}\n", encoding="utf-8")
    names, problems = compiled()
    assert names == ["version.py.jinja"]
    assert len(problems) == 1
    template.write_text(good, encoding="utf-8")

    (held,) = kept.rglob("*.jinja")
    held.write_bytes(held.read_bytes()[:1000])
    assert compiled() == (all_of_them, [])


_MODULES = """
import json, sys
sys.path.insert(0, sys.argv[1])
from scripts import codegen
code = codegen.main(["--jobs", "1", "--root", sys.argv[2]])
print(json.dumps([code, sorted(sys.modules)]))
"""
_OVERLAY = """\
overlay: 1.0.0
info: {{title: Mended, version: '1'}}
actions:
- target: {target}
  x-reason: it is so
  x-source: seen
  update: {{description: All things.}}
"""


def test_only_what_is_used_of_the_libraries_is_imported(tmp_path: Path) -> None:
    shop = Workshop.empty(tmp_path / "root")
    shop.document("things", BASE)
    unused = {"httpx", "httpcore", "pydantic_settings", "regex", "requests"}

    shop.override("things", "corrections.yaml", _OVERLAY.format(target="$.paths['/things'].get"))
    code, modules = json.loads(_python(_MODULES, shop.root).splitlines()[-1])
    assert code == 0
    assert not unused.intersection(modules)

    matching = """$.paths['/things'][?match(@.operationId, 'list.*')]"""
    shop.override("things", "corrections.yaml", _OVERLAY.format(target=json.dumps(matching)))
    code, modules = json.loads(_python(_MODULES, shop.root).splitlines()[-1])
    assert code == 0
    assert unused.intersection(modules) == {"regex"}
    document = (shop.root / "generated/things/openapi.yaml").read_text(encoding="utf-8")
    assert "All things." in document


_STEPS = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from scripts.generation.workers import begun
def work(share):
    yield [task * 3_000_000 for task in share]
    yield [(task, os.getpid()) for task in share]
def size(task):
    return len(task)
told = []
for jobs in (0, 2):
    with begun(["a", "b", "c"], work, size=size, jobs=jobs) as results:
        first = [(text[0], len(text)) for text in results()]
        second = results()
    told.append([first, [task for task, _ in second], len({place for _, place in second})])
print(json.dumps(told))
"""


def test_work_in_steps_is_the_same_here_and_elsewhere_however_much_comes_of_it() -> None:
    first = [["a", 3_000_000], ["b", 3_000_000], ["c", 3_000_000]]
    expected = [[first, ["a", "b", "c"], places] for places in (1, 2)]
    assert json.loads(_python(_STEPS)) == expected


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_package_that_stays_is_the_same_files_or_copies_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    shop = Workshop.empty(tmp_path / "root")
    for vendor in ("first", "second"):
        (shop.root / "generated" / vendor / "inner").mkdir(parents=True)
        (shop.root / "generated" / vendor / "inner/held.py").write_text("x = 1\n", encoding="utf-8")
    stays = shop.root / "generated/second/inner/held.py"
    (stays.parent / "link.py").symlink_to("held.py")
    shop.document("first", BASE)
    before = os.stat(stays)
    if not links:

        def link(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", link)
    assert shop.run("first").code == 0
    after = os.stat(stays)
    assert (after.st_mtime_ns, after.st_mode) == (before.st_mtime_ns, before.st_mode)
    assert (after.st_ino == before.st_ino) is links
    assert after.st_nlink == 1
    assert os.readlink(stays.parent / "link.py") == "held.py"


def test_a_run_whose_reader_went_away_ends_with_the_error_that_python_has_for_it(
    tmp_path: Path,
) -> None:
    shop = Workshop.empty(tmp_path / "root")
    shop.document("things", BASE)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        shop.command(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"},
    )
    os.close(writing)
    assert done.returncode == 120
    assert "BrokenPipeError" in done.stderr
    assert (shop.package("things") / "client.py").is_file()
