"""Credentials: which ones a document asks for, where they stand in a request, and keeping them out
of everything that is shown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
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


class Redaction:
    """Replaces every spelling of the credentials: plain, percent-encoded, in Base64, in JSON."""

    def __init__(self, credentials: Credentials) -> None:
        spellings: dict[str, str] = {}
        for name, value in credentials.values.items():
            scheme = credentials.schemes[name]
            shown = f"${{{scheme.variable}}}"
            for spelt in {
                value,
                quote(value, safe=""),
                quote_plus(value),
                json.dumps(value)[1:-1],
                base64.b64encode(value.encode()).decode(),
                scheme.text(value).removeprefix(scheme.prefix),
            }:
                if spelt:
                    spellings.setdefault(spelt, shown)
        # The longest first: one credential may begin like another.
        ordered = sorted(spellings, key=len, reverse=True)
        self._shown = spellings
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self._bytes = (
            re.compile(b"|".join(re.escape(spelt.encode()) for spelt in ordered))
            if ordered
            else None
        )

    def text(self, text: str) -> str:
        """The text with every credential replaced by its variable: `${API_KEY}`."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._shown[found[0]], text)

    def content(self, data: bytes) -> bytes:
        """The bytes with every credential replaced."""
        if self._bytes is None:
            return data
        return self._bytes.sub(lambda found: self._shown[found[0].decode()].encode(), data)

    def split(self, data: bytes) -> list[bytes | str]:
        """The bytes without the credentials, and in the place of each the name of its variable:
        every second one, beginning with bytes.
        """
        pieces: list[bytes | str] = []
        at = 0
        for found in self._bytes.finditer(data) if self._bytes is not None else ():
            variable = self._shown[found[0].decode()].strip("${}")
            pieces += [data[at : found.start()], variable]
            at = found.end()
        return [*pieces, data[at:]]

    def shows(self, data: bytes) -> bool:
        """Whether a credential stands in the bytes."""
        return self._bytes is not None and self._bytes.search(data) is not None
