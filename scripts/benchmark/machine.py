"""Where figures come from: without it they mean nothing."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class ProcessorTime:
    """Of all processors since the machine started, in the kernel's ticks.

    Attributes:
        wanted: when there was something to do.
        stolen: the part of it in which the host of a virtual machine did something else.
    """

    wanted: int
    stolen: int

    @classmethod
    def read(cls) -> ProcessorTime | None:
        """As it is now; None where the system does not tell (proc(5) does)."""
        path = Path("/proc/stat")
        return cls.of(path.read_text("utf-8")) if path.exists() else None

    @classmethod
    def of(cls, text: str) -> ProcessorTime:
        """What /proc/stat says."""
        user, nice, system, _idle, _waiting, irq, soft, stolen = map(int, text.split()[1:9])
        return cls(user + nice + system + irq + soft + stolen, stolen)

    def stolen_since(self, before: ProcessorTime) -> str:
        """The part that was stolen meanwhile."""
        wanted = self.wanted - before.wanted
        return f"{(self.stolen - before.stolen) / wanted if wanted else 0.0:.1%}"


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
