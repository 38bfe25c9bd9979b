"""The stub's own start page: what is served, and where everything else is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..document import Document, Node
from . import page
from .schema_text import anchor

HEADERS = page.headers()


def render(
    origin: str, documents: Sequence[Document], addresses: Sequence[tuple[str, str, list[str]]]
) -> str:
    """The page. `addresses` are paths, what is there, and its methods."""
    vendors = "".join(_vendor(origin, document) for document in documents)
    rows = "".join(_address(*address) for address in addresses)
    content = (
        "<h1>The stub</h1>"
        '<p><a href="/_stub/docs">API reference</a> with every operation to try out; '
        '<a href="/_stub/journal">journal</a> of the requests that came in.</p>'
        "<h2>Served here</h2><table><thead><tr>"
        '<th scope="col">Service</th><th scope="col">Server URL</th>'
        f'<th scope="col">Operations</th></tr></thead><tbody>{vendors}</tbody></table>'
        "<h2>Addresses</h2><table><thead><tr>"
        '<th scope="col">Address</th><th scope="col">Methods</th><th scope="col">Does</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )
    return page.render("The stub", "", content)


def _vendor(origin: str, document: Document) -> str:
    info = Node(document, "", document.root).get("info")
    title = info.text("title") if info is not None else ""
    operations = ", ".join(
        f'<a href="/_stub/docs#{escape(anchor(document.vendor, operation.id))}">'
        f"{escape(operation.id)}</a>"
        for operation in document.operations
    )
    return (
        f"<tr><td>{escape(title or document.vendor)}</td>"
        f"<td><code>{escape(origin + document.prefix)}</code></td><td>{operations}</td></tr>"
    )


def _address(path: str, does: str, methods: list[str]) -> str:
    shown = f"<code>{escape(path)}</code>"
    link = f'<a href="{escape(path)}">{shown}</a>' if "GET" in methods else shown
    return (
        f'<tr><td class="number">{link}</td><td class="small">{" ".join(methods)}</td>'
        f"<td>{escape(does)}</td></tr>"
    )
