"""Bytes as commands that send them again."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.fuzzing.wire.draft import Delivery

_WIDTH = 88


def python(host: str, port: int, data: bytes, delivery: Delivery, *, tls: bool = False) -> str:
    """A program of the standard library that sends the bytes and prints what comes back."""
    lines = ["import socket"]
    if tls:
        lines.append("import ssl")
    if delivery.pause:
        lines.append("import time")
    lines += ["", f"s = socket.create_connection(({host!r}, {port}), timeout=5)"]
    if tls:
        lines.append(f"s = ssl.create_default_context().wrap_socket(s, server_hostname={host!r})")
    bounds = [0, *(cut for cut in delivery.cuts if 0 < cut < len(data)), len(data)]
    if len(bounds) == 2:
        lines += ["s.sendall(", *_literals(data), ")"]
    else:
        lines += [
            "s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)",
            "data = (",
            *_literals(data),
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


def _literals(data: bytes) -> Iterable[str]:
    """The bytes as literals, a line of them for each line of the request."""
    position = 0
    for line in data.split(b"\n"):
        whole = data[position : position + len(line) + 1]
        position += len(whole)
        for at in range(0, len(whole), _WIDTH):
            yield f"    {whole[at : at + _WIDTH]!r}"
    if not data:
        yield '    b""'


def shell(host: str, port: int, data: bytes) -> str:
    """The bytes through printf and nc; only for what is sent at once."""
    text = "".join(_ESCAPES.get(byte, f"\\{byte:03o}") for byte in data)
    return f"printf '{text}' | nc -q 5 {host} {port}"


_ESCAPES = {byte: chr(byte) for byte in range(0x20, 0x7F)} | {
    0x0D: "\\r",
    0x0A: "\\n",
    0x09: "\\t",
    0x25: "%%",
    0x27: "'\\''",
    0x5C: "\\\\",
}
