"""Multipart bodies whose framing is wrong, or right in a way that is seldom seen."""

from __future__ import annotations

import re

from scripts.fuzzing.wire.draft import CRLF, Draft, FormDraft, PartDraft
from scripts.fuzzing.wire.mutation import Change, Table

FORM = Table("form")


def _form(draft: Draft) -> FormDraft:
    assert draft.form is not None
    return draft.form


def _reparameter(draft: Draft, text: bytes) -> None:
    """Replace the parameters of Content-Type; `%s` stands for the boundary."""
    form = _form(draft)
    form.stated = text.replace(b"%s", form.boundary)


FORM.add_all(
    {
        "boundary-missing": b"",
        "boundary-empty": b"; boundary=",
        "boundary-quoted": b'; boundary="%s"',
        "boundary-quote-open": b'; boundary="%s',
        "boundary-in-apostrophes": b"; boundary='%s'",
        "boundary-name-in-capitals": b"; BOUNDARY=%s",
        "boundary-of-another-body": b"; boundary=another",
        "boundary-is-a-prefix": b"; boundary=wire-fuzzer",
        "boundary-longer-than-in-the-body": b"; boundary=%sX",
        "boundary-twice": b"; boundary=%s; boundary=other",
        "boundary-twice-other-first": b"; boundary=other; boundary=%s",
        "boundary-after-another-parameter": b"; charset=utf-8; boundary=%s",
        "boundary-with-a-comma": b"; boundary=%s, text/plain",
        "boundary-space-around-equals": b"; boundary = %s",
        "boundary-continued": b"; boundary*0=%s",
        "boundary-extended": b"; boundary*=utf-8''%s",
        "boundary-without-semicolon": b" boundary=%s",
        "boundary-bare-tail": b"; boundary=%s;",
        "boundary-with-junk": b'; boundary="%s"junk',
    },
    _reparameter,
    "form",
)


def _rebound(draft: Draft, text: bytes) -> None:
    """Use another boundary, stated quoted."""
    form = _form(draft)
    form.boundary = text
    form.stated = b'; boundary="' + text + b'"'


FORM.add_all(
    {
        "boundary-with-space-inside": b"a b",
        "boundary-ends-with-space": b"ab ",
        "boundary-is-a-space": b" ",
        "boundary-of-70": b"b" * 70,
        "boundary-of-71": b"b" * 71,
        "boundary-of-2000": b"b" * 2000,
        "boundary-of-one": b"b",
        "boundary-of-dashes": b"-" * 20,
        "boundary-ends-with-dashes": b"ab--",
        "boundary-all-characters": b"'()+_,-./:=?aZ9",
        "boundary-not-of-its-grammar": b"a@b",
        "boundary-with-obs-text": b"a\xffb",
    },
    _rebound,
    "form",
)


def _close(draft: Draft, text: bytes) -> None:
    form = _form(draft)
    form.closing = text.replace(b"%s", form.boundary)


FORM.add_all(
    {
        "closing-missing": b"",
        "closing-one-dash": b"--%s-\r\n",
        "closing-is-a-delimiter": b"--%s\r\n",
        "closing-no-dashes-no-line": b"--%s",
        "closing-without-line": b"--%s--",
        "closing-cut": b"--%s"[:-1],
        "closing-with-garbage": b"--%s--garbage\r\n",
        "closing-with-padding": b"--%s-- \t\r\n",
        "closing-with-line-feed": b"--%s--\n",
        "closing-twice": b"--%s--\r\n--%s--\r\n",
        "closing-of-another-boundary": b"--other--\r\n",
        "closing-in-capitals": b"--WIRE-FUZZER-7MA4YWXKTRZU0GW--\r\n",
    },
    _close,
    "form",
)


@FORM.add("line-feeds-only", "form")
def _line_feeds(draft: Draft, change: Change) -> None:
    _form(draft).eol = b"\n"


@FORM.add("carriage-returns-only", "form")
def _carriage_returns(draft: Draft, change: Change) -> None:
    _form(draft).eol = b"\r"


@FORM.add("preamble", "form")
def _preamble(draft: Draft, change: Change) -> None:
    _form(draft).preamble = change.rng.choice([b"preamble\r\n", CRLF, b"a\r\n\r\nb\r\n", CRLF * 3])


@FORM.add("preamble-without-line-end", "form")
def _preamble_glued(draft: Draft, change: Change) -> None:
    _form(draft).preamble = b"preamble"


@FORM.add("epilogue", "form")
def _epilogue(draft: Draft, change: Change) -> None:
    _form(draft).epilogue = change.rng.choice([b"epilogue", b"epilogue\r\n", CRLF, b"x" * 5000])


@FORM.add("part-after-the-end", "form")
def _part_after_end(draft: Draft, change: Change) -> None:
    form = _form(draft)
    form.epilogue = FormDraft(form.boundary, form.parts[:1]).render()


@FORM.add("no-parts", "form")
def _no_parts(draft: Draft, change: Change) -> None:
    _form(draft).parts.clear()


@FORM.add("nothing-at-all", "form")
def _nothing(draft: Draft, change: Change) -> None:
    form = _form(draft)
    form.parts.clear()
    form.closing = b""


@FORM.add("part-missing", "form")
def _part_missing(draft: Draft, change: Change) -> None:
    form = _form(draft)
    form.parts.pop(change.rng.randrange(len(form.parts)))


@FORM.add("part-twice", "form")
def _part_twice(draft: Draft, change: Change) -> None:
    form = _form(draft)
    form.parts.append(change.rng.choice(form.parts))


@FORM.add("part-undocumented", "form")
def _part_undocumented(draft: Draft, change: Change) -> None:
    form = _form(draft)
    header = b'Content-Disposition: form-data; name="%s"' % change.rng.choice(
        [b"admin", b"__proto__", b"x" * 300, b"_charset_", "büro".encode(), b"file[]"]
    )
    form.parts.insert(change.rng.randrange(len(form.parts) + 1), PartDraft([header], b"1"))


@FORM.add("many-parts", "form")
def _many_parts(draft: Draft, change: Change) -> None:
    form = _form(draft)
    form.parts *= change.rng.choice([30, 300])


@FORM.add("part-nested", "form")
def _nested(draft: Draft, change: Change) -> None:
    form = _form(draft)
    inner = FormDraft(b"inner", form.parts[:]).render()
    headers = form.parts[-1].headers[:1]
    form.parts[-1] = PartDraft([*headers, b"Content-Type: multipart/mixed; boundary=inner"], inner)


@FORM.add("part-delimiter-with-junk", "form")
def _delimiter_junk(draft: Draft, change: Change) -> None:
    form = _form(draft)
    junk = change.rng.choice([b"junk", b" junk", b"-", b"-x", b"\x00"])
    # The first delimiter is written as the preamble's end.
    form.preamble = b"--" + form.boundary + junk + CRLF
    first = form.parts[0]
    form.preamble += CRLF.join([*first.headers, b"", first.data, b""])
    del form.parts[0]


@FORM.add("content-holds-the-boundary", "form")
def _boundary_in_content(draft: Draft, change: Change) -> None:
    form = _form(draft)
    part = change.rng.choice(form.parts)
    inside = change.rng.choice(
        [b"\r\n--%s", b"\r\n--%s\r\n", b"\r\n--%s--\r\n", b"\r\n--%sX\r\n", b"\n--%s\n", b"--%s"]
    )
    part.data += inside.replace(b"%s", form.boundary) + b"tail"


@FORM.add("content-almost-holds-the-boundary", "form")
def _almost_boundary(draft: Draft, change: Change) -> None:
    form = _form(draft)
    end = change.rng.randrange(len(form.boundary) + 1)
    form.parts[-1].data += b"\r\n--" + form.boundary[:end]


@FORM.add("content-holds-a-part", "form")
def _part_in_content(draft: Draft, change: Change) -> None:
    form = _form(draft)
    form.parts[-1].data += (
        b"\r\n--" + form.boundary + b'\r\nContent-Disposition: form-data; name="admin"\r\n\r\n1'
    )


@FORM.add("part-empty", "form")
def _part_empty(draft: Draft, change: Change) -> None:
    change.rng.choice(_form(draft).parts).data = b""


@FORM.add("part-of-line-breaks", "form")
def _part_line_breaks(draft: Draft, change: Change) -> None:
    part = change.rng.choice(_form(draft).parts)
    part.data = change.rng.choice([b"\r\n", b"\r", b"\n", b"\r\n\r\n", b"\r\r\n"]) + part.data


@FORM.add("part-without-headers", "form")
def _part_headless(draft: Draft, change: Change) -> None:
    change.rng.choice(_form(draft).parts).headers.clear()


@FORM.add("part-headers-do-not-end", "form")
def _part_headers_open(draft: Draft, change: Change) -> None:
    form = _form(draft)
    disposition = b'Content-Disposition: form-data; name="x"'
    form.closing = CRLF.join(
        [b"--" + form.boundary, disposition, b"--" + form.boundary + b"--\r\n"]
    )


def _redispose(draft: Draft, text: bytes) -> None:
    """Replace the last part's Content-Disposition; `%s` stands for its name."""
    part = _form(draft).parts[-1]
    part.headers[:1] = [b"Content-Disposition:" + text.replace(b"%s", part.name)]


FORM.add_all(
    {
        "name-missing": b" form-data",
        "name-missing-but-filename": b' form-data; filename="a.png"',
        "name-empty": b' form-data; name=""; filename="a.png"',
        "name-unquoted": b" form-data; name=%s; filename=a.png",
        "name-twice": b' form-data; name="%s"; name="other"; filename="a.png"',
        "name-twice-other-first": b' form-data; name="other"; name="%s"; filename="a.png"',
        "name-open-quote": b' form-data; name="%s; filename="a.png"',
        "name-in-capitals": b' form-data; NAME="%s"; filename="a.png"',
        "name-with-escape": b' form-data; name="%s\\""; filename="a.png"',
        "name-extended": b" form-data; name*=utf-8''%s; filename=\"a.png\"",
        "name-with-nul": b' form-data; name="%s\x00"; filename="a.png"',
        "disposition-attachment": b' attachment; name="%s"; filename="a.png"',
        "disposition-in-capitals": b' FORM-DATA; name="%s"; filename="a.png"',
        "disposition-empty": b"",
        "disposition-junk": b' form-data; name="%s"; ???; filename="a.png"',
        "disposition-no-space": b'form-data;name="%s";filename="a.png"',
        "filename-missing": b' form-data; name="%s"',
        "filename-empty": b' form-data; name="%s"; filename=""',
        "filename-a-path": b' form-data; name="%s"; filename="../../../etc/passwd"',
        "filename-windows-path": b' form-data; name="%s"; filename="C:\\up\\a.png"',
        "filename-nul": b' form-data; name="%s"; filename="a\x00.png"',
        "filename-raw-utf8": b' form-data; name="%s"; filename="\xc3\xbc.png"',
        "filename-not-utf8": b' form-data; name="%s"; filename="\xff\xfe.png"',
        "filename-percent": b' form-data; name="%s"; filename="%22%0d%0a.png"',
        "filename-extended": b" form-data; name=\"%s\"; filename*=UTF-8''%c3%bc.png",
        "filename-extended-broken": b" form-data; name=\"%s\"; filename*=UTF-8''%zz",
        "filename-extended-unknown-charset": b" form-data; name=\"%s\"; filename*=x-y''a",
        "filename-twice": b' form-data; name="%s"; filename="a.png"; filename="b.php"',
        "filename-long": b' form-data; name="%s"; filename="' + b"f" * 3000 + b'.png"',
        "filename-dots": b' form-data; name="%s"; filename=".."',
        "filename-script": b' form-data; name="%s"; filename="<script>alert(1)</script>"',
    },
    _redispose,
    "form",
)


def _part_header(draft: Draft, text: bytes) -> None:
    _form(draft).parts[-1].headers.append(text)


FORM.add_all(
    {
        "part-disposition-twice": b'Content-Disposition: form-data; name="other"',
        "part-type-twice": b"Content-Type: text/html",
        "part-encoded-base64": b"Content-Transfer-Encoding: base64",
        "part-encoded-quoted-printable": b"Content-Transfer-Encoding: quoted-printable",
        "part-encoded-binary": b"Content-Transfer-Encoding: binary",
        "part-length-wrong": b"Content-Length: 3",
        "part-header-unknown": b"X-Other: 1",
        "part-header-no-colon": b"X-Other",
        "part-header-no-name": b": 1",
        "part-header-space-before-colon": b"X-Other : 1",
        "part-header-nul": b"X-Other: a\x00b",
        "part-header-long": b"X-Other: " + b"x" * 20000,
        "part-header-injected": b"X-Other: a\r\n\r\nb",
    },
    _part_header,
    "form",
)


@FORM.add("part-header-flood", "form")
def _header_flood(draft: Draft, change: Change) -> None:
    count = change.rng.choice([20, 200, 2000])
    _form(draft).parts[-1].headers += [b"X-%d: y" % number for number in range(count)]


@FORM.add("part-wrong-content-type", "form")
def _part_type(draft: Draft, change: Change) -> None:
    part = _form(draft).parts[-1]
    typed = change.rng.choice(
        [b"text/html", b"application/x-php", b"image/svg+xml", b"image", b"", b"image/png/x", b";"]
    )
    part.headers[:] = [
        line for line in part.headers if not re.match(rb"content-type:", line, re.IGNORECASE)
    ]
    part.headers.append(b"Content-Type: " + typed)


@FORM.add("disposition-is-no-first-header", "form")
def _reordered(draft: Draft, change: Change) -> None:
    _form(draft).parts[-1].headers.reverse()


@FORM.add("part-header-names-in-capitals", "form")
def _capitals(draft: Draft, change: Change) -> None:
    for part in _form(draft).parts:
        for index, line in enumerate(part.headers):
            name, colon, value = line.partition(b":")
            part.headers[index] = name.upper() + colon + value


@FORM.add("form-of-another-subtype", "form")
def _subtype(draft: Draft, change: Change) -> None:
    form = _form(draft)
    draft.settle()
    kind = change.rng.choice(
        [b"multipart/mixed", b"multipart/related", b"multipart/*", b"form-data"]
    )
    draft.content_type = kind + b"; boundary=" + form.boundary


@FORM.add("form-bytes-damaged", "form")
def _damaged(draft: Draft, change: Change) -> None:
    """Cut, double or overwrite some bytes of the whole body."""
    draft.settle()
    body = bytearray(draft.body or b"")
    rng = change.rng
    start = rng.randrange(len(body) + 1)
    end = min(len(body), start + rng.randrange(1, 20))
    match rng.randrange(3):
        case 0:
            del body[start:end]
        case 1:
            body[start:start] = body[start:end]
        case _:
            body[start:end] = rng.randbytes(end - start)
    draft.body = bytes(body)
