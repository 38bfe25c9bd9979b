"""Run the suite of scripts/fuzz.py against seeded defects and write the table.

Exit: 0 all killed (in all runs but one of five) or all clean, 1 not so, 2 could not run.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.defects.defect import Defect, all_defects
from tests.defects.processes import Done, Job, Processes
from tests.defects.table import Circumstances, Row, markdown

_PATIENCE = 60.0
"""Seconds beyond its time that a run may take to start and to end."""


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
    parser.add_argument("--max-time", type=float, default=60.0, metavar="S", help="of one run")
    parser.add_argument("--stock", action="store_true", help="see what `st run` finds, too")
    parser.add_argument("--stock-seeds", type=_count, metavar="N", help="fewer runs of it")
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
    chosen = [
        defect
        for defect in known.values()
        if not options.names or {defect.name, defect.area, defect.layer} & set(options.names)
    ]
    unknown = set(options.names) - {
        word for defect in chosen for word in (defect.name, defect.area, defect.layer)
    }
    if unknown:
        parser.error(f"no such defect, area or layer: {', '.join(sorted(unknown))}; see --list")
    if options.list:
        for defect in chosen:
            print(f"{defect.name:32} {defect.layer:6} {defect.area:18} {defect.says}")
        return 0
    first = options.first_seed
    if first is None:
        first = random.SystemRandom().randrange(1_000_000)
    count = options.clean or options.seeds
    seeds = list(range(first, first + count))
    print(f"seeds {seeds[0]} to {seeds[-1]} (--first-seed {first} repeats them)", file=sys.stderr)
    run = _Run(options, chosen, seeds)
    try:
        return run.clean() if options.clean else run.defects()
    except KeyboardInterrupt:
        print("interrupted; what was run so far:", file=sys.stderr)
        run.write()
        return 2


class _Run:
    def __init__(
        self, options: argparse.Namespace, chosen: Sequence[Defect], seeds: Sequence[int]
    ) -> None:
        self._options = options
        self._rows = {defect.name: Row(defect) for defect in chosen}
        self._seeds = seeds
        self._stock_seeds: Sequence[int] = ()
        if options.stock or options.stock_seeds:
            self._stock_seeds = seeds[: options.stock_seeds or len(seeds)]
        self._started = time.monotonic()
        self._known: list[Any] = []
        self._count = self._all = 0

    def clean(self) -> int:
        """Runs on what is unbroken."""
        dirty: list[str] = []

        def done(ended: Done) -> None:
            keys = [] if ended.trouble else ended.result["keys"]
            words = ended.trouble or "; ".join(map(" / ".join, keys)) or "clean"
            self._tell(f"seed {ended.job.seed}: {words}", ended.trouble or keys)
            if words != "clean":
                dirty.append(f"seed {ended.job.seed}: {words}")

        with Processes(self._options.jobs) as processes:
            jobs = [self._trial("-", seed, "--all") for seed in self._seeds]
            self._all = len(jobs)
            processes.run(jobs, done)
        if self._options.json:
            print(json.dumps({"seeds": list(self._seeds), "dirty": dirty}, indent=1))
        else:
            print("\n".join(dirty) or f"{len(self._seeds)} of {len(self._seeds)} seeds clean")
        return 1 if dirty else 0

    def defects(self) -> int:
        """Runs on what is broken; the same on what is not tells which findings mean nothing."""
        with tempfile.TemporaryDirectory() as name, Processes(self._options.jobs) as processes:
            folder = Path(name)
            self._baseline(processes, folder)
            jobs = [
                self._trial(row, seed, "--known", str(folder / f"{seed}.json"))
                for seed in self._seeds
                for row in self._rows
            ]
            jobs += [
                self._stock(row, seed, folder)
                for seed in self._stock_seeds
                for row, found in self._rows.items()
                if found.defect.layer == "stub"
            ]
            self._all = len(jobs)
            processes.run(jobs, self._done)
        self.write()
        return 1 if any(row.survives for row in self._rows.values()) else 0

    def write(self) -> None:
        """The table, or the results as JSON."""
        rows = list(self._rows.values())
        seconds = time.monotonic() - self._started
        circumstances = Circumstances(
            self._seeds, self._options.max_time, seconds, self._stock_seeds
        )
        table = markdown(rows, circumstances)
        if self._options.out is not None:
            self._options.out.write_text(table, encoding="utf-8")
        if self._options.json:
            shown = [
                {
                    "name": row.defect.name,
                    "area": row.defect.area,
                    "layer": row.defect.layer,
                    "survives": row.survives,
                    "runs": row.runs,
                    "stock": row.stock,
                    "troubles": row.troubles,
                }
                for row in rows
            ]
            print(json.dumps({"seeds": list(self._seeds), "defects": shown}, indent=1))
        elif self._options.out is None:
            print(table)

    def _baseline(self, processes: Processes, folder: Path) -> None:
        """What each seed finds on the unbroken stub, which is to be nothing."""

        def done(ended: Done) -> None:
            keys = [] if ended.trouble else ended.result["keys"]
            (folder / f"{ended.job.seed}.json").write_text(json.dumps(keys))
            if ended.trouble or keys:
                words = ended.trouble or "; ".join(map(" / ".join, keys))
                print(f"the unbroken run of seed {ended.job.seed}: {words}", file=sys.stderr)

        jobs = [self._trial("-", seed, "--all") for seed in self._seeds]
        processes.run(jobs, done)
        for seed in self._stock_seeds:  # one after the other: they write to one record
            processes.run([self._stock("-", seed, folder)], lambda ended: None)

    def _done(self, ended: Done) -> None:
        row = self._rows[ended.job.defect]
        stock = ended.job.module.endswith("stock")
        who = "st run" if stock else "suite"
        if ended.trouble:
            words = ended.trouble
            if not stock:
                row.troubles.append(ended.trouble)
        else:
            (row.stock if stock else row.runs).append(ended.result)
            words = (
                f"{ended.result['check']}, {ended.result['seconds']} s"
                if ended.result["killed"]
                else "SURVIVED"
            )
        self._tell(f"{ended.job.defect} / {ended.job.seed} / {who}: {words}", ended.trouble)

    def _tell(self, words: str, bad: object) -> None:
        """On a terminal everything, in a pipe only what is not as it should be."""
        self._count += 1
        if sys.stderr.isatty() or bad or "SURVIVED" in words:
            passed = time.monotonic() - self._started
            print(f"[{self._count}/{self._all} {passed:.0f} s] {words}", file=sys.stderr)

    def _trial(self, defect: str, seed: int, *more: str) -> Job:
        most = self._options.max_time
        return Job(
            "tests.defects.trial", defect, seed, ("--max-time", str(most), *more),
            most * 1.5 + _PATIENCE,
        )  # fmt: skip

    def _stock(self, defect: str, seed: int, folder: Path) -> Job:
        most = self._options.max_time
        return Job(
            "tests.defects.stock", defect, seed,
            ("--max-time", str(most), "--accepted", str(folder)), most * 10 + 5 * _PATIENCE,
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
