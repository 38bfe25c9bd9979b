# Copied by scripts/codegen.py from overrides/runtime/redaction.py; do not edit.
"""Removes credentials from whatever is shown, logged or kept in an error."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from .security import Secret

MASK = "[redacted]"


class Redactor:
    """Replaces the credentials of one client, however a server spells them back."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # longest first, so that one secret inside another leaves no rest
        ordered = sorted(filter(None, secrets), key=len, reverse=True)
        self._pattern = Secret("|".join("".join(map(_spellings, each)) for each in ordered))

    def text(self, value: str) -> str:
        """The text without credentials."""
        pattern = self._pattern.reveal()
        return re.sub(pattern, MASK, value) if pattern else value

    def content(self, value: bytes) -> bytes:
        """The bytes without credentials."""
        pattern = self._pattern.reveal().encode()
        return re.sub(pattern, MASK.encode(), value) if pattern else value

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _spellings(character: str) -> str:
    """A pattern for one ASCII character: plain or as a URL, JSON or HTML escapes it."""
    code = ord(character)
    forms = [
        rf"\\?{re.escape(character)}",
        f"(?i:%(?:25)*{code:02x})",
        rf"(?i:\\u{code:04x})",
        rf"(?i:&\#(?:0*{code}|x0*{code:x});)",
    ]
    if (entity := html.escape(character)) != character:
        forms.append(re.escape(entity))
    if character == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(forms)})"
