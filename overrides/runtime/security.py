"""Credentials, and the place in a request where each security scheme puts them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from .errors import ConfigurationError


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


class Secret:
    """A credential that shows itself to nobody but :meth:`reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a credential is not pickled: pass it to the client where it is used")


def read_secret(option: str, value: str | None, variable: str) -> Secret | None:
    """The credential given as ``value`` or else in an environment variable; None when in neither.

    Raises:
        ConfigurationError: it is empty or cannot stand in an HTTP header.
    """
    source = f"{option}="
    if value is None:
        value = os.environ.get(variable)
        source = f"the environment variable {variable}"
        if value is None:
            return None
    return checked_secret(value, source)


def checked_secret(value: str, source: str) -> Secret:
    """Wrap a credential.

    Raises:
        ConfigurationError: it is empty or cannot stand in an HTTP header; the message tells its
            source.
    """
    if not value:
        raise ConfigurationError(f"{source} is empty")
    # RFC 9110, 5.5: a header value is visible ASCII, spaces inside
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ConfigurationError(
            f"{source} holds a character that cannot stand in an HTTP header "
            "(line break, control character, space at an end, or not ASCII)"
        )
    return Secret(value)


@dataclass(frozen=True)
class Credentials:
    """The secrets of one client by constructor keyword, and the schemes that use them."""

    schemes: Mapping[str, SecurityScheme]
    secrets: Mapping[str, Secret]

    def choose(self, requirements: Sequence[Sequence[str]]) -> list[tuple[SecurityScheme, Secret]]:
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
            if all(scheme.option in self.secrets for scheme in schemes):
                return [(scheme, self.secrets[scheme.option]) for scheme in schemes]
        if not requirements or not all(requirements):
            return []
        options = sorted({self.schemes[name].option for names in requirements for name in names})
        raise ConfigurationError(f"this operation needs a credential: {' or '.join(options)}")
