"""Answers for a client: as documented, nearly so, and anything at all; with what has to come of
each."""

from __future__ import annotations

import copy
import gzip
import json
import zlib
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scripts.fuzzing.client.documented import Documented, answer_for
from scripts.fuzzing.client.package import SPELLINGS, Bound, Package
from scripts.fuzzing.client.schema_values import ANY, LONG_TEXTS, TEXTS, values
from scripts.openapi.json_value import is_array, is_object


@dataclass(frozen=True)
class Scripted:
    """A case: which method is called how, and the bytes that it is answered.

    `content` is the body as the client ought to see it; `whole` whether the bytes are one complete
    answer of HTTP, so that a success can be told from a broken line.
    """

    bound: Bound
    mode: str
    raw: bool
    status: int
    content: bytes
    message: bytes
    whole: bool
    close: bool
    documented: Documented | None
    charset: str = "utf-8"

    def __repr__(self) -> str:
        return f"{self.bound.label} ({self.mode}) answered {self.message[:200]!r}"


OTHERS = (200, 201, 202, 203, 204, 206, 299, 300, 304, 399, 400, 401, 404, 409, 418, 422, 429, 500,
           502, 503, 520, 599, 600, 999)  # fmt: skip
"""Statuses, documented or not."""


@st.composite
def scripted(
    draw: st.DrawFn, package: Package, answers: dict[str, list[Documented]], only: Bound | None
) -> Scripted:
    """A case for one of the package's operations, or for `only` this one."""
    bound = only or draw(st.sampled_from(package.bound))
    among = answers[bound.label]
    # Successes first: what a client makes of them matters most.
    among = sorted(among, key=lambda one: not one.status.startswith("2"))
    likely: bool = draw(st.integers(0, 5).map(bool))
    if among and likely:
        good = [one for one in among if one.status.startswith("2")]
        only_good: bool = draw(st.booleans())
        choice = good if good and only_good else among
        said = draw(st.sampled_from(choice))
        status = draw(_statuses(said))
    else:
        status = draw(st.sampled_from(OTHERS))
    found = answer_for(among, status)
    content = draw(bodies(package, found))
    charset = "utf-8"
    media = found.media if found is not None else "application/json"
    if draw(st.integers(0, 7)) == 0:
        media = draw(
            st.sampled_from(["", "text/html", "application/octet-stream", "nonsense", ";"])
        )
    elif found is not None and found.kind == "text":
        charset = draw(st.sampled_from(["utf-8", "iso-8859-1", "utf-16", "no-such-charset"]))
        media += f"; charset={charset}"
    message, seen, whole, close = draw(messages(status, media, content))
    return Scripted(
        bound,
        draw(st.sampled_from(["sync", "async"])),
        draw(st.booleans()),
        status,
        seen,
        message,
        whole,
        close,
        found,
        charset,
    )


def _statuses(said: Documented) -> SearchStrategy[int]:
    if said.status.isdecimal():
        return st.just(int(said.status))
    if said.status.upper().endswith("XX"):
        first = int(said.status[0]) * 100
        return st.integers(first, first + 99).filter(lambda status: status >= 200)
    return st.sampled_from([200, 400, 500])


@st.composite
def bodies(draw: st.DrawFn, package: Package, found: Documented | None) -> bytes:
    """A body: what the document says, that with one change, or any bytes."""
    if found is None or found.kind != "json":
        return draw(st.one_of(st.just(b""), st.binary(max_size=40), TEXTS.map(str.encode)))
    way = draw(st.sampled_from(["valid", "valid", "changed", "changed", "text", "bytes"]))
    if way == "bytes":
        return draw(
            st.one_of(
                st.binary(max_size=60),
                st.sampled_from(
                    [b"", b"null", b"{}", b"[]", b"[" * 20000, b'"\\ud800"', b"\xff\xfe{\x00}\x00",
                     b"<html>nope</html>", b"{}{}", b"NaN", b"1e999", b"-0", b'{"a":' * 5000]
                ),
            )
        )  # fmt: skip
    value = draw(values(package.document, found.schema, opened=True))
    if way == "changed":
        value = draw(changed(value))
    spaced = draw(st.booleans())
    text = json.dumps(
        value, ensure_ascii=draw(st.booleans()), separators=(" , ", " : ") if spaced else (",", ":")
    )
    body = text.encode("utf-8", "surrogatepass")
    if way == "text":
        cut = draw(st.integers(0, len(body)))
        body = draw(
            st.sampled_from(
                [
                    body[:cut],
                    b"\xef\xbb\xbf" + body,
                    b" \r\n\t" + body + b"\n",
                    body + b",",
                    text.encode("utf-16", "surrogatepass"),
                    body.replace(b'"', b"'", 1),
                ]
            )
        )
    return body


_ODD_VALUES: list[Any] = [
    *(None, 2**63, -(2**63) - 1, 2**64, 10**400, 1.0, 1.5, -0.0, 1e300, True, "1", "", [], {}),
    *(float("nan"), float("inf"), "unheard of", "2020-02-30", "2020-01-01T00:00"),
    "2016-12-31T23:59:60Z",
]


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """A JSON value with one thing otherwise: a key gone or added, a value of another kind."""
    value = copy.deepcopy(value)
    places = list(_places(value))
    container: Any = None
    key: Any = None
    if places:
        container, key = draw(st.sampled_from(places))
    change = draw(st.sampled_from(["value", "kept", "kept", "drop", "add", "add", "secret"]))
    holders = [value, *(holder[name] for holder, name in places)]
    objects = [one for one in holders if is_object(one)]
    if change == "add" and objects:
        draw(st.sampled_from(objects))[draw(TEXTS)] = draw(ANY)
        return value
    if change == "drop" and is_object(container):
        del container[key]
        return value
    new: Any = draw(
        st.one_of(
            ANY,
            st.sampled_from(_ODD_VALUES),
            LONG_TEXTS,
        )
    )
    if change == "kept":
        # of the same kind, so that it has to be taken: an unknown member, a number of any size
        old = container[key] if container is not None else value
        if isinstance(old, str):
            new = draw(st.one_of(st.just("unheard of"), TEXTS))
        elif isinstance(old, int) and not isinstance(old, bool):
            new = draw(st.sampled_from([2**53 + 1, -(2**63) - 1, 2**64 + 1, 10**30 + 1, 1.0]))
    if change == "secret":
        new = "Nope: " + draw(st.sampled_from(SPELLINGS))
    if container is None:
        return new
    container[key] = new
    return value


def _places(value: Any) -> Any:
    if is_object(value):
        for key in list(value):
            yield value, key
            yield from _places(value[key])
    elif is_array(value):
        for index, item in enumerate(value):
            yield value, index
            yield from _places(item)


_REASONS = (b"OK", b"", b"Nope Nope", b"\xe4")


@st.composite
def messages(
    draw: st.DrawFn, status: int, media: str, content: bytes
) -> tuple[bytes, bytes, bool, bool]:
    """(bytes on the wire, body as a client ought to see it, whether they are a whole answer,
    whether the server hangs up).
    """
    way = draw(
        st.sampled_from(["plain"] * 6 + ["chunked", "chunked", "until close", "coded", "broken"])
    )
    if status in (204, 304):
        head = b"HTTP/1.1 %d %s\r\n\r\n" % (status, b"Nothing")
        return head, b"", True, False
    headers = [b"Content-Type: " + media.encode()] if media else []
    if draw(st.integers(0, 3)) == 0:
        secret = draw(st.sampled_from(SPELLINGS))
        headers.append(b"X-Echo: " + secret.encode())
    body, seen, whole, close = content, content, True, False
    if way == "coded":
        coding = draw(st.sampled_from(["gzip", "deflate", "identity", "none-such", "gzip, gzip"]))
        headers.append(b"Content-Encoding: " + coding.encode())
        body, whole = _coded(coding, content), coding in ("gzip", "deflate", "identity")
        whole = whole or not body  # of nothing there is nothing to decode
        if whole and coding != "identity" and draw(st.integers(0, 3)) == 0:
            body, whole = body[: len(body) // 2], False
    if way == "chunked":
        headers.append(b"Transfer-Encoding: chunked")
        size = draw(st.integers(1, max(1, len(body))))
        size = max(size, len(body) // 50)
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"
        if draw(st.integers(0, 4)) == 0:
            body, whole, close = body[: draw(st.integers(0, len(body) - 1))], False, True
    elif way == "until close":
        headers.append(b"Connection: close")
        close = True
    elif way == "broken":
        whole, close = False, True
        kind = draw(st.sampled_from(["short", "nothing", "garbage", "head", "header"]))
        if kind == "nothing":
            return b"", seen, False, True
        if kind == "garbage":
            return draw(st.binary(min_size=1, max_size=40)), seen, False, True
        if kind == "head":
            return b"HTTP/1.1 200 OK\r\nContent-", seen, False, True
        if kind == "header":
            headers.append(b"X\x00Y: \xff")
        headers.append(b"Content-Length: %d" % (len(body) + 1 + draw(st.integers(0, 50))))
    else:
        headers.append(b"Content-Length: %d" % len(body))
    reason = draw(st.sampled_from(_REASONS))
    head = b"\r\n".join([b"HTTP/1.1 %d %s" % (status, reason), *headers, b"", b""])
    return head + body, seen, whole, close


def _coded(coding: str, content: bytes) -> bytes:
    for one in coding.split(", "):
        if one == "gzip":
            content = gzip.compress(content, mtime=0)
        elif one == "deflate":
            content = zlib.compress(content)
    return content
