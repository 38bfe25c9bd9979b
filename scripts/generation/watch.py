"""Generates on every save: ``codegen.py --watch``.

What can change the packages is looked at ten times a second, by what the file system tells of each
file: that sees renames of editors, mounts of containers and branches that are checked out, and
needs nothing else. A keeper, which is a process of its own, has the generator imported and forks
for each run; when our code of the generator changes, it starts anew. This module and
scripts/codegen.py stay as they were at the start.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
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
    gc.enable()  # unlike a run, this goes on for hours
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


def serve(root: Path, run: Callable[[], int]) -> int:
    """Be the keeper: import what a run needs, then run for each line on stdin, until it closes.

    What a run said and its exit code become a line of JSON on stdout. Where no process can be
    forked there is one run only: what it leaves in memory must not reach the next.
    """
    from .generate import load
    from .workers import can_fork

    load(root)
    for name in ("document_changes", "description", "surface"):
        with contextlib.suppress(ModuleNotFoundError):  # a run tells of it, or needs it not
            import_module(f"scripts.changes.{name}")
    while sys.stdin.readline():
        forks = can_fork()
        print(json.dumps(_forked(run) if forks else _captured(run)), flush=True)
        if not forks:
            break
    return 0


def _forked(run: Callable[[], int]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a run in a process of its own."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = os.fork()
        if not process:
            code = 1
            try:
                os.dup2(out.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                code = run()
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)  # what the keeper would do at its end is the keeper's
        try:
            _, status = os.waitpid(process, 0)
        except KeyboardInterrupt:
            os.kill(process, signal.SIGTERM)  # it has to clear away what it began
            os.waitpid(process, 0)
            raise
        said: list[str] = []
        for file in (out, errors):
            file.seek(0)
            said.append(file.read().decode(errors="replace"))
    return os.waitstatus_to_exitcode(status), said[0], said[1]


def _captured(run: Callable[[], int]) -> tuple[int, str, str]:
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = run()
    return code, out.getvalue(), errors.getvalue()


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
    """Runs of scripts/codegen.py, by a keeper that waits for them."""

    arguments: Sequence[str]
    keeper: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = self._start()

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
        """Let a run begin; what it did."""
        start = time.monotonic()
        assert self.keeper.stdin is not None
        assert self.keeper.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.keeper.stdin.write("go\n")
            self.keeper.stdin.flush()
        line = self.keeper.stdout.readline()
        if line:
            code, out, errors = json.loads(line)
        else:  # it ended early, for a mistake in our code, and has said so
            out, errors = self.keeper.communicate()
            code = self.keeper.returncode
        if not line or not hasattr(os, "fork"):
            self.renew()
        return _Outcome(code, out, errors, time.monotonic() - start)

    def renew(self) -> None:
        """Start the keeper again, with the code as it is now."""
        self.end()
        self.keeper = self._start()

    def end(self) -> None:
        """Stop it, with time to clear away what a run began."""
        self.keeper.terminate()
        try:
            self.keeper.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.keeper.kill()
            self.keeper.communicate()


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
