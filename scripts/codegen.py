"""Generate the client packages: spec/ + overrides/ → generated/."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.changes import command as changes  # noqa: E402

if TYPE_CHECKING:
    from scripts.openapi.rendering import Format

INSTALL = "run `python3 -m tox run -e codegen`, which installs what is needed"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="codegen.py",
        description=__doc__,
        epilog="Exit code 0: up to date. 1: --check found differences, or --fail-on something that "
        "breaks calls. 2: nothing was changed, because something is wrong or the run was stopped.",
    )
    parser.add_argument("vendor", nargs="*", help="file stems in spec/; all of them when left out")
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--check", action="store_true", help="only tell whether generated/ is what would be written"
    )
    way.add_argument(
        "--watch", action="store_true", help="generate on every save, until Ctrl-C (exit code 0)"
    )
    way.add_argument(
        "--force", action="store_true", help="generate also what seems to be up to date"
    )
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", help="processes that generate; one per processor"
    )
    changes.add_options(parser)
    parser.add_argument("--format", choices=changes.FORMATS, default="text", help="of what is told")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--await-go", action="store_true", help=argparse.SUPPRESS)
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0, 1 for differences, or 2 when nothing was changed."""
    chosen = _parser().parse_args(arguments)
    try:
        Path.cwd()
    except FileNotFoundError:
        told = "the folder that it was started in is gone: change into another one"
        print(f"codegen: {told}; nothing was changed", file=sys.stderr)
        return 2
    root: Path = chosen.root.resolve()
    if not chosen.await_go:
        return _told(chosen.format, lambda: _done(root, chosen))
    from scripts.generation.watch import serve

    run = partial(_told, chosen.format, lambda: _generate(root, chosen))
    return _told(chosen.format, lambda: serve(root, run))


def _done(root: Path, chosen: argparse.Namespace) -> int:
    if chosen.watch:
        from scripts.generation.watch import watch

        return watch(root, chosen.vendor, chosen.jobs)
    if chosen.check:
        return _check(root, chosen)
    if chosen.diff is not None:
        return _diff(root, chosen)
    return _generate(root, chosen)


def _told(form: Format, run: Callable[[], int]) -> int:
    """The exit code of a run; when it cannot be done, what is wrong is told."""
    from scripts.generation.failure import GenerationError
    from scripts.openapi.problem import DocumentError

    try:
        return run()
    except DocumentError as error:
        from scripts.openapi.rendering import rendered

        told = rendered(error.problems, form)
        print(told, file=sys.stderr if form == "text" else sys.stdout)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "scripts":
            raise
        print(f"codegen: {error.name} is not installed: {INSTALL}", file=sys.stderr)
    except (GenerationError, OSError) as error:
        print(f"codegen: {error}; nothing was changed", file=sys.stderr)
    except KeyboardInterrupt:
        return _interrupted()
    return 2


def _end(code: int) -> NoReturn:
    """End the program at once: to take down, module by module, what was imported changes nothing
    and takes a tenth of a second."""
    with contextlib.suppress(OSError):  # nobody reads what was said, which Python tells
        print(end="", flush=True)
        print(end="", file=sys.stderr, flush=True)
        os._exit(code)
    raise SystemExit(code)


def _interrupted() -> int:
    print("codegen: interrupted, nothing was changed", file=sys.stderr)
    return 2


def _generate(root: Path, chosen: argparse.Namespace) -> int:
    from scripts.changes.regeneration import Regeneration
    from scripts.generation.generate import generate

    compared = Regeneration()
    done = generate(root, chosen.vendor, force=chosen.force, jobs=chosen.jobs, comparison=compared)
    if chosen.format == "text":
        for vendor in done.written:
            print(f"generated/{vendor}")
        for name in done.removed:
            print(f"generated/{name} removed")
        for vendor in () if chosen.await_go else done.kept:
            print(f"generated/{vendor} is up to date")
    if chosen.format == "text" and not (compared.report and compared.report.vendors):
        return 0
    from scripts.changes.description import Report

    return changes.tell(compared.report or Report(()), chosen.format, chosen.fail_on)


def _diff(root: Path, chosen: argparse.Namespace) -> int:
    from scripts.changes.revision import RevisionError
    from scripts.changes.since import since
    from scripts.generation.generate import generate

    try:
        report = since(root, chosen.diff, chosen.vendor, generate)
    except RevisionError as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 2
    return changes.tell(report, chosen.format, chosen.fail_on)


def _check(root: Path, chosen: argparse.Namespace) -> int:
    from scripts.generation.check import check
    from scripts.generation.differences import rendered

    found = check(root, chosen.vendor, chosen.jobs)
    print(rendered(found, chosen.format), end="")
    return 1 if found.files else 0


if __name__ == "__main__":
    from scripts.generation.interruption import interruptible

    interruptible()
    gc.disable()  # a run is short, and little of what it makes is garbage
    try:
        code = main()
    except KeyboardInterrupt:  # before it had begun
        code = _interrupted()
    _end(code)
