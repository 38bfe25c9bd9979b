"""What is true of an uploaded file: its bytes, size, format, its place in the list."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from PIL import Image

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, NotApplicable, decoded, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft, file_schema, holds, text
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.facts import Fact, value
from scripts.fuzzing.paged import Listing, lists_of
from scripts.openapi.json_value import is_object
from scripts.openapi.operations import OperationView

_UNITS = {
    "": 0,
    "b": 0,
    "byte": 0,
    "bytes": 0,
    "k": 1,
    "kb": 1,
    "kib": 1,
    "m": 2,
    "mb": 2,
    "mib": 2,
}
_TRUE = "uploads are true"
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
    for view in bench.uploads:
        drafts = [draft for draft in bench.drafts(view) if draft.file is not None]
        for draft in drafts:
            types = [draft.file_type]
            for media_type in types:
                files = [*media.valid(media_type), *media.hostile_content(media_type)]
                most = max(4, bench.budget.cases // (2 * len(drafts)))
                some = [files[0], *bench.random.sample(files[1:], min(most, len(files) - 1))]
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
        if bench.budget.spent:
            return
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


def judge_upload(
    bench: Bench, view: OperationView, draft: Draft, file: media.File, exchange: Exchange
) -> None:
    """All facts that an upload's answer states, against the file that was sent."""
    answer = decoded(exchange)
    facts = bench.facts.of(view, exchange.status)
    served = _served(bench, view, exchange, answer, facts)
    stored = next(
        (got.body for fact, got in served if fact.meaning == "uploaded-file"), draft.file_bytes
    )
    form = _form(stored) if file.form else ""
    for fact, got in served:
        if fact.meaning == "uploaded-file" and got.body != file.data and form == file.form:
            bench.found(
                view,
                "the served bytes are not the uploaded ones",
                expected=f"{len(file.data)} bytes as uploaded ({file.note})",
                got=_difference(file.data, got.body),
                exchanges=(exchange, got),
                check=_TRUE,
            )
        served_type = got.answer.header("Content-Type") if got.answer else None
        wanted = media.form_of(served_type or "")
        real = _form(got.body)
        if real and wanted != real:
            bench.found(
                view,
                "a picture is served under a wrong Content-Type",
                expected=f"the type of a {real} image",
                got=f"Content-Type: {served_type}",
                exchanges=(exchange, got),
                check=_TRUE,
            )
        if fact.meaning == "picture" and file.form and not real:
            bench.found(
                view,
                "what is served is no picture",
                expected="an image",
                got=shown(got),
                exchanges=(exchange, got),
                check=_TRUE,
            )
    for fact in facts:
        given = value(answer, fact.path)
        wrong = _untrue(fact, given, file, form, stored)
        if wrong is not None:
            bench.found(
                view,
                f"{fact.pointer} is not the {fact.meaning} of the file",
                expected=wrong,
                got=text(given) or "nothing",
                exchanges=(exchange,),
                signature=f"{fact.pointer} {fact.meaning}",
                check=_TRUE,
            )


def _served(
    bench: Bench, view: OperationView, exchange: Exchange, answer: Any, facts: tuple[Fact, ...]
) -> list[tuple[Fact, Exchange]]:
    """What the URLs of an answer serve."""
    found: list[tuple[Fact, Exchange]] = []
    for fact in facts:
        if fact.meaning not in ("uploaded-file", "picture"):
            continue
        url = value(answer, fact.path)
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            if fact.stated and url is not None:
                bench.found(
                    view,
                    f"{fact.pointer} is no absolute URL",
                    expected="http(s)://…",
                    got=text(url),
                    exchanges=(exchange,),
                    check=_TRUE,
                )
            continue
        got = bench.get(url)
        if got.status == 200:
            found.append((fact, got))
        elif fact.stated:
            bench.found(
                view,
                f"the URL at {fact.pointer} does not serve the file",
                expected="200 and the bytes",
                got=shown(got),
                exchanges=(exchange, got),
                check=_TRUE,
            )
    return found


def _untrue(fact: Fact, given: Any, file: media.File, form: str, stored: bytes) -> str | None:
    """What should stand in the place of a value; None if it is right or cannot be judged."""
    if given is None:
        return None
    if fact.meaning == "size":
        return _wrong_size(given, len(stored))
    if fact.meaning in ("width", "height") and file.form:
        wanted = file.width if fact.meaning == "width" else file.height
        return None if given == wanted and not isinstance(given, bool) else str(wanted)
    if fact.meaning == "format" and form:
        if str(given).lower() in media.SPELLINGS[form]:
            return None
        # A name that was guessed to be a format may mean something else.
        known = any(str(given).lower() in names for names in media.SPELLINGS.values())
        return " or ".join(media.SPELLINGS[form]) if fact.stated or known else None
    return None


def _wrong_size(given: Any, size: int) -> str | None:
    if isinstance(given, bool):
        return str(size)
    if isinstance(given, int | float):
        return None if given == size else str(size)
    match = re.fullmatch(r"([0-9]+(?:\.([0-9]+))?) ?([A-Za-z]*)", str(given))
    if match is None or match[3].lower() not in _UNITS:
        return f"{size} bytes as a number and a unit"
    unit = 1024 ** _UNITS[match[3].lower()]
    # Rounded up, down or to the nearest: less than one step of the last digit away. Something is
    # never shown as nothing.
    step = unit / 10 ** len(match[2] or "")
    exact = max(size, step) if size else 0
    if abs(float(match[1]) * unit - exact) < step + 1e-9 and float(match[1]) > 0:
        return None
    return f"{size / unit:.3f} {match[3]} ({size} bytes)"


def ids_are_unique(bench: Bench) -> None:
    """No two things have one id, and ids are negative only where the document says so."""
    applied = False
    for view in bench.views:
        seen: dict[str, Exchange] = {}
        for draft in [d for d in bench.drafts(view) if view.method == "post"] * 3:
            exchange = bench.send(draft)
            if not 200 <= exchange.status < 300:
                continue
            answer = decoded(exchange)
            for fact in bench.facts.find(view, exchange.status, "id"):
                given = value(answer, fact.path)
                if given is None:
                    continue
                applied = True
                bench.judged()
                key = f"{fact.pointer} {given!r}"
                if key in seen:
                    bench.found(
                        view,
                        f"the id at {fact.pointer} was given before",
                        expected="an id of its own",
                        got=text(given),
                        exchanges=(seen[key], exchange),
                    )
                seen[key] = exchange
                _judge_sign(bench, draft, fact, given, exchange)
    if not applied:
        raise NotApplicable("no answer of a POST holds an id")


def _judge_sign(bench: Bench, draft: Draft, fact: Fact, given: Any, exchange: Exchange) -> None:
    if not isinstance(given, int) or isinstance(given, bool):
        return
    condition = fact.schema.get("x-negative-when")
    if condition is None:
        low = fact.schema.get("minimum")
        wrong = fact.stated and given < 0 and (low is None or low >= 0)
        wanted = "a positive number: the document does not speak of negative ones"
    else:
        negative = holds(condition, draft.parameter("header", str(condition["header"])))
        wrong = (given < 0) is not negative or given == 0
        wanted = f"a {'negative' if negative else 'positive'} number ({draft.note})"
    if wrong:
        bench.found(
            draft.view,
            f"the id at {fact.pointer} has the wrong sign",
            expected=wanted,
            got=str(given),
            exchanges=(exchange,),
        )


def answers_repeat_the_request(bench: Bench) -> None:
    """What the document says an answer takes over from the request (`x-same-as`, `x-index-of`)."""
    applied = False
    for view in bench.views:
        for draft in _echoing(bench, view):
            exchange = bench.send(draft)
            if not 200 <= exchange.status < 300:
                continue
            answer = decoded(exchange)
            for fact in bench.facts.of(view, exchange.status):
                how, _, place = fact.meaning.partition(" ")
                if how not in ("same-as", "index-of"):
                    continue
                known, wanted = _placed(bench, draft, place, how)
                if not known:
                    continue
                applied = True
                bench.judged()
                given = value(answer, fact.path)
                if given != wanted or isinstance(given, bool) is not isinstance(wanted, bool):
                    bench.found(
                        view,
                        f"{fact.pointer} is not what the request says in {place}",
                        expected=repr(wanted),
                        got=repr(given),
                        exchanges=(exchange,),
                    )
    if not applied:
        raise NotApplicable("the document does not say that an answer repeats its request")


def _echoing(bench: Bench, view: OperationView) -> Iterator[Draft]:
    """The good requests, and their forms with every choice of an enumerated field."""
    for draft in bench.drafts(view):
        yield draft
        for part in draft.parts or ():
            for choice in _choices(bench, draft, part.name):
                yield replace(
                    draft,
                    parts=tuple(
                        replace(p, data=text(choice).encode()) if p.name == part.name else p
                        for p in draft.parts or ()
                    ),
                )


def _choices(bench: Bench, draft: Draft, name: str) -> list[Any]:
    from scripts.openapi.operations import resolve

    document = bench.target.document
    body = resolve(document, draft.view.operation["requestBody"])
    schema = resolve(document, body["content"][draft.content_type].get("schema", {}))
    described = resolve(document, schema.get("properties", {}).get(name, {}))
    return list(described.get("enum", []))


def _placed(bench: Bench, draft: Draft, place: str, how: str) -> tuple[bool, Any]:
    """The value at a place of a request (`path.survey-id`, `body./language`)."""
    where, _, name = place.partition(".")
    if where != "body":
        given = draft.path.get(name) if where == "path" else draft.parameter(where, name)
        return given is not None, given
    if draft.parts is not None:
        field = name.lstrip("/")
        found = [part.data.decode() for part in draft.parts if part.name == field]
        if not found:
            return False, None
        if how == "index-of":
            return True, _choices(bench, draft, field).index(found[0])
        return True, found[0]
    from scripts.openapi import pointer

    try:
        return True, pointer.resolve(draft.json, name)
    except LookupError:
        return False, None


def filenames_do_no_harm(bench: Bench) -> None:
    """A file under any name is stored, served at its URL, and a part of no other path."""
    if not bench.uploads:
        raise NotApplicable("no operation takes a file")
    for view in bench.uploads:
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        if draft.parts is None:
            continue
        for name in _FILENAMES:
            file = media.make(
                media.form_of(draft.file_type) or "PNG", 2, 2, "RGB", bench.random.randrange(256)
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


def the_newest_is_listed_first(bench: Bench) -> None:
    """An upload is in the list at once: in the totals, and first where the list is newest first."""
    pairs = [(view, listing) for view in bench.uploads for listing in lists_of(bench, view)]
    if not pairs:
        raise NotApplicable("no list shows what is uploaded")
    for view, listing in pairs:
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        form = media.form_of(draft.file_type)
        # More than one: a list of one is in every order.
        for colour in range(3):
            file = media.make(form, 30 + 40 * colour, 20, "RGB", colour) if form else None
            _judge_newest(bench, listing, draft.with_file(file.data) if file else draft)


def _judge_newest(bench: Bench, listing: Listing, draft: Draft) -> None:
    before = listing.page(1)
    exchange, answer = bench.accepted(draft)
    after = listing.page(1)
    bench.judged()
    if before.total is not None and after.total != before.total + 1:
        bench.found(
            listing.view,
            "the total does not grow by one with an upload",
            expected=str(before.total + 1),
            got=str(after.total),
            exchanges=(before.exchange, exchange, after.exchange),
        )
    own = bench.facts.find(draft.view, exchange.status, "id")
    given = value(answer, own[0].path) if own else None
    if given is None:
        return
    ids = listing.all_ids()
    if given not in ids:
        bench.found(
            listing.view,
            "an upload is not in the list",
            expected=f"{given!r} in the list",
            got=f"{len(ids)} others",
            exchanges=(exchange, after.exchange),
        )
    elif listing.newest_first and after.ids[:1] != [given]:
        bench.found(
            listing.view,
            "the newest upload is not the first in the list",
            expected=repr(given),
            got=f"{after.ids[:3]!r}",
            exchanges=(exchange, after.exchange),
        )
    if listing.newest_first and after.ids[1:2] != before.ids[:1]:
        bench.found(
            listing.view,
            "what was first in the list is not second after an upload",
            expected=f"{before.ids[:1]!r}",
            got=f"{after.ids[1:2]!r}",
            exchanges=(before.exchange, exchange, after.exchange),
        )
    said = {f.path[-1]: value(answer, f.path) for f in bench.facts.of(draft.view, exchange.status)}
    items = [item for item, id_ in zip(after.items, after.ids, strict=True) if id_ == given]
    for name, told in said.items():
        for item in items:
            if is_object(item) and name in item and item[name] != told:
                bench.found(
                    listing.view,
                    f"the list shows another {name} than the upload's answer",
                    expected=repr(told),
                    got=repr(item[name]),
                    exchanges=(exchange, after.exchange),
                )


def repeated_requests_are_independent(bench: Bench) -> None:
    """The same upload twice makes two things, and both are served as sent."""
    if not bench.uploads:
        raise NotApplicable("no operation takes a file")
    for view in bench.uploads:
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


def _form(data: bytes) -> str:
    """PNG, JPEG or GIF, as Pillow reads it; empty if it is none."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF")) as image:
            return str(image.format)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return ""


def _difference(sent: bytes, got: bytes) -> str:
    at = next(
        (i for i, (a, b) in enumerate(zip(sent, got, strict=False)) if a != b),
        min(len(sent), len(got)),
    )
    return f"{len(got)} bytes, which differ from byte {at} on"


CHECKS = [
    Check(_TRUE, uploads_are_true, kept=True),
    Check("ids are unique", ids_are_unique, kept=True),
    Check("answers repeat the request", answers_repeat_the_request, kept=True),
    Check("filenames do no harm", filenames_do_no_harm, kept=True),
    Check("the newest is listed first", the_newest_is_listed_first, kept=True),
    Check("repeated requests are independent", repeated_requests_are_independent, kept=True),
]
