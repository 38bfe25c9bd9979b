"""Bodies whose length is stated wrongly, doubtfully, or in chunks of every kind."""

from __future__ import annotations

from scripts.fuzzing.wire.draft import CRLF, ChunkDraft, Draft
from scripts.fuzzing.wire.mutation import Change, Table

FRAMING = Table("framing")


def _size(draft: Draft) -> int:
    return len(draft.content())


def _length(draft: Draft, text: bytes) -> None:
    """State these lengths, one field per line; `%n`, `%h`, `%x` stand for the true one, the half
    and the true one in hexadecimal.
    """
    draft.settle()
    draft.body = draft.body or b""
    size = _size(draft)
    text = text.replace(b"%n", b"%d" % size).replace(b"%h", b"%d" % (size // 2))
    draft.lengths = text.replace(b"%x", b"%x" % size).split(b"\n") if text else []


FRAMING.add_all(
    {
        "length-missing": b"",
        "length-empty": b" ",
        "length-zero": b"0",
        "length-half": b"%h",
        "length-plus": b"+%n",
        "length-negative": b"-%n",
        "length-minus-one": b"-1",
        "length-list-of-equal": b"%n, %n",
        "length-list-of-different": b"%n, 0",
        "length-list-ends-empty": b"%n,",
        "length-twice-equal": b"%n\n%n",
        "length-twice-zero-last": b"%n\n0",
        "length-twice-zero-first": b"0\n%n",
        "length-twice-half": b"%n\n%h",
        "length-hexadecimal": b"0x%x",
        "length-with-underscore": b"%n_0",
        "length-with-point": b"%n.0",
        "length-with-exponent": b"1e1",
        "length-with-zeros": b"00000%n",
        "length-with-spaces": b"  %n \t",
        "length-with-space-inside": b"1 %n",
        "length-with-semicolon": b"%n; x",
        "length-with-nul": b"%n\x00",
        "length-quoted": b'"%n"',
        "length-superscript": b"\xb2",
        "length-arabic-digits": "٣".encode(),
        "length-huge": b"9" * 30,
        "length-2^31": b"2147483648",
        "length-2^63": b"9223372036854775808",
        "length-2^64": b"18446744073709551616",
        "length-of-digits": b"1" * 5000,
        "length-a-word": b"chunked",
    },
    _length,
)


@FRAMING.add("length-too-short", "body")
def _short(draft: Draft, change: Change) -> None:
    _length(draft, b"%d" % max(0, _size(draft) - change.rng.choice([1, 2, 3, 20])))


@FRAMING.add("length-too-long")
def _long(draft: Draft, change: Change) -> None:
    _length(draft, b"%d" % (_size(draft) + change.rng.choice([1, 2, 5, 1000])))


@FRAMING.add("body-huge", "body")
def _huge(draft: Draft, change: Change) -> None:
    draft.settle()
    draft.body = (draft.body or b"") + bytes(change.rng.choice([70_000, 300_000, 2_500_000]))


@FRAMING.add("body-tiny", "body")
def _tiny(draft: Draft, change: Change) -> None:
    draft.settle()
    draft.body = (draft.body or b"")[: change.rng.choice([0, 1, 2, 8])]


@FRAMING.add("body-where-none-is-wanted")
def _unwanted(draft: Draft, change: Change) -> None:
    draft.settle()
    if draft.body is None:
        draft.body = change.rng.choice([b"x", b"{}", b"GET / HTTP/1.1\r\n\r\n"])


@FRAMING.add("chunks")
def _chunks(draft: Draft, change: Change) -> None:
    """A good chunked body."""
    draft.chunk(change.rng.choice([1, 3, 16, 1000]))


@FRAMING.add("chunks-beside-length")
def _both(draft: Draft, change: Change) -> None:
    draft.chunk(1000)
    whole = sum(len(c.size + c.line_end + c.data + c.data_end) for c in draft.chunks or []) + len(
        draft.trailer
    )
    draft.lengths = [change.rng.choice([b"%d" % whole, b"0", b"%d" % _size(draft), b"5"])]
    draft.framing_first = change.rng.random() < 0.5


def _coding(draft: Draft, text: bytes) -> None:
    draft.chunk(1000)
    draft.codings = text.split(b"\n")


FRAMING.add_all(
    {
        "coding-in-capitals": b"CHUNKED",
        "coding-xchunked": b"xchunked",
        "coding-chunkedx": b"chunkedx",
        "coding-empty": b"",
        "coding-identity": b"identity",
        "coding-identity-and-chunked": b"identity\nchunked",
        "coding-chunked-identity": b"chunked, identity",
        "coding-gzip": b"gzip",
        "coding-gzip-chunked": b"gzip, chunked",
        "coding-chunked-gzip": b"chunked, gzip",
        "coding-twice": b"chunked\nchunked",
        "coding-twice-in-one": b"chunked, chunked",
        "coding-other-second": b"chunked\nx",
        "coding-other-first": b"x\nchunked",
        "coding-with-parameter": b"chunked;q=1",
        "coding-quoted": b'"chunked"',
        "coding-with-vertical-tab": b"\x0bchunked",
        "coding-with-nul": b"chunked\x00",
        "coding-cut": b"chunke",
        "coding-comma": b",chunked x",
    },
    _coding,
)


@FRAMING.add("coding-hidden-by-space")
def _hidden_coding(draft: Draft, change: Change) -> None:
    """A Transfer-Encoding that some read and some do not, beside a length."""
    draft.chunk(1000)
    draft.coding_name = change.rng.choice(
        [
            b"Transfer-Encoding ",
            b"\x00Transfer-Encoding",
            b"Transfer_Encoding\t",
            b" Transfer-Encoding",
        ]
    )
    draft.lengths = [b"5"]


@FRAMING.add("coding-in-http-1.0")
def _old(draft: Draft, change: Change) -> None:
    draft.chunk(1000)
    draft.version = b"HTTP/1.0"


@FRAMING.add("coding-without-chunks", "body")
def _unchunked(draft: Draft, change: Change) -> None:
    draft.settle()
    draft.lengths = []
    draft.codings = [b"chunked"]


def _chunk(draft: Draft) -> ChunkDraft:
    """The first chunk of a chunked body that has one."""
    chunks = draft.chunk(1000)
    if not chunks:
        chunks.append(ChunkDraft(b"5", b"hello"))
    return chunks[0]


def _chunk_size(draft: Draft, text: bytes) -> None:
    """Replace a chunk's size line; `%x` stands for the right size."""
    chunk = _chunk(draft)
    chunk.size = text.replace(b"%x", b"%x" % len(chunk.data))


FRAMING.add_all(
    {
        "size-0x": b"0x%x",
        "size-plus": b"+%x",
        "size-negative": b"-%x",
        "size-empty": b"",
        "size-a-word": b"zz",
        "size-underscore": b"%x_0",
        "size-space-before": b" %x",
        "size-space-after": b"%x ",
        "size-tab-after": b"%x\t",
        "size-with-zeros": b"0000%x",
        "size-with-many-zeros": b"0" * 300 + b"%x",
        "size-with-nul": b"%x\x00",
        "size-huge": b"f" * 16,
        "size-very-huge": b"f" * 400,
        "size-one-more": b"%x1",
        "size-point": b"%x.0",
        "size-comma": b"%x,%x",
        "size-superscript": b"\xb2",
        "extension": b"%x;a=b",
        "extension-quoted": b'%x;a="b;c"',
        "extension-no-value": b"%x;a",
        "extension-spaces": b"%x ; a = b",
        "extension-empty": b"%x;",
        "extension-no-name": b"%x;=b",
        "extension-no-semicolon": b"%x a=b",
        "extension-open-quote": b'%x;a="b',
        "extension-control": b"%x;a=\x01",
        "extension-obs-text": b"%x;a=\xff",
        "extension-line-feed": b"%x;a\nb",
        "extension-carriage-return": b"%x;a\rb",
        "extension-long": b"%x;a=" + b"x" * 20_000,
    },
    _chunk_size,
)


@FRAMING.add("size-in-other-case")
def _hex_case(draft: Draft, change: Change) -> None:
    for chunk in draft.chunk(change.rng.choice([10, 27, 171])):
        chunk.size = chunk.size.upper()


@FRAMING.add("size-too-small")
def _size_small(draft: Draft, change: Change) -> None:
    chunk = _chunk(draft)
    chunk.size = b"%x" % max(1, len(chunk.data) - change.rng.choice([1, 2, 3]))


@FRAMING.add("size-too-large")
def _size_large(draft: Draft, change: Change) -> None:
    chunk = _chunk(draft)
    chunk.size = b"%x" % (len(chunk.data) + change.rng.choice([1, 2, 3, 100]))


@FRAMING.add("size-line-ends-with-line-feed")
def _size_line_feed(draft: Draft, change: Change) -> None:
    _chunk(draft).line_end = change.rng.choice([b"\n", b"\r", b"\r\r\n", b"\n\r"])


@FRAMING.add("chunk-ends-wrongly")
def _chunk_end(draft: Draft, change: Change) -> None:
    _chunk(draft).data_end = change.rng.choice([b"", b"\n", b"\r", b"\r\n\r\n", b"XX", b"\n\n"])


@FRAMING.add("many-extensions")
def _many_extensions(draft: Draft, change: Change) -> None:
    for chunk in draft.chunk(1)[:200]:
        chunk.size += b";" + b"e" * 500


def _trailer(draft: Draft, text: bytes) -> None:
    draft.chunk(1000)
    draft.trailer = text


FRAMING.add_all(
    {
        "last-chunk-missing": b"",
        "last-chunk-cut": b"0",
        "last-chunk-without-end": b"0\r\n",
        "last-chunk-line-feeds": b"0\n\n",
        "last-chunk-many-zeros": b"00000\r\n\r\n",
        "last-chunk-extension": b"0;a=b\r\n\r\n",
        "last-chunk-negative": b"-0\r\n\r\n",
        "trailer": b"0\r\nX-Trailer: 1\r\n\r\n",
        "trailer-injected": b"0\r\nContent-Length: 7\r\nHost: other\r\n\r\n",
        "trailer-authorization": b"0\r\nAuthorization: Bearer x\r\n\r\n",
        "trailer-no-colon": b"0\r\nX-Trailer\r\n\r\n",
        "trailer-folded": b"0\r\nX-Trailer: 1\r\n 2\r\n\r\n",
        "trailer-nul": b"0\r\nX-Trailer: \x00\r\n\r\n",
        "trailer-line-feed": b"0\r\nX-Trailer: 1\n\r\n",
        "trailer-many": b"0\r\n" + b"X-Trailer: 1\r\n" * 3000 + b"\r\n",
        "trailer-a-request": b"0\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "trailer-does-not-end": b"0\r\nX-Trailer: 1\r\n",
    },
    _trailer,
)


@FRAMING.add("request-behind-both-framings")
def _smuggle_cl_te(draft: Draft, change: Change) -> None:
    """A request that who takes the length reads as a body, and who takes the chunks does not."""
    draft.settle()
    draft.body = b"0\r\n\r\n" + change.other
    draft.codings = [
        change.rng.choice([b"chunked", b"Chunked", b"xchunked", b"identity", b" chunked"])
    ]


@FRAMING.add("request-behind-chunks-of-a-short-length")
def _smuggle_te_cl(draft: Draft, change: Change) -> None:
    """A request in a chunk, where a short length ends the body before it."""
    draft.settle()
    line = b"%x" % len(change.other)
    draft.chunks = [ChunkDraft(line, change.other)]
    draft.lengths = [b"%d" % len(line + CRLF)]
    draft.codings = [b"chunked"]


@FRAMING.add("request-in-the-body")
def _smuggle_body(draft: Draft, change: Change) -> None:
    """Whoever does not read the body takes it for a request."""
    draft.settle()
    draft.body = change.other
    draft.lengths = None
    draft.chunks = None
    if change.rng.random() < 0.3:
        draft.chunk(1000)


@FRAMING.add("request-in-a-refused-body")
def _smuggle_refused(draft: Draft, change: Change) -> None:
    """The same where the credentials are refused before the body is read."""
    _smuggle_body(draft, change)
    draft.lines = [line for line in draft.lines if line.lower().startswith(b"host:")]


@FRAMING.add("request-behind-two-lengths")
def _smuggle_lengths(draft: Draft, change: Change) -> None:
    draft.settle()
    body = draft.body or b""
    draft.body = body + change.other
    lengths = [b"%d" % len(body), b"%d" % len(draft.body)]
    draft.lengths = lengths if change.rng.random() < 0.5 else lengths[::-1]


@FRAMING.add("request-in-a-chunk-extension")
def _smuggle_extension(draft: Draft, change: Change) -> None:
    chunk = _chunk(draft)
    chunk.size += b";\n" + b"x" * 10 + CRLF + b"0\r\n\r\n" + change.other
