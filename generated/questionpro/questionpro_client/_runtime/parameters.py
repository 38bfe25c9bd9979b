# Copied by scripts/codegen.py from overrides/runtime/parameters.py; do not edit.
"""Parameter values → URL and header text, as OpenAPI's ``style`` and ``explode`` say.

Source: OpenAPI 3.1.0, "Style Values" and "Style Examples". A value of ``None`` or ``UNSET`` sends
nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from .encoding import to_builtins, to_json
from .errors import ConfigurationError
from .shapes import is_array, is_object

Pairs = list[tuple[str, str]]

_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def query_pairs(name: str, value: Any, style: str = "form", explode: bool = True) -> Pairs:
    """The name-value pairs of a query parameter, not yet percent-encoded.

    ``explode`` gives one pair per item of an array or key of an object. ``deepObject`` gives
    ``name[key]`` pairs.

    Raises:
        ConfigurationError: no URL can hold the value: NaN, bytes, a text that UTF-8 lacks.
    """
    if value is None or value is msgspec.UNSET:
        return []
    try:
        return _pairs(_text(name), to_builtins(value), style, explode)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{name!r} cannot be sent: {error}") from None


def _pairs(name: str, plain: Any, style: str, explode: bool) -> Pairs:
    if is_object(plain):
        items = _items(plain)
        if style == "deepObject":
            return [(f"{name}[{key}]", text) for key, text in items]
        if explode:
            return items
        return [(name, _DELIMITERS[style].join(part for item in items for part in item))]
    if is_array(plain):
        texts = [_text(item) for item in plain]
        if explode:
            return [(name, text) for text in texts]
        return [(name, _DELIMITERS[style].join(texts))]
    return [(name, _text(plain))]


def path_segment(name: str, value: Any, style: str = "simple", explode: bool = False) -> str:
    """The text of a path parameter, percent-encoded: a value never becomes a second segment.

    Raises:
        ConfigurationError: the text is empty, ``.`` or ``..``: the URL would name another resource;
            or no URL can hold the value.
    """
    try:
        return _segment(name, to_builtins(value), style, explode)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"path parameter {name!r} cannot be sent: {error}") from None


def _segment(name: str, plain: Any, style: str, explode: bool) -> str:
    prefix = {"simple": "", "label": ".", "matrix": f";{quote(name, safe='')}="}[style]
    joiner = {"simple": ",", "label": "." if explode else ",", "matrix": ","}[style]
    if is_object(plain):
        items = [(_quoted(key), _quoted(text)) for key, text in _items(plain)]
        if style == "matrix" and explode:
            return "".join(f";{key}={text}" for key, text in items)
        if explode:
            body = joiner.join(f"{key}={text}" for key, text in items)
        else:
            body = joiner.join(part for item in items for part in item)
        return prefix + body
    if is_array(plain):
        texts = [_quoted(_text(item)) for item in plain]
        if style == "matrix" and explode:
            return "".join(prefix + text for text in texts)
        return prefix + joiner.join(texts)
    text = _text(plain)
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} would name another resource")
    return prefix + _quoted(text)


def header_text(name: str, value: Any, explode: bool = False) -> str:
    """The text of a header parameter (style ``simple``).

    Raises:
        ConfigurationError: the text has a control character (a line break would end the header), or
            a space at an end, which HTTP takes away; or no header can hold the value.
    """
    try:
        text = _joined(to_builtins(value), explode)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"header {name!r} cannot be sent: {error}") from None
    if _UNFIT.search(text):
        raise ConfigurationError(
            f"header {name!r} cannot hold a control character, nor begin or end with a space"
        )
    return text


_UNFIT = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|\A[ \t]|[ \t]\Z")
"""What the grammar of a field's value leaves out (RFC 9110, 5.5)."""


def _joined(plain: Any, explode: bool) -> str:
    if is_object(plain):
        glue = "=" if explode else ","
        return ",".join(f"{key}{glue}{item}" for key, item in _items(plain))
    if is_array(plain):
        return ",".join(_text(item) for item in plain)
    return _text(plain)


def cookie_pair(name: str, value: Any) -> str:
    """The ``name=value`` of a cookie parameter, percent-encoded where a cookie needs it."""
    pairs = query_pairs(name, value, explode=False)
    return "; ".join(f"{key}={quote(text, safe=_COOKIE_SAFE)}" for key, text in pairs)


# RFC 6265 cookie-octet, less the percent sign
_COOKIE_SAFE = "!#$&'()*+-./:<=>?@[]^_`{|}~"


def _items(value: Mapping[str, Any]) -> Pairs:
    return [(_text(key), _text(item)) for key, item in value.items() if item is not None]


def _text(value: Any) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return to_json(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    text = str(value)
    if not text.isascii():
        text.encode()  # raises on half a character
    return text


def _quoted(text: str) -> str:
    return quote(text, safe="")
