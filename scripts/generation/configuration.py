"""What a vendor's config.yaml says to openapi-python-client, and what every vendor's says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from openapi_python_client.config import Config, ConfigFile, MetaType
from pydantic import ValidationError

from scripts.openapi import yaml_source
from scripts.openapi.documents import Document
from scripts.openapi.problem import DocumentError, Problem

from .preparation import class_renames, media_type_overrides

_KEYS = (
    "class_overrides",
    "content_type_overrides",
    "package_version_override",
    "use_path_prefixes_for_title_model_names",
)
"""The others are decided here or in the templates; one that is not read would be a silent wish."""

# PEP 440 without epochs and local versions, which no release of a client needs
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?(\.post[0-9]+)?(\.dev[0-9]+)?")


def configuration(root: Path, document: Document, data: dict[str, Any], target: Path) -> Config:
    """The generator's configuration for a vendor.

    Raises:
        DocumentError: config.yaml is not YAML, has an unknown key or a value of the wrong type.
    """
    path = root / "overrides" / document.vendor / "config.yaml"
    file = _read(path) if path.exists() else ConfigFile()
    package = f"{document.vendor.replace('-', '_')}_client"
    file.post_hooks = []  # one formatter run does all packages
    file.package_name_override = package
    file.content_type_overrides = {
        **media_type_overrides(data),
        **(file.content_type_overrides or {}),
    }
    given = file.model_dump()
    given["class_overrides"] = {**class_renames(), **(given["class_overrides"] or {})}
    return Config.from_sources(
        ConfigFile.model_validate(given),
        MetaType.NONE,
        document_source=root / "spec" / f"{document.vendor}.yaml",
        file_encoding="utf-8",
        overwrite=True,
        output_path=target / package,
    )


def _read(path: Path) -> ConfigFile:
    source = yaml_source.load(path)
    problems: list[Problem] = []
    for key in source.data:
        if key not in _KEYS:
            message = f"{key} is no key that is read here"
            problems.append(source.problem(f"/{key}", message, f"Known are {', '.join(_KEYS)}"))
    version = source.data.get("package_version_override")
    if isinstance(version, str) and not _VERSION.fullmatch(version):
        message = f"{version!r} is no version of a Python package (PEP 440)"
        problems.append(source.problem("/package_version_override", message, "Write 1.2.3"))
    try:
        file = ConfigFile.model_validate(source.data)
    except ValidationError as error:
        for fault in error.errors():
            at = "".join(f"/{part}" for part in fault["loc"])
            remedy = "See the README of openapi-python-client"
            problems.append(source.problem(at, fault["msg"], remedy))
        file = ConfigFile()
    if problems:
        raise DocumentError(problems)
    return file
