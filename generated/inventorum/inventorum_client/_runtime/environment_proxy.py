# Copied by scripts/codegen.py from overrides/runtime/environment_proxy.py; do not edit.
"""The proxies that the environment names: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

from .errors import ConfigurationError

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True)
class Proxy:
    """A proxy server; ``auth`` is a user name and password."""

    scheme: str
    host: str
    port: int
    auth: tuple[str, str] | None = field(default=None, repr=False)


class EnvironmentProxies:
    """The proxies as they stood when this was made."""

    def __init__(self) -> None:
        found = getproxies()
        self._proxies = {scheme: found.get(scheme) for scheme in ("http", "https", "all")}
        exempt = [entry.strip().lower() for entry in found.get("no", "").split(",")]
        self._exempt = [entry for entry in exempt if entry]

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def proxy(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy to a server; None for a direct connection.

        Raises:
            ConfigurationError: the environment names something that is no proxy.
        """
        which = scheme if self._proxies[scheme] else "all"
        if not self._proxies[which] or self._bypassed(scheme, host.lower(), port):
            return None
        return _parsed(self._proxies[which] or "", f"{which.upper()}_PROXY")

    def _bypassed(self, scheme: str, host: str, port: int) -> bool:
        return any(_exempts(entry, scheme, host, port) for entry in self._exempt)


def _exempts(entry: str, scheme: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY means a server.

    ``*`` means every one; ``example.com`` that host and all below it, ``.example.com`` and
    ``*.example.com`` only those below; an address or network that address. A scheme before it or a
    port behind it narrows it down.
    """
    if entry == "*":
        return True
    own_scheme, separator, entry = entry.rpartition("://")
    if separator and own_scheme not in (scheme, "all"):
        return False
    network, address = _network(entry), _network(host)
    if network is not None:
        return address is not None and _inside(address, network)
    name, colon, own_port = entry.rpartition(":")
    if colon and own_port.isdecimal():
        if int(own_port) != port:
            return False
        entry = name
    entry = entry.removeprefix("[").removesuffix("]")
    if entry.startswith(("*.", ".")):
        return host.endswith(entry.removeprefix("*"))
    if entry == "localhost" or _network(entry) is not None:
        return host == entry
    return host == entry or host.endswith(f".{entry}")


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text.removeprefix("[").removesuffix("]"), strict=False)
    except ValueError:
        return None


def _inside(address: _Network, network: _Network) -> bool:
    if isinstance(address, ipaddress.IPv4Network):
        return isinstance(network, ipaddress.IPv4Network) and address.subnet_of(network)
    return isinstance(network, ipaddress.IPv6Network) and address.subnet_of(network)


def _parsed(text: str, variable: str) -> Proxy:
    url = text if "://" in text else f"http://{text}"
    proxy = None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme in _PORTS and host.isascii() and host.isprintable() and " " not in host:
            auth = None
            if parts.username is not None:
                auth = unquote(parts.username), unquote(parts.password or "")
            proxy = Proxy(parts.scheme, host, port or _PORTS[parts.scheme], auth)
    except ValueError:
        pass  # an unclosed bracket, a port that is no number
    if proxy is None or not proxy.host:
        # without the value, which can hold a password
        raise ConfigurationError(
            f"{variable} in the environment is not the URL of a proxy, such as "
            "http://proxy.example.com:3128"
        )
    return proxy
