"""Uploads are accepted, stored, and true, whatever the file, its name, and what came before."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, NotApplicable, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.checks.stored_files import TRUE, WAYS, Rounded, judge_upload, rounded
from scripts.fuzzing.draft import Draft, file_schema
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.facts import value
from scripts.openapi.operations import OperationView

_SIZES = (1_000, 12_000, 60_000, 1_200_000, 2_700_000)
_FILENAMES = (
    "plain.png",
    "two words.png",
    "quote\"and'apostrophe.png",
    "semi;colon=equals.png",
    "percent%20%2Fescape.png",
    "../../etc/passwd.png",
    "back\\slash.png",
    "größe-日本語-🦊.png",
    "x" * 200 + ".png",
    "noextension",
    ".png",
    "name.png.exe",
    "con.png",
)


def _cases(bench: Bench) -> Iterator[tuple[OperationView, Draft, media.File]]:
    """Uploads that have to be accepted: every form of every operation with many files."""
    for view in bench.each(bench.uploads):
        drafts = [draft for draft in bench.drafts(view) if draft.file is not None]
        chance = bench.chance(view)
        for draft in drafts:
            types = [draft.file_type]
            for media_type in types:
                files = [*media.valid(media_type), *media.hostile_content(media_type)]
                most = max(4, bench.budget.cases // (2 * len(drafts)))
                some, others = files[: 1 + media.TELLING], files[1 + media.TELLING :]
                some += chance.sample(others, min(most, len(others)))
                if draft is drafts[0]:
                    some.append(media.large(media_type, 1_200_000))
                for file in some:
                    limit = file_schema(bench.target, draft).get("maxLength")
                    if limit is not None and len(file.data) > limit:
                        continue
                    yield view, draft.with_file(file.data), file


def uploads_are_true(bench: Bench) -> None:
    """Every documented upload is accepted, and all that its answer says of the file is true."""
    if not bench.uploads:
        raise NotApplicable("no operation takes a file")
    for view, draft, file in _cases(bench):
        exchange = bench.send(draft)
        bench.judged()
        if not 200 <= exchange.status < 300:
            kind = "a large file" if len(file.data) > 1_000_000 else "a valid file"
            bench.found(
                view,
                f"{kind} is refused ({draft.note})",
                expected=f"2xx for {file.note} as {draft.file_type}",
                got=shown(exchange),
                exchanges=(exchange,),
            )
            continue
        judge_upload(bench, view, draft, file, exchange)


def filenames_do_no_harm(bench: Bench) -> None:
    """A file under any name is stored, served at its URL, and a part of no other path."""
    if not bench.uploads:
        raise NotApplicable("no operation takes a file")
    for view in bench.each(bench.uploads):
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        if draft.parts is None:
            continue
        chance = bench.chance(view)
        for name in _FILENAMES:
            file = media.make(
                media.form_of(draft.file_type) or "PNG", 2, 2, "RGB", chance.randrange(256)
            )
            exchange = bench.send(draft.with_file(file.data, filename=name))
            bench.judged()
            if not 200 <= exchange.status < 300:
                bench.found(
                    view,
                    "a file is refused for its name",
                    expected=f"2xx for a file named {name[:40]!r}",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
                continue
            judge_upload(bench, view, draft.with_file(file.data), file, exchange)


def repeated_requests_are_independent(bench: Bench) -> None:
    """The same upload twice makes two things, and both are served as sent."""
    if not bench.uploads:
        raise NotApplicable("no operation takes a file")
    for view in bench.each(bench.uploads):
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        form = media.form_of(draft.file_type)
        if not form:
            continue
        first, second = (media.make(form, 4, 4, "RGB", colour) for colour in (11, 12))
        made: list[tuple[media.File, Draft, Exchange]] = []
        for file in (first, first, second, first):
            sent = draft.with_file(file.data)
            exchange = bench.send(sent)
            if 200 <= exchange.status < 300:
                made.append((file, sent, exchange))
        # Judged when all are there: a later file must not take the place of an earlier one.
        for file, sent, exchange in made:
            bench.judged()
            judge_upload(bench, view, sent, file, exchange)


def sizes_are_rounded_one_way(bench: Bench) -> None:
    """Sizes that are texts are all rounded up, all down, or all to the nearest."""
    applied = False
    for view in bench.each(bench.uploads):
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        limit = file_schema(bench.target, draft).get("maxLength")
        shown: dict[tuple[str, int], list[tuple[Rounded, Exchange]]] = {}
        for least in _SIZES:
            file = media.large(draft.file_type, least)
            if not bench.target.ours and least > 100_000:
                continue
            if limit is not None and len(file.data) > limit:
                continue
            exchange, answer = bench.accepted(draft.with_file(file.data))
            for fact in bench.facts.of(view, exchange.status):
                if fact.meaning == "size":
                    found = rounded(value(answer, fact.path), len(file.data))
                    if found is not None:
                        shown.setdefault((fact.pointer, found.step), []).append((found, exchange))
        for (place, _), pairs in shown.items():
            applied = True
            bench.judged()
            if not any(all(way in found.ways for found, _ in pairs) for way in WAYS):
                bench.found(
                    view,
                    f"the sizes at {place} are rounded now up, now down",
                    expected=f"one of {', '.join(WAYS)} for all",
                    got="; ".join(f"{found.text} for {found.size} bytes" for found, _ in pairs),
                    exchanges=tuple(exchange for _, exchange in pairs),
                )
    if not applied:
        raise NotApplicable("no answer tells the size of a file as a text")


def validators_tell_contents_apart(bench: Bench) -> None:
    """One URL with other bytes has another strong ETag, or a cache would show the old ones."""
    if not bench.target.ours:
        raise NotApplicable("the server cannot be told to forget, so a URL keeps its bytes")
    if not bench.uploads:
        raise NotApplicable("no operation takes a file")
    for view in bench.each(bench.uploads):
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        known: dict[str, Exchange] = {}
        for least in (1, 9_000):
            bench.target.reset()
            exchange, answer = bench.accepted(
                draft.with_file(media.large(draft.file_type, least).data)
            )
            for fact in bench.facts.of(view, exchange.status):
                url = value(answer, fact.path)
                if fact.meaning != "uploaded-file" or not isinstance(url, str):
                    continue
                got = bench.get(url)
                before = known.setdefault(url, got)
                tag, old = _strong(got), _strong(before)
                bench.judged()
                if before.body != got.body and tag and tag == old:
                    bench.found(
                        view,
                        "other bytes are served under the same ETag",
                        expected=f"another ETag than {old}, or none",
                        got=f"{tag} for {len(got.body)} bytes after {len(before.body)} others",
                        exchanges=(before, exchange, got),
                    )


def conditions_are_heeded(bench: Bench) -> None:
    """Who has other bytes than are served is not told that nothing changed (RFC 9110, 13.1.2)."""
    applied = False
    for view in bench.each(bench.uploads):
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        exchange, answer = bench.accepted(draft)
        for fact in bench.facts.of(view, exchange.status):
            url = value(answer, fact.path)
            if fact.meaning != "uploaded-file" or not isinstance(url, str):
                continue
            plain = bench.get(url)
            if plain.status != 200 or not _strong(plain):
                continue
            applied = True
            other = '"of-other-bytes"'
            got = bench.send(plain.request.with_header("If-None-Match", other))
            bench.judged()
            if got.status != 200 or got.body != plain.body:
                bench.found(
                    view,
                    "who has something else is not sent what is served",
                    expected=f"200 and the bytes for If-None-Match: {other}",
                    got=shown(got),
                    exchanges=(exchange, got),
                )
    if not applied:
        raise NotApplicable("no file is served with an ETag")


def _strong(exchange: Exchange) -> str:
    tag = (exchange.answer.header("ETag") if exchange.answer else None) or ""
    return tag if tag.startswith('"') else ""


CHECKS = [
    Check(TRUE, uploads_are_true, kept=True),
    Check("filenames do no harm", filenames_do_no_harm, kept=True),
    Check("repeated requests are independent", repeated_requests_are_independent, kept=True),
    Check("sizes are rounded one way", sizes_are_rounded_one_way, kept=True),
    Check("validators tell contents apart", validators_tell_contents_apart, kept=True),
    Check("conditions are heeded", conditions_are_heeded, kept=True),
]
