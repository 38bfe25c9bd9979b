"""Text of the document, made safe to stand in a docstring."""

from __future__ import annotations

import textwrap

from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import safe_for_docstring


def prose(text: UntrustedString | str | None) -> str:
    """One paragraph, escaped: it cannot end the docstring or break its escapes."""
    if not text:
        return ""
    raw = text.get_untrusted_value() if isinstance(text, UntrustedString) else text
    return " ".join(safe_for_docstring(raw).split())


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
