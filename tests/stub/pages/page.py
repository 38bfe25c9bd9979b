"""What all pages of the stub have in common: frame, style, and the headers that keep them harmless.

Everything on a page is escaped where it is written. Should something slip through, the policy lets
no script run but ours, which is known by its hash, and nothing be fetched but from the stub.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path

_HERE = Path(__file__).parent
_STYLE = (_HERE / "page.css").read_text(encoding="utf-8")

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    '<rect width="16" height="16" rx="3" fill="#0b6b62"/>'
    '<path d="M3 12l3.4-4.6 2.3 2.8L10.6 8 13 12z" fill="#fff"/>'
    '<circle cx="10.8" cy="5" r="1.5" fill="#fff"/></svg>'
)
"""An SVG. Without one, browsers ask for /favicon.ico, which would stand in the journal."""

_PLACES = {"": "Stub", "docs": "API reference", "journal": "Journal"}


def script(name: str) -> str:
    """One of our scripts, to be put into a page."""
    return (_HERE / name).read_text(encoding="utf-8")


def render(title: str, place: str, content: str, *, wide: bool = False, script: str = "") -> str:
    """A whole page. `content` is markup, `place` the page's own address below /_stub/."""
    links = "".join(
        f'<a href="/_stub/{path}"{" aria-current=page" if path == place else ""}>{name}</a>'
        for path, name in _PLACES.items()
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="/_stub/icon.svg" type="image/svg+xml">
<style>{_STYLE}</style>
</head>
<body{" class=wide" if wide else ""}>
<header><nav aria-label="Pages of the stub">{links}</nav></header>
<main>
{content}
</main>
{f"<script>{script}</script>" if script else ""}
</body>
</html>
"""


def headers(script: str = "") -> dict[str, str]:
    """The headers of a page; `script` is the one that it holds, if any."""
    policy = [
        "default-src 'none'",
        f"style-src {_hash(_STYLE)}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self'" + (" blob:" if script else ""),
    ]
    if script:
        policy += [
            f"script-src {_hash(script)}",
            "connect-src 'self'",
            "require-trusted-types-for 'script'",  # no text ever becomes markup
        ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
