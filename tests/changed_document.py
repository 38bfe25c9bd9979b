"""Documents that differ from another in one place."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from scripts.openapi import yaml_source
from scripts.openapi.pointer import pointer, resolve, tokens

BASE: dict[str, Any] = yaml_source.load(
    Path(__file__).parent / "data" / "changes" / "base.yaml"
).data

GONE = object()
"""In the place of a value: what was there is removed."""


def changed(document: dict[str, Any], *edits: tuple[str, Any]) -> dict[str, Any]:
    """A copy with values at JSON pointers set, removed (``GONE``) or, at ``/-``, appended."""
    new = copy.deepcopy(document)
    for at, value in edits:
        *parts, last = tokens(at)
        holder = resolve(new, pointer(parts))
        if isinstance(holder, list):
            if last == "-":
                holder.append(value)
            elif value is GONE:
                del holder[int(last)]
            else:
                holder[int(last)] = value
        elif value is GONE:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(value)
    return new
