"""Names of uploaded files, made safe to stand in a URL."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 80


def stem(name: str | None, fallback: str) -> str:
    """The last path segment of `name` without its extension, reduced to ASCII letters, digits, `_`
    and `-`.

    Whatever a client calls its file, the result is one harmless URL segment: no dots, slashes,
    controls or escapes.
    """
    last = re.split(r"[/\\]", name or "")[-1]
    base = last.rsplit(".", 1)[0] if "." in last.strip(".") else last
    plain = unicodedata.normalize("NFKD", base).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:_LONGEST] or fallback
