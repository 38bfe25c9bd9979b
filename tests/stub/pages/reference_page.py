"""The API reference: what each document says of its operations, and a form to try each of them out
on this stub. All that is on the page stands in the document; it reads well without scripts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from ..document import Document, Node, Operation, is_json
from ..vendors import example_value
from . import page, prose, schema_text
from .reference_form import OperationForm
from .schema_text import anchor

_SCRIPT = page.script("reference.js")
HEADERS = page.headers(_SCRIPT)


def render(documents: Sequence[Document]) -> str:
    """The page of all documents."""
    contents = "".join(_contents(document) for document in documents)
    sections = "".join(_section(document) for document in documents)
    content = (
        f'<div class="reference"><nav class="contents" aria-label="Operations">{contents}</nav>'
        '<div><h1>API reference</h1><p class="soft">What the corrected documents say.'
        " <b>Send</b> calls this stub, with credentials that it knows; what is kept shows in the"
        ' <a href="/_stub/journal">journal</a>.</p>'
        "<p data-unscripted>Sending needs JavaScript; reading does not.</p>"
        f"{sections}</div></div>"
    )
    return page.render("API reference of the stub", "docs", content, wide=True, script=_SCRIPT)


def _contents(document: Document) -> str:
    links = "".join(
        f'<li><a href="#{escape(anchor(document.vendor, operation.id))}">'
        f"{escape(operation.id)}</a></li>"
        for operation in document.operations
    )
    place = escape(anchor(document.vendor))
    return f'<b><a href="#{place}">{escape(document.vendor)}</a></b><ul>{links}</ul>'


def _section(document: Document) -> str:
    root = Node(document, "", document.root)
    info = root.get("info")
    title = info.text("title", document.vendor) if info is not None else document.vendor
    told = prose.paragraphs(info.text("description")) if info is not None else ""
    version = f" {info.text('version')}" if info is not None else ""
    servers = ", ".join(f"<code>{escape(s.text('url'))}</code>" for s in root.elements("servers"))
    real = f"; the service's own: {servers}" if servers else ""
    operations = "".join(_operation(document, operation) for operation in document.operations)
    return (
        f'<section aria-labelledby="{escape(anchor(document.vendor))}">'
        f'<h2 id="{escape(anchor(document.vendor))}">{escape(title)}'
        f' <span class="soft small">{escape(document.vendor + version)}</span></h2>{told}'
        f'<p class="soft small">Here at <code>{escape(document.prefix or "/")}</code>{real}</p>'
        f"{operations}{_schemas(document, root)}</section>"
    )


def _operation(document: Document, operation: Operation) -> str:
    node = operation.node
    place = escape(anchor(document.vendor, operation.id))
    path = escape(document.prefix + operation.template)
    summary = f"<p><b>{prose.line(node.text('summary'))}</b></p>" if node.text("summary") else ""
    old = '<p class="bad">Deprecated</p>' if node.flag("deprecated") else ""
    answers = "".join(_answer(status, one) for status, one in sorted(operation.responses.items()))
    return (
        f'<article class="operation" id="{place}" aria-labelledby="{place}/title">'
        f'<h3 id="{place}/title"><span class="method">{escape(operation.method)}</span>'
        f"<code>{path}</code></h3>{summary}{old}{prose.paragraphs(node.text('description'))}"
        f'<form novalidate data-method="{escape(operation.method)}" data-path="{path}">'
        f"{OperationForm(operation, anchor(document.vendor, operation.id)).render()}"
        '<button disabled>Send</button><output class="answer"></output></form>'
        f'<h4>Answers</h4><div class="statuses">{answers}</div></article>'
    )


def _answer(status: str, node: Node) -> str:
    level = "good" if status[:1] in "123" else "bad"
    content = node.get("content")
    medias = "".join(_media(name, one) for name, one in content.items()) if content else ""
    headers = node.get("headers")
    rows = "".join(
        f"<li><code>{escape(name)}</code> {prose.line(one.text('description'))}</li>"
        for name, one in (headers.items() if headers else ())
    )
    fields = f'<ul class="properties">{rows}</ul>' if rows else ""
    return (
        f'<details><summary><span class="{level}">{escape(status)}</span>'
        f" {prose.line(node.text('description'))}</summary>{fields}{medias or '<p>No body.</p>'}"
        "</details>"
    )


def _media(name: str, node: Node) -> str:
    schema = node.get("schema")
    shown = example_value.shown(node)
    if not shown and schema is not None and is_json(name):
        shown = [("made from the schema", example_value.of(schema))]
    examples = "".join(
        (f'<p class="soft small">{prose.line(about)}</p>' if about else "")
        + f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</pre>"
        for about, value in shown
    )
    own = schema_text.properties(schema) if schema is not None and _nameless(schema) else ""
    return f"<p><code>{escape(name)}</code> {schema_text.kind(schema)}</p>{own}{examples}"


def _nameless(schema: Node) -> bool:
    return not schema.pointer.startswith("/components/schemas/")


def _schemas(document: Document, root: Node) -> str:
    components = root.get("components")
    schemas = components.get("schemas") if components is not None else None
    rows: list[str] = []
    for name in schemas.value if schemas is not None and isinstance(schemas.value, dict) else ():
        assert schemas is not None
        schema = schemas.get(name)
        assert schema is not None
        limits = schema_text.limits(schema)
        rows.append(
            f'<div class="schema" id="{escape(anchor(document.vendor, "schemas", name))}">'
            f'<h4><code>{escape(name)}</code> <span class="soft">{schema_text.own_kind(schema)}'
            f"{'; ' + limits if limits else ''}</span></h4>"
            f"{prose.paragraphs(schema.text('description'))}{schema_text.properties(schema)}</div>"
        )
    return f"<h3>Schemas</h3>{''.join(rows)}" if rows else ""
