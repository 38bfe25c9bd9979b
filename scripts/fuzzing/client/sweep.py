"""Answers that are one step from an example of the document, all of them: what chance may miss."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator

from scripts.fuzzing.client.answers import OTHERS, Scripted
from scripts.fuzzing.client.documented import Documented, answer_for
from scripts.fuzzing.client.package import Bound, Package
from scripts.fuzzing.json_changes import changes
from scripts.fuzzing.sample import sample

_BROKEN = (
    b"", b"null", b"true", b"[]", b"{", b"nope", b"<html>nope</html>", b"NaN", b"\xff",
    b"[" * 20_000, b'{"a":' * 20_000, b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
)  # fmt: skip


_NUMBERS = re.compile(rb"(?<=: )-?[0-9]+(?=[,}\]])")
_MOMENT = re.compile(rb"(?<=\")[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\"]*(?=\")")
_MOMENTS = (b"2020-02-27T19:49:36.457-03:30", b"2020-02-29T23:59:59.05+14:00")
"""Times of zones that are not here, with fractions that are not thousandths."""

_LARGE = b"9007199254740993"
"""More than a double can tell from its neighbours."""


def swept(package: Package, bound: Bound, answers: list[Documented]) -> Iterator[Scripted]:
    """The documented answers of an operation, as they are and with one thing changed: a place of
    the JSON value, its text, the status, the coding.
    """
    for number, said in enumerate(answers):
        if said.kind != "json" or not said.status.isdecimal():
            continue
        good = sample(package.document, said.schema, items=1)
        yield _case(bound, said, _text(good))
        # Refusals share their schema: one of them is enough.
        if not said.status.startswith("2") and number != 1:
            continue
        for text in (*_BROKEN, *_spellings(_text(good))):
            yield _case(bound, said, text)
        for index, (_, _, value) in enumerate(changes(good)):
            yield _case(bound, said, _text(value), mode="async" if index % 8 == 7 else "sync")
        for number_ in _NUMBERS.finditer(_text(good)):
            text = _text(good)
            yield _case(bound, said, text[: number_.start()] + _LARGE + text[number_.end() :])
        for moment in _MOMENT.finditer(_text(good)):
            text = _text(good)
            for time in _MOMENTS:
                yield _case(bound, said, text[: moment.start()] + time + text[moment.end() :])
        if said.status.startswith("2"):
            for status in OTHERS:
                if status not in (204, 304):  # they have no body
                    other = answer_for(answers, status)
                    yield _case(bound, other, _text(good), status=status, media=said.media)
            yield from _coded(bound, said, _text(good))
        for secret in package.spellings:
            # what cannot be read, and a member that nobody asked for
            echo = {"error": f"Nope: {secret}"}
            yield _case(bound, said, _text([echo]), echo=secret)
            yield _case(bound, said, f'[{{"error": "Nope: {secret}"}}'.encode())


def _text(value: object) -> bytes:
    return json.dumps(value).encode()


def _spellings(text: bytes) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + text
    yield b" \r\n\t" + text + b"\n"
    yield text[:-1]
    yield text[: len(text) // 2]
    yield text + b","
    yield text + text
    yield text.decode().encode("utf-16")
    yield text.replace(b'"', b"'")
    if text.endswith(b"}") and len(text) > 2:
        yield text[:-1] + b', "text": "\xe9"}'  # Latin-1


def _coded(bound: Bound, said: Documented, text: bytes) -> Iterator[Scripted]:
    """Compressed answers, whole and cut: in the middle, in the check sum, behind the last byte of
    the value.
    """
    for coding, content in (
        ("gzip", gzip.compress(text, mtime=0)),
        ("deflate", zlib.compress(text)),
    ):
        yield _case(bound, said, text, coding=coding, sent=content)
        for left in (1, 4, 8, 9, len(content) // 2):
            yield _case(bound, said, text, coding=coding, sent=content[:-left], whole=False)


def _case(
    bound: Bound,
    said: Documented | None,
    content: bytes,
    *,
    mode: str = "sync",
    status: int = 0,
    media: str = "",
    coding: str = "",
    echo: str = "",
    sent: bytes | None = None,
    whole: bool = True,
) -> Scripted:
    if not status:
        assert said is not None
        status = int(said.status)
    if not media:
        media = said.media if said is not None else "application/json"
    body = content if sent is None else sent
    head = (
        f"HTTP/1.1 {status} Documented\r\nContent-Type: {media}\r\n"
        + (f"Content-Encoding: {coding}\r\n" if coding else "")
        + (f"X-Echo: {echo}\r\n" if echo else "")
        + f"Content-Length: {len(body)}\r\n\r\n"
    )
    return Scripted(
        bound, mode, False, status, content, head.encode() + body, whole, False, said
    )  # fmt: skip
