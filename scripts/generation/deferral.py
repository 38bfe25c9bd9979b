"""Modules that libraries import for what is not used here: loaded when they are, which is never."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

DOWNLOADS = ("httpcore", "httpx", "requests")
"""openapi-python-client and openapi-spec-validator could fetch documents with them."""


@contextmanager
def deferred(names: tuple[str, ...]) -> Generator[None]:
    """Modules that are imported inside wait until something of them is used, if it ever is.

    Those that are loaded already stay what they are; outside, the names mean what they always do.
    """
    placeholders = {name: _placeholder(name) for name in names if name not in sys.modules}
    sys.modules.update(placeholders)
    try:
        yield
    finally:
        for name, placeholder in placeholders.items():
            if sys.modules.get(name) is placeholder:
                del sys.modules[name]


def _placeholder(name: str) -> ModuleType:
    module = ModuleType(name)

    def load(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    # importlib.util.LazyLoader would do, but loads as soon as a module is imported (Python 3.11)
    found: Callable[[str], Any] = load
    module.__dict__["__getattr__"] = found
    return module
