"""The journal as a page: plain HTML, without scripts, nothing on it that is not escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from ..control.journal import Shown
from ..json_values import JSON, JSONObject
from ..state.stored_image import PICTURES
from . import page

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
    level = "bad" if entry.status is None or entry.status >= 400 else "good"
    return (
        f'<tr id="r{entry.number}"><td class="number soft">{entry.number}</td>'
        f'<td class="request">{_request(entry)}</td>'
        f'<td class="status"><span class="{level}">{status}</span></td>'
        f'<td class="size">{_body(entry)}</td><td class="number">{_time(entry)}</td>'
        f'<td class="outcome">{_outcome(entry)}</td><td class="picture">{_picture(entry)}</td></tr>'
    )


def _request(entry: Shown) -> str:
    target = entry.path + (f"?{entry.query}" if entry.query else "")
    headers = "".join(
        f"<li><code>{escape(name)}: {escape(value)}</code></li>" for name, value in entry.headers
    )
    known = (entry.vendor, entry.operation, entry.at.removesuffix("+00:00"), entry.client)
    about = ", ".join(part for part in known if part)
    return (
        f"<b>{escape(entry.method)}</b> <code>{escape(target)}</code>"
        f'<div class="soft small">{escape(about)}</div>'
        f'<details class="small"><summary>Headers</summary><ul>{headers}</ul></details>'
    )


def _body(entry: Shown) -> str:
    if not entry.size:
        return ""
    digest = f"<summary>SHA-256</summary><code>{escape(entry.sha256)}</code>"
    return (
        f'<span class="number">{entry.size:,} bytes</span><details class="small">{digest}</details>'
    )


def _time(entry: Shown) -> str:
    return "" if entry.milliseconds is None else f"{entry.milliseconds:.1f} ms"


def _outcome(entry: Shown) -> str:
    lines = "".join(f"<li>{_error(error)}</li>" for error in entry.errors)
    refusal = f"<b>{escape(entry.refusal)}</b>" if entry.refusal else ""
    errors = f"<ul>{lines}</ul>" if lines else ""
    fault = ""
    if entry.fault is not None:
        delivered = "delivered" if entry.fault["delivered"] else "not delivered"
        fault = f"<div>Fault <code>{_text(entry.fault['scenario'])}</code>: {delivered}</div>"
    return refusal + errors + fault


def _error(error: JSONObject) -> str:
    pointer = f" <code>{_text(error['pointer'])}</code>" if error["pointer"] else ""
    return f"{_text(error['in'])}{pointer}: {_text(error['message'])}"


def _picture(entry: Shown) -> str:
    if entry.image is None:
        return ""
    name = entry.image["filename"] or "no filename"
    address = escape(quote(str(entry.image["url"]), safe="/%"))
    return (
        f'<a href="{address}"><img class="thumb" src="{PICTURES}{address}" loading="lazy"'
        f' alt="{_text(name)}"></a><div class="small">{_text(name)}</div>'
        f'<div class="soft small">{_text(entry.image["width"])} x {_text(entry.image["height"])},'
        f" {entry.image['size']:,} bytes</div>"
    )


def _text(value: JSON) -> str:
    return escape(str(value))
