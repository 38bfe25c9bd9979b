"""How two versions of a file differ, in a few lines that are safe to print."""

from __future__ import annotations

import re
from difflib import unified_diff
from pathlib import Path

_LARGEST = 4 * 2**20
_LINES, _WIDTH, _LONGEST, _AROUND = 8, 160, 1000, 30
# what people paste while they try something: keys and tokens, not words, names or numbers
_SECRET = re.compile(r"(?=[\w+/=.~-]*[A-Za-z])(?=[\w+/=.~-]*[0-9])[\w+/=.~-]{20,}")


def difference(held: Path, fresh: Path) -> list[str]:
    """The first lines of how ``held`` differs from what it should be, at most ten; none when the
    bytes are the same.

    What cannot be printed is escaped; what stands only in ``held`` and looks like a credential is
    left out.

    Raises:
        OSError: a file cannot be read.
    """
    size = held.stat().st_size
    if size > _LARGEST:
        return [f"it has {size} bytes, not {fresh.stat().st_size}"]
    old, new = held.read_bytes(), fresh.read_bytes()
    if old == new:
        return []
    if old.replace(b"\r\n", b"\n") == new.replace(b"\r\n", b"\n"):
        return ["only its line endings differ: they have to be LF"]
    try:
        texts = old.decode("utf-8"), new.decode("utf-8")
    except UnicodeDecodeError:
        return [_bytes(old, new)]
    if any("\0" in text for text in texts):
        return [_bytes(old, new)]
    return _first_lines(*(text.split("\n") for text in texts))


def _bytes(old: bytes, new: bytes) -> str:
    shorter = min(len(old), len(new))
    at = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    return f"it has {len(old)} bytes, not {len(new)}; the first that differs is number {at + 1}"


def _first_lines(old: list[str], new: list[str]) -> list[str]:
    shorter = min(len(old), len(new))
    at = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    # from the first line that differs on: a whole file might take difflib for ever
    parts = [[line[:_LONGEST] for line in lines[at : at + _AROUND]] for lines in (old, new)]
    known = set(_SECRET.findall("\n".join(parts[1])))
    shown = [
        f"{line[0]} {_safe(line[1:], known if line[0] == '-' else None)}"
        for line in list(unified_diff(parts[0], parts[1], n=0, lineterm=""))[2:]
        if line[0] in "+-"
    ]
    more = ["…"] if len(shown) > _LINES or max(len(old), len(new)) > at + _AROUND else []
    return [f"line {at + 1}:", *shown[:_LINES], *more]


def _safe(line: str, known: set[str] | None) -> str:
    if known is not None:
        line = _SECRET.sub(lambda found: found[0] if found[0] in known else "[…]", line)
    line = "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
