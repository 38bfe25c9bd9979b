"""The others: which libraries they are, and what is missing here.

Peers are imported by name, so that each is needed only by the process that measures it; what they
return is of type Any, because some have no types.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Any

OURS = "ours"
STOCK = "openapi-python-client"
OTHER_GENERATOR = "openapi-generator"

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


class Missing(Exception):
    """A peer cannot be measured here; the text says what to install."""


def module(name: str) -> Any:
    """Import a peer.

    Raises:
        Missing: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise Missing(f"the module {error.name} is not installed") from None


def versions() -> dict[str, str]:
    """Versions of the peers that are installed."""
    found: dict[str, str] = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
