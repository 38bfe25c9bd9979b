"""What was seen of the document: every operation succeeds, every documented status is answered."""

from __future__ import annotations

from dataclasses import replace

from scripts.fuzzing.bench import Bench, NotApplicable, documents_success, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.exchange import Exchange, Request
from scripts.openapi.operations import OperationView, resolve

_OVER_ANY_LIMIT = 11 * 1024 * 1024
"""Bytes of a body that the stub does not take: its own limit is 10 MiB."""


def good_requests_are_accepted(bench: Bench) -> None:
    """Every operation answers 2xx to the requests that its document shows."""
    for view in bench.target.operations:
        if not documents_success(view):
            bench.counts.notes.append(f"{bench.target.label(view)} documents no success")
        elif not bench.drafts(view):
            bench.counts.notes.append(f"{bench.target.label(view)}: no good request is known")
    for view in bench.each(bench.views):
        drafts = bench.drafts(view)
        for plain in drafts:
            draft = bench.fresh(plain)
            if draft is None:
                bench.counts.notes.append(
                    f"{bench.target.label(view)}: no {', '.join(plain.invented)} is known;"
                    " say --set NAME=VALUE"
                )
                continue
            exchange = bench.send(draft)
            bench.judged()
            if not 200 <= exchange.status < 400:
                bench.found(
                    view,
                    f"a good request is not accepted ({draft.note or 'as documented'})",
                    expected="2xx or 3xx",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )


def documented_statuses_are_seen(bench: Bench) -> None:
    """Every documented status was answered at least once. The stub can be asked for any; what
    nothing calls forth from another server is told in the summary.
    """
    for view in bench.each(bench.views):
        label = bench.target.label(view)
        codes: list[str] = list(view.operation.get("responses", {}))
        # what is interim is no answer, and goes by before it (RFC 9110, 15.2)
        wanted = [code for code in codes if code != "default" and code[0] != "1"]
        for code in wanted:
            tried = () if _seen(bench, view, code) else _provoked(bench, view, code)
            bench.judged()
            if _seen(bench, view, code):
                continue
            if tried:
                bench.found(
                    view,
                    "a documented status is never answered",
                    expected=code,
                    got=shown(tried[-1]),
                    exchanges=tried,
                    signature=code,
                )
            else:
                bench.counts.notes.append(f"{label} never answered its documented {code}")


def _seen(bench: Bench, view: OperationView, code: str) -> bool:
    label = bench.target.label(view)
    return any(
        at == label and (str(status) == code or f"{status // 100}XX" == code.upper())
        for at, status in bench.counts.statuses
    )


def _provoked(bench: Bench, view: OperationView, code: str) -> tuple[Exchange, ...]:
    """What the stub answered to requests for a status: to too much, and to its own fault."""
    if not bench.target.ours or not bench.drafts(view):
        return ()
    draft = bench.drafts(view)[0]
    request = draft.request(bench.target)
    fault = ("X-Stub-Fault", f"status={code.upper().replace('X', '0')}")
    asked = [replace(request, headers=(*request.headers, fault))]
    if code == "413":
        asked.insert(0, _too_large(bench, draft))
    return tuple(bench.send(each, view) for each in asked)


def _too_large(bench: Bench, draft: Draft) -> Request:
    if draft.parts is None and draft.file is None:
        padding = b" " * _OVER_ANY_LIMIT
        return replace(draft, raw=(draft.body() or b"") + padding).request(bench.target)
    return draft.with_file(bytes(_OVER_ANY_LIMIT)).request(bench.target)


def _chunked(request: Request) -> Request:
    body, size = request.body or b"", 1 << 20
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return replace(request.with_header("Transfer-Encoding", "chunked"), body=chunks + b"0\r\n\r\n")


def answers_are_in_the_document(bench: Bench) -> None:
    """Bodies over any limit are refused with a documented status, not with a broken connection."""
    if not bench.target.ours:
        raise NotApplicable("the limit of the server is not known")
    applied = False
    for view in bench.each(bench.views):
        body = resolve(bench.target.document, view.operation.get("requestBody", {}))
        if not body or "413" not in view.operation.get("responses", {}):
            continue
        applied = True
        request = _too_large(bench, bench.drafts(view)[0])
        for how, sent in (("of a stated length", request), ("in chunks", _chunked(request))):
            exchange = bench.send(sent, view)
            bench.judged()
            if exchange.status != 413:
                bench.found(
                    view,
                    f"a body over any limit, {how}, is not refused as documented",
                    expected="413",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
    if not applied:
        raise NotApplicable("no operation documents a 413")


FIRST = [Check("good requests are accepted", good_requests_are_accepted, writes=False)]
LAST = [
    Check("bodies over any limit are refused", answers_are_in_the_document),
    Check("documented statuses are seen", documented_statuses_are_seen, writes=False, last=True),
]
