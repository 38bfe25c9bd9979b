"""Removes credentials from whatever is shown, logged or kept in an error."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cached_property
from urllib.parse import quote

from .credential import Credential
from .secret import Secret

MASK = "[redacted]"

_QUOTED = r"\\{0,7}"
"""Backslashes before a character: JSON within JSON has three of them, and that once more, seven. No
more, for a text of backslashes alone would take the square of its length.
"""

_LONG = 8
"""Characters from which on a credential cannot be a part of an ordinary word."""


class Redactor:
    """Replaces the credentials of one client, however a server spells them back.

    Args:
        credentials: them.
        parameters: the names of the query parameters that may hold one.
    """

    def __init__(self, credentials: Iterable[Credential], parameters: Iterable[str] = ()) -> None:
        self._credentials = tuple(credentials)
        names = "|".join(re.escape(quote(name, safe="")) for name in parameters)
        self._named = re.compile(rf"(?<=[?&])({names})=[^&#\s\"']+") if names else None
        self._known: tuple[tuple[Secret[str], ...], ...] = ()
        self._rule = Secret(_Rule(()))

    def text(self, value: str) -> str:
        """A text from outside without credentials."""
        return self._current().reveal().text(value)

    def url(self, value: str) -> str:
        """A URL, or a line with one, without credentials, those of others in its query neither."""
        value = self.text(value)
        if self._named is None or "?" not in value:
            return value
        return self._named.sub(rf"\1={MASK}", value)

    def content(self, value: bytes) -> bytes:
        """Bytes from outside without credentials."""
        return self._current().reveal().content(value)

    def sentence(self, value: str) -> str:
        """A sentence of ours around names from outside, without credentials.

        Short credentials are replaced only where they are a whole word: a key ``k`` would leave
        nothing to read.
        """
        return self._current().reveal().sentence(value)

    def _current(self) -> Secret[_Rule]:
        known = tuple([each.known for each in self._credentials])
        if known != self._known:  # a function has returned another token
            self._rule = Secret(_Rule([text.reveal() for texts in known for text in texts]))
            self._known = known
        return self._rule

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Rule:
    """What to replace. Patterns are made when a text is first seen that needs them."""

    def __init__(self, words: Iterable[str]) -> None:
        # longest first, so that one secret inside another leaves no rest
        self._words = sorted(set(filter(None, words)), key=len, reverse=True)
        joined = "".join(self._words)
        self._escapes = ["%", "\\", "&#"]
        if html.escape(joined) != joined:
            self._escapes.append("&")
        if " " in joined:
            self._escapes.append("+")

    def text(self, value: str) -> str:
        # nearly every text is none of this, and a search is cheaper than a pattern
        for word in self._words:
            if word in value:
                break
        else:
            for escape in self._escapes:
                if escape in value:
                    break
            else:
                return value
        return self._pattern.sub(MASK, value)

    def content(self, value: bytes) -> bytes:
        return self._bytes_pattern.sub(MASK.encode(), value)

    def sentence(self, value: str) -> str:
        return self._word_pattern.sub(MASK, value)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_spelled, self._words)) or _NOTHING)

    @cached_property
    def _bytes_pattern(self) -> re.Pattern[bytes]:
        return re.compile(self._pattern.pattern.encode())

    @cached_property
    def _word_pattern(self) -> re.Pattern[str]:
        return re.compile(
            "|".join(
                _spelled(word) if len(word) >= _LONG else rf"(?<!\w){_spelled(word)}(?!\w)"
                for word in self._words
            )
            or _NOTHING
        )


_NOTHING = r"(?!)"


def _spelled(word: str) -> str:
    return "".join(map(_spellings, word))


def _spellings(character: str) -> str:
    """A pattern for one character: plain or as a URL, JSON or HTML escapes it."""
    code = ord(character)
    forms = [
        rf"{_QUOTED}{re.escape(character)}",
        f"(?i:{''.join(f'%(?:25)*{byte:02x}' for byte in character.encode())})",
        rf"(?i:\\{_QUOTED}u{code:04x})",
        rf"(?i:&\#(?:0*{code}|x0*{code:x});)",
    ]
    if (entity := html.escape(character)) != character:
        forms.append(re.escape(entity))
    if character == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(forms)})"
