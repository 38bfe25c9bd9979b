"""Credentials: which ones a request presents, and whether they open the operation."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from ..document import Operation, Scheme
from ..refusal import Reason, Refused

API_KEY = "test-api-key"
TOKEN = "test-token"
ACCEPTED = frozenset({API_KEY, TOKEN})
FORBIDDEN = frozenset({"forbidden-api-key", "forbidden-token"})


def example_credential(scheme: Scheme) -> str:
    """One that opens operations with this scheme."""
    return TOKEN if scheme.kind in ("bearer", "basic") else API_KEY


def presented(
    scheme: Scheme,
    headers: Mapping[str, str],
    query: Sequence[tuple[str, str]],
    cookies: Mapping[str, str],
) -> str | None:
    """The credential that a request presents for `scheme`; None if none, "" if it is unreadable or
    ambiguous.
    """
    if scheme.kind == "query":
        values = [value for name, value in query if name == scheme.name]
        return None if not values else values[0] if len(values) == 1 else ""
    if scheme.kind == "cookie":
        return cookies.get(scheme.name)
    value = headers.get(scheme.name.lower())
    if value is None or scheme.kind == "header":
        return value
    kind, _, credential = value.partition(" ")
    if kind.lower() != scheme.kind:
        return None
    return _password(credential.strip()) if scheme.kind == "basic" else credential.strip()


def _password(credential: str) -> str:
    try:
        return base64.b64decode(credential, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def check(
    operation: Operation,
    headers: Mapping[str, str],
    query: Sequence[tuple[str, str]],
    cookies: Mapping[str, str],
) -> str:
    """The credentials that open the operation, "" if it needs none. Raises Refused if the request
    may not call it.

    The first of the operation's alternatives that is presented at all decides: a wrong key in the
    header is not made good by a right one in the query.
    """
    for alternative in operation.security:
        values: list[str] = []
        for scheme in alternative:
            value = presented(scheme, headers, query, cookies)
            if value is None:
                break
            values.append(_of_its_kind(scheme, value))
        if len(values) < len(alternative):
            continue
        if not FORBIDDEN.isdisjoint(values):
            raise Refused(Reason.FORBIDDEN, "these credentials may not do this")
        if all(value in ACCEPTED for value in values):
            return " ".join(values)
        raise _unauthorised(operation, "these credentials are not known")
    if operation.security:
        raise _unauthorised(operation, "no credentials are given")
    return ""


def _of_its_kind(scheme: Scheme, value: str) -> str:
    """The credential; "" if it is the one of another vendor's scheme: a token is no API key."""
    strange = value in (API_KEY, TOKEN) and value != example_credential(scheme)
    return "" if strange else value


def _unauthorised(operation: Operation, message: str) -> Refused:
    kinds = {scheme.kind for alternative in operation.security for scheme in alternative}
    # RFC 9110 wants a challenge with a 401; keys in a header or the query have no registered scheme
    # to name.
    challenges = [
        ("WWW-Authenticate", kind.title()) for kind in ("bearer", "basic") if kind in kinds
    ]
    return Refused(Reason.CREDENTIALS, message, headers=challenges)
