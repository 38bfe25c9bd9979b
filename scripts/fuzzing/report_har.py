"""The exchanges of all findings as HTTP Archive 1.2."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from scripts.fuzzing.credentials import Redaction
from scripts.fuzzing.exchange import Exchange, Headers

if TYPE_CHECKING:
    from scripts.fuzzing.report import Report


def log(report: Report) -> dict[str, Any]:
    """The archive. An entry's comment names its finding; bytes that are no text are Base64."""
    redaction = report.target.redaction
    entries = [
        _entry(exchange, redaction, f"{item.finding.check}: {item.title}")
        for item in report.shown
        for exchange in item.finding.exchanges
    ]
    creator = {"name": "scripts/fuzz.py", "version": "1"}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _entry(exchange: Exchange, redaction: Redaction, comment: str) -> dict[str, Any]:
    request, answer = exchange.request, exchange.answer
    url = redaction.text(request.url)
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    sent: dict[str, Any] = {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(request.headers, redaction),
        "queryString": [{"name": name, "value": value} for name, value in pairs],
        "headersSize": -1,
        "bodySize": len(request.body or b""),
    }
    if request.body is not None:
        sent["postData"] = {
            "mimeType": request.header("Content-Type") or "",
            **_text(redaction.content(request.body)),
        }
    if exchange.raw_request is not None:
        sent["_raw"] = _text(redaction.content(exchange.raw_request))
    got: dict[str, Any] = {
        "status": answer.status if answer else 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(answer.headers if answer else (), redaction),
        "content": {
            "size": len(exchange.body),
            "mimeType": (answer.header("Content-Type") if answer else None) or "",
            **_text(redaction.content(exchange.body)),
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(exchange.body),
        "comment": redaction.text(exchange.problem),
    }
    milliseconds = round(exchange.seconds * 1000, 3)
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.started, UTC).isoformat(),
        "time": milliseconds,
        "request": sent,
        "response": got,
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": comment,
    }


def _headers(headers: Headers, redaction: Redaction) -> list[dict[str, str]]:
    return [{"name": name, "value": redaction.text(value)} for name, value in headers]


def _text(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(data).decode(), "encoding": "base64"}
