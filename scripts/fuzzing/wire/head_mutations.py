"""Request lines and header fields that are wrong, or right in a way that is seldom seen."""

from __future__ import annotations

from scripts.fuzzing.wire.draft import CRLF, Draft
from scripts.fuzzing.wire.mutation import Change, Table

HEAD = Table("head")


def _line(draft: Draft, text: bytes) -> None:
    """Write the request line; `%m` and `%t` stand for method and target."""
    draft.request_line = text.replace(b"%m", draft.method).replace(b"%t", draft.target)


HEAD.add_all(
    {
        "line-two-spaces": b"%m  %t HTTP/1.1",
        "line-tab": b"%m\t%t HTTP/1.1",
        "line-no-version": b"%m %t",
        "line-space-at-the-end": b"%m %t HTTP/1.1 ",
        "line-space-before": b" %m %t HTTP/1.1",
        "line-space-in-target": b"%m %t x HTTP/1.1",
        "line-no-target": b"%m HTTP/1.1",
        "line-no-method": b"%t HTTP/1.1",
        "line-empty-method": b" %t HTTP/1.1",
        "line-only": b"%m",
        "version-0.9": b"%m %t HTTP/0.9",
        "version-1.0": b"%m %t HTTP/1.0",
        "version-1.9": b"%m %t HTTP/1.9",
        "version-1.10": b"%m %t HTTP/1.10",
        "version-2.0": b"%m %t HTTP/2.0",
        "version-lower-case": b"%m %t http/1.1",
        "version-comma": b"%m %t HTTP/1,1",
        "version-junk": b"%m %t HTTP/1.1\x00",
        "version-other": b"%m %t HTTPS/1.1",
        "version-huge": b"%m %t HTTP/1." + b"1" * 400,
        "method-lower-case": b"post %t HTTP/1.1",
        "method-unknown": b"WIRE %t HTTP/1.1",
        "method-with-bracket": b"GE(T %t HTTP/1.1",
        "method-with-nul": b"GE\x00T %t HTTP/1.1",
        "method-long": b"M" * 5000 + b" %t HTTP/1.1",
        "method-connect": b"CONNECT localhost:80 HTTP/1.1",
        "method-trace": b"TRACE %t HTTP/1.1",
        "method-head": b"HEAD %t HTTP/1.1",
        "method-delete": b"DELETE %t HTTP/1.1",
        "method-put": b"PUT %t HTTP/1.1",
        "target-asterisk": b"%m * HTTP/1.1",
        "options-asterisk": b"OPTIONS * HTTP/1.1",
        "target-root": b"%m / HTTP/1.1",
        "target-two-slashes": b"%m /%t HTTP/1.1",
        "target-slash-at-the-end": b"%m %t/ HTTP/1.1",
        "target-dots": b"%m /..%t HTTP/1.1",
        "target-encoded-dots": b"%m %t/%2e%2e/%2e%2e/etc/passwd HTTP/1.1",
        "target-fragment": b"%m %t#top HTTP/1.1",
        "target-backslash": b"%m %t\\..\\x HTTP/1.1",
        "target-nul": b"%m %t\x00 HTTP/1.1",
        "target-encoded-nul": b"%m %t%00 HTTP/1.1",
        "target-obs-text": b"%m %t\xff HTTP/1.1",
        "target-delete": b"%m %t\x7f HTTP/1.1",
        "target-bad-escape": b"%m %t%zz HTTP/1.1",
        "target-half-escape": b"%m %t% HTTP/1.1",
        "target-overlong-escape": b"%m %t%c0%af HTTP/1.1",
        "target-absolute": b"%m http://localhost%t HTTP/1.1",
        "target-absolute-in-capitals": b"%m HTTP://LOCALHOST%t HTTP/1.1",
        "target-absolute-other-host": b"%m http://other.example%t HTTP/1.1",
        "target-absolute-no-host": b"%m http://%t HTTP/1.1",
        "target-absolute-with-user": b"%m http://user@localhost%t HTTP/1.1",
        "target-https": b"%m https://localhost%t HTTP/1.1",
        "target-file": b"%m file://%t HTTP/1.1",
        "target-without-slash": b"%m images HTTP/1.1",
        "target-query-flood": b"%m %t?" + b"a=b&" * 1500 + b" HTTP/1.1",
        "target-query-escape-not-utf8": b"%m %t?a=%ff HTTP/1.1",
        "target-long": b"%m %t?" + b"x" * 9000 + b" HTTP/1.1",
        "target-huge": b"%m %t?" + b"x" * 200_000 + b" HTTP/1.1",
        "target-injects-a-header": b"%m %t%0d%0aX-Injected:%201 HTTP/1.1",
        "query-injects-a-header": b"%m %t?next=%0d%0aX-Injected:%201 HTTP/1.1",
        "line-injects-a-header": b"%m %t HTTP/1.1\rX-Injected: 1",
        "http2-preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "tls-hello": bytes.fromhex("16030100c8010000c40303") + bytes(range(100)),
        "noise": bytes(range(256)),
        "json-instead": b'{"jsonrpc": "2.0", "method": "GET"}',
    },
    _line,
)


def _add(draft: Draft, text: bytes) -> None:
    draft.lines.append(text)


HEAD.add_all(
    {
        "field-without-colon": b"X-Other",
        "field-space-before-colon": b"X-Other : 1",
        "field-tab-before-colon": b"X-Other\t: 1",
        "field-without-name": b": 1",
        "field-name-with-space": b"X Other: 1",
        "field-name-with-nul": b"X\x00Other: 1",
        "field-name-with-obs-text": b"X\xff: 1",
        "field-name-with-bracket": b"X(Other): 1",
        "field-name-only-bracket": b"(: 1",
        "field-name-long": b"X" * 5000 + b": 1",
        "field-without-value": b"X-Other:",
        "field-value-nul": b"X-Other: a\x00b",
        "field-value-control": b"X-Other: a\x1bb",
        "field-value-delete": b"X-Other: a\x7fb",
        "field-value-obs-text": b"X-Other: \xff\xfe",
        "field-value-bare-cr": b"X-Other: a\rX-Injected: 1",
        "field-value-bare-lf": b"X-Other: a\nX-Injected: 1",
        "field-value-cr-at-the-end": b"X-Other: a\r",
        "field-value-spaces": b"X-Other:  \t  a \t b \t ",
        "field-folded": b"X-Other: a\r\n b",
        "field-folded-with-tab": b"X-Other: a\r\n\tb",
        "field-folded-empty": b"X-Other: a\r\n ",
        "field-huge": b"X-Other: " + b"y" * 100_000,
        "line-of-spaces": b"   ",
        "cookie-junk": b"Cookie: a=b; ; =; \x80; c",
        "accept-junk": b"Accept: ;;;q=x, */*;q=-1",
        "range": b"Range: bytes=0-0,5-,-1,9-3",
        "if-none-match": b"If-None-Match: *",
        "te-trailers": b"TE: trailers",
        "content-encoding-gzip": b"Content-Encoding: gzip",
        "content-encoding-unknown": b"Content-Encoding: x",
        "method-override": b"X-HTTP-Method-Override: DELETE",
        "expect-continue": b"Expect: 100-continue",
        "expect-continue-in-capitals": b"EXPECT: 100-CONTINUE",
        "expect-unknown": b"Expect: 200-maybe",
        "expect-twice": b"Expect: 100-continue\r\nExpect: 100-continue",
        "expect-empty": b"Expect:",
        "connection-close": b"Connection: close",
        "connection-close-in-a-list": b"Connection: x, Close",
        "connection-keep-alive": b"Connection: keep-alive",
        "connection-both": b"Connection: keep-alive, close",
        "connection-names-a-field": b"Connection: host, content-length, authorization",
        "connection-junk": b"Connection: ,,;,",
        "host-twice": b"Host: localhost",
        "host-twice-different": b"Host: other.example",
        "content-type-twice": b"Content-Type: text/plain",
        "forwarded": b"X-Forwarded-Host: other.example\r\nForwarded: host=other.example",
    },
    _add,
)


def _first(draft: Draft, text: bytes) -> None:
    draft.lines.insert(0, text)


HEAD.add_all(
    {
        "first-field-folded": b" X-Other: 1",
        "first-line-empty-name": b":",
        "first-line-is-another-request-line": b"GET / HTTP/1.1",
    },
    _first,
)


def _host(draft: Draft, text: bytes) -> None:
    draft.lines[:] = [line for line in draft.lines if not line.lower().startswith(b"host:")]
    if text:
        draft.lines.insert(0, text)


HEAD.add_all(
    {
        "host-missing": b"",
        "host-empty": b"Host:",
        "host-with-space": b"Host: a b",
        "host-with-path": b"Host: localhost/x",
        "host-with-user": b"Host: user@localhost",
        "host-list": b"Host: localhost, other",
        "host-port-no-number": b"Host: localhost:x",
        "host-port-huge": b"Host: localhost:99999999",
        "host-bracket-open": b"Host: [::1",
        "host-ipv6": b"Host: [::1]:80",
        "host-quote": b'Host: "><script>',
        "host-obs-text": b"Host: \xc3\xbc.example",
        "host-long": b"Host: " + b"h" * 3000,
        "host-in-capitals": b"HOST: LOCALHOST",
        "host-folded": b"Host:\r\n localhost",
    },
    _host,
)


def _content_type(draft: Draft, text: bytes) -> None:
    draft.settle()
    draft.content_type = text.replace(b"%s", draft.content_type or b"")


HEAD.add_all(
    {
        "content-type-empty": b"",
        "content-type-text": b"text/plain",
        "content-type-octets": b"application/octet-stream",
        "content-type-html": b"text/html",
        "content-type-svg": b"image/svg+xml",
        "content-type-star": b"*/*",
        "content-type-no-slash": b"image",
        "content-type-in-capitals": b"IMAGE/PNG",
        "content-type-parameter": b"%s; q=1",
        "content-type-semicolon": b"%s;",
        "content-type-junk": b"%s junk",
        "content-type-comma": b"%s, text/html",
        "content-type-parameter-twice": b"%s; a=1; a=2",
        "content-type-charset": b"%s; charset=utf-16",
        "content-type-open-quote": b'%s; a="',
        "content-type-long": b"%s; a=" + b"x" * 5000,
        "content-type-obs-text": b"%s; a=\xff",
    },
    _content_type,
    "body",
)


@HEAD.add("content-type-missing", "body")
def _untyped(draft: Draft, change: Change) -> None:
    draft.settle()
    draft.content_type = None


@HEAD.add("names-in-other-case")
def _case(draft: Draft, change: Change) -> None:
    upper = change.rng.random() < 0.5
    for index, line in enumerate(draft.lines):
        name, colon, value = line.partition(b":")
        draft.lines[index] = (name.upper() if upper else name.lower()) + colon + value
    draft.length_name = b"CONTENT-LENGTH" if upper else b"content-length"
    draft.coding_name = b"TRANSFER-ENCODING" if upper else b"transfer-encoding"


@HEAD.add("white-space-around-values")
def _white_space(draft: Draft, change: Change) -> None:
    for index, line in enumerate(draft.lines):
        name, colon, value = line.partition(b":")
        draft.lines[index] = name + colon + change.rng.choice([b"", b"\t", b"   "]) + value.strip()
        draft.lines[index] += change.rng.choice([b"", b" ", b" \t "])


@HEAD.add("fields-in-other-order")
def _order(draft: Draft, change: Change) -> None:
    change.rng.shuffle(draft.lines)
    draft.framing_first = not draft.framing_first


@HEAD.add("field-twice")
def _twice(draft: Draft, change: Change) -> None:
    line = change.rng.choice(draft.lines or [b"X-Other: 1"])
    draft.lines.insert(change.rng.randrange(len(draft.lines) + 1), line)


@HEAD.add("field-twice-with-another-value")
def _twice_other(draft: Draft, change: Change) -> None:
    name = change.rng.choice(draft.lines or [b"X-Other: 1"]).partition(b":")[0]
    draft.lines.insert(change.rng.randrange(len(draft.lines) + 1), name + b": other")


@HEAD.add("field-missing")
def _missing(draft: Draft, change: Change) -> None:
    if draft.lines:
        draft.lines.pop(change.rng.randrange(len(draft.lines)))


@HEAD.add("field-value-changed")
def _changed(draft: Draft, change: Change) -> None:
    if not draft.lines:
        return
    index = change.rng.randrange(len(draft.lines))
    name = draft.lines[index].partition(b":")[0]
    value = change.rng.choice(
        [b"", b"x", b"\xff", b"0", b"y" * 2000, b"a, b", b'"', b"%00", b"null"]
    )
    draft.lines[index] = name + b": " + value


@HEAD.add("many-fields")
def _many(draft: Draft, change: Change) -> None:
    count = change.rng.choice([50, 101, 1000, 5000])
    draft.lines += [b"X-%d: y" % number for number in range(count)]


@HEAD.add("line-feeds-only")
def _line_feeds(draft: Draft, change: Change) -> None:
    draft.eol = b"\n"


@HEAD.add("carriage-returns-only")
def _carriage_returns(draft: Draft, change: Change) -> None:
    draft.eol = b"\r"


@HEAD.add("doubled-carriage-returns")
def _doubled(draft: Draft, change: Change) -> None:
    draft.eol = b"\r\r\n"


@HEAD.add("head-ends-with-line-feed")
def _end_line_feed(draft: Draft, change: Change) -> None:
    draft.head_end = b"\n"


@HEAD.add("head-does-not-end")
def _open(draft: Draft, change: Change) -> None:
    draft.head_end = b""


@HEAD.add("one-line-feed")
def _one_line_feed(draft: Draft, change: Change) -> None:
    """One line of the head ends without its carriage return."""
    if not draft.lines:
        return
    index = change.rng.randrange(len(draft.lines))
    following = draft.lines[index + 1 : index + 2] or [b"X-Other: 1"]
    draft.lines[index : index + 2] = [draft.lines[index] + b"\n" + following[0]]


@HEAD.add("empty-lines-before")
def _empty_lines(draft: Draft, change: Change) -> None:
    draft.before += change.rng.choice([CRLF, CRLF * 2, b"\n", b"\r", CRLF * 500])


@HEAD.add("byte-before")
def _byte_before(draft: Draft, change: Change) -> None:
    draft.before += change.rng.choice([b"\x00", b"\xef\xbb\xbf", b" ", b"\t", b"\xff"])
