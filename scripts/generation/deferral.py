"""Modules that libraries import for what is not used here: loaded when they are, which is never."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

UNUSED = ("httpcore", "httpx", "regex", "requests")
"""openapi-python-client and openapi-spec-validator could fetch documents with them; the JSONPath of
an overlay could ask for what matches a pattern."""

UNCALLED = ("openapi_schema_validator.settings", "openapi_spec_validator.settings")
"""Their functions and classes ask the environment, for which they import pydantic-settings."""


@contextmanager
def deferred() -> Generator[None]:
    """Modules that are imported inside wait until something of them is used, if it ever is: until
    it is asked for, or called, where it is imported by its name.

    Those that are loaded already stay what they are; outside, the names mean what they always do.
    """
    placeholders = {
        name: _placeholder(name, until_called=name in UNCALLED)
        for name in (*UNUSED, *UNCALLED)
        if name not in sys.modules
    }
    sys.modules.update(placeholders)
    try:
        yield
    finally:
        for name, placeholder in placeholders.items():
            if sys.modules.get(name) is placeholder:
                del sys.modules[name]


def _placeholder(name: str, *, until_called: bool) -> ModuleType:
    module = ModuleType(name)

    def load(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    def load_when_called(attribute: str) -> Any:
        if attribute.startswith("__"):  # the import system asks for such
            raise AttributeError(attribute)

        def called(*args: Any, **keywords: Any) -> Any:
            return load(attribute)(*args, **keywords)

        return called

    # importlib.util.LazyLoader would do, but loads as soon as a module is imported (Python 3.11)
    found: Callable[[str], Any] = load_when_called if until_called else load
    module.__dict__["__getattr__"] = found
    return module
