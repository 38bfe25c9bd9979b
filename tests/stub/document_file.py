"""A document's file as JSON: YAML, with nothing in it that JSON cannot hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar, TypeGuard

import yaml

from .json_values import JSON

_NOT_JSON = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")


class DocumentError(Exception):
    """A document cannot be served; the message is one sentence with place and remedy."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # C only where libyaml is
    """YAML with JSON's scalar types only: a date stays text, `no` and `on` are no booleans."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {
        first: [pair for pair in pairs if pair[0] not in _NOT_JSON]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


for _first in "tf":
    _Loader.yaml_implicit_resolvers[_first].append(
        ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"))
    )


def _is_mapping(value: object) -> TypeGuard[dict[object, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _json(value: object, where: str) -> JSON:
    """`value` with text keys (YAML reads `200:` as a number), refusing what JSON cannot hold."""
    if _is_mapping(value):
        return {str(key): _json(item, f"{where}/{key}") for key, item in value.items()}
    if _is_list(value):
        return [_json(item, f"{where}/{index}") for index, item in enumerate(value)]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise DocumentError(f"{where}: {type(value).__name__} is not a JSON value; quote it.")


def read(file: Path) -> JSON:
    """What a file says. Raises DocumentError if it is missing, or no YAML."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DocumentError(
            f"{file} does not exist; run scripts/codegen.py to generate it."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            f"{file} cannot be read ({error}); run scripts/codegen.py to generate it anew."
        ) from error
    try:
        return _json(yaml.load(text, _Loader), str(file))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise DocumentError(
            f"{file}{line}: {problem}; run scripts/codegen.py to generate it anew."
        ) from error
