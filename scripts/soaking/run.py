"""A soak: start a stub, send it many requests over several connections, judge what came of it."""

from __future__ import annotations

import hashlib
import http.client
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from scripts.soaking.shots import Shot, shot
from tests.stub.app import load_documents
from tests.stub.document import Document, Operation
from tests.stub.server import ROOT
from tests.stub.wire import Reply, connect, receive

SETTLED = 5000
"""Requests after which the memory is measured for the first time; a tenth of a shorter soak."""
LIMIT = 20 * 1024 * 1024
"""Bytes that the memory may grow from then on."""
_MOST_FINDINGS = 20


class SoakError(Exception):
    """The soak cannot run; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many requests, over how many connections at once, from which seed; `db` is the stub's
    database, None for none.
    """

    requests: int = 50_000
    connections: int = 4
    seed: int = 5
    db: Path | None = None


@dataclass(slots=True)
class Verdict:
    """What came of it: statuses of good and of malformed requests (0: closed without an answer),
    uploads that were accepted and those read back byte for byte, bytes of memory when settled and
    at the end, and what should not have been.
    """

    good: Counter[int] = field(default_factory=Counter[int])
    malformed: Counter[int] = field(default_factory=Counter[int])
    accepted: int = 0
    read_back: int = 0
    settled: int = 0
    end: int = 0
    findings: list[str] = field(default_factory=list[str])

    def find(self, finding: str) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(finding)


def soak(plan: Plan, tell: Callable[[str], None]) -> Verdict:
    """Run a soak. `tell` gets a line of progress now and then. Raises SoakError."""
    with _stub(plan.db) as (process, url):
        run = Run(plan, url, process.pid, tell)
        run.shoot()
        run.read_back()
        if process.poll() is not None:
            run.verdict.find(f"the stub ended by itself, with {process.returncode}")
    return run.verdict


@contextmanager
def _stub(db: Path | None) -> Generator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, str(ROOT / "scripts" / "stub.py"), "--port", "0", "--ready-json"]
    # An answer that its document does not allow becomes a 500, and so a finding.
    command += ["--strict", *(["--db", str(db)] if db else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            if not ready:
                raise SoakError("the stub does not start; see its message above")
            yield process, str(json.loads(ready)["url"])
        finally:
            process.terminate()


def memory(process: int) -> int:
    """Bytes of memory that a process holds. Raises SoakError where there is no /proc."""
    try:
        for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    except OSError as error:
        raise SoakError(f"the memory of the stub cannot be read ({error})") from error
    raise SoakError("the stub has ended")


class Run:
    """One soak of a stub at `url` that lives in `process`."""

    def __init__(self, plan: Plan, url: str, process: int, tell: Callable[[str], None]) -> None:
        self.verdict = Verdict()
        self._plan = plan
        self._url = url
        self._process = process
        self._tell = tell
        documents = load_documents(ROOT)
        self._prefixes = tuple(url + document.prefix + "/" for document in documents)
        self._operations: list[tuple[Document, Operation]] = [
            (document, operation) for document in documents for operation in document.operations
        ]
        self._settled_at = min(SETTLED, max(1, plan.requests // 10))
        self._uploads: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._done = 0
        self._failure: BaseException | None = None

    def shoot(self) -> None:
        """Send all requests."""
        memory(self._process)
        self._in_threads(self._shoot_some)
        self.verdict.end = memory(self._process)
        self.verdict.accepted = len(self._uploads)
        grown = self.verdict.end - self.verdict.settled
        if grown > LIMIT:
            self.verdict.find(f"the memory grew by {grown:,} bytes, more than {LIMIT:,}")

    def read_back(self) -> None:
        """Fetch every accepted upload from an address that its answer gave."""
        self._done = 0
        self._in_threads(self._read_some)

    def _in_threads(self, work: Callable[[int], None]) -> None:
        def guarded(first: int) -> None:
            try:
                work(first)
            except BaseException as error:
                self._failure = error

        threads = [
            threading.Thread(target=guarded, args=(first,), daemon=True)
            for first in range(self._plan.connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise SoakError(f"a connection failed: {self._failure!r}") from self._failure

    def _shoot_some(self, first: int) -> None:
        with connect(self._url) as kept:
            for number in range(first, self._plan.requests, self._plan.connections):
                one = shot(number, self._plan.seed, self._operations, self._url)
                if one.bent:
                    self._judge_malformed(one)
                else:
                    kept.sendall(one.data)
                    self._judge(one, receive(kept))
                self._count()

    def _judge(self, one: Shot, reply: Reply) -> None:
        with self._lock:
            self.verdict.good[reply.status] += 1
            if not 200 <= reply.status < 300:
                what = f"request {one.number}, {one.sample.operation.id}, is good and got"
                self.verdict.find(f"{what} {reply.status}: {reply.body[:200]!r}")
            elif one.sample.file is not None:
                addresses = sorted(set(self._addresses(reply.json)))
                if not addresses:
                    self.verdict.find(f"request {one.number}: the answer names no address")
                else:
                    digest = hashlib.sha256(one.sample.file).hexdigest()
                    self._uploads.append((addresses[one.number % len(addresses)], digest))

    def _judge_malformed(self, one: Shot) -> None:
        with connect(self._url) as connection:
            status = 0
            try:
                connection.sendall(one.data)
                connection.shutdown(1)
                status = receive(connection).status
            except (OSError, http.client.HTTPException):
                pass  # closed, which is an answer too
        with self._lock:
            self.verdict.malformed[status] += 1
            if status and not 400 <= status < 500:
                self.verdict.find(f"request {one.number}, malformed ({one.bent}), got {status}")

    def _addresses(self, value: Any) -> Iterator[str]:
        """Addresses on the stub in an answer that are no operation's."""
        if isinstance(value, str):
            if value.startswith(self._url) and not value.startswith(self._prefixes):
                yield value
        elif isinstance(value, dict | list):
            items: Any = cast("Any", value)
            for item in items.values() if isinstance(value, dict) else items:
                yield from self._addresses(item)

    def _read_some(self, first: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=20)
        try:
            for url, digest in self._uploads[first :: self._plan.connections]:
                connection.request("GET", urlsplit(url).path)
                response = connection.getresponse()
                body = response.read()
                with self._lock:
                    if hashlib.sha256(body).hexdigest() == digest:
                        self.verdict.read_back += 1
                    else:
                        self.verdict.find(f"{url} got {response.status} and other bytes")
                self._count()
        finally:
            connection.close()

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            if self._done == self._settled_at and not self.verdict.settled:
                self.verdict.settled = memory(self._process)
            if self._done % 500 == 0:
                self._tell(
                    f"{self._done:,} of {self._plan.requests:,} requests, "
                    f"{memory(self._process) >> 20} MiB"
                )
