"""Text of the document as paragraphs."""

from __future__ import annotations

import textwrap
import unicodedata

from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import safe_for_docstring

# They make text look like other text than it is; an editor would show the code around it reversed.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def prose(text: UntrustedString | str | None) -> str:
    """One paragraph without control characters, not escaped for anything."""
    if not text:
        return ""
    raw = text.get_untrusted_value() if isinstance(text, UntrustedString) else text
    words = " ".join(raw.split())
    return "".join(
        found for found in words if unicodedata.category(found) != "Cc" and found not in _DIRECTIONS
    )


def escaped(text: str) -> str:
    """A paragraph that cannot end the docstring it stands in, nor be an escape in it."""
    return " ".join(safe_for_docstring(text).split())


def wrapped(text: str, indent: int = 0, hanging: int = 0, width: int = 96) -> str:
    """A paragraph in lines of at most ``width`` columns, each ``indent`` deep."""
    return textwrap.fill(
        text,
        width=width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
