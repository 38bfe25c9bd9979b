"""Measure speed and memory beside other libraries: `python scripts/bench.py clients`.

Exit codes: 0 all goals met, 1 a goal missed, 2 wrong usage, or something needed is not there.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.benchmark import chart, machine, report  # noqa: E402
from scripts.benchmark.child import Child, ChildError, environment  # noqa: E402
from scripts.benchmark.comparison import Bench, Settings  # noqa: E402
from scripts.benchmark.cores import Cores, pin  # noqa: E402
from scripts.benchmark.examples import content  # noqa: E402
from scripts.benchmark.figures import Table, exit_code  # noqa: E402
from scripts.benchmark.sections import NAMES, Section, chosen  # noqa: E402
from scripts.openapi.problem import DocumentError  # noqa: E402

SEED = 4
FULL = Settings(rounds=15, requests=96, upload=512 * 2**20, seed=SEED)
QUICK = Settings(rounds=2, requests=32, upload=4 * 2**20, seed=SEED, seconds=0.3)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("section", nargs="*", help=f"{', '.join(NAMES)}; all of them when left out")
    parser.add_argument("--rounds", type=_positive, help=f"turns of each contender ({FULL.rounds})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of data and order ({SEED})")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--out", type=Path, default=ROOT / ".bench", help="folder for bench.md, .json and .svg"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small numbers: shows that it works, not how fast"
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def measure(settings: Settings, sections: list[Section]) -> list[Table]:
    """Start the server and run the sections.

    Raises:
        ChildError: the server does not start.
        DocumentError: a corrected document cannot be read.
    """
    cores = Cores.choose()
    pin(cores.client)
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        said = content(settings.seed)
        said.save(folder / "content.json")
        answers = folder / "answers.json"
        answers.write_text(json.dumps(said.routes()), encoding="utf-8")
        told = {"core": cores.server, "answers": str(answers)}
        variables = environment(seed=settings.seed)
        errors = folder / "server.txt"
        with Child("scripts.benchmark.server", told, variables, errors) as server:
            url = str(server.read()["url"])
            bench = Bench(settings, url, folder, _say, cores.server)
            for section in sections:
                tables.extend(section.tables(bench))
    _say("")
    return tables


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = _parser()
    options = parser.parse_args(arguments)
    unknown = [name for name in options.section if name not in NAMES]
    if unknown:
        parser.error(f"there is no section {unknown[0]!r}; known are {', '.join(NAMES)}")
    settings = QUICK if options.quick else FULL
    settings = replace(settings, rounds=options.rounds or settings.rounds, seed=options.seed)
    signal.signal(signal.SIGTERM, _interrupt)
    facts = machine.facts(Cores.choose(), settings.seed, settings.rounds)
    before = machine.ProcessorTime.read()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        tables = measure(settings, chosen(options.section))
        after = machine.ProcessorTime.read()
        if before and after:
            # figures of which much was stolen say more of the host than of what was measured
            facts["CPU time stolen by the host"] = after.stolen_since(before)
        text, data = report.markdown(facts, tables), report.as_json(facts, tables)
        encoded = json.dumps(data, indent=2, ensure_ascii=False)
        subtitle = f"{facts['date']}, {facts['Python']}, {facts['machine']}"
        for suffix, written in (
            ("md", text),
            ("json", encoded + "\n"),
            ("svg", chart.svg(tables, subtitle)),
        ):
            (options.out / f"bench.{suffix}").write_text(written, encoding="utf-8")
    except (ChildError, DocumentError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        _say("")
        print("bench: interrupted", file=sys.stderr)
        return 2
    print(encoded if options.json else text)
    return exit_code([goal for table in tables for goal in table.goals])


if __name__ == "__main__":
    raise SystemExit(main())
