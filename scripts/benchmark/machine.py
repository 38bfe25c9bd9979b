"""Where figures come from: without it they mean nothing."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
from pathlib import Path

from . import prism
from .cores import Cores
from .server import DESCRIPTION
from .stock import java_version

DISTRIBUTIONS = (
    "httpx2",
    "httpx",
    "msgspec",
    "openapi-python-client",
    "openapi-generator-cli",
    "pydantic",
    "requests",
    "urllib3",
    "aiohttp",
)
"""Whose versions shape the figures."""


def facts(cores: Cores, seed: int, rounds: int) -> dict[str, str]:
    """Machine, Python, peers and how they were run, by name."""
    found = _versions()
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.platform()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "server": DESCRIPTION,
        "cores": str(cores),
        "seed": str(seed),
        "rounds": str(rounds),
        "peers": ", ".join(f"{name} {version}" for name, version in found.items()),
        "Java": java_version(),
        "Prism": f"{prism.PACKAGE}, Node.js {prism.node_version()}",
        "load average": _load(),
    }


def _load() -> str:
    """Of the last 1, 5 and 15 minutes, before anything is measured."""
    if not hasattr(os, "getloadavg"):
        return "unknown"
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", path.read_text("utf-8"), re.MULTILINE)
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    """Versions of the peers that are installed."""
    found: dict[str, str] = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
