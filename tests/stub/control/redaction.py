"""Credentials blacked out of what the stub shows of a request."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote, unquote, unquote_plus

from ..document import Document

BLACK = "REDACTED"

# Beside the names that documents state: whatever is called like a secret is taken for one.
_SECRET = r"auth|api-?_?key|token|secret|passw|credential|cookie|session|signature|jwt"
_NAME = re.compile(_SECRET, re.IGNORECASE)
_PAIR = re.compile(
    rf"(?i)([\w.-]*(?:{_SECRET})[\w.-]*(?:=|%3d|\"?\s*:\s*\"?))(?:(?:bearer|basic)(?:\s|%20|\+)+)?[^&\s;,\"'#]+"
)
_SCHEMES = ("bearer", "basic", "digest", "token")
_SHORTEST = 4
"""Characters of a value that is worth looking for elsewhere in the request."""


def query(text: str, names: Iterable[str]) -> str:
    """A query string with the values of these fields blacked out, however their names are spelt."""
    secret = {name.lower() for name in names}
    fields = text.split("&")
    for index, field in enumerate(fields):
        name, equals, _ = field.partition("=")
        if equals and unquote_plus(name).strip().lower() in secret:
            fields[index] = f"{name}={BLACK}"
    return "&".join(fields)


def query_names(document: Document) -> list[str]:
    """The query fields that hold credentials of a document's operations."""
    return [scheme.name for scheme in document.schemes.values() if scheme.kind == "query"]


class Redactor:
    """Knows the names of credentials in all documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._names = {
            scheme.name.lower() for document in documents for scheme in document.schemes.values()
        }

    def request(self, headers: Sequence[tuple[str, str]], query: str) -> Redacted:
        """What blacks out the credentials of one request, wherever else in it they stand."""
        values = [value for name, value in headers if self._secret(name)]
        for field in query.split("&"):
            name, _, value = field.partition("=")
            if self._secret(unquote_plus(name).strip()):
                values += [value, unquote_plus(value)]
        return Redacted(self._secret, _spellings(values))

    def _secret(self, name: str) -> bool:
        return name.lower() in self._names or _NAME.search(name) is not None


class Redacted:
    """Blacks out the credentials of one request."""

    def __init__(self, secret: Callable[[str], bool], values: Sequence[str]) -> None:
        self._secret = secret
        self._values = values

    def text(self, text: str) -> str:
        """Any text of the request."""
        for value in self._values:
            text = text.replace(value, BLACK)
        return _PAIR.sub(rf"\1{BLACK}", text)

    def query(self, text: str) -> str:
        return self.text(
            "&".join(
                f"{name}={BLACK}" if equals and self._secret(unquote_plus(name).strip()) else field
                for field in text.split("&")
                for name, equals, _ in [field.partition("=")]
            )
        )

    def headers(self, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            (name, BLACK if self._secret(name) else self.text(value)) for name, value in headers
        ]


def _spellings(values: Sequence[str]) -> list[str]:
    """The values, the words in them, and how either may be written in a URL; the longest first."""
    found: set[str] = set()
    for value in values:
        for word in (value, *re.split(r"[\s;,=]+", value)):
            found.update((word, unquote(word), quote(word, safe="")))
            found.update(_password(word))
    found -= {word for word in found if len(word) < _SHORTEST or word.lower() in _SCHEMES}
    return sorted(found, key=len, reverse=True)


def _password(word: str) -> list[str]:
    """What a Basic credential hides behind Base64."""
    try:
        text = base64.b64decode(word, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return []
    return [text.partition(":")[2]] if ":" in text else []
