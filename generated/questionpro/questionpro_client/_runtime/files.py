# Copied by scripts/codegen.py from overrides/runtime/files.py; do not edit.
"""Files given to an upload: what may be passed, and the name and type that are sent with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO, Any, TypeAlias, cast
from urllib.parse import quote

import msgspec

from . import media_type
from .errors import ConfigurationError
from .source import FileContent, Source, as_source


@dataclass(eq=False)
class File:
    """A file to upload.

    Attributes:
        payload: bytes, a path, a binary file object (read from where it stands), an iterator of
            bytes, or in the async client an async iterator.
        file_name: the name to send; made from the path or handle, or from the type, when None.
        mime_type: the media type to send; told from the first bytes when None.
    """

    payload: FileContent
    file_name: str | None = None
    mime_type: str | None = None

    def __repr__(self) -> str:
        content: object = self.payload
        if isinstance(content, bytes | bytearray | memoryview):
            shown = f"<{memoryview(content).nbytes} bytes>"
        elif isinstance(content, os.PathLike):
            shown = repr(content)
        else:
            shown = f"<{type(content).__name__}>"
        return f"File({shown}, file_name={self.file_name!r}, mime_type={self.mime_type!r})"

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


class Upload:
    """A :class:`File` made ready to send: its source, name and media type.

    Args:
        file: what the caller gave.
        documented: the media types the document lists for this place.

    Raises:
        ConfigurationError: the name or type holds CR, LF or NUL, which would forge headers.
    """

    def __init__(self, file: File, documented: tuple[str, ...] = ()) -> None:
        self.source: Source = as_source(file.payload)
        self._documented = documented
        self._name = file.file_name
        if self._name is None:
            self._name = _own_name(file.payload)
        self._type = file.mime_type
        for what, text in (("file name", self._name), ("content type", self._type)):
            if text is not None and any(character in text for character in "\r\n\0"):
                raise ConfigurationError(f"the {what} cannot hold a line break or NUL")
        if self._type is not None and not (self._type.isascii() and self._type.isprintable()):
            raise ConfigurationError("the content type is not printable ASCII")

    def describe(self) -> tuple[str, str]:
        """(file name, media type), both never empty."""
        head = b"" if self._type else self.source.head(media_type.SNIFF_LENGTH)
        return self._described(head)

    async def adescribe(self) -> tuple[str, str]:
        """(file name, media type), both never empty; reads off the event loop."""
        head = b"" if self._type else await self.source.ahead(media_type.SNIFF_LENGTH)
        return self._described(head)

    def _described(self, head: bytes) -> tuple[str, str]:
        declared = self._type or media_type.choose(head, self._name, self._documented)
        name = self._name or "upload" + media_type.extension(declared)
        return name, declared


def _own_name(payload: FileContent) -> str | None:
    if isinstance(payload, os.PathLike):
        return os.path.basename(os.fspath(payload))
    name: object = getattr(cast("IO[bytes]", payload), "name", None)
    # a file descriptor has an integer as its name, a terminal "<stdin>"
    if isinstance(name, str) and not name.startswith("<"):
        return os.path.basename(name) or None
    return None


def form_data_disposition(field: str, filename: str | None) -> str:
    """``Content-Disposition`` of a multipart part.

    RFC 7578, 4.2 forbids ``filename*`` here. Names go as UTF-8; quotes and line breaks are
    percent-encoded as browsers do (WHATWG HTML, "multipart form data").
    """
    value = f'form-data; name="{_part_name(field)}"'
    return value if filename is None else f'{value}; filename="{_part_name(filename)}"'


def _part_name(text: str) -> str:
    text = text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return text.encode("utf-8", "replace").decode()


def attachment_disposition(filename: str) -> str:
    """``Content-Disposition: attachment`` of a raw body, per RFC 6266 and RFC 8187.

    A token or ASCII name goes quoted; any other gets an ASCII fallback and ``filename*``.
    """
    printable = filename.isascii() and filename.isprintable()
    if printable:
        quoted = filename.replace("\\", "\\\\").replace('"', '\\"')
        return f'attachment; filename="{quoted}"'
    plain = "".join(
        c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename
    )
    encoded = quote(filename.encode("utf-8", "replace"), safe="!#$&+-.^_`|~")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
