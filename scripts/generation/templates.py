"""The templates as code: each is compiled once for all packages, before the processes that write
them part."""

from __future__ import annotations

from pathlib import Path
from types import CodeType
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
    """Keeps code in memory, by what it was compiled from."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name  # the same text in another folder is the same template

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


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
    problems: list[Problem] = []
    for path in sorted(folder(root).glob("*.jinja")):
        try:
            made.get_template(path.name)
        except TemplateSyntaxError as error:
            told = (error.message or "it cannot be compiled").rstrip(".")
            remedy = "Correct it; jinja.palletsprojects.com has the syntax"
            problems.append(Problem(path, error.lineno, None, "", told, remedy))
    return problems
