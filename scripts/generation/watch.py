"""Generates on every save: ``codegen.py --watch``.

What can change the packages is looked at ten times a second, by what the file system tells of each
file: that sees renames of editors, mounts of containers and branches that are checked out, and
needs nothing else. A run is a process of its own, which has the generator imported before it is
needed; when our code of the generator changes, it starts anew. This module and scripts/codegen.py
stay as they were at the start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .inputs import below, code_folders, watched

_LOOK, _SETTLE, _PATIENCE = 0.1, 0.05, 2.0
_PROGRAM = Path(__file__).resolve().parents[1] / "codegen.py"
_SUFFIXES = (".yaml", ".yml", ".json", ".jinja", ".py")
_CLEAR = "\x1b[2J\x1b[H"

Seen = dict[Path, tuple[int, int, int, int]]


def watch(root: Path, vendors: Sequence[str], jobs: int | None) -> int:
    """Generate now and on every change until interrupted; the exit code is 0.

    A run that fails leaves ``generated/`` as it is; its errors stay until the next one. What a run
    says goes where it says it; the state of things to stdout.
    """
    screen = _Screen(root)
    runs = _Runs([*vendors, "--root", str(root), *(["--jobs", str(jobs)] if jobs else [])])
    try:
        screen.say("watching spec/, overrides/ and the generator's code; Ctrl-C ends it")
        seen = look(root)
        screen.ran(runs.run())
        while True:
            time.sleep(_LOOK)
            now = look(root)
            if now == seen:
                continue
            now = _settled(root, now)
            changed = sorted(
                path for path in now.keys() | seen.keys() if now.get(path) != seen.get(path)
            )
            seen = now
            if any(path.parent in code_folders() for path in changed):
                runs.renew()
            screen.begin(changed)
            screen.ran(runs.run())
    except KeyboardInterrupt:
        return 0
    finally:
        runs.end()


def await_go(root: Path) -> bool:
    """Import what a run needs, then wait for a line on stdin; false when it closes without one."""
    from .generate import load

    load(root)
    return bool(sys.stdin.readline())


def look(root: Path) -> Seen:
    """What the file system tells of every file that packages are made from."""
    return {path: told for folder in watched(root) for path, told in _look(folder)}


def _look(folder: Path) -> Iterator[tuple[Path, tuple[int, int, int, int]]]:
    try:
        found = list(os.scandir(folder))
    except OSError:
        return  # it is being replaced, or the run will say what is wrong with it
    for entry in found:
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _look(Path(entry.path))
        elif entry.name.endswith(_SUFFIXES):
            try:
                told = os.stat(entry.path)
            except OSError:
                continue  # gone since
            yield Path(entry.path), (told.st_mtime_ns, told.st_ctime_ns, told.st_size, told.st_ino)


def _settled(root: Path, now: Seen) -> Seen:
    """What is there when nothing changes any more: files are written piece by piece."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        time.sleep(_SETTLE)
        later = look(root)
        if later == now:
            break
        now = later
    return now


@dataclass(frozen=True)
class _Outcome:
    code: int
    out: str
    errors: str
    seconds: float


@dataclass
class _Runs:
    """Runs of scripts/codegen.py, the next of which always waits for its beginning."""

    arguments: Sequence[str]
    next: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.next = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(_PROGRAM), *self.arguments, "--await-go"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C reaches this process, which ends the other
        )

    def run(self) -> _Outcome:
        """Let the waiting one begin; what it did."""
        start = time.monotonic()
        # one that ended early, for a mistake in our code, has said so
        out, errors = self.next.communicate("go\n")
        done = _Outcome(self.next.returncode, out, errors, time.monotonic() - start)
        self.next = self._start()
        return done

    def renew(self) -> None:
        """Start the waiting one again, with the code as it is now."""
        self.end()
        self.next = self._start()

    def end(self) -> None:
        """Stop it, with time to clear away what it began."""
        self.next.terminate()
        try:
            self.next.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.next.kill()
            self.next.communicate()


@dataclass
class _Screen:
    """Tells what happens: lines in a pipe; on a terminal the present state, and nothing past."""

    root: Path
    failed: bool = False

    def __post_init__(self) -> None:
        self.terminal = sys.stdout.isatty()

    def say(self, text: str) -> None:
        print(text, flush=True)

    def begin(self, changed: Sequence[Path]) -> None:
        if self.terminal:
            print(end=_CLEAR)
        names = [below(self.root, path) for path in changed]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        self.say(f"{', '.join(names[:3])}{more} changed")
        if self.terminal:
            print("generating …", end="\r", flush=True)

    def ran(self, done: _Outcome) -> None:
        print(done.out, end="", flush=True)
        print(done.errors, end="", file=sys.stderr, flush=True)
        if done.code != 0:
            self.say("generated/ is as it was; waiting for the change that mends this")
        else:
            mended = "mended: " if self.failed else ""
            self.say(f"{mended}generated/ is up to date ({done.seconds:.1f} s)")
        self.failed = done.code != 0
