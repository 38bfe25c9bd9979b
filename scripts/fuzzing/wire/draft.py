"""A request in the making: every piece of it can be made wrong on its own before it becomes
bytes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

CRLF = b"\r\n"


@dataclass(slots=True)
class PartDraft:
    """One part of a form: header lines without their ends, and its bytes."""

    headers: list[bytes]
    data: bytes

    @property
    def name(self) -> bytes:
        """Its name as its first header states it."""
        return b"".join(self.headers[:1]).partition(b'name="')[2].partition(b'"')[0]


@dataclass(slots=True)
class FormDraft:
    """A multipart body. `boundary` delimits the parts; `stated` is the parameter in Content-Type,
    None for the same; `closing` None is the right one.
    """

    boundary: bytes
    parts: list[PartDraft]
    stated: bytes | None = None
    closing: bytes | None = None
    preamble: bytes = b""
    epilogue: bytes = b""
    eol: bytes = CRLF

    @property
    def content_type(self) -> bytes:
        stated = b"; boundary=" + self.boundary if self.stated is None else self.stated
        return b"multipart/form-data" + stated

    def render(self) -> bytes:
        pieces = [self.preamble]
        for part in self.parts:
            pieces += [b"--", self.boundary, self.eol]
            for line in part.headers:
                pieces += [line, self.eol]
            pieces += [self.eol, part.data, self.eol]
        closing = b"--" + self.boundary + b"--" + self.eol if self.closing is None else self.closing
        return b"".join([*pieces, closing, self.epilogue])


@dataclass(slots=True)
class ChunkDraft:
    """A chunk: the text of its size line, its bytes, and what ends each."""

    size: bytes
    data: bytes
    line_end: bytes = CRLF
    data_end: bytes = CRLF


@dataclass(slots=True)
class Delivery:
    """How the bytes reach the server.

    `cuts` are offsets at which a packet ends; `pause` is the seconds between packets. `end` is what
    follows the last one: "wait" for the answer, "fin" (half close), "rst" (reset), or "close".
    """

    cuts: tuple[int, ...] = ()
    pause: float = 0.0
    end: str = "wait"

    @property
    def slow(self) -> bool:
        return self.pause > 0


@dataclass(slots=True)
class Draft:
    """A request. `lines` are header lines without their ends and without what frames the body:
    `lengths` and `codings` are the values of Content-Length and Transfer-Encoding, `lengths` None
    for the true one; `chunks` is the body in pieces, None while it has a length.
    """

    method: bytes
    target: bytes
    lines: list[bytes]
    content_type: bytes | None = None
    body: bytes | None = None
    form: FormDraft | None = None
    version: bytes = b"HTTP/1.1"
    request_line: bytes | None = None
    eol: bytes = CRLF
    head_end: bytes | None = None
    framing_first: bool = False
    lengths: list[bytes] | None = None
    codings: list[bytes] = field(default_factory=list[bytes])
    chunks: list[ChunkDraft] | None = None
    trailer: bytes = b"0\r\n\r\n"
    length_name: bytes = b"Content-Length"
    coding_name: bytes = b"Transfer-Encoding"
    before: bytes = b""
    after: bytes = b""
    cut: int | None = None
    delivery: Delivery = field(default_factory=Delivery)

    def copy(self) -> Draft:
        """A draft that can be changed without changing this one."""
        form = self.form
        if form is not None:
            parts = [PartDraft(list(part.headers), part.data) for part in form.parts]
            form = replace(form, parts=parts)
        return replace(
            self,
            lines=list(self.lines),
            form=form,
            codings=list(self.codings),
            delivery=replace(self.delivery),
        )

    def content(self) -> bytes:
        """The body before its framing."""
        if self.form is not None:
            return self.form.render()
        return self.body or b""

    def framed(self) -> bool:
        """Whether the request has a body that is framed."""
        return self.form is not None or self.body is not None

    def settle(self) -> None:
        """Turn the form into plain bytes with their Content-Type: from now on only framing and head
        change.
        """
        if self.form is not None:
            self.content_type = self.form.content_type
            self.body = self.form.render()
            self.form = None

    def chunk(self, size: int) -> list[ChunkDraft]:
        """Send the body in chunks of this size; the chunks can be changed."""
        if self.chunks is None:
            body = self.content()
            pieces = [body[start : start + size] for start in range(0, len(body), size)]
            self.chunks = [ChunkDraft(b"%x" % len(piece), piece) for piece in pieces]
            self.lengths = []
            self.codings = self.codings or [b"chunked"]
        return self.chunks

    def render(self) -> bytes:
        """All bytes that are sent."""
        self.settle()
        body = self.content()
        if self.chunks is not None:
            body = b"".join(
                chunk.size + chunk.line_end + chunk.data + chunk.data_end for chunk in self.chunks
            )
            body += self.trailer
        lengths = self.lengths
        if lengths is None:
            lengths = [b"%d" % len(body)] if self.body is not None else []
        framing = [self.length_name + b": " + value for value in lengths]
        framing += [self.coding_name + b": " + value for value in self.codings]
        typed = [b"Content-Type: " + self.content_type] if self.content_type is not None else []
        lines = (
            [*framing, *self.lines, *typed]
            if self.framing_first
            else [*self.lines, *typed, *framing]
        )
        first = self.request_line
        if first is None:
            first = b"%s %s %s" % (self.method, self.target, self.version)
        end = self.eol if self.head_end is None else self.head_end
        head = self.eol.join([first, *lines]) + self.eol + end
        data = self.before + head + body + self.after
        return data if self.cut is None else data[: self.cut]
