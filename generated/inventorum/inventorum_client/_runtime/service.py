# Copied by scripts/codegen.py from overrides/runtime/service.py; do not edit.
"""The facts of a document that every client object of a package shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .constraint import Constraint
from .errors import ConfigurationError
from .security import Credentials, SecurityScheme, read_secret
from .server import Server, check_base_url
from .session import Options

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True)
class Service:
    """What the document says of the whole API.

    Attributes:
        name: the name of the client class.
        user_agent: the ``User-Agent`` header.
        servers: the document's servers; the first is the default.
        schemes: its security schemes by name.
        environment: the environment variable of each credential option.
        requires_credential: whether no operation can be called without one.
        error_message: JSON pointer to the sentence in an error body.
        constraints: what the document says of the client-wide parameters, by option.
    """

    name: str
    user_agent: str
    servers: tuple[Server, ...]
    schemes: Mapping[str, SecurityScheme]
    environment: Mapping[str, str]
    requires_credential: bool
    error_message: str = ""
    constraints: Mapping[str, Constraint] = field(default_factory=dict[str, Constraint])

    def configure(
        self,
        *,
        secrets: Mapping[str, str | None],
        values: Mapping[str, Any],
        base_url: str | None,
        timeout: float | httpx2.Timeout,
        max_retries: int,
    ) -> Options:
        """Check the arguments of a client's constructor.

        Raises:
            ConfigurationError: a credential is missing, a server variable has a value the document
                does not list, or another argument cannot be used.
        """
        self._check(values)
        found = {
            option: secret
            for option, value in secrets.items()
            if (secret := read_secret(option, value, self.environment[option])) is not None
        }
        if self.requires_credential and not found:
            ways = " or ".join(
                f"pass {option}= or set {self.environment[option]}" for option in secrets
            )
            raise ConfigurationError(f"{self.name} needs a credential: {ways}")
        return Options(
            base_url=self._server_url(values) if base_url is None else check_base_url(base_url),
            explicit_base_url=base_url is not None,
            credentials=Credentials(self.schemes, found),
            user_agent=self.user_agent,
            timeout=timeout,
            max_retries=max_retries,
            values=values,
            error_message=self.error_message,
        )

    def reconfigure(
        self,
        options: Options,
        *,
        secrets: Mapping[str, str | None],
        values: Mapping[str, Any],
        base_url: str | None,
        timeout: float | httpx2.Timeout | None,
        max_retries: int | None,
    ) -> Options:
        """The options of ``with_options``: what is None stays as it was.

        Raises:
            ConfigurationError: as :meth:`configure`.
        """
        self._check(values)
        found = dict(options.credentials.secrets)
        for option, value in secrets.items():
            if value is not None and (secret := read_secret(option, value, "")) is not None:
                found[option] = secret
        merged = {**options.values, **{k: v for k, v in values.items() if v is not None}}
        variables = {name for server in self.servers[:1] for name in server.variables}
        moved = any(values.get(name) is not None for name in variables)
        if base_url is not None:
            url, explicit = check_base_url(base_url), True
        elif moved:
            url, explicit = self._server_url(merged), False
        else:
            url, explicit = options.base_url, options.explicit_base_url
        return options.changed(
            base_url=url,
            explicit_base_url=explicit,
            credentials=Credentials(self.schemes, found),
            values=merged,
            timeout=timeout,
            max_retries=max_retries,
        )

    def _check(self, values: Mapping[str, Any]) -> None:
        for name, constraint in self.constraints.items():
            if (value := values[name]) is not None:
                constraint.check(name, value)

    def _server_url(self, values: Mapping[str, Any]) -> str:
        if not self.servers:
            raise ConfigurationError(
                f"{self.name}: the API document names no server: pass base_url="
            )
        return self.servers[0].resolve(values)


def field_for(option: str, value: Any, fields: Sequence[tuple[int | None, int | None, str]]) -> str:
    """The form field that a client-wide option asks for.

    Args:
        fields: (first version, last version, field); None leaves an end open.

    Raises:
        ConfigurationError: no field exists for the value.
    """
    if not isinstance(value, int):
        raise ConfigurationError(f"{option} is not given, and the name of a form field hangs on it")
    for first, last, name in fields:
        if (first is None or value >= first) and (last is None or value <= last):
            return name
    raise ConfigurationError(f"{option}={value!r}: the API document knows no field for it")
