"""Prism, the mock server that the stub is measured beside; npm fetches it into its own cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .peers import Missing

NAME = "Prism"
SILENT = "Prism, its log off"
PACKAGE = "@stoplight/prism-cli@~5.16.0"
_PATIENCE = 300.0


def node_version() -> str:
    """What Node.js tells of itself."""
    node = shutil.which("node")
    if node is None:
        return "not installed"
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def command(document: Path, port: int, *, silent: bool = False) -> list[str]:
    """What starts it.

    Args:
        silent: without its log, of which each request makes some lines.

    Raises:
        Missing: Node.js or npm is not installed, or npm cannot fetch it.
    """
    npx, node = shutil.which("npx"), shutil.which("node")
    if npx is None or node is None:
        raise Missing("node and npx (Node.js 20) are not installed")
    try:
        found = subprocess.run(
            [npx, "--yes", "--loglevel=error", "-p", PACKAGE, "-c", "command -v prism"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "npm_config_update_notifier": "false"},
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"npm does not fetch {PACKAGE} within {_PATIENCE:.0f} seconds") from None
    path = found.stdout.strip()
    if found.returncode != 0 or not path:
        said = found.stderr.strip().splitlines() or ["nothing"]
        raise Missing(f"npm cannot fetch {PACKAGE}: {said[0]}")
    address = ["-h", "127.0.0.1", "-p", str(port)]
    level = ["-v", "silent"] if silent else []
    return [node, path, "mock", *address, *level, str(document)]
