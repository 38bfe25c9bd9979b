# Copied by scripts/codegen.py from overrides/runtime/headers.py; do not edit.
"""Header fields that a caller adds to one request, or puts in the place of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from .errors import ConfigurationError

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, 5.6.2."""

_OF_THE_CONNECTION = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
"""They say where a message goes and where it ends: another value lets it be read as two."""


def checked_headers(given: Mapping[str, str], *, multipart: bool) -> dict[str, str]:
    """The headers of ``extra_headers=``.

    Args:
        multipart: whether the body is, so that its type holds the boundary.

    Raises:
        ConfigurationError: a name or value cannot stand in an HTTP header, or the header belongs
            to the connection or to the body. The message never holds the value.
    """
    if not isinstance(cast("object", given), Mapping):
        raise ConfigurationError(f"extra_headers is a mapping, not {type(given).__name__}")
    checked: dict[str, str] = {}
    for name, value in given.items():
        _check(name, value)
        if name.lower() in _OF_THE_CONNECTION:
            raise ConfigurationError(
                f"extra_headers: {name!r} is decided by the connection and the body"
            )
        if multipart and name.lower() == "content-type":
            raise ConfigurationError(
                f"extra_headers: {name!r} of a multipart body holds its boundary and cannot be"
                " another"
            )
        checked = merged(checked, {name: value.strip(" \t")})
    return checked


def _check(name: object, value: object) -> None:
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise ConfigurationError(f"extra_headers: {name!r} cannot be the name of an HTTP header")
    if not isinstance(value, str):
        raise ConfigurationError(
            f"extra_headers: {name!r} is {type(value).__name__}, where a text is needed"
        )
    # RFC 9110, 5.5: visible ASCII with spaces and tabs; what is beyond it has no agreed meaning
    if not value.isascii() or not value.replace("\t", " ").isprintable():
        raise ConfigurationError(
            f"extra_headers: {name!r} holds a character that cannot stand in an HTTP header "
            "(line break, control character, or not ASCII)"
        )


def merged(headers: Mapping[str, str], over: Mapping[str, str]) -> dict[str, str]:
    """Both, those of ``over`` in the place of any that have their name in whatever case."""
    replaced = {name.lower() for name in over}
    kept = {name: value for name, value in headers.items() if name.lower() not in replaced}
    return {**kept, **over}
