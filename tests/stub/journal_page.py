"""The journal as a page: plain HTML, without scripts, nothing on it that is not escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from . import page
from .journal import Shown
from .json_values import JSON

HEADERS = page.headers()


def render(shown: Sequence[Shown], total: int, dropped: int) -> str:
    """The page, newest request first."""
    older = f", {dropped} older ones are no longer kept" if dropped else ""
    told = f"{len(shown)} of {total} requests, the newest first{older}."
    rows = "\n".join(_row(entry) for entry in reversed(shown))
    table = (
        '<table class="journal"><thead><tr><th scope="col" class="number">No.</th>'
        '<th scope="col">Request</th><th scope="col" class="status">Status</th>'
        '<th scope="col">Body</th><th scope="col" class="number">Time</th>'
        '<th scope="col">What became of it</th><th scope="col">Picture</th></tr></thead>'
        f"<tbody>\n{rows}\n</tbody></table>"
    )
    nothing = "<p>No request came in yet.</p>"
    content = (
        f'<h1>Journal</h1><p class="soft">{told} <a href="/_stub/requests">As JSON</a></p>'
        f"{table if rows else nothing}"
    )
    return page.render("Journal of the stub", "journal", content, wide=True)


def _row(entry: Shown) -> str:
    status = "none" if entry.status is None else str(entry.status)
    bad = entry.status is None or entry.status >= 400
    return (
        f'<tr id="r{entry.number}"{" class=bad" if bad else ""}>'
        f'<td class="number">{entry.number}</td><td>{_request(entry)}</td>'
        f'<td class="status">{status}</td><td>{_body(entry)}</td>'
        f'<td class="number">{_time(entry)}</td><td>{_outcome(entry)}</td>'
        f"<td>{_picture(entry)}</td></tr>"
    )


def _request(entry: Shown) -> str:
    target = entry.path + (f"?{entry.query}" if entry.query else "")
    headers = "".join(
        f"<li><code>{escape(name)}: {escape(value)}</code></li>" for name, value in entry.headers
    )
    owner = " ".join(part for part in (entry.vendor, entry.operation) if part)
    return (
        f"<code>{escape(entry.method)} {escape(target)}</code>"
        f"<div>{escape(owner)} {escape(entry.at)} {escape(entry.client)}</div>"
        f"<details><summary>Headers</summary><ul>{headers}</ul></details>"
    )


def _body(entry: Shown) -> str:
    if not entry.size:
        return ""
    digest = f"<summary>SHA-256</summary><code>{escape(entry.sha256)}</code>"
    return f"{entry.size} bytes<details>{digest}</details>"


def _time(entry: Shown) -> str:
    return "" if entry.milliseconds is None else f"{entry.milliseconds:.1f} ms"


def _outcome(entry: Shown) -> str:
    lines = [
        f"<li>{_text(error['in'])} <code>{_text(error['pointer'])}</code>:"
        f" {_text(error['message'])}</li>"
        for error in entry.errors
    ]
    refusal = f"<div>{escape(entry.refusal)}</div>" if entry.refusal else ""
    errors = f"<ul>{''.join(lines)}</ul>" if lines else ""
    fault = ""
    if entry.fault is not None:
        delivered = "delivered" if entry.fault["delivered"] else "not delivered"
        fault = f"<div>Fault <code>{_text(entry.fault['scenario'])}</code>: {delivered}</div>"
    return refusal + errors + fault


def _picture(entry: Shown) -> str:
    if entry.image is None:
        return ""
    name = entry.image["filename"] or "no filename"
    address = quote(str(entry.image["url"]), safe="/%")
    return (
        f'<a href="{escape(address)}"><img src="{escape(address)}" loading="lazy"'
        f' alt="{_text(name)}"></a><div>{_text(name)}</div>'
        f"<div>{_text(entry.image['width'])} x {_text(entry.image['height'])},"
        f" {_text(entry.image['size'])} bytes</div>"
    )


def _text(value: JSON) -> str:
    return escape(str(value))
