"""The stub on a database, ended and started again: as an object in this process, or as a program
that is killed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from scripts.fuzzing.target import ROOT

if TYPE_CHECKING:
    from tests.stub import Stub

COMMAND: tuple[str, ...] = (sys.executable, str(ROOT / "scripts" / "stub.py"))
"""How the program is started; what is said of port and database follows."""


class Life(Protocol):
    """A server whose state outlives it. `urls` are the vendors' addresses, by name."""

    urls: dict[str, str]
    origin: str

    def begin(self) -> None:
        """Start on what the last life left."""

    def end(self) -> None:
        """End, in whatever state."""


class ObjectLife:
    """The stub in this process, with a database in `folder` and the document of one vendor: it
    begins in a third of the time that it takes with all of them.
    """

    def __init__(self, folder: Path, vendor: str, root: Path = ROOT) -> None:
        from tests.stub import Stub as Kind

        self._kind, self._database, self._root = Kind, folder / "object.db", folder
        document = folder / "generated" / vendor / "openapi.yaml"
        document.parent.mkdir(parents=True)
        shutil.copy(root / document.relative_to(folder), document)
        self._stub: Stub | None = None
        self.urls: dict[str, str] = {}
        self.origin = ""

    def begin(self) -> None:
        self._stub = self._kind(self._database, root=self._root)
        self._stub.start()
        self.urls, self.origin = self._stub.urls, self._stub.url

    def end(self) -> None:
        if self._stub is not None:
            self._stub.stop()
            self._stub = None


class ProgramLife:
    """The stub as a program, ended with SIGKILL: it cannot tidy up."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._process: subprocess.Popen[str] | None = None
        self.urls: dict[str, str] = {}
        self.origin = ""

    def begin(self) -> None:
        command = [*COMMAND, "--port", "0", "--db", str(self._database), "--ready-json"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.end()
            raise RuntimeError(f"{' '.join(command)} ended before it was ready; see its log above")
        self.origin = json.loads(line)["url"]
        health = control(self.origin, "GET", "health")
        self.urls = {name: str(one["url"]) for name, one in health["vendors"].items()}

    def end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(20)
            if process.stdout is not None:
                process.stdout.close()


def control(origin: str, method: str, path: str, body: Any = None) -> Any:
    """What the stub's own address `/_stub/<path>` answers, None for nothing."""
    request = urllib.request.Request(
        f"{origin}/_stub/{path}",
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        content = answer.read()
    return json.loads(content) if content else None
