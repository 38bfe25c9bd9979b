"""Test a server against its document: `python scripts/fuzz.py <vendor or file>`."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.fuzzing import properties, report
from scripts.fuzzing.budget import Budget, TimeUp, ended_in_time, on_time
from scripts.fuzzing.finding import Counts, Findings
from scripts.fuzzing.progress import Line
from scripts.fuzzing.target import ROOT, Target, TargetError, Wanted, opened
from scripts.openapi.problem import DocumentError

# Where each part of a run lives, and its share of the time that is left when it begins.
PARTS = {
    "properties": ("scripts.fuzzing.properties", 0.5),
    "wire": ("scripts.fuzzing.wire.run", 0.5),
    "journey": ("scripts.fuzzing.journey", 0.5),
    "client": ("scripts.fuzzing.client.run", 1.0),
}
DEFAULT_TIME = 60.0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fuzz.py",
        description="Test a server against its OpenAPI document: the stub, which is started here,"
        " or with --base-url any server.",
        epilog="Exit: 0 nothing found, 1 failures found, 2 could not run.",
    )
    parser.add_argument(
        "document", help="a vendor of generated/, `all` of them, or an OpenAPI file"
    )
    parser.add_argument("--base-url", metavar="URL", help="test this server, not the stub")
    parser.add_argument("--seed", type=int, help="repeat the cases of an earlier run")
    parser.add_argument(
        "--max-time", type=_seconds, default=DEFAULT_TIME, metavar="S",
        help="seconds from the start of the command to its summary"
        f" (default {DEFAULT_TIME:.0f}); whatever is running is ended then",
    )  # fmt: skip
    parser.add_argument(
        "--cases", type=_count, default=30, metavar="N",
        help="cases that are drawn per operation and kind (default 30)",
    )  # fmt: skip
    parser.add_argument("--report", type=Path, metavar="DIR", help="write HTML, JUnit, HAR, JSON")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument(
        "--parts", type=_parts, default=None, metavar="A,B", help=f"only some of {', '.join(PARTS)}"
    )
    parser.add_argument("--workers", type=_count, default=1, help="threads (default 1)")
    server = parser.add_argument_group("a server of your own (--base-url)")
    server.add_argument(
        "--auth-from-env", nargs="*", metavar="[SCHEME=]VARIABLE",
        help="take credentials from the environment: from the variables that the client reads, or"
        " from these",
    )  # fmt: skip
    server.add_argument("--read-only", action="store_true", help="only GET, HEAD and OPTIONS")
    server.add_argument("--yes", action="store_true", help="write to a host that is not this one")
    server.add_argument(
        "--rate-limit", type=_seconds, metavar="N", help="requests per second, at most"
    )
    server.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", type=_pair, dest="values",
        help="a parameter's value that exists on the server",
    )  # fmt: skip
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 100000")
    return int(text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _parts(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in PARTS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"{text!r}: the parts are {', '.join(PARTS)}")
    return names


def main(arguments: Sequence[str] | None = None, began: float | None = None) -> int:
    """0 nothing found, 1 failures found, 2 could not run. `began` is a monotonic time: since when
    the run counts its seconds.
    """
    began = time.monotonic() if began is None else began
    options = _parser().parse_args(arguments)
    whole = Budget(options.max_time, options.cases, began)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    names = [options.document]
    if options.document == "all" and options.base_url is None:
        names = sorted(path.parent.name for path in ROOT.glob("generated/*/openapi.yaml"))
    codes: list[int] = []
    name = options.document
    reports: list[report.Report] = []
    try:
        for index, name in enumerate(names):
            budget = whole.share(1 / (len(names) - index))
            wanted = Wanted(
                name,
                base_url=options.base_url,
                read_only=options.read_only,
                yes=options.yes,
                rate_limit=options.rate_limit,
                auth=None if options.auth_from_env is None else tuple(options.auth_from_env),
                values=dict(options.values),
            )
            folder = options.report
            if folder is not None and len(names) > 1:
                folder = folder / name
            with ended_in_time(budget.left - _to_end(budget) / 2), opened(wanted) as target:
                found = _run(target, options, seed, budget, folder)
            reports.append(found)
            codes.append(_told(found, options, folder))
            if found.ended == "interrupted":
                break
    except (TargetError, DocumentError) as error:
        print(f"fuzz.py: {error}", file=sys.stderr)
        codes.append(2)
    except TimeUp:
        print(
            f"fuzz.py: {name}: the time was up before anything was sent; a document of this size"
            f" takes longer to read and a client longer to make: give more than"
            f" --max-time {options.max_time:g}",
            file=sys.stderr,
        )
        codes.append(2)
    except KeyboardInterrupt:
        print("fuzz.py: interrupted before anything was sent", file=sys.stderr)
        codes.append(2)
    if options.json and reports:
        values = [found.json() for found in reports]
        print(json.dumps(values[0] if len(names) == 1 else values, indent=1))
    return max(codes)


def _to_end(budget: Budget) -> float:
    """The seconds of a budget in which a run is brought to its end: in the first half of them what
    looks at the time ends by itself.
    """
    return min(1.0, (budget.seconds or 0.0) / 5)


def _run(
    target: Target, options: argparse.Namespace, seed: int, budget: Budget, folder: Path | None
) -> report.Report:
    """All parts of a run against one target, which was opened in the budget's time."""
    line = Line(sys.stderr)
    hide = target.redaction.text
    findings = Findings(lambda finding: line.found(finding, hide(finding.title)))
    counts, ended = Counts(), ""
    before, started = budget.elapsed, time.monotonic()
    budget = replace(budget, seconds=(budget.seconds or 0.0) - _to_end(budget))
    name = ""
    chosen = options.parts or [name for name in PARTS if _exists(name)]
    print(f"{target.name} at {target.base_url}, seed {seed}", file=sys.stderr)
    target.reach()
    try:
        for name in chosen:
            if budget.spent:
                counts.notes.append(f"{name}: no time was left")
                continue
            module, share = PARTS[name]
            run: Callable[..., Counts] = importlib.import_module(module).run
            more = {"workers": options.workers} if name == "properties" else {}
            part = budget.share(1.0 if name == chosen[-1] else share)
            run(target, part, seed, findings, line, counts, **more)
            target.reset()
        if counts.cut and not budget.spent:  # other parts did not need all of their time
            properties.meaning(target, budget, seed, findings, line, counts, only=dict(counts.cut))
    except KeyboardInterrupt:
        if budget.spent:
            counts.notes.append(f"{name}: ended by --max-time in the middle of what it did")
        else:
            ended = "interrupted"
    finally:
        on_time()
        line.clear()
    if budget.spent and not ended:
        ended = "time was up"
    return report.prepared(
        target,
        [(finding, findings.times(finding)) for finding in findings],
        counts,
        seed=seed,
        seconds=time.monotonic() - started,
        before=before,
        folder=folder,
        ended=ended,
    )


def _told(found: report.Report, options: argparse.Namespace, folder: Path | None) -> int:
    """Print and write a report: its exit code."""
    if not options.json:
        print(found.text())
    if folder is not None:
        try:
            written = report.write(found, folder)
        except OSError as error:
            print(f"fuzz.py: {folder}: cannot be written ({error})", file=sys.stderr)
            return 2
        print(f"reports: {', '.join(map(str, written))}", file=sys.stderr)
    if found.shown:
        return 1
    if found.counts.cases or (not found.ended and options.document == "all"):
        return 0
    why = {
        "": "no operation of it may be asked here, or the parts are for others",
        "time was up": f"not one answer came within --max-time {options.max_time:g}",
    }.get(found.ended, found.ended)
    print(f"fuzz.py: {found.target.name}: nothing was tested: {why}", file=sys.stderr)
    return 2


def _exists(part: str) -> bool:
    """Whether this part of a run is there."""
    module = PARTS[part][0]
    package = module.rpartition(".")[0]
    try:
        return importlib.util.find_spec(package) is not None and (
            importlib.util.find_spec(module) is not None
        )
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    # What was imported until now took a second of the user's time: all of it work of this process.
    sys.exit(main(began=time.monotonic() - time.process_time()))
