"""Patches that let the stub validate against other schemas than its document's."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.defects.patch import Patch, replace

Change = Callable[[dict[str, Any]], None]


def validating(change: Change) -> Patch:
    """`change` is called with every object of the document that the stub validates with."""

    def make(old: Callable[..., None]) -> Callable[..., None]:
        def prepare(schemas: Any, document: Any) -> None:
            root = copy.deepcopy(document.root)
            _walk(root, change)
            old(schemas, SimpleNamespace(uri=document.uri, file=document.file, root=root))

        return prepare

    return replace("tests.stub.checks.validation:Schemas.__init__", make)


def _walk(value: Any, change: Change) -> None:
    if isinstance(value, dict):
        change(value)
        for item in list(value.values()):
            _walk(item, change)
    elif isinstance(value, list):
        for item in value:
            _walk(item, change)


def also(kind: str, other: str) -> Change:
    """Values of one JSON type may also be of another."""

    def change(schema: dict[str, Any]) -> None:
        given = schema.get("type")
        kinds = given if isinstance(given, list) else [given]
        if kind in kinds and other not in kinds:
            schema["type"] = [*kinds, other]

    return change


def without(*keywords: str) -> Change:
    """These keywords say nothing."""

    def change(schema: dict[str, Any]) -> None:
        # Not a property that is called so.
        if "type" in schema and not isinstance(schema["type"], dict):
            for keyword in keywords:
                schema.pop(keyword, None)

    return change
