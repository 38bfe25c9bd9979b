# Copied by scripts/codegen.py from overrides/runtime/service.py; do not edit.
"""The facts of a document that every client object of a package shares."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .constraint import Constraint
from .credential import Credential
from .errors import ConfigurationError
from .secret import Secret
from .security import Credentials, SecurityScheme
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
        needed: those parameters that have a value in every request.
    """

    name: str
    user_agent: str
    servers: tuple[Server, ...]
    schemes: Mapping[str, SecurityScheme]
    environment: Mapping[str, str]
    requires_credential: bool
    error_message: str = ""
    constraints: Mapping[str, Constraint] = field(default_factory=dict[str, Constraint])
    needed: tuple[str, ...] = ()

    def configure(
        self,
        *,
        secrets: Mapping[str, Secret[Any]],
        values: Mapping[str, Any],
        base_url: str | None,
        timeout: float | httpx2.Timeout,
        max_retries: int,
        retry_non_idempotent: bool,
    ) -> Options:
        """Check the arguments of a client's constructor.

        Args:
            secrets: what was given for each credential option; a Secret of None for nothing.

        Raises:
            ConfigurationError: a credential is missing, a server variable has a value the document
                does not list, or another argument cannot be used.
        """
        for name in self.needed:
            if values[name] is None:
                raise ConfigurationError(f"{name}=None is no value, and every request needs one")
        self._check(values)
        found = self._given(secrets)
        for option in secrets:
            variable = self.environment[option]
            if option not in found and variable in os.environ:
                origin = f"the environment variable {variable}"
                found[option] = self._credential(option, origin, Secret(os.environ[variable]))
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
            retry_non_idempotent=retry_non_idempotent,
            values=values,
            error_message=self.error_message,
        )

    def reconfigure(
        self,
        options: Options,
        *,
        secrets: Mapping[str, Secret[Any]],
        values: Mapping[str, Any],
        base_url: str | None,
        timeout: float | httpx2.Timeout | None,
        max_retries: int | None,
        retry_non_idempotent: bool | None,
    ) -> Options:
        """The options of ``with_options``: what is None stays as it was.

        Raises:
            ConfigurationError: as :meth:`configure`.
        """
        self._check(values)
        credentials = options.credentials
        if found := self._given(secrets):
            credentials = Credentials(self.schemes, {**credentials.given, **found})
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
            credentials=credentials,
            values=merged,
            timeout=timeout,
            max_retries=max_retries,
            retry_non_idempotent=retry_non_idempotent,
        )

    def _check(self, values: Mapping[str, Any]) -> None:
        for name, constraint in self.constraints.items():
            if (value := values[name]) is not None:
                constraint.check(name, value)

    def _given(self, secrets: Mapping[str, Secret[Any]]) -> dict[str, Credential]:
        return {
            option: self._credential(option, f"{option}=", secret)
            for option, secret in secrets.items()
            if secret.reveal() is not None
        }

    def _credential(self, option: str, origin: str, secret: Secret[Any]) -> Credential:
        basic = any(
            scheme.option == option and scheme.prefix == "Basic" for scheme in self.schemes.values()
        )
        return Credential(origin, secret, basic=basic)

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
