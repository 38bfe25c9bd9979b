# Copied by scripts/codegen.py from overrides/runtime/security.py; do not edit.
"""Security schemes, and the place in a request where each puts its credential."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from .credential import Credential
from .errors import ConfigurationError
from .redaction import Redactor
from .secret import Secret


@dataclass(frozen=True)
class SecurityScheme:
    """An OpenAPI security scheme.

    Attributes:
        option: the constructor keyword that takes the credential.
        location: where it goes.
        name: the header, query parameter or cookie.
        prefix: what stands before it, ``Bearer`` for example.
    """

    option: str
    location: Literal["header", "query", "cookie"]
    name: str
    prefix: str = ""


@dataclass(frozen=True)
class Credentials:
    """The credentials of one client by constructor keyword, and the schemes that use them."""

    schemes: Mapping[str, SecurityScheme]
    given: Mapping[str, Credential]

    @cached_property
    def redactor(self) -> Redactor:
        """What hides them."""
        schemes = self.schemes.values()
        return Redactor(
            self.given.values(), [each.name for each in schemes if each.location == "query"]
        )

    def choose(
        self, requirements: Sequence[Sequence[str]]
    ) -> list[tuple[SecurityScheme, Credential]]:
        """The schemes of the first alternative whose credentials are all here.

        Args:
            requirements: alternatives, each a list of scheme names that go together; an empty
                alternative means that the operation can be called without credentials, which
                happens only when there are none.

        Raises:
            ConfigurationError: no alternative can be met.
        """
        for alternative in filter(None, requirements):
            schemes = [self.schemes[name] for name in alternative]
            if all(scheme.option in self.given for scheme in schemes):
                return [(scheme, self.given[scheme.option]) for scheme in schemes]
        if not requirements or not all(requirements):
            return []
        options = sorted({self.schemes[name].option for names in requirements for name in names})
        raise ConfigurationError(f"this operation needs a credential: {' or '.join(options)}")


class Placed(NamedTuple):
    """A credential in a request: its scheme, and the text that is sent for it."""

    scheme: SecurityScheme
    credential: Credential
    secret: Secret[str]


def url_with(placed: Sequence[Placed], url: str) -> str:
    """The URL with the credentials of the query; a parameter that is there already stays alone."""
    here = [each for each in placed if each.scheme.location == "query"]
    if here:
        present = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
        here = [each for each in here if each.scheme.name not in present]
    if not here:
        return url
    return f"{url}{'&' if '?' in url else '?'}" + "&".join(
        [f"{quote(each.scheme.name, safe='')}={_quoted(each)}" for each in here]
    )


def headers_with(placed: Sequence[Placed], headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with the credentials of headers and cookies; a header that is there stays."""
    present = {name.lower() for name in headers}
    cookies = [each for each in placed if each.scheme.location == "cookie"]
    return (
        dict(headers)
        | {
            each.scheme.name: f"{each.scheme.prefix} {each.secret.reveal()}".lstrip()
            for each in placed
            if each.scheme.location == "header" and each.scheme.name.lower() not in present
        }
        | ({"Cookie": _cookie_header(headers.get("Cookie"), cookies)} if cookies else {})
    )


def _cookie_header(others: str | None, placed: Sequence[Placed]) -> str:
    pairs = [f"{each.scheme.name}={_quoted(each)}" for each in placed]
    return "; ".join([others, *pairs] if others else pairs)


def _quoted(placed: Placed) -> str:
    return quote(placed.secret.reveal(), safe="")
