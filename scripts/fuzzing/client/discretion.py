"""What a client shows of its credentials, and where it goes when it is told no address."""

from __future__ import annotations

import logging
import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from scripts.fuzzing.client.caller import Caller
from scripts.fuzzing.client.judgement import Wrong
from scripts.fuzzing.client.package import Bound, Package
from scripts.fuzzing.client.raw_server import RawServer
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import media_kind

_DEEP = 7
_BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


class _Kept(logging.Handler):
    """Keeps what is logged, as text and with all that a record carries."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.name}: {record.getMessage()} {record.args!r}")


@contextmanager
def _logged() -> Generator[list[str]]:
    handler, root = _Kept(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.texts
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def of_logs(package: Package, caller: Caller, server: RawServer, bound: Bound) -> Wrong | None:
    """Whatever a call logs, on any level, shows no credential."""
    server.answer, server.close = _BUSY, False
    with _logged() as texts:
        for mode in ("sync", "async"):
            try:
                caller.call(mode, bound, package.minimal(bound), max_retries=1)
            except package.errors.APIError as error:
                texts.append(str(error))
    shown = next((found for text in texts if (found := package.betrayed(text))), "")
    if not shown:
        return None
    return Wrong("no credential in logs", "the log of a call shows the credential", "no", shown)


def of_representations(package: Package, caller: Caller) -> Wrong | None:
    """No object of the client, as a debugger shows it, shows the credential."""
    for mode in ("sync", "async"):
        for value in _within(caller.client(mode), package.module.__name__, set(), 0):
            if shown := package.betrayed(repr(value)):
                return Wrong(
                    "no credential in representations",
                    f"the representation of a {type(value).__name__} shows the credential",
                    "the credential replaced",
                    shown,
                )
    return None


def _within(value: Any, module: str, seen: set[int], depth: int) -> Iterator[Any]:
    """The objects of the package's own classes that can be reached from a value."""
    if depth > _DEEP or id(value) in seen:
        return
    seen.add(id(value))
    inner: list[Any] = []
    if is_object(value):
        inner = list(value.values())
    elif is_array(value) or isinstance(value, tuple | set | frozenset):
        inner = list(value)  # pyright: ignore[reportUnknownArgumentType]
    elif type(value).__module__.startswith(module):
        yield value
        names = [*getattr(value, "__dict__", {})]
        for kind in type(value).__mro__:
            slots = kind.__dict__.get("__slots__", ())
            names += [slots] if isinstance(slots, str) else [*slots]
        # by name, without properties: those may do something
        inner = [getattr(value, name) for name in names if hasattr(value, name)]
    for item in inner:
        yield from _within(item, module, seen, depth + 1)


def of_addresses(package: Package, bound: Bound) -> Wrong | None:
    """Without a base URL a client calls the document's server, with the variables that it is given.

    It is sent through a proxy, which sees where the way would lead.
    """
    import httpx2

    servers: list[dict[str, Any]] = package.document.get("servers") or []
    if not servers or "://" not in str(servers[0].get("url", "")):
        return None
    url: str = servers[0]["url"]
    variables: dict[str, Any] = servers[0].get("variables", {})
    choices: list[dict[str, str]] = [{}]
    for name, variable in variables.items():
        choices += [{name: str(value)} for value in variable.get("enum", [])]
    for choice in choices:
        wanted = url
        for name, variable in variables.items():
            wanted = wanted.replace(f"{{{name}}}", choice.get(name, str(variable["default"])))
        wanted = wanted.partition("://")[2].partition("/")[0]
        with RawServer() as proxy:
            proxy.answer = b"HTTP/1.1 502 Seen\r\nContent-Length: 0\r\n\r\n"
            proxy.close = True
            with httpx2.Client(proxy=proxy.url, trust_env=False) as http:
                try:
                    client = package.client("sync", None, choice, http_client=http, timeout=20)
                except TypeError:
                    return None  # the client has no keyword of this name
                with client:
                    method = getattr(getattr(client, bound.resource), bound.method)
                    try:
                        found = method(**package.minimal(bound))
                        getattr(found, "first_page", None)
                    except package.errors.APIError:
                        pass
            came = proxy.arrived[0].target if proxy.arrived else "nothing"
        host = came.partition("://")[2].partition("/")[0] or came
        if host.removesuffix(":443").removesuffix(":80") != wanted:
            return Wrong(
                "documented servers",
                "a client that is given no base URL does not call the document's server",
                f"{wanted} for {choice or 'no choice'}",
                host,
            )
    return None


def of_numbers(package: Package, caller: Caller, server: RawServer, bound: Bound) -> Wrong | None:
    """What JSON cannot say is refused, not sent as something else."""
    server.answer, server.close = _BUSY, False
    for place in bound.places:
        if place.where != "body" or {media_kind(media) for media in place.media} != {"json"}:
            continue
        given = package.minimal(bound)
        body = given.get(place.argument)
        if not is_object(body):
            continue
        for number in (math.nan, math.inf, -math.inf):
            server.arrived.clear()
            wrong = {**body, "fuzzNumber": number}
            with suppress(package.errors.APIError, ValueError, TypeError):
                caller.call("sync", bound, {**given, place.argument: wrong})
            if server.arrived:
                return Wrong(
                    "no JSON is not sent",
                    "a number that JSON does not have is sent as something else",
                    f"an error for {number}",
                    server.arrived[0].body[-200:].decode("utf-8", "replace"),
                )
    return None
