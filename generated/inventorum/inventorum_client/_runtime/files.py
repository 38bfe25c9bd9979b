# Copied by scripts/codegen.py from overrides/runtime/files.py; do not edit.
"""Files given to an upload: what may be passed, and the name and type that are sent with it."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias, cast
from urllib.parse import quote

import msgspec

from . import media_type
from .errors import ConfigurationError
from .handle import PipeSource, handle_source
from .iteration import AsyncIteratorSource, IteratorSource
from .source import BytesSource, FileContent, PathSource, Source


@dataclass(eq=False, repr=False)
class File:
    """A file to upload.

    The payload is not copied: bytes in memory and files on disk must not change during the call.
    A path is opened and closed by each attempt. A file object is read from where it stands, stays
    open, and then stands behind what was read; a seekable one is set back for another attempt. A
    pipe, a socket or a generator gives its bytes once, so a request with it is never repeated, and
    what was read of it before a failure is gone; a generator is left unfinished for its owner to
    close. The async client reads files and iterators in threads, and leaves a thread that waits
    for a pipe behind when it is cancelled. One file object is sent by one upload at a time.

    Attributes:
        payload: bytes or any other buffer, a path, a binary file object, an iterable of bytes, or
            in the async client an async iterable or a file object with an async ``read()``.
        file_name: the name to send, as it is given, folders included; the last part of the path or
            of the file object's name when None; made from the type when there is none.
        mime_type: the media type to send; told from the first bytes when None.
    """

    payload: FileContent
    file_name: str | None = None
    mime_type: str | None = None

    def __repr__(self) -> str:
        given: Any = self.payload
        if isinstance(given, os.PathLike):
            shown = repr(cast("os.PathLike[str]", given))
        elif isinstance(given, bytes | bytearray | memoryview):
            size = memoryview(cast("bytes", given)).nbytes
            shown = f"<{type(self.payload).__name__} of {size} bytes>"
        else:
            shown = f"<{type(self.payload).__name__}>"
        return f"File(payload={shown}, file_name={self.file_name!r}, mime_type={self.mime_type!r})"

    def to_tuple(self) -> tuple[str | None, FileContent, str | None]:
        """(filename, content, content type)."""
        return self.file_name, self.payload, self.mime_type


FileInput: TypeAlias = (
    FileContent | File | tuple[str | None, FileContent] | tuple[str | None, FileContent, str | None]
)


def as_file(value: FileInput) -> File:
    """Turn anything that a file argument accepts into a :class:`File`.

    Raises:
        TypeError: the tuple has another shape.
    """
    if isinstance(value, File):
        return value
    if isinstance(value, tuple):
        parts: tuple[Any, ...] = value
        shape = [isinstance(parts[i], str | None) for i in (0, 2) if i < len(parts)]
        if not 2 <= len(parts) <= 3 or not all(shape):
            raise TypeError("a file tuple is (filename, content) or (filename, content, type)")
        return File(parts[1], parts[0], parts[2] if len(parts) == 3 else None)
    return File(value)


def optional_file(value: FileInput | msgspec.UnsetType) -> File | msgspec.UnsetType:
    """Like :func:`as_file`, for an argument that may be left out."""
    return value if isinstance(value, msgspec.UnsetType) else as_file(value)


def as_source(content: FileContent) -> Source:
    """Wrap whatever a caller gives as a file.

    Raises:
        TypeError: it is none of the accepted kinds; a ``str`` could be a path or a content.
        OSError: the path does not name a file.
        ConfigurationError: another upload is reading the file object.
    """
    given: Any = content
    if isinstance(given, str):
        raise TypeError("a str is ambiguous: pass pathlib.Path(...) for a file, bytes for content")
    if isinstance(given, io.TextIOBase):
        raise TypeError("the file is open in text mode: open it with 'rb'")
    if isinstance(given, bytes):
        return BytesSource(given)
    if isinstance(given, os.PathLike):
        return _path_source(Path(os.fsdecode(cast("os.PathLike[str]", given))))
    if hasattr(given, "read"):
        return handle_source(given)
    if isinstance(given, AsyncIterable):
        return AsyncIteratorSource(cast("AsyncIterable[bytes]", given))
    try:
        return BytesSource(memoryview(given))
    except TypeError:
        pass  # no buffer
    if isinstance(given, Iterable):
        return IteratorSource(cast("Iterable[bytes]", given))
    raise TypeError(
        "a file is bytes, a pathlib.Path, a binary file object, an iterator of bytes or a tuple "
        f"(filename, content[, content_type]), not {type(given).__name__}"
    )


def _path_source(path: Path) -> Source:
    mode = path.stat().st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):  # opening a folder tells what is wrong
        return PathSource(path)
    return PipeSource(path)


class Upload:
    """A :class:`File` made ready to send: its source, name and media type.

    Args:
        file: what the caller gave.
        documented: the media types the document lists for this place.

    Raises:
        ConfigurationError: the name or type holds CR, LF or NUL, which would forge headers.
        TypeError: the name or type is no text.
    """

    def __init__(self, file: File, documented: tuple[str, ...] = ()) -> None:
        self._documented = documented
        self._name = file.file_name
        if self._name is None:
            self._name = _own_name(file.payload)
        self._type = file.mime_type
        _check_text("file name", self._name)
        _check_text("content type", self._type)
        if self._type is not None:
            self._type = self._type.strip()
            if not (self._type.isascii() and self._type.isprintable()):
                raise ConfigurationError("the content type is not printable ASCII")
        self.source: Source = as_source(file.payload)

    # a file that cannot be read is noticed before anything is sent, so a byte of it is always read

    def describe(self) -> tuple[str, str]:
        """(file name, media type), both never empty. Begins an attempt of the source."""
        return self._described(self.source.head(self._sniffed))

    async def adescribe(self) -> tuple[str, str]:
        """The same, read off the event loop."""
        return self._described(await self.source.ahead(self._sniffed))

    @property
    def _sniffed(self) -> int:
        return 1 if self._type else media_type.SNIFF_LENGTH

    def _described(self, head: bytes) -> tuple[str, str]:
        declared = self._type or media_type.choose(head, self._name, self._documented)
        name = self._name or "upload" + media_type.extension(declared)
        return name, declared


def _own_name(payload: FileContent) -> str | None:
    name: object = getattr(cast("IO[bytes]", payload), "name", None)
    if isinstance(payload, os.PathLike):
        name = os.fsdecode(payload)
    elif isinstance(name, bytes):  # a file opened by a bytes path
        name = os.fsdecode(name)
    # a file descriptor has an integer as its name, a terminal "<stdin>"
    if isinstance(name, str) and not name.startswith("<"):
        return os.path.basename(name) or None
    return None


def _check_text(what: str, text: Any) -> None:
    if not isinstance(text, str | None):
        raise TypeError(f"the {what} is a str, not {type(text).__name__}")
    refuse_line_breaks(what, text or "")


def refuse_line_breaks(what: str, text: str) -> None:
    """Refuse a text that would forge headers.

    Raises:
        ConfigurationError: it holds CR, LF or NUL.
    """
    if any(character in text for character in "\r\n\0"):
        raise ConfigurationError(f"the {what} cannot hold a line break or NUL")


def form_data_disposition(field: str, filename: str | None) -> str:
    """``Content-Disposition`` of a multipart part.

    RFC 7578, 4.2 forbids ``filename*`` here. Names go as UTF-8, a quote percent-encoded and a
    backslash as it is, as browsers do (WHATWG HTML, "multipart form data"). Control characters,
    which servers refuse in headers, are percent-encoded too.

    Raises:
        ConfigurationError: a name holds CR, LF or NUL.
    """
    refuse_line_breaks("field name", field)
    value = f'form-data; name="{_part_name(field)}"'
    return value if filename is None else f'{value}; filename="{_part_name(filename)}"'


_PERCENT_ENCODED = {code: f"%{code:02X}" for code in (*range(0x20), 0x22, 0x7F)}


def _part_name(text: str) -> str:
    return _scalar(text).translate(_PERCENT_ENCODED)


def _scalar(text: str) -> str:
    """The text without lone surrogates, which UTF-8 lacks (a ``USVString`` of WebIDL)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def attachment_disposition(filename: str) -> str:
    """``Content-Disposition: attachment`` of a raw body, per RFC 6266 and RFC 8187.

    An ASCII name goes quoted; any other gets an ASCII fallback and ``filename*``, and so does a
    name with a percent sign, which some recipients decode (RFC 6266, appendix D).
    """
    filename = _scalar(filename)
    if filename.isascii() and filename.isprintable() and "%" not in filename:
        quoted = filename.replace("\\", "\\\\").replace('"', '\\"')
        return f'attachment; filename="{quoted}"'
    plain = "".join(
        c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename
    )
    encoded = quote(filename, safe="!#$&+-.^_`|~")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
