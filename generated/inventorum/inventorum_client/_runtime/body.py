# Copied by scripts/codegen.py from overrides/runtime/body.py; do not edit.
"""Request bodies: JSON, forms, multipart and raw files, each with headers and a stream.

A body is prepared once per attempt (``open``/``aopen``) and then streamed. Its headers always tell
the truth about the stream: a length that is known is sent as ``Content-Length``, any other body
goes chunked. After the last attempt it is closed.
"""

from __future__ import annotations

import secrets
from collections.abc import (
    AsyncGenerator,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing, closing
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

import msgspec

from .encoding import to_json
from .errors import APIError, ConfigurationError
from .files import File, Upload, attachment_disposition, form_data_disposition, refuse_line_breaks
from .model import Model
from .parameters import query_pairs
from .shapes import is_array
from .source import BytesSource, Source

Headers: TypeAlias = dict[str, str]

OnProgress: TypeAlias = Callable[[int, int | None], object]
"""Gets the bytes of the body sent so far and their total, None when that is unknown.

It is called with 0 when an attempt begins, then each time the connection took a chunk, in the
thread or event loop of the caller; a further attempt begins at 0 again. What it raises ends the
upload and gets to the caller unchanged.
"""


class Body(Protocol):
    """What a request carries."""

    on_progress: OnProgress | None

    @property
    def replayable(self) -> bool:
        """Whether every file can be read from its start again."""
        ...

    def open(self) -> tuple[Headers, Sequence[Source]]:
        """Begin an attempt: headers and the sources to :func:`stream` one after the other."""
        ...

    async def aopen(self) -> tuple[Headers, Sequence[Source]]:
        """The same for the async client and :func:`astream`."""
        ...

    def close(self) -> None:
        """Close what the attempts left open: the files given as paths."""
        ...


class BytesBody:
    """A body that is in memory."""

    replayable = True

    def __init__(self, content: bytes, content_type: str) -> None:
        self.on_progress: OnProgress | None = None
        self.content, self.content_type = content, content_type

    def open(self) -> tuple[Headers, Sequence[Source]]:
        """Begin an attempt."""
        headers = {"Content-Type": self.content_type}
        return _opened(headers, [BytesSource(self.content)], self.on_progress)

    async def aopen(self) -> tuple[Headers, Sequence[Source]]:
        """The same for the async client."""
        return self.open()

    def close(self) -> None:
        """Nothing is open."""


def json_body(value: Any, content_type: str = "application/json", expected: Any = Any) -> BytesBody:
    """A JSON body of a model, mapping, sequence or scalar.

    Raises:
        ConfigurationError: JSON cannot express it, or it is not of the type ``expected``; keys may
            be missing.
    """
    try:
        content = to_json(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"the body cannot be sent: {error}") from None
    if expected is not Any:
        from .admission import check_json  # the decoder is for those who need it

        check_json(content, expected)
    return BytesBody(content, content_type)


def form_body(fields: Model | Mapping[str, Any]) -> BytesBody:
    """An ``application/x-www-form-urlencoded`` body."""
    pairs = [pair for name, value in _fields(fields) for pair in query_pairs(name, value)]
    return BytesBody(urlencode(pairs).encode(), "application/x-www-form-urlencoded")


def text_body(value: str, content_type: str) -> BytesBody:
    """A text body in UTF-8."""
    return BytesBody(value.encode(), content_type)


class RawBody:
    """A file as the whole body. Its media type and name come from the file itself."""

    def __init__(self, file: File, documented: tuple[str, ...], *, disposition: bool) -> None:
        self.on_progress: OnProgress | None = None
        self._upload = Upload(file, documented)
        self._disposition = disposition

    @property
    def replayable(self) -> bool:
        """Whether the file can be read from its start again."""
        return self._upload.source.replayable

    def open(self) -> tuple[Headers, Sequence[Source]]:
        """Begin an attempt."""
        return self._opened(*self._upload.describe())

    async def aopen(self) -> tuple[Headers, Sequence[Source]]:
        """The same for the async client."""
        return self._opened(*await self._upload.adescribe())

    def close(self) -> None:
        """Close the file, if it was given as a path."""
        self._upload.source.close()

    def _opened(self, name: str, content_type: str) -> tuple[Headers, Sequence[Source]]:
        headers = {"Content-Type": content_type}
        if self._disposition:
            headers["Content-Disposition"] = attachment_disposition(name)
        return _opened(headers, [self._upload.source], self.on_progress)


class MultipartBody:
    """A ``multipart/form-data`` body (RFC 7578) with a boundary that no content can foresee.

    Args:
        parts: field name and value, in order. A :class:`File` is sent as a file part, a
            :class:`BytesBody` with its own content type, any other value as text.
        documented: the media types that the document lists, by field name.

    Raises:
        ConfigurationError: a field name, file name or content type holds CR, LF or NUL.
    """

    def __init__(
        self,
        parts: Sequence[tuple[str, Any]],
        documented: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        known = documented or {}
        self.on_progress: OnProgress | None = None
        self._parts: list[tuple[str, Upload | BytesBody | bytes]] = []
        for name, value in parts:
            refuse_line_breaks("field name", name)
            if isinstance(value, File):
                self._parts.append((name, Upload(value, known.get(name, ()))))
            elif isinstance(value, BytesBody):
                self._parts.append((name, value))
            else:
                for _, text in query_pairs(name, value):
                    self._parts.append((name, text.encode()))

    @property
    def _uploads(self) -> list[Upload]:
        return [part for _, part in self._parts if isinstance(part, Upload)]

    @property
    def replayable(self) -> bool:
        """Whether every file can be read from its start again."""
        return all(upload.source.replayable for upload in self._uploads)

    def open(self) -> tuple[Headers, Sequence[Source]]:
        """Begin an attempt."""
        return self._opened(iter([upload.describe() for upload in self._uploads]))

    async def aopen(self) -> tuple[Headers, Sequence[Source]]:
        """The same for the async client."""
        return self._opened(iter([await upload.adescribe() for upload in self._uploads]))

    def close(self) -> None:
        """Close the files that were given as paths."""
        for upload in self._uploads:
            upload.source.close()

    def _opened(self, described: Iterator[tuple[str, str]]) -> tuple[Headers, Sequence[Source]]:
        boundary = secrets.token_hex(16)
        sources: list[Source] = []
        text = b""  # all that is sent between two files, in one piece
        for field, part in self._parts:
            filename, content_type = None, None
            if isinstance(part, Upload):
                filename, content_type = next(described)
            elif isinstance(part, BytesBody):
                content_type = part.content_type
            head = (
                f"--{boundary}\r\nContent-Disposition: {form_data_disposition(field, filename)}\r\n"
            )
            if content_type is not None:
                head += f"Content-Type: {content_type}\r\n"
            text += f"{head}\r\n".encode()
            if isinstance(part, Upload):
                sources += [BytesSource(text), part.source]
                text = b""
            else:
                text += part.content if isinstance(part, BytesBody) else part
            text += b"\r\n"
        sources.append(BytesSource(text + f"--{boundary}--\r\n".encode()))
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return _opened(headers, sources, self.on_progress)


def multipart_body(
    form: Model | Mapping[str, Any], documented: Mapping[str, tuple[str, ...]] | None = None
) -> MultipartBody:
    """A multipart body of a form: arrays of files become parts of one name, objects JSON parts."""
    parts: list[tuple[str, Any]] = []
    for name, value in _fields(form):
        items = value if is_array(value) else [value]
        for item in items:
            parts.append((name, json_body(item) if isinstance(item, Model | Mapping) else item))
    return MultipartBody(parts, documented)


def _fields(form: Model | Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(form, Model):
        names = zip(form.__struct_fields__, form.__struct_encode_fields__, strict=True)
        pairs = [(key, getattr(form, field)) for field, key in names]
        pairs += form.additional_properties.items()
    else:
        pairs = list(form.items())
    for name, value in pairs:
        if value is not msgspec.UNSET and value is not None:
            yield name, value


def _opened(
    headers: Headers, sources: Sequence[Source], on_progress: OnProgress | None
) -> tuple[Headers, Sequence[Source]]:
    lengths = [source.length for source in sources]
    length = None if None in lengths else sum(n for n in lengths if n is not None)
    if length is None:
        headers["Transfer-Encoding"] = "chunked"
    else:
        headers["Content-Length"] = str(length)
    if on_progress is not None:
        sources = [_Watched(sources, length, on_progress)]
    return headers, sources


class _Watched:
    """Sources as one, which tells how much of it was taken."""

    length: int | None = None  # cut to no length: the last call comes after the last chunk
    replayable = False

    def __init__(
        self, sources: Sequence[Source], total: int | None, on_progress: OnProgress
    ) -> None:
        self._sources, self._total, self._on_progress = sources, total, on_progress

    def head(self, size: int) -> bytes:
        return b""

    async def ahead(self, size: int) -> bytes:
        return b""

    def chunks(self) -> Generator[bytes, None, None]:
        sent = 0
        self._on_progress(sent, self._total)
        with closing(stream(self._sources)) as chunks:
            for chunk in chunks:
                yield chunk
                sent += len(chunk)
                self._on_progress(sent, self._total)

    async def achunks(self) -> AsyncGenerator[bytes, None]:
        sent = 0
        self._on_progress(sent, self._total)
        async with aclosing(astream(self._sources)) as chunks:
            async for chunk in chunks:
                yield chunk
                sent += len(chunk)
                self._on_progress(sent, self._total)

    def close(self) -> None:
        pass


def stream(sources: Sequence[Source]) -> Generator[bytes, None, None]:
    """The bytes of all sources in order, of a file that grows meanwhile those it had at first.

    Raises:
        APIError: a file gives less than it had when its length was announced.
    """
    for source in sources:
        rest = source.length
        with closing(source.chunks()) as chunks:
            for chunk in chunks:
                if rest is not None:
                    chunk = chunk[:rest]
                    rest -= len(chunk)
                if chunk:
                    yield chunk
                if rest == 0:
                    break
        if rest:
            raise _cut(rest)


async def astream(sources: Sequence[Source]) -> AsyncGenerator[bytes, None]:
    """The same for the async client."""
    for source in sources:
        rest = source.length
        async with aclosing(source.achunks()) as chunks:
            async for chunk in chunks:
                if rest is not None:
                    chunk = chunk[:rest]
                    rest -= len(chunk)
                if chunk:
                    yield chunk
                if rest == 0:
                    break
        if rest:
            raise _cut(rest)


def _cut(rest: int) -> APIError:
    # h11 would notice too, but its own exception gets through httpx2
    return APIError(f"the file became shorter while it was sent: {rest} bytes are missing")
