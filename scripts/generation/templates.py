"""The templates as code: each is compiled once for all packages, before the processes that write
them part, and once for all runs while it stays as it is."""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
from importlib.metadata import version
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, TemplateSyntaxError
from jinja2.bccache import Bucket
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData

from scripts.openapi.problem import Problem

_FILTERS: dict[str, Any] = {"pyrepr": repr, "totuple": tuple}
_NO_DOCUMENT = {"openapi": "3.1.0", "info": {"title": "none", "version": "0"}, "paths": {}}


class _Compiled(BytecodeCache):
    """The code of templates, by what it was compiled from.

    It lies where Python keeps the code that it compiles from this module, and under the same
    conditions: compiling all of them takes longer than writing a package.
    """

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}
        self._changed = False

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name  # the same text in another folder is the same template

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._held.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)  # if it was compiled from this text

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()
        self._changed = True

    def read(self) -> None:
        """Take over what an earlier run has kept; nothing, where there is none."""
        with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
            made_by, held = marshal.loads(_kept_at().read_bytes())
            if made_by == _compilers():
                self._held = held

    def keep(self) -> None:
        """Let the next run have what was compiled; without a place for it that compiles anew."""
        if not self._changed or sys.dont_write_bytecode:
            return
        place = _kept_at()
        aside = place.with_name(f"{place.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                aside.write_bytes(marshal.dumps((_compilers(), self._held)))
                aside.replace(place)  # whoever reads it meanwhile has the old one
            finally:
                aside.unlink(missing_ok=True)
        self._changed = False


def _kept_at() -> Path:
    return Path(cache_from_source(__file__)).with_suffix(".jinja")


def _compilers() -> tuple[str, ...]:
    """What decides, beside its text, what becomes of a template."""
    tools = ("jinja2", "openapi-python-client")
    return (MAGIC_NUMBER.hex(), *(f"{name} {version(name)}" for name in tools))


_COMPILED = _Compiled()


def folder(root: Path) -> Path:
    """Where our templates lie."""
    return root / "overrides" / "templates"


def equip(environment: Environment) -> None:
    """Give an environment of the generator what our templates are compiled with."""
    environment.bytecode_cache = _COMPILED
    environment.filters.update(_FILTERS)


def compile_templates(root: Path) -> list[Problem]:
    """Compile our templates, for this process and those that it forks; what is wrong with them."""
    config = Config.from_sources(
        ConfigFile(), MetaType.NONE, root, "utf-8", overwrite=True, output_path=None
    )
    nothing = GeneratorData.from_dict(_NO_DOCUMENT, config=config)
    assert isinstance(nothing, GeneratorData)
    # made as upstream makes it, for its settings are compiled in
    made = Project(openapi=nothing, config=config, custom_template_path=folder(root)).env
    equip(made)
    _COMPILED.read()
    problems: list[Problem] = []
    for path in sorted(folder(root).glob("*.jinja")):
        try:
            made.get_template(path.name)
        except TemplateSyntaxError as error:
            told = (error.message or "it cannot be compiled").rstrip(".")
            remedy = "Correct it; jinja.palletsprojects.com has the syntax"
            problems.append(Problem(path, error.lineno, None, "", told, remedy))
    _COMPILED.keep()
    return problems
