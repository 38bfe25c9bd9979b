"""The runs of the suite and of `st run`, with and without defects, and what is made of them."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.defects import stock, suite, trial
from tests.defects.defect import Defect
from tests.defects.processes import Done, Job, Processes
from tests.defects.results import STOCK, SUITE, Key, Results
from tests.defects.table import Circumstances, Row, markdown

_PATIENCE = 60.0
"""Seconds beyond its time that a run may take to start and to end."""


class Runs:
    """Runs what `results` does not know yet; the options are those of the command."""

    def __init__(
        self,
        options: argparse.Namespace,
        chosen: Sequence[Defect],
        seeds: Sequence[int],
        results: Results,
    ) -> None:
        self._options = options
        self._defects = chosen
        self._seeds = seeds
        self._results = results
        self._troubles: dict[Key, str] = {}
        self._stock_seeds: Sequence[int] = ()
        if options.stock or options.stock_seeds:
            self._stock_seeds = seeds[: options.stock_seeds or len(seeds)]
        self._started = time.monotonic()
        self._count = self._all = 0

    def clean(self) -> int:
        """Runs on what is unbroken: 0 if they find nothing."""
        with Processes(self._options.jobs) as processes:
            self._baseline(processes)
        dirty = [
            f"seed {seed}: {words}"
            for seed in self._seeds
            if (words := self._found_in_unbroken(seed))
        ]
        if self._options.json:
            print(json.dumps({"seeds": list(self._seeds), "dirty": dirty}, indent=1))
        else:
            print("\n".join(dirty) or f"{len(self._seeds)} of {len(self._seeds)} seeds clean")
        return 1 if dirty else 0

    def defects(self) -> int:
        """Runs on what is broken: 0 if all of it is found. The same on what is not broken tells
        which findings mean nothing; it comes last, for it is to be nothing, and takes long.
        """
        with tempfile.TemporaryDirectory() as name, Processes(self._options.jobs) as processes:
            jobs = [
                self._trial(defect.name, seed, known=self._known(seed))
                for defect in self._defects
                for seed in self._seeds
                if (SUITE, defect.name, seed) not in self._results
            ]
            self._run(processes, jobs)
            self._stock_all(processes, Path(name))
            self._baseline(processes)
        self.write()
        return 1 if any(row.survives for row in self.rows()) else 0

    def rows(self) -> list[Row]:
        """The results by defect, in the order of the list."""
        return [
            Row(
                defect,
                self._of(SUITE, defect, self._seeds),
                self._of(STOCK, defect, self._stock_seeds),
                [
                    words
                    for (by, name, _), words in self._troubles.items()
                    if (by, name) == (SUITE, defect.name)
                ],
                wanted=len(self._seeds),
            )
            for defect in sorted(self._defects, key=lambda one: (one.layer, one.area))
        ]

    def write(self) -> None:
        """The table, or the results as JSON."""
        rows = self.rows()
        table = markdown(
            rows,
            Circumstances(
                self._seeds,
                self._options.max_time,
                self._stock_seeds,
                self._options.stock_time,
                self._results.sources,
                sorted({one["commit"] for row in rows for one in (*row.runs, *row.stock)}),
                {seed: self._found_in_unbroken(seed) for seed in self._seeds},
            ),
        )
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

    def _of(self, by: str, defect: Defect, seeds: Sequence[int]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for seed in seeds:
            key = (by, defect.name, seed)
            if key in self._results:
                one = self._results[key]
                same = [one["check"], one.get("operation"), one.get("title")]
                # What the unbroken one shows as well says nothing of the defect.
                meant = by == STOCK or same not in [list(known) for known in self._known(seed)]
                found.append({**one, "killed": one["killed"] and meant})
        return found

    def _baseline(self, processes: Processes) -> None:
        """What each seed finds on the unbroken stub, which is to be nothing."""
        jobs = [
            self._trial("-", seed, stop=False)
            for seed in self._seeds
            if (SUITE, "-", seed) not in self._results
        ]
        self._run(processes, jobs)

    def _stock_all(self, processes: Processes, folder: Path) -> None:
        self._stock_baseline(processes, folder)
        jobs = [
            self._stock(defect.name, seed, folder)
            for defect in self._defects
            for seed in self._stock_seeds
            if defect.layer == "stub" and (STOCK, defect.name, seed) not in self._results
        ]
        self._run(processes, jobs)

    def _stock_baseline(self, processes: Processes, folder: Path) -> None:
        for seed in self._stock_seeds:  # one after the other: they add to one record
            if (STOCK, "-", seed) not in self._results:
                self._run(processes, [self._stock("-", seed, folder)])
            elif "accepted" in (known := self._results[STOCK, "-", seed]):
                stock.restore(known["accepted"], folder)

    def _found_in_unbroken(self, seed: int) -> str:
        key = (SUITE, "-", seed)
        if key not in self._results:
            return self._troubles.get(key, "not run")
        return "; ".join(" / ".join(found) for found in self._known(seed))

    def _known(self, seed: int) -> list[suite.Key]:
        key = (SUITE, "-", seed)
        return self._results[key]["keys"] if key in self._results else []

    def _run(self, processes: Processes, jobs: Sequence[Job]) -> None:
        self._count, self._all, self._started = 0, len(jobs), time.monotonic()
        processes.run(jobs, self._done)

    def _done(self, ended: Done) -> None:
        job = ended.job
        by = STOCK if job.task is stock.run else SUITE
        key = (by, job.defect, job.seed)
        bad = True
        if ended.trouble:
            words = self._troubles[key] = ended.trouble
            self._results.add(key, {"trouble": ended.trouble})
        else:
            result = ended.result
            self._results.add(key, result)
            self._troubles.pop(key, None)
            words = f"{result['check']}, {result['seconds']} s"
            bad = bool(result["killed"]) == (job.defect == "-") and by == SUITE
            if job.defect == "-":
                words = self._found_in_unbroken(job.seed) if by == SUITE else ""
                words = f"{words or 'clean'}, {result['seconds']} s"
            elif not result["killed"]:
                words = "SURVIVED"
        self._tell(f"{job.defect} / {job.seed} / {by}: {words}", bad)

    def _tell(self, words: str, bad: bool) -> None:
        """On a terminal everything, in a pipe only what is not as it should be."""
        self._count += 1
        if sys.stderr.isatty() or bad:
            passed = time.monotonic() - self._started
            left = passed / self._count * (self._all - self._count) / 60
            place = f"{self._count}/{self._all} {passed:.0f} s, {left:.0f} min left"
            print(f"[{place}] {words}", file=sys.stderr)

    def _trial(
        self, defect: str, seed: int, *, known: Sequence[suite.Key] = (), stop: bool = True
    ) -> Job:
        most = self._options.max_time
        return Job(trial.run, defect, seed, (most, known, stop), most * 1.5 + _PATIENCE)

    def _stock(self, defect: str, seed: int, folder: Path) -> Job:
        most = self._options.stock_time
        return Job(stock.run, defect, seed, (most, folder), most * 10 + 5 * _PATIENCE)
