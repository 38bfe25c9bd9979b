"""Bytes as a program that sends them again."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.fuzzing.credentials import Redaction, Spelling
from scripts.fuzzing.reproduction import imports
from scripts.fuzzing.wire.draft import Delivery

_WIDTH = 88


def python(
    host: str,
    port: int,
    data: bytes,
    delivery: Delivery,
    redaction: Redaction,
    *,
    tls: bool = False,
) -> str:
    """A program of the standard library that sends the bytes and prints what comes back. It takes
    the credentials from their variables.
    """
    pieces = redaction.split(data)
    needed = "".join(piece.python for piece in pieces if isinstance(piece, Spelling))
    others = ["socket", *(["ssl"] if tls else []), *(["time"] if delivery.pause else [])]
    lines = [
        imports(needed, *others),
        "",
        f"s = socket.create_connection(({host!r}, {port}), timeout=5)",
    ]
    if tls:
        lines.append(f"s = ssl.create_default_context().wrap_socket(s, server_hostname={host!r})")
    bounds = [0, *(cut for cut in delivery.cuts if 0 < cut < len(data)), len(data)]
    if len(bounds) == 2:
        lines += ["s.sendall(", *_literals(pieces), ")"]
    else:
        lines += [
            "s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)",
            "data = (",
            *_literals(pieces),
            ")",
            f"bounds = {bounds}",
            "for start, end in zip(bounds, bounds[1:]):",
            "    s.sendall(data[start:end])",
        ]
        if delivery.pause:
            lines.append(f"    time.sleep({delivery.pause:g})")
    if delivery.end == "fin":
        lines.append("s.shutdown(socket.SHUT_WR)")
    elif delivery.end == "rst":
        lines += [
            "import struct",
            's.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))',
            "s.close()",
        ]
        return "\n".join(lines)
    elif delivery.end == "close":
        return "\n".join([*lines, "s.close()"])
    lines += [
        "try:",
        "    while piece := s.recv(65536):",
        "        print(piece)",
        "except TimeoutError:",
        '    print("nothing more comes, and the connection stays open")',
    ]
    return "\n".join(lines)


def _literals(pieces: Iterable[bytes | Spelling]) -> Iterable[str]:
    """The bytes as literals, a line of them for each line of the request; names are variables."""
    for piece in pieces:
        if isinstance(piece, Spelling):
            yield f"    + {piece.python}.encode() +"
            continue
        for line in piece.splitlines(keepends=True) or [b""]:
            for at in range(0, max(1, len(line)), _WIDTH):
                yield f"    {line[at : at + _WIDTH]!r}"
