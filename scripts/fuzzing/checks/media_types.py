"""Content-Type of requests: what the document lists is taken in every spelling, nothing else."""

from __future__ import annotations

from dataclasses import replace

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, NotApplicable, refused, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import BOUNDARY
from scripts.fuzzing.state import state
from scripts.openapi.operations import resolve

_OTHERS = (
    "text/plain",
    "application/octet-stream",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/mixed; boundary=x",
    "application/jsonx",
    "nonsense",
)


def other_types_are_refused(bench: Bench) -> None:
    """A body under a media type that the document does not list is refused and stores nothing."""
    applied = False
    for view in bench.each(bench.views):
        body = resolve(bench.target.document, view.operation.get("requestBody", {}))
        content = body.get("content", {})
        if not content or any("*" in name for name in content):
            continue
        applied = True
        draft = bench.drafts(view)[0]
        request = draft.request(bench.target)
        before = state(bench, view)
        wrong: list[str | None] = [name for name in _OTHERS if name not in content]
        if bench.target.ours:
            wrong += [None, "", "application/json, text/plain"]
        if draft.parts is not None:
            wrong += ["multipart/form-data", f"multipart/form-data; boundary={BOUNDARY}x"]
        if draft.file is None:
            wrong.append("image/png")
        for name in wrong:
            exchange = bench.send(request.with_header("Content-Type", name), view)
            bench.judged()
            if not refused(exchange):
                bench.found(
                    view,
                    "a body of a media type that is not documented is not refused",
                    expected=f"4xx for Content-Type {name or 'missing'}",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
            after = state(bench, view)
            if after != before and exchange.status >= 400:
                bench.found(
                    view,
                    "a body that is refused for its media type changes state",
                    expected=str(before)[:150],
                    got=str(after)[:150],
                    exchanges=(exchange,),
                )
            before = after
    if not applied:
        raise NotApplicable("no operation takes a body")


def every_spelling_is_taken(bench: Bench) -> None:
    """Media types are case-insensitive and may carry parameters (RFC 9110, 8.3.1)."""
    if not bench.target.ours:
        raise NotApplicable("asked only of the stub: many servers are stricter than RFC 9110")
    for view in bench.each(bench.views):
        for draft in bench.drafts(view):
            if draft.content_type is None:
                continue
            request = draft.request(bench.target)
            given = request.header("Content-Type") or ""
            essence, _, rest = given.partition(";")
            rest = f";{rest}" if rest else ""
            spellings = [essence.upper() + rest, essence.title() + rest, f" {given} "]
            if draft.parts is not None:
                spellings += [
                    f'{essence}; boundary="{BOUNDARY}"',
                    f"{essence};BOUNDARY={BOUNDARY}",
                    f"{essence}; charset=utf-8; boundary={BOUNDARY}",
                ]
            else:
                spellings += [f"{essence}; x=1", f'{essence};charset="utf-8"']
            for spelling in spellings:
                exchange = bench.send(request.with_header("Content-Type", spelling), view)
                bench.judged()
                if not 200 <= exchange.status < 300:
                    bench.found(
                        view,
                        "a documented media type in another spelling is refused",
                        expected=f"2xx for Content-Type {spelling!r}",
                        got=shown(exchange),
                        exchanges=(exchange,),
                    )
            if draft.parts is not None and draft.file is not None:
                changed = draft.with_file(draft.file_bytes, draft.file_type.upper())
                exchange = bench.send(changed)
                if not 200 <= exchange.status < 300:
                    bench.found(
                        view,
                        "a file's media type in capitals is refused",
                        expected="2xx",
                        got=shown(exchange),
                        exchanges=(exchange,),
                    )


def every_listed_type_is_taken(bench: Bench) -> None:
    """Each media type that a file may have is taken with a real file of that type."""
    from scripts.fuzzing.draft import file_types

    applied = False
    for view in bench.each(bench.uploads):
        for draft in [draft for draft in bench.drafts(view) if draft.file is not None]:
            for media_type in file_types(bench.target, draft):
                if not media.form_of(media_type):
                    continue
                applied = True
                file = media.valid(media_type)[0]
                sent = draft.with_file(file.data, media_type, f"x.{file.extension}")
                if draft.parts is None:
                    sent = replace(sent, content_type=media_type)
                exchange = bench.send(sent)
                bench.judged()
                if not 200 <= exchange.status < 300:
                    bench.found(
                        view,
                        "a file of a listed media type is refused",
                        expected=f"2xx for {media_type}",
                        got=shown(exchange),
                        exchanges=(exchange,),
                    )
                    continue
                from scripts.fuzzing.checks.stored_files import judge_upload

                judge_upload(bench, view, sent, file, exchange)
    if not applied:
        raise NotApplicable("no operation lists media types of images")


CHECKS = [
    Check("every listed type is taken", every_listed_type_is_taken),
    Check("other media types are refused", other_types_are_refused),
    Check("media types in every spelling", every_spelling_is_taken),
]
