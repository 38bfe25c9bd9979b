"""Run the suite of scripts/fuzz.py against seeded defects and write the table.

Exit: 0 all killed (in all runs but one of five) or all clean, 1 not so, 2 could not run.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.defects import sources
from tests.defects.defect import all_defects, spread
from tests.defects.results import STOCK, SUITE, Results
from tests.defects.runs import Runs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.defects",
        description="Put defects into the stub and the clients and see whether the suite of"
        " scripts/fuzz.py finds them.",
    )
    parser.add_argument("names", nargs="*", help="defects, areas or layers; all when left out")
    parser.add_argument("--list", action="store_true", help="list the defects and end")
    parser.add_argument("--seeds", type=_count, default=5, metavar="N", help="runs of each defect")
    parser.add_argument("--first-seed", type=int, metavar="S", help="count seeds from here")
    parser.add_argument("--jobs", type=_count, default=2, metavar="N", help="runs at a time")
    parser.add_argument("--max-time", type=float, default=150.0, metavar="S", help="of one run")
    parser.add_argument("--stock", action="store_true", help="see what `st run` finds, too")
    parser.add_argument("--stock-seeds", type=_count, metavar="N", help="fewer runs of it")
    parser.add_argument(
        "--stock-time", type=float, default=6.0, metavar="S", help="of `st run`, for each vendor"
    )
    parser.add_argument(
        "--results", type=Path, metavar="FILE",
        help="keep each result here as a line of JSON, and run only what is not there",
    )  # fmt: skip
    parser.add_argument(
        "--clean", type=_count, metavar="N",
        help="no defects: N seeds on unbroken stub and clients have to be clean",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table here")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = _parser()
    options = parser.parse_args(arguments)
    known = all_defects()
    chosen = spread(
        defect
        for defect in known.values()
        if not options.names or {defect.name, defect.area, defect.layer} & set(options.names)
    )
    unknown = set(options.names) - {
        word for defect in chosen for word in (defect.name, defect.area, defect.layer)
    }
    if unknown:
        parser.error(f"no such defect, area or layer: {', '.join(sorted(unknown))}; see --list")
    if options.list:
        for defect in chosen:
            print(f"{defect.name:32} {defect.layer:6} {defect.area:18} {defect.says}")
        return 0
    limits = {SUITE: options.max_time, STOCK: options.stock_time}
    results = Results(options.results, sources.digest(), sources.commit(), limits)
    if results.others:
        print(f"{results.others} results of other sources are passed over", file=sys.stderr)
    first = options.first_seed
    if first is None:
        first = results.first_seed
    if first is None:
        first = random.SystemRandom().randrange(1_000_000)
    count = options.clean or options.seeds
    seeds = list(range(first, first + count))
    print(f"seeds {seeds[0]} to {seeds[-1]} (--first-seed {first} repeats them)", file=sys.stderr)
    run = Runs(options, chosen, seeds, results)
    # who ends us otherwise than by Ctrl-C is to leave no runs behind either
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run.clean() if options.clean else run.defects()
    except KeyboardInterrupt:
        kept = f"; {options.results} keeps what was run, the same command goes on with it"
        print(f"\ninterrupted{kept if options.results else ''}", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    sys.exit(main())
