"""What differs in where calls go and which credential they carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.openapi.json_value import is_array, is_object

from .change import Change, Side, change
from .contract import Operation
from .reading import Reading, below, listing, mapping
from .texts import alike, canonical, told

_SENT = ("type", "in", "name", "scheme")
_DETAILS = ("flows", "bearerFormat", "openIdConnectUrl")


def server_changes(old: Operation, new: Operation) -> Iterator[Change]:
    """Changes of the servers of an operation. The first is where calls go."""
    (old_at, olds), (new_at, news) = old.servers, new.servers
    were, are = _urls(olds), _urls(news)
    if not were or not are:
        return
    if were[0] != are[0]:
        yield change("server-changed", below(new_at, 0, "url"), old=were[0], new=are[0])
    for index, url in enumerate(are):
        if url not in were and index:
            yield change("server-alternative-added", below(new_at, index), what=f"`{url}`")
    for index, url in enumerate(were):
        if url not in are and index:
            yield change("server-alternative-removed", below(old_at, index), "old", what=f"`{url}`")
    at = below(old_at, 0, "variables"), below(new_at, 0, "variables")
    yield from _variables(
        at, mapping(_server(olds, 0), "variables"), mapping(_server(news, 0), "variables")
    )
    for index, url in enumerate(are):
        if url in were:
            before, after = _server(olds, were.index(url)), _server(news, index)
            places = below(old_at, were.index(url)), below(new_at, index)
            yield from told(before, after, places, f"the server `{url}`")
            if index and not alike(before.get("variables"), after.get("variables")):
                there = below(places[1], "variables")
                yield change("server-alternative-changed", there, what=f"`{url}`")


def _server(servers: list[Any], index: int) -> dict[str, Any]:
    return servers[index] if is_object(servers[index]) else {}


def _urls(servers: list[Any]) -> list[str]:
    return [str(server.get("url")) if is_object(server) else "" for server in servers]


def _variables(at: tuple[str, str], old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        what, before, after = f"`{name}`", mapping(old, name), mapping(new, name)
        there = below(at[1], name)
        if name not in new:
            yield change("server-variable-removed", below(at[0], name), "old", what=what)
            continue
        if name not in old:
            yield change("server-variable-added", there, what=what, new=after.get("default"))
            continue
        were, are = before.get("default"), after.get("default")
        if not alike(were, are):
            kind = "server-variable-default-changed"
            yield change(kind, below(there, "default"), what=what, old=were, new=are)
        values = listing(before, "enum"), listing(after, "enum")
        if not values[0] and values[1]:
            told_values = ", ".join(map(str, values[1]))
            yield change("server-variable-closed", below(there, "enum"), what=what, new=told_values)
        elif values[0] and not values[1]:
            yield change("server-variable-opened", below(at[0], name, "enum"), "old", what=what)
        else:
            for value in values[0]:
                if value not in values[1]:
                    kind = "server-variable-value-removed"
                    yield change(kind, below(there, "enum"), what=what, value=value)
            for value in values[1]:
                if value not in values[0]:
                    kind = "server-variable-value-added"
                    yield change(kind, below(there, "enum"), what=what, value=value)
        yield from told(before, after, (below(at[0], name), there), what)


@dataclass(frozen=True)
class _Credential:
    """One way to be let in: how each of its schemes is sent, by canonical text."""

    sent: frozenset[str]
    names: tuple[str, ...]

    def __str__(self) -> str:
        return " and ".join(f"`{name}`" for name in self.names)


def security_changes(
    old: Operation, new: Operation, readings: tuple[Reading, Reading]
) -> Iterator[Change]:
    """Changes of the credentials that an operation takes.

    Args:
        readings: the old and the new document.
    """
    (old_at, olds), (new_at, news) = old.security, new.security
    were, are = _credentials(readings[0], olds), _credentials(readings[1], news)
    free_before, free_after = (
        not credentials or any(not one.names for one in credentials) for credentials in (were, are)
    )
    if free_before and not free_after:
        what = " or ".join(str(one) for one in are)
        yield change("security-required", new_at, what=what)
    elif free_after and not free_before:
        yield change("security-lifted", new_at if news else old_at, "new" if news else "old")
    else:
        yield from _alternatives((old_at, new_at), were, are, readings)
    yield from _scopes((old_at, new_at), olds, news)
    yield from _schemes(olds, news, readings)


def _alternatives(
    at: tuple[str, str],
    were: list[_Credential],
    are: list[_Credential],
    readings: tuple[Reading, Reading],
) -> Iterator[Change]:
    gone = [one for one in were if one.sent not in {other.sent for other in are}]
    come = [one for one in are if one.sent not in {other.sent for other in were}]
    for before in list(gone):
        after = next((one for one in come if one.names == before.names), None)
        if after is not None:
            gone.remove(before)
            come.remove(after)
            yield from _changed_schemes(before.names, readings)
    for one in gone:
        yield change("security-alternative-removed", at[0], "old", what=str(one))
    for one in come:
        yield change("security-alternative-added", at[1], what=str(one))


def _changed_schemes(names: tuple[str, ...], readings: tuple[Reading, Reading]) -> Iterator[Change]:
    for name in names:
        (_, before), (at, after) = (_scheme(reading, name) for reading in readings)
        if _sent(before) != _sent(after):
            told_old, told_new = (
                " ".join(str(scheme[key]) for key in _SENT if key in scheme)
                for scheme in (before, after)
            )
            yield change("security-scheme-changed", at, old=told_old, new=told_new)


def _scheme(reading: Reading, name: str) -> tuple[str, dict[str, Any]]:
    return reading.follow(below("", "components", "securitySchemes", name))


def _sent(scheme: dict[str, Any]) -> str:
    """What of a scheme is seen in a request."""
    told_of = {key: scheme[key] for key in _SENT if key in scheme}
    if "scheme" in told_of:
        told_of["scheme"] = str(told_of["scheme"]).lower()
    if scheme.get("in") == "header":
        told_of["name"] = str(told_of.get("name")).lower()
    return canonical(told_of)


def _credentials(reading: Reading, security: list[Any]) -> list[_Credential]:
    return [
        _Credential(
            frozenset(_sent(_scheme(reading, str(name))[1]) for name in one),
            tuple(sorted(str(name) for name in one)),
        )
        for one in security
        if is_object(one)
    ]


def _scopes(at: tuple[str, str], old: list[Any], new: list[Any]) -> Iterator[Change]:
    """Scopes of schemes that are asked for before and after."""
    were, are = _scopes_of(old), _scopes_of(new)
    for name in were.keys() & are.keys():
        for scope in sorted(are[name] - were[name]):
            yield change("security-scope-added", at[1], what=f"`{scope}`")
        for scope in sorted(were[name] - are[name]):
            yield change("security-scope-removed", at[0], "old", what=f"`{scope}`")


def _scopes_of(security: list[Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in security:
        for name, scopes in one.items() if is_object(one) else ():
            known = found.setdefault(str(name), set())
            known |= {str(scope) for scope in scopes} if is_array(scopes) else set[str]()
    return found


def _schemes(old: list[Any], new: list[Any], readings: tuple[Reading, Reading]) -> Iterator[Change]:
    """Texts and details of the schemes that stay."""
    for name in sorted(_scopes_of(old).keys() & _scopes_of(new).keys()):
        (old_at, before), (new_at, after) = (_scheme(reading, name) for reading in readings)
        yield from told(before, after, (old_at, new_at), f"the security scheme `{name}`")
        for key in _DETAILS:
            if not alike(before.get(key), after.get(key)):
                at = below(new_at, key) if key in after else below(old_at, key)
                side: Side = "new" if key in after else "old"
                kind = "security-detail-changed"
                yield change(kind, at, side, key=key, what=f"`{name}`")
