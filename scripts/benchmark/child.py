"""Child processes that answer one line of JSON with another.

A child ends when its standard input does, so that none outlives a parent that was killed. It is in
a session of its own: Ctrl-C reaches the parent alone, which then closes its children.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
"""Seconds that one answer may take."""


class ChildError(Exception):
    """A child ended or fell silent; the text is the last thing that it said."""


class Child:
    """A running module of this package.

    Args:
        module: its name, ``scripts.benchmark.server``.
        argument: what it is told at the start, as JSON.
        environment: all of its environment variables.
        errors: file for what it writes to standard error.
    """

    def __init__(
        self, module: str, argument: Any, environment: Mapping[str, str], errors: Path
    ) -> None:
        self._errors = errors
        with errors.open("wb") as handle:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, json.dumps(argument)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=handle,
                cwd=ROOT,
                env=dict(environment),
                start_new_session=True,
            )

    def ask(self, question: Any) -> dict[str, Any]:
        """Send a line and read the answer.

        Raises:
            ChildError: there is none.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise ChildError(self._last_words()) from None
        return self.read()

    def read(self) -> dict[str, Any]:
        """Read a line.

        Raises:
            ChildError: there is none.
        """
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        if not ready:
            raise ChildError(f"no answer within {PATIENCE:.0f} seconds")
        line = self._process.stdout.readline()
        if not line:
            raise ChildError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        code = self._process.wait()
        lines = self._errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"ended with exit code {code}"

    def close(self) -> None:
        """End the process."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it ended before
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._process.kill()
        self.close()


def environment(*folders: Path, seed: int) -> dict[str, str]:
    """The environment of a child: no proxies, and byte code is kept, or it would be measured.

    Args:
        folders: where it finds packages beside those that are installed.
        seed: of Python's hashes.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and name != "PYTHONDONTWRITEBYTECODE"
    }
    path = [str(ROOT), *map(str, folders), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONHASHSEED": str(seed % 2**32),
    }
