# Copied by scripts/codegen.py from overrides/runtime/server.py; do not edit.
"""Where the API lives: the document's ``servers`` and their variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

from .errors import ConfigurationError


@dataclass(frozen=True)
class ServerVariable:
    """A part of a server URL; ``values`` is empty when any value may stand there."""

    default: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Server:
    """A server URL template, ``https://api.example.{region}/v1``."""

    url: str
    variables: Mapping[str, ServerVariable] = field(default_factory=dict[str, ServerVariable])

    def resolve(self, choices: Mapping[str, str | None]) -> str:
        """Fill the template.

        Raises:
            ConfigurationError: a value the document does not list; the message names those it does.
        """
        url = self.url
        for name, variable in self.variables.items():
            value = choices.get(name)
            if value is None:
                value = variable.default
            elif variable.values and value not in variable.values:
                known = ", ".join(variable.values)
                raise ConfigurationError(f"{name}={value!r} is not one of: {known}")
            url = url.replace("{" + name + "}", value)
        return check_base_url(url)


def origin(url: str) -> str:
    """Scheme, host and port of an absolute URL, as it writes them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def check_base_url(url: str) -> str:
    """Return an absolute http(s) URL without trailing slash.

    Raises:
        ConfigurationError: it is not one, or it carries a query, fragment or credentials.
    """
    if not isinstance(cast("object", url), str):
        raise ConfigurationError(f"base_url is a text, not {type(url).__name__}")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        valid = parts.scheme in ("http", "https") and host != "" and host.isascii()
        # urlsplit drops line breaks, and a browser takes a backslash for a slash
        valid = valid and not any(c.isspace() or not c.isprintable() or c == "\\" for c in url)
        _ = parts.port, host.encode("idna")  # both raise on what they cannot be
    except ValueError:
        valid, parts = False, urlsplit("")
    if not valid:
        raise ConfigurationError(
            "base_url must be an absolute http or https URL such as https://api.example.com/v1, "
            "its host name in ASCII"
        )
    # urlsplit does not tell an empty query from none
    if "?" in url or "#" in url or parts.username is not None:
        raise ConfigurationError("base_url cannot hold a query, a fragment or a user name")
    return parts.scheme + url[len(parts.scheme) :].rstrip("/")
