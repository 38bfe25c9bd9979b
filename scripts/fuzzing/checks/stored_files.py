"""What an upload's answer says of its file, and what is served at its URLs, against the file."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from PIL import Image

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, decoded, shown
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.facts import Fact, value
from scripts.fuzzing.parameter_text import text
from scripts.openapi.operations import OperationView

TRUE = "uploads are true"
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
                check=TRUE,
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
                check=TRUE,
            )
        if fact.meaning == "picture" and file.form and not real:
            bench.found(
                view,
                "what is served is no picture",
                expected="an image",
                got=shown(got),
                exchanges=(exchange, got),
                check=TRUE,
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
                check=TRUE,
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
                    check=TRUE,
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
                check=TRUE,
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
    found = rounded(given, size)
    if found is None:
        return f"{size} bytes as a number and a unit"
    return None if found.ways else f"{size} bytes, in steps of {found.step}"


WAYS = ("down", "up", "to the nearest")


@dataclass(frozen=True)
class Rounded:
    """A size as a text: one step of its last digit is so many bytes. `ways` are the roundings that
    make the text of the size: none if it is wrong.
    """

    text: str
    size: int
    step: int
    ways: tuple[str, ...]


def rounded(given: Any, size: int) -> Rounded | None:
    """What a text like `1.5 Mb` says of a size in bytes; None if it says nothing."""
    match = re.fullmatch(r"([0-9]+(?:\.([0-9]+))?) ?([A-Za-z]*)", str(given))
    if isinstance(given, int | float) or match is None or match[3].lower() not in _UNITS:
        return None
    unit = 1024 ** _UNITS[match[3].lower()]
    step = unit / 10 ** len(match[2] or "")
    # Something is never shown as nothing.
    over = float(match[1]) * unit - (max(size, step) if size else 0)
    near = 1e-9 * step
    held = {
        "down": -step < over <= near,
        "up": -near <= over < step,
        "to the nearest": abs(over) <= step / 2 + near,
    }
    ways = tuple(way for way in WAYS if held[way] and (float(match[1]) > 0 or not size))
    return Rounded(str(given), size, max(1, int(step)), ways)


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
