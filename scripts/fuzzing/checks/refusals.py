"""What must not be taken is refused, and a refused request changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, NotApplicable, refused, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft, Part, file_schema, file_types, version_of
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.state import state, unchanged
from scripts.openapi.operations import media_kind, resolve


def _judge(bench: Bench, draft: Draft, what: str, before: tuple[Any, ...]) -> tuple[Any, ...]:
    """Send what has to be refused; the state after it."""
    exchange = bench.send(draft)
    bench.judged()
    if not refused(exchange):
        _report(bench, draft, what, exchange)
    return unchanged(bench, draft.view, exchange, before)


def _report(bench: Bench, draft: Draft, what: str, exchange: Exchange) -> None:
    bench.found(
        draft.view,
        f"{what} is not refused",
        expected="a documented 4xx",
        got=shown(exchange),
        exchanges=(exchange,),
    )


def invalid_files_are_refused(bench: Bench) -> None:
    """What is no image of its type is refused and stores nothing."""
    views = [v for v in bench.uploads if "415" in v.operation.get("responses", {})]
    if not views:
        raise NotApplicable("no operation that takes a file documents a 415")
    for view in bench.each(views):
        for draft in [draft for draft in bench.drafts(view) if draft.file is not None]:
            before = state(bench, view)
            for file in media.invalid(draft.file_type):
                before = _judge(bench, draft.with_file(file.data), file.note, before)


def wrong_file_types_are_refused(bench: Bench) -> None:
    """A file under a media type that the document does not list is refused and stores nothing."""
    applied = False
    for view in bench.each(bench.uploads):
        for draft in [draft for draft in bench.drafts(view) if draft.file is not None]:
            allowed = file_types(bench.target, draft)
            if not allowed or "application/octet-stream" in allowed:
                continue
            applied = True
            before = state(bench, view)
            for media_type in (
                "text/plain",
                "application/octet-stream",
                "application/pdf",
                "image/svg+xml",
                "image/webp",
                "image/bmp",
                "image/tiff",
                "image",
                "image/",
                "image/*",
                "image/pngx",
                "ximage/png",
                "multipart/mixed",
            ):
                if media_type in allowed:
                    continue
                changed = draft.with_file(draft.file_bytes, media_type)
                before = _judge(bench, changed, f"a file as {media_type}", before)
    if not applied:
        raise NotApplicable("no operation lists the types of its files")


def limits_are_exact(bench: Bench) -> None:
    """A file of the documented largest size is taken, one byte more is refused."""
    applied = False
    for view in bench.each(bench.uploads):
        for draft in [draft for draft in bench.drafts(view) if draft.file is not None]:
            limit = file_schema(bench.target, draft).get("maxLength")
            if not isinstance(limit, int) or limit > 64 * 1024 * 1024 or limit < 1000:
                continue
            applied = True
            exchange = bench.send(draft.with_file(media.sized(draft.file_type, limit).data))
            bench.judged()
            if not 200 <= exchange.status < 300:
                bench.found(
                    view,
                    "a file of the largest documented size is refused",
                    expected=f"2xx for {limit} bytes",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
            before = state(bench, view)
            for size in (limit + 1, *([limit * 2] if draft is bench.drafts(view)[0] else [])):
                changed = draft.with_file(media.sized(draft.file_type, size).data)
                before = _judge(bench, changed, "a file over the documented limit", before)
    if not applied:
        raise NotApplicable("no file has a documented limit")


def incomplete_forms_are_refused(bench: Bench) -> None:
    """A form without a required field, with a field too many, or a field twice is refused."""
    applied = False
    for view in bench.each(bench.views):
        for draft in [draft for draft in bench.drafts(view) if draft.parts is not None]:
            applied = True
            before = state(bench, view)
            for what, changed in _wrong_forms(bench, draft):
                before = _judge(bench, changed, what, before)
    if not applied:
        raise NotApplicable("no operation takes a form")


def _wrong_forms(bench: Bench, draft: Draft) -> Iterator[tuple[str, Draft]]:
    parts = draft.parts or ()
    body = resolve(bench.target.document, draft.view.operation["requestBody"])
    schema = resolve(bench.target.document, body["content"][draft.content_type].get("schema", {}))
    required = {*schema.get("required", [])}
    if draft.file is not None and bench.target.keeps:
        required.add(draft.file)
    for part in parts:
        rest = tuple(other for other in parts if other is not part)
        if part.name in required:
            yield f"a form without {part.name}", replace(draft, parts=rest)
            other = replace(part, name=part.name + "x")
            yield f"a form with {part.name}x for {part.name}", replace(draft, parts=(*rest, other))
            if part.name != part.name.upper():
                other = replace(part, name=part.name.upper())
                yield (
                    f"a form with {part.name.upper()} for {part.name}",
                    replace(draft, parts=(*rest, other)),
                )
        described = resolve(bench.target.document, schema.get("properties", {}).get(part.name, {}))
        if bench.target.ours and described.get("type") != "array":
            yield f"a form with {part.name} twice", replace(draft, parts=(*parts, part))
        if part.filename is None and "enum" in described:
            for text in ("no such choice", "", str(described["enum"][0]).upper()):
                other = replace(part, data=text.encode())
                yield f"a {part.name} that is not listed", replace(draft, parts=(*rest, other))
        if part.filename is not None and bench.target.ours:
            other = replace(part, filename=None, content_type=None)
            yield f"a {part.name} that is no file", replace(draft, parts=(*rest, other))
    if schema.get("additionalProperties") is False:
        extra = Part("surplus", b"1")
        yield "a form with a field too many", replace(draft, parts=(*parts, extra))
    if required or bench.target.keeps:
        yield "an empty form", replace(draft, parts=())
    condition = version_of(schema, [part.name for part in parts])
    if condition is not None:
        name = str(condition["header"])
        for key, step in (("minimum", -1), ("maximum", 1)):
            if key in condition:
                value = str(condition[key] + step)
                yield (
                    f"a form with {draft.file} outside of its versions",
                    draft.with_header(name, value),
                )


def missing_bodies_are_refused(bench: Bench) -> None:
    """A required body that is missing, empty or cut is refused and stores nothing."""
    applied = False
    for view in bench.each(bench.views):
        body = resolve(bench.target.document, view.operation.get("requestBody", {}))
        if not body.get("required"):
            continue
        applied = True
        draft = bench.drafts(view)[0]
        before = state(bench, view)
        bare = replace(draft, content_type=None, json=None, parts=None, raw=None)
        before = _judge(bench, bare, "a request without its body", before)
        if media_kind(draft.content_type or "") != "text":  # an empty text is one
            empty = replace(draft, parts=None, raw=b"")
            before = _judge(bench, empty, "an empty body", before)
        whole = draft.request(bench.target)
        if draft.parts is not None or draft.raw is None:
            cut = replace(whole, body=(whole.body or b"")[:-7])
            exchange = bench.send(cut, view)
            bench.judged()
            if not refused(exchange):
                _report(bench, draft, "a body that is cut at its end", exchange)
            before = unchanged(bench, view, exchange, before)
    if not applied:
        raise NotApplicable("no operation needs a body")


def unknown_things_are_refused(bench: Bench) -> None:
    """An id that is nearly a known one leads nowhere, where the document speaks of a 404."""
    applied = False
    for view in bench.each(bench.views):
        if "404" not in view.operation.get("responses", {}):
            continue
        draft = bench.drafts(view)[0]
        for name, known in draft.path.items():
            if name in draft.invented:
                continue
            applied = True
            before = state(bench, view)
            # A server that is not ours may have a neighbour of what is known, and lose it.
            values = _near(known) if bench.target.ours else [f"{known}x-no-such", 10**40]
            for value in values:
                before = _judge(bench, draft.with_path(name, value), f"an unknown {name}", before)
    if not applied:
        raise NotApplicable("no operation documents a 404 and shows a thing that exists")


def _near(known: Any) -> list[Any]:
    text = str(known)
    if text.lstrip("-").isdecimal():
        number = int(text)
        others: list[Any] = [number + 1, number - 1, -number, 0, number * 10, number + 2**32]
        return [*others, number + 2**64, 10**40, f"{number}x", f"x{number}", f"{number}.5"]
    return [
        text[:-1],
        text + "0",
        text[:-1] + ("0" if text[-1] != "0" else "1"),
        "00000000-0000-0000-0000-000000000000",
        text + "%",
        "..",
        "%2e%2e",
        "ünknown-日本",
        "' OR '1'='1",
        "*",
    ]


CHECKS = [
    Check("invalid files are refused", invalid_files_are_refused),
    Check("wrong file types are refused", wrong_file_types_are_refused),
    Check("limits are exact", limits_are_exact),
    Check("incomplete forms are refused", incomplete_forms_are_refused),
    Check("missing bodies are refused", missing_bodies_are_refused),
    Check("unknown things are refused", unknown_things_are_refused, writes=False, kept=True),
]
