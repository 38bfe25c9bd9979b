"""Stock clients of the same document, generated on the fly, without anything of ours."""

from __future__ import annotations

import importlib.resources
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .peers import OTHER_PACKAGE, STOCK_PACKAGE, Missing

_SETTINGS = f"package_name_override: {STOCK_PACKAGE}\npost_hooks: []\n"


def generate_stock(document: Path, folder: Path) -> None:
    """Run openapi-python-client.

    Args:
        folder: where the package comes to lie.

    Raises:
        Missing: it is not installed, or does not take the document.
    """
    if importlib.util.find_spec("openapi_python_client") is None:
        raise Missing("the package openapi-python-client is not installed")
    folder.mkdir()
    config = folder / "config.yaml"
    config.write_text(_SETTINGS, encoding="utf-8")
    _run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"],
        {"--path": document, "--config": config, "--output-path": folder / STOCK_PACKAGE},
        folder / STOCK_PACKAGE,
    )


def generate_other(document: Path, folder: Path) -> None:
    """Run openapi-generator.

    Args:
        folder: where the package comes to lie.

    Raises:
        Missing: it or Java is not installed, or it does not take the document.
    """
    java = shutil.which("java")
    if java is None:
        raise Missing("there is no java on PATH")
    if importlib.util.find_spec("openapi_generator_cli") is None:
        raise Missing("the package openapi-generator-cli is not installed")
    archive = importlib.resources.files("openapi_generator_cli") / "openapi-generator.jar"
    folder.mkdir()
    _run(
        [java, "-jar", str(archive), "generate", "-g", "python"],
        {"-i": document, "-o": folder, "--additional-properties": f"packageName={OTHER_PACKAGE}"},
        folder / OTHER_PACKAGE,
    )


def java_version() -> str:
    """The first line that Java tells of itself."""
    java = shutil.which("java")
    if java is None:
        return "not installed"
    done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "([^"]+)"', done.stderr)
    return found[1] if found else "unknown"


def _run(command: list[str], options: Mapping[str, object], package: Path) -> None:
    given = [str(part) for option in options.items() for part in option]
    done = subprocess.run(
        [*command, *given],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    if done.returncode != 0 or not (package / "__init__.py").is_file():
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise Missing(f"the generator refused the document: {said[-1]}")
