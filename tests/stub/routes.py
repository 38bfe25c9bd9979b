"""Which operations a path leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from .document import Document, Operation
from .document_file import DocumentError

_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """The operations of a path by method, and its parameters, still percent-encoded.

    Shared by all requests for a path: not to be changed.
    """

    operations: dict[str, Operation]
    parameters: dict[str, str]


class Routes:
    """The paths of one document. Literal paths win over templates, as OpenAPI says."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        grouped: dict[str, dict[str, Operation]] = {}
        for operation in operations:
            grouped.setdefault(operation.template, {})[operation.method] = operation
        ordered = sorted(grouped, key=lambda template: len(_PARAMETER.findall(template)))
        self._routes = [(*_compiled(template), grouped[template]) for template in ordered]

    def match(self, path: str) -> Match | None:
        """`path` is the raw path after the server's, beginning with a slash."""
        for pattern, names, operations in self._routes:
            found = pattern.fullmatch(path)
            if found:
                return Match(operations, dict(zip(names, found.groups(), strict=True)))
        # The same path may be spelt with escapes (%69mages); decoding first would turn %2F into a
        # slash.
        plain = "/".join(_plain(segment) for segment in path.split("/"))
        return self.match(plain) if plain != path else None


def check_apart(documents: Iterable[Document]) -> None:
    """Raise DocumentError if two documents have the same address: one of them would never be
    asked.
    """
    owners: dict[str, Document] = {}
    for document in documents:
        for operation in document.operations:
            address = document.prefix + _PARAMETER.sub("{}", operation.template)
            other = owners.setdefault(address, document)
            if other is not document:
                raise DocumentError(
                    f"{document.file}: {document.prefix}{operation.template} is an address of"
                    f" {other.file} too, and one stub serves both; give one of them another path"
                    f" in its `servers`, as https://api.example/{document.vendor}."
                )


def _plain(segment: str) -> str:
    """A segment without needless escapes: only unreserved characters are decoded (RFC 3986,
    6.2.2.2).
    """
    return re.sub(
        "%(2[dDeE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF]|7[eE])",
        lambda match: unquote(match[0]),
        segment,
    )


def _compiled(template: str) -> tuple[re.Pattern[str], list[str]]:
    names: list[str] = []
    pattern = ""
    for index, piece in enumerate(_PARAMETER.split(template)):
        if index % 2:
            names.append(piece)
            # the shortest: in {from}-{to} the second may be a negative number
            pattern += "([^/]+?)"
        else:
            # as it comes in a request; what may stand there plainly stays
            pattern += re.escape(quote(piece, safe="/%:@!$&'()*+,;=-._~"))
    return re.compile(pattern), names
