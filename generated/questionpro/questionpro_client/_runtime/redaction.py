# Copied by scripts/codegen.py from overrides/runtime/redaction.py; do not edit.
"""Removes credentials from whatever is shown, logged or kept in an error."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "[redacted]"


class Redactor:
    """Replaces the credentials of one client, in plain and percent-encoded form."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if secret:
                forms.update((secret, quote(secret, safe=""), quote(secret), quote_plus(secret)))
        # longest first, so that one form inside another leaves no rest
        self._forms = sorted(forms, key=len, reverse=True)

    def text(self, value: str) -> str:
        """The text without credentials."""
        for form in self._forms:
            value = value.replace(form, MASK)
        return value

    def content(self, value: bytes) -> bytes:
        """The bytes without credentials."""
        for form in self._forms:
            value = value.replace(form.encode(), MASK.encode())
        return value

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
