"""How a person repeats what was found: curl for a shell, Python with the vendor's client.

Credentials are environment variables, bytes that no shell can hold are files.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from scripts.fuzzing.credentials import Spelling
from scripts.fuzzing.exchange import Exchange, Request
from scripts.fuzzing.finding import Finding
from scripts.fuzzing.target import Target

_LONGEST = 2000
"""Bytes of a body that are written into a command; longer ones go to a file."""
_LONGEST_INLINE = 30_000
"""Bytes of a body that are written as Base64 when there is no folder for files."""


class Reproduction:
    """Writes commands for one target. `folder` takes the files that they need; None: none may be
    written, and bodies stand in the command as Base64.
    """

    def __init__(self, target: Target, folder: Path | None = None) -> None:
        self._target = target
        self._folder = folder
        self._methods = client_methods(target)

    def curl(self, finding: Finding) -> str:
        """The commands that repeat a finding, one for each request that it takes."""
        return "\n".join(self._command(exchange) for exchange in finding.exchanges[-4:])

    def python(self, finding: Finding) -> str:
        """The last request as Python: with the client of the document where that can send it, else
        with httpx2.
        """
        if finding.snippet:
            return self._target.redaction.text(finding.snippet)
        if not finding.exchanges:
            return ""
        exchange = finding.exchanges[-1]
        if exchange.raw_request is not None:
            return self._socket(exchange.raw_request)
        client = self._client(finding, exchange.request) if self._usual(exchange.request) else ""
        return client or self._httpx(exchange.request)

    def _usual(self, request: Request) -> bool:
        """Whether the request has the credentials that a client would send, and no others."""
        credentials = self._target.credentials
        query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
        presented = {
            name: given
            for name, scheme in credentials.schemes.items()
            if (given := request.header(scheme.field) if scheme.place == "header"
                else query.get(scheme.field)) is not None
        }  # fmt: skip
        if not presented:
            return not credentials.schemes
        return all(
            name in credentials.values
            and given == credentials.schemes[name].text(credentials.values[name])
            for name, given in presented.items()
        )

    def _command(self, exchange: Exchange) -> str:
        if exchange.raw_request is not None:
            return self._netcat(exchange.raw_request)
        request = exchange.request
        words = ["curl", "-sS", "-i"]
        if request.method == "HEAD":
            words.append("-I")
        elif request.method != ("GET" if request.body is None else "POST"):
            words += ["-X", request.method]
        words.append("--path-as-is")
        words.append(self._quoted(request.url))
        for name, value in request.headers:
            if name.lower() in ("user-agent", "accept", "x-schemathesis-testcaseid"):
                continue
            user = _basic(name, value)
            if user is not None and self._target.redaction.text(user) != user:
                words += self._user(user)
                continue
            words += ["-H", self._quoted(f"{name}: {value}" if value else f"{name};")]
        before = ""
        if request.body is not None:
            if request.header("Content-Type") is None:
                words += ["-H", "'Content-Type:'"]
            before, given = self._body(request.body)
            words += ["--data-binary", given]
        return before + " ".join(words)

    def _quoted(self, text: str) -> str:
        """A word for a shell, with credentials as variables."""
        return "".join(
            f'"{piece.shell}"' if isinstance(piece, Spelling) else shlex.quote(piece)
            for piece in self._target.redaction.pieces(text)
            if piece
        )

    def _user(self, user: str) -> list[str]:
        """The words for basic authentication, whose text is not what is in the variable."""
        if ":" in user:
            return ["-u", self._quoted(user)]
        coded = f"printf %s {self._quoted(user)} | base64 | tr -d '\\n'"
        return ["-H", f'"Authorization: Basic $({coded})"']

    def _body(self, body: bytes) -> tuple[str, str]:
        """What has to come before a command, and the word for a body."""
        body = self._target.redaction.content(body)
        plain = all(32 <= byte < 127 or byte in b"\n\t" for byte in body)
        if plain and len(body) <= _LONGEST and not body.startswith(b"@"):
            return "", shlex.quote(body.decode())
        if self._folder is None:
            if len(body) > _LONGEST_INLINE:
                return "", f"@body-of-{len(body)}-bytes  # run with --report to get it as a file"
            text = base64.b64encode(body).decode()
            return f"echo {text} | base64 -d | ", "@-"
        return "", f"@{self._file(body).name}"

    def _file(self, body: bytes) -> Path:
        assert self._folder is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"body-{hashlib.sha256(body).hexdigest()[:12]}.bin"
        path.write_bytes(body)
        return path

    def _netcat(self, raw: bytes) -> str:
        host, port = self._target.origin
        if len(raw) > _LONGEST and self._folder is not None:
            raw = self._target.redaction.content(raw)
            return f"nc -w 5 {host} {port} < {self._file(raw).name}"
        pieces = self._target.redaction.split(raw[:_LONGEST_INLINE])
        text = "".join("%s" if isinstance(one, Spelling) else _printf(one) for one in pieces)
        variables = "".join(f' "{one.shell}"' for one in pieces if isinstance(one, Spelling))
        return f"printf {shlex.quote(text)}{variables} | nc -w 5 {host} {port}"

    def _socket(self, raw: bytes) -> str:
        host, port = self._target.origin
        pieces = [
            f"{one.python}.encode()" if isinstance(one, Spelling) else repr(one)
            for one in self._target.redaction.split(raw)
        ]
        shown = " + ".join(pieces) if len(raw) <= _LONGEST else "open('request.bin', 'rb').read()"
        return (
            f"{imports(shown, 'socket')}\n\n"
            f"with socket.create_connection(({host!r}, {port}), 5) as connection:\n"
            f"    connection.sendall({shown})\n"
            "    print(connection.recv(65536))"
        )

    def _httpx(self, request: Request) -> str:
        lines = ["", "import httpx2", "", "answer = httpx2.request("]
        lines.append(f"    {request.method!r},")
        lines.append(f"    {self._literal(request.url)},")
        headers = [
            f"({name!r}, {self._header(name, value)})"
            for name, value in request.headers
            if name.lower() not in ("user-agent", "accept")
        ]
        if headers:
            lines.append(f"    headers=[{', '.join(headers)}],")
        if request.body is not None:
            lines.append(f"    content={self._bytes(request.body)},")
        lines += [")", "print(answer.status_code, answer.text)"]
        text = "\n".join(lines)
        return f"{imports(text)}\n{text}".lstrip("\n")

    def _header(self, name: str, value: str) -> str:
        user = _basic(name, value)
        if user is None or self._target.redaction.text(user) == user:
            return self._literal(value)
        return f"'Basic ' + base64.b64encode(({self._literal(user)}).encode()).decode()"

    def _literal(self, text: str) -> str:
        shown = [
            piece.python if isinstance(piece, Spelling) else repr(piece)
            for piece in self._target.redaction.pieces(text)
            if piece
        ]
        return " + ".join(shown) or repr(text)

    def _bytes(self, body: bytes) -> str:
        body = self._target.redaction.content(body)
        if len(body) <= 400:
            return repr(body)
        if self._folder is not None:
            return f"open({self._file(body).name!r}, 'rb').read()"
        return f"{body[:40]!r}  # … {len(body)} bytes; run with --report to get them as a file"

    def _client(self, finding: Finding, request: Request) -> str | None:
        """A call of the generated client; None where it cannot send this request."""
        method = self._methods.get(finding.operation)
        if method is None or not finding.operation.startswith(request.method + " "):
            return None
        path = finding.operation.partition(" ")[2]
        pattern = re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(path))
        place = urlsplit(request.url)
        base = urlsplit(self._target.base_url).path
        found = re.fullmatch(re.escape(base) + pattern, place.path)
        if found is None:
            return None
        arguments = [repr(_typed(unquote(text))) for text in found.groups()]
        names = {re.sub(r"\W|_", "", name).lower(): name for name in method.keywords}
        for name, value in parse_qsl(place.query, keep_blank_values=True):
            known = names.get(re.sub(r"\W|_", "", name).lower())
            if known is not None:
                arguments.append(f"{known}={_typed(value)!r}")
        body = self._client_body(method, request)
        if body is None:
            return None
        arguments += body
        walks = method.walks
        call = f"{method.call}({', '.join(arguments)})"
        return "\n".join(
            [
                f"from {method.package} import {method.client}",
                "",
                f"with {method.client}(base_url={self._target.base_url!r}) as client:"
                f"  # credentials from {', '.join(self._variables())}",
                f"    print({'list' if walks else ''}({f'client.{call}'}))"
                if walks
                else f"    print(client.{call})",
            ]
        )

    def _client_body(self, method: ClientMethod, request: Request) -> list[str] | None:
        """The arguments that make a request's body."""
        if request.body is None:
            return []
        kind = (request.header("Content-Type") or "").partition(";")[0].lower()
        if kind.endswith("json") and "body" in method.keywords:
            try:
                return [f"body={json.loads(request.body)!r}"]
            except (ValueError, RecursionError):
                return None
        if kind == "multipart/form-data":
            return self._form(method, request)
        if len(method.keywords) == 1 or "image" in method.keywords:
            name = next((n for n in method.keywords if method.files.get(n)), None)
            return None if name is None else [f"{name}={self._bytes(request.body)}"]
        return None

    def _form(self, method: ClientMethod, request: Request) -> list[str] | None:
        boundary = re.search(r'boundary="?([^";]+)', request.header("Content-Type") or "")
        if boundary is None or request.body is None:
            return None
        arguments: list[str] = []
        for piece in request.body.split(b"--" + boundary[1].encode())[1:-1]:
            head, found, data = piece.strip(b"\r\n").partition(b"\r\n\r\n")
            name = re.search(rb'name="([^"]*)"', head)
            if name is None or not found:
                return None
            field = re.sub(r"\W|_", "", name[1].decode("utf-8", "replace")).lower()
            known = next(
                (n for n in method.keywords if re.sub(r"\W|_", "", n).lower() == field), None
            )
            if known is None and b"filename=" in head:
                known = next((n for n in method.keywords if method.files.get(n)), None)
            if known is None:
                return None
            value = (
                self._bytes(data) if b"filename=" in head else repr(data.decode("utf-8", "replace"))
            )
            arguments.append(f"{known}={value}")
        return arguments

    def _variables(self) -> list[str]:
        return list(dict.fromkeys(s.variable for s in self._target.credentials.schemes.values()))


class ClientMethod:
    """A method of a generated client, read from its api.md."""

    def __init__(self, package: str, client: str, line: Mapping[str, str]) -> None:
        self.package = package
        self.client = client
        self.call = line["call"]
        declared = re.findall(r"(\w+): ([^,]+?)(?= =|, \w+:|, \*|$)", line["arguments"])
        _, star, named = line["arguments"].partition("*, ")
        self.keywords = re.findall(r"(\w+):", named) if star else []
        self.files = {name: "File" in kind for name, kind in declared}
        self.walks = "Pager[" in line["returns"]


_LINE = re.compile(
    r"^- `(?P<call>[\w.]+)\((?P<arguments>.*)\) -> (?P<returns>.*?)`"
    r" — .*`(?P<operation>[A-Z]+ \S+)`$"
)


def client_methods(target: Target) -> dict[str, ClientMethod]:
    """The methods of the document's client by operation; none where it has no client."""
    folder = target.root / "generated" / target.name
    listing = folder / "api.md"
    if not listing.is_file():
        return {}
    text = listing.read_text(encoding="utf-8")
    name = re.search(r"^# Methods of (\w+)$", text, re.M)
    package = next((p.name for p in sorted(folder.glob("*_client"))), None)
    if name is None or package is None:
        return {}
    found = (_LINE.match(line) for line in text.splitlines())
    return {
        match["operation"]: ClientMethod(package, name[1], match.groupdict())
        for match in found
        if match
    }


def imports(text: str, *others: str) -> str:
    """The imports that a program needs for its credentials, and others of the standard library."""
    modules = [name for name in ("base64", "json", "os", "urllib.parse") if f"{name}." in text]
    return "\n".join(f"import {name}" for name in sorted({*modules, *others}))


def _basic(name: str, value: str) -> str | None:
    """The text of a header for basic authentication; None for any other header."""
    scheme, _, coded = value.partition(" ")
    if name.lower() != "authorization" or scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(coded, validate=True).decode()
    except ValueError:
        return None


def _typed(text: str) -> str | int:
    return int(text) if re.fullmatch(r"-?[1-9]\d{0,17}|0", text) else text


def _printf(raw: bytes) -> str:
    """Bytes for printf(1): every one that it or the shell could take for its own is an octal."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in "\\%" else f"\\{byte:03o}"
        for byte in raw
    )
