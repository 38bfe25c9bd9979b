"""What is written beside the rules: texts for people, examples, keys of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .change import Change, Side, change
from .reading import below

SHAPING = ("x-client-", "x-env", "x-version-field", "x-enum-")
"""How keys begin that name or shape something in the client; see overrides/README.md."""


def alike(old: Any, new: Any) -> bool:
    """Whether two values mean the same JSON; the order of keys says nothing."""
    if not old and not new and type(old) is type(new):
        return True
    if isinstance(old, str) and isinstance(new, str):
        return old == new
    return canonical(old) == canonical(new)


def canonical(value: Any) -> str:
    """A text that is the same for the same JSON: 1.0 is 1, and neither is true."""
    return json.dumps(_plain(value), sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value


def told(
    old: dict[str, Any],
    new: dict[str, Any],
    at: tuple[str, str],
    what: str,
    texts: tuple[str, ...] = ("summary", "description", "externalDocs"),
) -> Iterator[Change]:
    """Changes of texts, examples and ``x-`` keys of an object.

    Args:
        at: pointers of the object in the old and in the new document.
        what: how a sentence names the object.
    """
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if (key in old) == (key in new) and alike(before, after):
            continue
        side: Side = "new" if key in new else "old"
        place = below(at[0] if side == "old" else at[1], key)
        if key in texts:
            yield change("documentation-changed", place, side, text=key, what=what)
        elif key in ("example", "examples"):
            yield change("examples-changed", place, side, what=what)
        elif key.startswith(SHAPING):
            yield change("client-shape-changed", place, side, key=key, what=what)
        elif key.startswith("x-") and key != "x-pagination":
            yield change("extension-changed", place, side, key=key, what=what)
