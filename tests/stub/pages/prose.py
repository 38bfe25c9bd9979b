"""The texts of documents as markup: escaped, with paragraphs and `code`, and nothing else of
CommonMark: what a stranger's document holds shall not make links or markup.
"""

from __future__ import annotations

import re
from html import escape

_CODE = re.compile(r"`([^`\n]+)`")


def paragraphs(text: str) -> str:
    """A description."""
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{line(part)}</p>" for part in parts if part)


def line(text: str) -> str:
    """A summary, or one paragraph."""
    return _CODE.sub(r"<code>\1</code>", escape(text))
