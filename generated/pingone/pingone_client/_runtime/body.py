# Copied by scripts/codegen.py from overrides/runtime/body.py; do not edit.
"""Request bodies: JSON, forms, multipart and raw files, each with headers and a stream.

A body is prepared once per attempt (``open``/``aopen``) and then streamed. Its headers always tell
the truth about the stream: a length that is known is sent as ``Content-Length``, any other body
goes chunked.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

import msgspec

from .encoding import to_json
from .errors import APIError
from .files import File, Upload, attachment_disposition, form_data_disposition
from .model import Model
from .parameters import query_pairs
from .shapes import is_array
from .source import BytesSource, Source

Headers: TypeAlias = dict[str, str]


class Body(Protocol):
    """What a request carries."""

    @property
    def replayable(self) -> bool: ...
    def open(self) -> tuple[Headers, Sequence[Source]]: ...
    async def aopen(self) -> tuple[Headers, Sequence[Source]]: ...


class BytesBody:
    """A body that is in memory."""

    replayable = True

    def __init__(self, content: bytes, content_type: str) -> None:
        self._content, self._content_type = content, content_type

    def open(self) -> tuple[Headers, Sequence[Source]]:
        """Headers and the sources to send one after the other."""
        headers = {"Content-Type": self._content_type, "Content-Length": str(len(self._content))}
        return headers, [BytesSource(self._content)]

    async def aopen(self) -> tuple[Headers, Sequence[Source]]:
        """The same for the async client."""
        return self.open()


def json_body(value: Any, content_type: str = "application/json", expected: Any = Any) -> BytesBody:
    """A JSON body of a model, mapping, sequence or scalar.

    Raises:
        ConfigurationError: it is not of the type ``expected``; keys may be missing.
    """
    content = to_json(value)
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
        self._upload = Upload(file, documented)
        self._disposition = disposition

    @property
    def replayable(self) -> bool:
        """Whether the file can be read from its start again."""
        return self._upload.source.replayable

    def open(self) -> tuple[Headers, Sequence[Source]]:
        """Headers and the sources to send one after the other."""
        return self._opened(*self._upload.describe())

    async def aopen(self) -> tuple[Headers, Sequence[Source]]:
        """The same for the async client."""
        return self._opened(*await self._upload.adescribe())

    def _opened(self, name: str, content_type: str) -> tuple[Headers, Sequence[Source]]:
        headers = {"Content-Type": content_type}
        if self._disposition:
            headers["Content-Disposition"] = attachment_disposition(name)
        sources = [self._upload.source]
        return headers | _framing(sources), sources


class MultipartBody:
    """A ``multipart/form-data`` body (RFC 7578) with a boundary that no content can foresee.

    Args:
        parts: field name and value, in order. A :class:`File` is sent as a file part, a
            :class:`BytesBody` with its own content type, any other value as text.
        documented: the media types that the document lists, by field name.
    """

    def __init__(
        self,
        parts: Sequence[tuple[str, Any]],
        documented: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        known = documented or {}
        self._parts: list[tuple[str, Upload | BytesBody | bytes]] = []
        for name, value in parts:
            if isinstance(value, File):
                self._parts.append((name, Upload(value, known.get(name, ()))))
            elif isinstance(value, BytesBody):
                self._parts.append((name, value))
            else:
                for _, text in query_pairs(name, value):
                    self._parts.append((name, text.encode()))

    @property
    def replayable(self) -> bool:
        """Whether every file can be read from its start again."""
        return all(part.source.replayable for _, part in self._parts if isinstance(part, Upload))

    def open(self) -> tuple[Headers, Sequence[Source]]:
        """Headers and the sources to send one after the other."""
        described = [
            part.describe() if isinstance(part, Upload) else None for _, part in self._parts
        ]
        return self._opened(described)

    async def aopen(self) -> tuple[Headers, Sequence[Source]]:
        """The same for the async client."""
        described = [
            await part.adescribe() if isinstance(part, Upload) else None for _, part in self._parts
        ]
        return self._opened(described)

    def _opened(
        self, described: Sequence[tuple[str, str] | None]
    ) -> tuple[Headers, Sequence[Source]]:
        boundary = secrets.token_hex(16)
        sources: list[Source] = []
        for (field, part), names in zip(self._parts, described, strict=True):
            filename, content_type = names or (None, None)
            content: Sequence[Source]
            if isinstance(part, Upload):
                content = [part.source]
            elif isinstance(part, BytesBody):
                headers, content = part.open()
                content_type = headers["Content-Type"]
            else:
                content = [BytesSource(part)]
            head = (
                f"--{boundary}\r\nContent-Disposition: {form_data_disposition(field, filename)}\r\n"
            )
            if content_type is not None:
                head += f"Content-Type: {content_type}\r\n"
            sources += [BytesSource(f"{head}\r\n".encode()), *content, BytesSource(b"\r\n")]
        sources.append(BytesSource(f"--{boundary}--\r\n".encode()))
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return headers | _framing(sources), sources


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


def _framing(sources: Sequence[Source]) -> Headers:
    total = 0
    for source in sources:
        if source.length is None:
            return {"Transfer-Encoding": "chunked"}
        total += source.length
    return {"Content-Length": str(total)}


def stream(sources: Sequence[Source]) -> Iterator[bytes]:
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
                yield chunk
                if rest == 0:
                    break
        if rest:
            raise _cut(rest)


async def astream(sources: Sequence[Source]) -> AsyncIterator[bytes]:
    """The same for the async client."""
    for source in sources:
        rest = source.length
        async with aclosing(source.achunks()) as chunks:
            async for chunk in chunks:
                if rest is not None:
                    chunk = chunk[:rest]
                    rest -= len(chunk)
                yield chunk
                if rest == 0:
                    break
        if rest:
            raise _cut(rest)


def _cut(rest: int) -> APIError:
    # h11 would notice too, but its own exception gets through httpx2
    return APIError(f"the file became shorter while it was sent: {rest} bytes are missing")
