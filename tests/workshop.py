"""A root of its own to generate in, with this repository's templates and runtime."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from scripts import codegen
from scripts.generation.lock import locked
from scripts.openapi.documents import vendors

ROOT = Path(__file__).resolve().parents[1]
FOREIGN = ROOT / "tests" / "data" / "foreign"


@dataclass(frozen=True)
class Outcome:
    """How a run of scripts/codegen.py ended."""

    code: int
    out: str
    err: str

    @property
    def problems(self) -> list[str]:
        return self.err.splitlines()

    @property
    def written(self) -> str:
        """What was said of the packages; what the change means follows it."""
        lines = self.out.splitlines(keepends=True)
        return "".join(line for line in lines if line.startswith("generated/"))


@dataclass(frozen=True)
class Workshop:
    """A folder laid out as this repository, with documents of its own."""

    root: Path

    @classmethod
    def empty(cls, root: Path) -> Workshop:
        """Templates and runtime of this repository, no document."""
        (root / "spec").mkdir(parents=True)
        for part in ("templates", "runtime"):
            shutil.copytree(
                ROOT / "overrides" / part,
                root / "overrides" / part,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        return cls(root)

    @classmethod
    def copy(cls, root: Path) -> Workshop:
        """All that this repository generates from."""
        hidden = shutil.ignore_patterns("__pycache__")
        for part in ("spec", "overrides"):
            shutil.copytree(ROOT / part, root / part, ignore=hidden)
        return cls(root)

    def document(self, vendor: str, content: Mapping[str, Any] | str) -> Path:
        """Put a document into spec/."""
        path = self.root / "spec" / f"{vendor}.yaml"
        text = content if isinstance(content, str) else yaml.safe_dump(dict(content))
        path.write_text(text, encoding="utf-8")
        return path

    def override(self, vendor: str, name: str, text: str) -> Path:
        """Put a file into overrides/<vendor>/."""
        path = self.root / "overrides" / vendor / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: str) -> Outcome:
        """Run scripts/codegen.py in this process: starting one costs a second."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = codegen.main([*arguments, "--jobs", "1", "--root", str(self.root)])
        return Outcome(code, out.getvalue(), err.getvalue())

    def command(self, *arguments: str) -> list[str]:
        """How scripts/codegen.py is started for this root."""
        program = str(ROOT / "scripts/codegen.py")
        return [sys.executable, program, *arguments, "--root", str(self.root)]

    def run_process(self, *arguments: str, **environment: str) -> Outcome:
        """Run scripts/codegen.py as a user does."""
        done = subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
            cwd=self.root,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def tree(self) -> dict[str, str]:
        """SHA-256 of every file under generated/, by its path there."""
        return tree(self.root / "generated")

    def package(self, vendor: str) -> Path:
        """The folder of a generated package."""
        return self.root / "generated" / vendor / f"{vendor}_client"

    @contextlib.contextmanager
    def imported(self, vendor: str) -> Iterator[ModuleType]:
        """The generated package, importable as long as the context lasts."""
        name = f"{vendor}_client"
        folder = str(self.root / "generated" / vendor)
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            yield importlib.import_module(name)
        finally:
            sys.path.remove(folder)
            for loaded in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
                del sys.modules[loaded]


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder, by its path there; without byte code."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


KEPT = ROOT / ".pytest_cache" / "foreign"
"""What is made of the foreign documents, for every process and every Python version: codegen.py
generates again what is not up to date, and that alone."""


@cache
def foreign() -> Workshop:
    """The documents of tests/data/foreign/, generated and importable. Nobody writes there."""
    root = KEPT / "root"
    root.mkdir(parents=True, exist_ok=True)
    with locked(KEPT, lambda: None):
        wanted = _foreign_files()
        found = {
            path.relative_to(root): path.read_bytes()
            for part in ("spec", "overrides")
            for path in (root / part).rglob("*")
            if path.is_file()
        }
        if found != wanted:
            for part in ("spec", "overrides"):
                shutil.rmtree(root / part, ignore_errors=True)
            for path, content in wanted.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content)
        shop = Workshop(root)
        done = shop.run()
    assert done.code == 0, done.err
    sys.path[:0] = [str(root / "generated" / name) for name in vendors(root)]
    return shop


def _foreign_files() -> dict[Path, bytes]:
    sources = [(FOREIGN, Path("spec"))]
    sources += [
        (ROOT / "overrides" / part, Path("overrides", part)) for part in ("templates", "runtime")
    ]
    files = {
        target / path.relative_to(source): path.read_bytes()
        for source, target in sources
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    overlays = Path("spec", "overrides")
    return {
        path.relative_to("spec") if path.is_relative_to(overlays) else path: content
        for path, content in files.items()
    }


def call(mode: str, client_class: str, method: str, /, *args: Any, **keywords: Any) -> Any:
    """Call a method of a generated client, ``depot_client.Depot``, ``items.put_item``.

    Args:
        mode: ``sync`` or ``async``.
        options: keyword for the client's constructor, a mapping.
    """
    options = keywords.pop("options")
    package, _, name = client_class.partition(".")
    resource, _, function = method.partition(".")
    module = importlib.import_module(package)
    if mode == "sync":
        with getattr(module, name)(**options) as client:
            return getattr(getattr(client, resource), function)(*args, **keywords)

    async def run() -> Any:
        async with getattr(module, f"Async{name}")(**options) as client:
            return await getattr(getattr(client, resource), function)(*args, **keywords)

    return asyncio.run(run())
