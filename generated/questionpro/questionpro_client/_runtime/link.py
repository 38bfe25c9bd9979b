# Copied by scripts/codegen.py from overrides/runtime/link.py; do not edit.
"""Where an answer says that a list goes on: a URL in its body or in its ``Link`` header."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)')
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)

# RFC 3986, 3.3 and 3.4, with what is escaped already
_IN_TARGETS = "/%:@!$&'()*+,;=-._~?"


def linked(header: str, relation: str) -> str | None:
    """The URL that a ``Link`` header (RFC 8288) gives for a relation; None when it has none."""
    for url, parameters in _LINK.findall(header):
        found = _RELATION.search(parameters)
        if found and relation.lower() in (found[1] or found[2]).lower().split():
            return str(url)
    return None


def target(reference: str, current: str) -> str | None:
    """Path and query that a reference leads to from the URL ``current``.

    None when it leads to another origin, where neither request nor credentials belong.
    """
    try:
        here, there = urlsplit(current), urlsplit(urljoin(current, reference))
        ours, theirs = (
            (parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme])
            for parts in (here, there)
        )
    except (ValueError, KeyError):  # no URL, or none of HTTP
        return None
    if ours != theirs:
        return None
    path = there.path or "/"
    return quote(f"{path}?{there.query}" if there.query else path, _IN_TARGETS, errors="replace")
