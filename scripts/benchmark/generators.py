"""Generators as programs: how each is started for a document, what a run takes."""

from __future__ import annotations

import importlib.resources
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .child import ROOT
from .peers import Missing

_MIB = 1024.0
_LOOK = 0.01
PATIENCE = 300.0


@dataclass(frozen=True)
class Taken:
    """What a run took.

    Attributes:
        seconds: on the clock.
        memory: MiB resident in it and its children together, at most; what they share counts for
            each. None where the system does not tell.
    """

    seconds: float
    memory: float | None


def ours(root: Path, *options: str) -> list[str]:
    """scripts/codegen.py."""
    return [sys.executable, str(ROOT / "scripts/codegen.py"), *options, "--root", str(root)]


def stock(document: Path, folder: Path) -> list[str]:
    """openapi-python-client with its own hooks, as its README shows.

    Raises:
        Missing: it is not installed.
    """
    if importlib.util.find_spec("openapi_python_client") is None:
        raise Missing("the package openapi-python-client is not installed")
    options = ["--path", str(document), "--output-path", str(folder), "--overwrite"]
    return [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", *options]


def other(document: Path, folder: Path) -> list[str]:
    """openapi-generator.

    Raises:
        Missing: it or Java is not installed.
    """
    java = shutil.which("java")
    if java is None:
        raise Missing("there is no java on PATH")
    if importlib.util.find_spec("openapi_generator_cli") is None:
        raise Missing("the package openapi-generator-cli is not installed")
    archive = str(importlib.resources.files("openapi_generator_cli") / "openapi-generator.jar")
    options = ["-i", str(document), "-o", str(folder)]
    return [java, "-jar", archive, "generate", "-g", "python", *options]


Command = Callable[[Path, Path], list[str]]


def run(commands: Iterable[list[str]], environment: Mapping[str, str]) -> Taken:
    """Run programs one after the other.

    Raises:
        Missing: one of them failed.
    """
    # the hooks of openapi-python-client look for ruff beside Python
    path = os.pathsep.join([sysconfig.get_path("scripts"), environment.get("PATH", "")])
    peak: float | None = None
    start = time.perf_counter()
    for command in commands:
        with subprocess.Popen(
            command,
            env={**environment, "PATH": path, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            try:
                while True:
                    if (held := _resident(process.pid)) is not None:
                        peak = max(peak or 0.0, held)
                    try:
                        said, _ = process.communicate(timeout=_LOOK)
                        break
                    except subprocess.TimeoutExpired:
                        if time.perf_counter() - start > PATIENCE:
                            raise Missing(f"it takes more than {PATIENCE:.0f} seconds") from None
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            words = said.decode(errors="replace").strip().splitlines() or ["nothing"]
            raise Missing(f"exit code {process.returncode}: {words[-1]}")
    return Taken(time.perf_counter() - start, peak)


def _resident(process: int) -> float | None:
    """MiB resident in a process and those that it started."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    except OSError:
        return None  # it ended, or there is no /proc
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    own = int(found[1]) / _MIB if found else 0.0
    return own + sum(_resident(int(child)) or 0.0 for child in children.split())
