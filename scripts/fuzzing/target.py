"""What is tested: the stub, started here, or a server that a user names."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

from scripts.fuzzing.credentials import Credentials, Redaction, Scheme, schemes
from scripts.fuzzing.exchange import Exchange, Pace, Request, Sender
from scripts.fuzzing.parameter_text import escaped
from scripts.openapi import overlay, yaml_source
from scripts.openapi.bundle import bundled
from scripts.openapi.discriminator import told_apart
from scripts.openapi.operations import OperationView, operations
from scripts.openapi.origin import Origins

if TYPE_CHECKING:
    from tests.stub import Stub

ROOT = Path(__file__).resolve().parents[2]
READING = frozenset({"get", "head", "options"})

# The stub's own credentials, see tests/stub/checks/security.py: two that open everything of their
# kind, two that are known and may do nothing.
_STUB_KEY, _STUB_TOKEN = "test-api-key", "test-token"
_STUB_PASSWORD = f"user:{_STUB_TOKEN}"
_STUB_FORBIDDEN = {
    _STUB_KEY: "forbidden-api-key",
    _STUB_TOKEN: "forbidden-token",
    _STUB_PASSWORD: "user:forbidden-token",
}


class TargetError(Exception):
    """The run cannot start; the message is for the user: what, where, what to do."""


@dataclass
class Target:
    """One server under one document.

    `base_url` has no slash at its end; paths of the document follow it. `stub` is the running stub
    when the server is ours, else None. `values` are parameters that exist on the server, by name
    (`{"user-id": 1234567}`), from the command line; the document's examples stand behind them.
    `keeps` tells whether the server keeps what it is sent; the stub does for the vendors that it
    knows, and answers examples for others.
    """

    name: str
    document: dict[str, Any]
    base_url: str
    credentials: Credentials
    stub: Stub | None = None
    read_only: bool = False
    pace: Pace = field(default_factory=Pace)
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout: float = 15.0
    root: Path = ROOT
    keeps: bool = True

    def __post_init__(self) -> None:
        self.redaction = Redaction(self.credentials)

    @property
    def operations(self) -> list[OperationView]:
        """The operations that may be called: with `read_only`, those that change nothing."""
        return [
            view
            for view in operations(self.document)
            if not self.read_only or view.method in READING
        ]

    @property
    def ours(self) -> bool:
        """Whether the server is the stub, whose state can be seen and forgotten."""
        return self.stub is not None

    @property
    def origin(self) -> tuple[str, int]:
        """Host and port to connect to."""
        parts = urlsplit(self.base_url)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def forbidden(self) -> dict[str, str]:
        """Credentials that are known to the server and may do nothing, by scheme; only the stub
        has some.
        """
        if self.stub is None:
            return {}
        return {
            name: _STUB_FORBIDDEN[value]
            for name, value in self.credentials.values.items()
            if value in _STUB_FORBIDDEN
        }

    def sender(self) -> Sender:
        """A sender that keeps the target's pace and waits for a server that is not ours."""
        retries = 0 if self.ours else 5
        return Sender(self.pace, timeout=self.timeout, retries=retries)

    def label(self, view: OperationView) -> str:
        """How an operation is named in findings: `POST /users/{user-id}/images`."""
        return f"{view.method.upper()} {view.path}"

    def alternatives(self, view: OperationView) -> list[list[Scheme]]:
        """The credentials that open an operation, one list of schemes per alternative."""
        return self.credentials.alternatives(self.document, view.operation)

    def sign(self, request: Request, view: OperationView) -> Request:
        """The request with the first credentials that open the operation and are known."""
        usable = self.credentials.usable(self.alternatives(view))
        return self.credentials.sign(request, usable) if usable else request

    def url(self, view: OperationView, path: Mapping[str, str], query: str = "") -> str:
        """The URL of an operation. Path parameters are percent-encoded here unless they are
        Escaped; `query` is not.
        """
        filled = "".join(
            escaped(path[piece[1:-1]])
            if piece[:1] == "{" and piece[1:-1] in path
            else quote(piece, safe="/%{}:@!$&'()*+,;=-._~")
            for piece in re.split(r"(\{[^{}]*\})", view.path)
        )
        return f"{self.base_url}{filled}" + (f"?{query}" if query else "")

    def betrays(self, exchange: Exchange) -> bool:
        """Whether an answer shows a credential that was sent where the document wants it.

        What a client puts elsewhere is no credential to the server: it may be repeated like any
        other text.
        """
        answer = exchange.answer
        if answer is None or self._misplaced(exchange.request):
            return False
        texts = [answer.body, *(value.encode("latin-1", "replace") for _, value in answer.headers)]
        return any(map(self.redaction.shows, texts))

    def _misplaced(self, request: Request) -> bool:
        names = {s.field for s in self.credentials.schemes.values() if s.place == "query"}
        pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        texts = [value for name, value in pairs if name not in names]
        texts.append(urlsplit(request.url).path)
        return any(self.redaction.shows(text.encode("utf-8", "replace")) for text in texts)

    def reach(self) -> None:
        """Raise TargetError if nobody listens there."""
        host, port = self.origin
        try:
            socket.create_connection((host, port), self.timeout).close()
        except OSError as error:
            raise TargetError(
                f"{self.base_url}: cannot connect ({error}); is the server running?"
            ) from error

    def reset(self) -> None:
        """Forget all state, where the server is ours."""
        if self.stub is not None:
            self.stub.reset()


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for, see scripts/fuzz.py."""

    document: str
    base_url: str | None = None
    read_only: bool = False
    yes: bool = False
    rate_limit: float | None = None
    auth: tuple[str, ...] | None = None
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    root: Path = ROOT


@contextmanager
def opened(wanted: Wanted) -> Generator[Target]:
    """The target, ready to be called; the stub runs as long as the block does.

    Raises TargetError: no such document, no credentials, a host that may not be written to.
    Raises DocumentError: the document cannot be read, or no client be made of it for the stub.
    """
    name, path = _document_path(wanted)
    if wanted.base_url is None and path.parent.parent != wanted.root / "generated":
        from scripts.fuzzing.workplace import workplace

        with (
            workplace(path, ROOT) as (place, vendor),
            opened(replace(wanted, document=vendor, root=place)) as target,
        ):
            yield target
        return
    document = told_apart(bundled(yaml_source.load(path), path.parent).data)
    if wanted.base_url is None:
        from tests.stub.app import VENDORS

        with _stub(wanted.root) as stub:
            yield Target(
                name,
                document,
                stub.urls[name],
                _stub_credentials(_with_variables(wanted.root, name, document)),
                stub,
                read_only=wanted.read_only,
                values=wanted.values,
                root=wanted.root,
                keeps=name in VENDORS,
            )
        return
    base = _base_url(wanted.base_url)
    target = Target(
        name,
        document,
        base,
        _credentials(_with_variables(wanted.root, name, document), wanted.auth),
        read_only=wanted.read_only,
        pace=Pace(wanted.rate_limit),
        values=wanted.values,
        root=wanted.root,
    )
    writes = any(view.method not in READING for view in target.operations)
    if writes and not wanted.yes and not _loopback(target.origin[0]):
        raise TargetError(
            f"This run writes to {target.origin[0]}, which is not this machine: say --yes if that"
            " is meant, or --read-only to only read."
        )
    yield target


def _document_path(wanted: Wanted) -> tuple[str, Path]:
    vendor = wanted.root / "generated" / wanted.document / "openapi.yaml"
    if "/" not in wanted.document and vendor.exists():
        return wanted.document, vendor
    path = Path(wanted.document)
    if path.is_file():
        path = path.resolve()
        ours = path.parent.parent == wanted.root / "generated"
        return (path.parent.name if ours else path.stem), path
    known = sorted(item.parent.name for item in wanted.root.glob("generated/*/openapi.yaml"))
    raise TargetError(
        f"{wanted.document}: neither a vendor ({', '.join(known)}) nor an OpenAPI file;"
        " name one of them."
    )


@contextmanager
def _stub(root: Path) -> Generator[Stub]:
    from tests.stub import Stub, StubError

    stub = Stub(root=root)
    try:
        stub.start()
    except StubError as error:
        raise TargetError(str(error)) from error
    try:
        yield stub
    finally:
        stub.stop()


def _stub_credentials(document: dict[str, Any]) -> Credentials:
    known = schemes(document)
    kinds = {"": _STUB_KEY, "basic": _STUB_PASSWORD}
    return Credentials(
        known,
        {
            name: kinds.get(scheme.prefix.strip().lower(), _STUB_TOKEN)
            for name, scheme in known.items()
        },
    )


def _credentials(document: dict[str, Any], auth: tuple[str, ...] | None) -> Credentials:
    """Values from the environment: all of the document's variables, or `scheme=VARIABLE` and
    `VARIABLE` (for every scheme) where named. Without --auth-from-env nothing is read.
    """
    known = schemes(document)
    if auth is None:
        return Credentials(known, {})
    named: dict[str, str] = {name: scheme.variable for name, scheme in known.items()}
    for item in auth:
        scheme, equals, variable = item.partition("=")
        if not equals:
            named = dict.fromkeys(known, item)
        elif scheme in known:
            named[scheme] = variable
        else:
            raise TargetError(
                f"--auth-from-env {item}: the document has no security scheme {scheme!r};"
                f" it has {', '.join(known) or 'none'}."
            )
    values = {
        name: os.environ[variable] for name, variable in named.items() if os.environ.get(variable)
    }
    if known and not values:
        raise TargetError(
            f"No credentials: set {' or '.join(dict.fromkeys(named.values()))}, or say"
            " --auth-from-env SCHEME=VARIABLE."
        )
    shown = {
        name: Scheme(s.name, s.place, s.field, s.prefix, named[name]) for name, s in known.items()
    }
    return Credentials(shown, values)


def _with_variables(root: Path, name: str, document: dict[str, Any]) -> dict[str, Any]:
    """The document as the client's generator sees it, where it is one of ours: it names the
    variables that the client reads.
    """
    path = root / "overrides" / name / "codegen.yaml"
    if not path.exists():
        return document
    written = yaml_source.load(root / "generated" / name / "openapi.yaml")
    overlaid = overlay.apply(
        document, Origins.of(written), yaml_source.load(path), extends=(written.path,)
    )
    return overlaid.data


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
        raise TargetError(f"--base-url {text!r}: not an http or https URL with a host.")
    if parts.query or parts.fragment or parts.username is not None:
        raise TargetError("--base-url: a URL without user, query and fragment is needed.")
    return text.rstrip("/")


def _loopback(host: str) -> bool:
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
