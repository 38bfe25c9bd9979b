"""Credentials: which ones a document asks for, where they stand in a request, and keeping them out
of everything that is shown."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

from scripts.fuzzing.exchange import Request
from scripts.openapi.operations import resolve


@dataclass(frozen=True, slots=True)
class Scheme:
    """A place for a credential: `place` is header, query or cookie, `field` its name there,
    `prefix` what stands before the credential (`Bearer `). `variable` names the environment
    variable that holds it.
    """

    name: str
    place: str
    field: str
    prefix: str
    variable: str

    def text(self, value: str) -> str:
        """What is sent for a credential; for basic authentication it is `user:password`."""
        if self.prefix.strip().lower() == "basic":
            return self.prefix + base64.b64encode(value.encode()).decode()
        return self.prefix + value


def schemes(document: dict[str, Any]) -> dict[str, Scheme]:
    """The document's security schemes that are sent in a request, by name."""
    found: dict[str, Scheme] = {}
    raw: dict[str, Any] = document.get("components", {}).get("securitySchemes", {})
    for name, value in raw.items():
        scheme = resolve(document, value)
        kind, http = scheme.get("type"), str(scheme.get("scheme", "")).lower()
        variable = str(
            scheme.get("x-env") or re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W", "_", name).upper()
        )
        if kind == "apiKey":
            found[name] = Scheme(name, str(scheme["in"]), str(scheme["name"]), "", variable)
        elif kind in ("http", "oauth2", "openIdConnect"):
            prefix = "Bearer" if kind != "http" or http == "bearer" else http.capitalize()
            found[name] = Scheme(name, "header", "Authorization", f"{prefix} ", variable)
    return found


@dataclass(frozen=True)
class Credentials:
    """The document's schemes and the values for them. Its representation shows no value."""

    schemes: Mapping[str, Scheme]
    values: Mapping[str, str] = field(repr=False)

    def alternatives(
        self, document: dict[str, Any], operation: dict[str, Any]
    ) -> list[list[Scheme]]:
        """What opens an operation: one list of schemes per alternative; an empty list needs none.

        No alternatives at all: the operation asks for nothing. A certificate belongs to the
        connection: nothing of it is in a request.
        """
        wanted: list[dict[str, Any]] = operation.get("security", document.get("security", []))
        raw: dict[str, Any] = document.get("components", {}).get("securitySchemes", {})
        certificates = {
            name for name, value in raw.items() if resolve(document, value)["type"] == "mutualTLS"
        }
        return [
            [self.schemes[name] for name in alternative if name in self.schemes]
            for alternative in wanted
            if certificates.union(self.schemes).issuperset(alternative)
        ]

    def usable(self, alternatives: Iterable[list[Scheme]]) -> list[Scheme] | None:
        """The first alternative for which all values are known."""
        for alternative in alternatives:
            if all(scheme.name in self.values for scheme in alternative):
                return alternative
        return None

    def sign(self, request: Request, alternative: Iterable[Scheme]) -> Request:
        """The request with the credentials of one alternative."""
        for scheme in alternative:
            request = present(request, scheme, scheme.text(self.values[scheme.name]))
        return request


def present(request: Request, scheme: Scheme, text: str) -> Request:
    """The request with a text in the place of a scheme."""
    if scheme.place == "query":
        parts = urlsplit(request.url)
        item = f"{quote(scheme.field)}={quote(text, safe='')}"
        query = f"{parts.query}&{item}" if parts.query else item
        url = urlunsplit(parts._replace(query=query))
        return Request(request.method, url, request.headers, request.body)
    if scheme.place == "cookie":
        others = [value for value in [request.header("Cookie")] if value]  # of parameters
        return request.with_header("Cookie", "; ".join([*others, f"{scheme.field}={text}"]))
    return request.with_header(scheme.field, text)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A way in which a credential stands in a request, and how to write it without showing it:
    `shell` within double quotes, `python` as an expression.
    """

    variable: str
    shell: str
    python: str

    @property
    def shown(self) -> str:
        """For people."""
        return f"${{{self.variable}}}"


def _spellings(scheme: Scheme, value: str) -> Iterator[tuple[str, Spelling]]:
    """Every spelling of a credential, plain first."""
    name = scheme.variable
    plain = f"os.environ[{name!r}]"

    def spelt(python: str, shell: str = "") -> Spelling:
        return Spelling(name, shell or _run(python), python)

    yield value, spelt(plain, f"${{{name}}}")
    yield quote(value, safe=""), spelt(f"urllib.parse.quote({plain}, safe='')")
    yield quote_plus(value), spelt(f"urllib.parse.quote_plus({plain})")
    yield json.dumps(value)[1:-1], spelt(f"json.dumps({plain})[1:-1]")
    whole = spelt(
        f"base64.b64encode({plain}.encode()).decode()",
        f"$(printf %s \"${{{name}}}\" | base64 | tr -d '\\n')",
    )
    yield base64.b64encode(value.encode()).decode(), whole


def _run(python: str) -> str:
    """A shell's word for what a Python expression gives."""
    program = f"import base64, json, os, urllib.parse; print({python})"
    return f"$(python3 -c {shlex.quote(program)})"


def _nearly(scheme: Scheme, value: str) -> Iterator[tuple[str, Spelling]]:
    """What the checks make of a credential: nearly as secret."""
    if len(value) < _SHORT:
        return
    name = scheme.variable
    plain = f"os.environ[{name!r}]"
    for text, python, shell in (
        (value[:-1], f"{plain}[:-1]", f"${{{name}%?}}"),
        (value.swapcase(), f"{plain}.swapcase()", ""),
    ):
        yield text, Spelling(name, shell or _run(python), python)
        quoted = f"urllib.parse.quote({python}, safe='')"
        yield quote(text, safe=""), Spelling(name, _run(quoted), quoted)
    for text in _within_base64(value.encode()):
        if len(text) > _SHORT:
            yield text, Spelling(name, f"${{{name}}}", plain)


_SHORT = 7
"""Letters that are found by chance."""


def _within_base64(data: bytes) -> Iterator[str]:
    """What all Base64 of longer texts has in it if they hold these bytes, at each of the three
    places where they can begin.
    """
    for before in range(3):
        inner = data[-before % 3 :]
        yield base64.b64encode(inner[: len(inner) // 3 * 3]).decode()


class Redaction:
    """Replaces every spelling of the credentials: plain, percent-encoded, in Base64, in JSON."""

    def __init__(self, credentials: Credentials) -> None:
        given = [(credentials.schemes[name], value) for name, value in credentials.values.items()]
        whole = [pair for scheme, value in given for pair in _spellings(scheme, value)]
        nearly = [pair for scheme, value in given for pair in _nearly(scheme, value)]
        self._shown = {text: spelling for text, spelling in reversed(whole + nearly) if text}
        self._bytes = _any_of(self._shown)
        self._whole = _any_of(text for text, _ in whole if text)

    def text(self, text: str) -> str:
        """The text with every credential replaced by its variable: `${API_KEY}`."""
        return "".join(p.shown if isinstance(p, Spelling) else p for p in self.pieces(text))

    def pieces(self, text: str) -> list[str | Spelling]:
        """The text without the credentials, and what stands in the place of each."""
        found = self.split(text.encode("utf-8", "surrogatepass"))
        return [
            one if isinstance(one, Spelling) else one.decode("utf-8", "surrogatepass")
            for one in found
        ]

    def content(self, data: bytes) -> bytes:
        """The bytes with every credential replaced."""
        if self._bytes is None:
            return data
        return self._bytes.sub(lambda found: self._shown[found[0].decode()].shown.encode(), data)

    def split(self, data: bytes) -> list[bytes | Spelling]:
        """The bytes without the credentials, and in the place of each how it is spelt: every second
        one, beginning with bytes.
        """
        pieces: list[bytes | Spelling] = []
        at = 0
        for found in self._bytes.finditer(data) if self._bytes is not None else ():
            pieces += [data[at : found.start()], self._shown[found[0].decode()]]
            at = found.end()
        return [*pieces, data[at:]]

    def shows(self, data: bytes) -> bool:
        """Whether a credential stands in the bytes, whole."""
        return self._whole is not None and self._whole.search(data) is not None


def _any_of(texts: Iterable[str]) -> re.Pattern[bytes] | None:
    """The longest first: one credential may begin like another."""
    ordered = sorted(texts, key=len, reverse=True)
    return re.compile(b"|".join(re.escape(t.encode()) for t in ordered)) if ordered else None
