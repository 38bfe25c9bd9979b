"""Servers that are put under load on the server core: the stub as it is shipped, and Prism."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import prism
from .child import ROOT, Child
from .comparison import Bench
from .subject import CREATE_TARGET, DOCUMENT, FORM_TARGET, KEY, LIST_BASE
from .work import demand

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Attributes:
        prefix: of its paths.
        pid: of its process; None where its CPU time is of no interest.
    """

    port: int
    prefix: str
    pid: int | None = None

    def cpu(self) -> float | None:
        """Seconds of CPU that it has taken so far, all its threads together."""
        path = Path(f"/proc/{self.pid}/stat")
        if self.pid is None or not path.exists():
            return None
        fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


class Stub(Served):
    """The stub."""

    def ask(self, target: str, body: object = None) -> Any:
        """The JSON that it answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{target}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"api-key": KEY, "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def done(self, question: object) -> dict[str, int]:
        """How much it has done so far, by its journal and by what it stores.

        The last response's number is that of one made here, so one more each time.
        """
        return {
            "requests": self.ask("/_stub/requests?limit=1")["total"],
            "images": self.ask(f"{FORM_TARGET}?perPage=1")["pagination"]["totalItems"],
            "responses": self.ask(CREATE_TARGET, question)["response"]["responseID"],
        }


@contextlib.contextmanager
def stub(bench: Bench, images: int) -> Generator[Stub]:
    """The stub with so many images.

    Raises:
        ChildError: it does not start.
    """
    port = _free_port()
    command = [sys.executable, str(ROOT / "scripts" / "stub.py"), "--port", str(port)]
    with _kept(bench, f"stub-{images}", command, port) as pid:
        served = Stub(port, LIST_BASE, pid)
        kept = served.ask("/_stub/seed", {"vendor": "questionpro", "images": images})
        demand(len(kept["images"]), images, "images that were stored")
        yield served


@contextlib.contextmanager
def other(bench: Bench, name: str) -> Generator[Served]:
    """Prism with the same document, as it is shipped or silent.

    Raises:
        Missing: it cannot be had here.
        ChildError: it does not start.
    """
    port = _free_port()
    silent = name == prism.SILENT
    command = prism.command(DOCUMENT, port, silent=silent)
    with _kept(bench, f"prism-{silent}", command, port) as pid:
        yield Served(port, "", pid)


@contextlib.contextmanager
def _kept(bench: Bench, name: str, command: list[str], port: int) -> Generator[int]:
    told = {"core": bench.server_core, "command": command, "port": port}
    errors = bench.folder / f"{name}.txt"
    with Child("scripts.benchmark.keeper", told, bench.environment, errors) as keeper:
        yield int(keeper.read()["pid"])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
