"""The table of defects: which check killed each of them, how fast, in how many runs."""

from __future__ import annotations

import datetime
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from typing import Any

from tests.defects.defect import Defect


@dataclass
class Row:
    """A defect with the results of its runs, see trial.py and stock.py."""

    defect: Defect
    runs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stock: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    troubles: list[str] = field(default_factory=list[str])
    wanted: int = 0

    @property
    def complete(self) -> bool:
        """Whether every seed was run."""
        return self.tried >= self.wanted

    @property
    def killed(self) -> int:
        return sum(bool(run["killed"]) for run in self.runs)

    @property
    def tried(self) -> int:
        return len(self.runs) + len(self.troubles)

    @property
    def survives(self) -> bool:
        """Whether it survived in more than one run of five, or fell only once of one to four."""
        return self.tried - self.killed > self.tried // 5

    def checks(self) -> str:
        """The checks that found it, the most frequent first."""
        found = Counter(f"{run['stage']}: {run['check']}" for run in self.runs if run["killed"])
        return "; ".join(name for name, _ in found.most_common(2))

    def seconds(self) -> float | None:
        """Median of the seconds until it was found."""
        found = [float(run["seconds"]) for run in self.runs if run["killed"]]
        return median(found) if found else None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the numbers depend on. `unbroken` is what each seed finds where nothing is broken: empty
    for nothing.
    """

    seeds: Sequence[int]
    max_time: float
    stock_seeds: Sequence[int]
    stock_time: float
    sources: str
    commits: Sequence[str]
    unbroken: Mapping[int, str]

    def lines(self) -> list[str]:
        """As Markdown."""
        versions = ", ".join(
            f"{name} {version(name)}" for name in ("schemathesis", "hypothesis", "starlette")
        )
        stock = ", ".join(map(str, self.stock_seeds)) or "not run"
        return [
            f"- {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC,"
            f" {os.cpu_count()} cores, {platform.machine()}, {platform.system()},"
            f" Python {platform.python_version()}, {versions}",
            f"- seeds {', '.join(map(str, self.seeds))}; at most {self.max_time:g} s a run for all"
            " vendors together",
            f"- all results are of one state of the sources, their digest {self.sources} (see"
            f" sources.py), {self._commits()}",
            f"- the unbroken stub and clients: {self._unbroken()}",
            f"- stock `st run`: seeds {stock}; its own settings, {self.stock_time:g} s for each"
            " vendor; failures that it reports of the unbroken stub do not count; n/a for what is"
            " in a client: it sends its own requests, and no client takes part",
        ]

    def _commits(self) -> str:
        names = [name or "unknown" for name in self.commits]
        if len(names) < 2:
            return f"commit {''.join(names) or 'unknown'}"
        return f"which is the same in the commits {', '.join(names)}"

    def _unbroken(self) -> str:
        groups: dict[str, list[str]] = {}
        for seed, words in self.unbroken.items():
            groups.setdefault(words or "clean", []).append(str(seed))
        return "; ".join(f"{words} with {', '.join(seeds)}" for words, seeds in groups.items())


def markdown(rows: Sequence[Row], circumstances: Circumstances) -> str:
    """The whole table: the rows that are complete."""
    tried = [row for row in rows if row.complete]
    alive = [row for row in tried if row.survives]
    medians = [found for row in tried if (found := row.seconds()) is not None]
    text = [
        "# Seeded defects and what finds them",
        "",
        "Written by `python -m tests.defects --out`. Seconds are until the finding, the median of"
        " the runs; what every run imports is imported before they begin.",
        "",
        *circumstances.lines(),
        f"- {len(tried)} defects tried, {len(tried) - len(alive)} killed, {len(alive)} survived",
    ]
    if missing := len(rows) - len(tried):
        text.append(
            f"- {missing} more defects are not in the table: not all of their seeds were run"
        )
    if medians:
        text.append(f"- median of the seconds: {median(medians):.1f}, longest {max(medians):.1f}")
    if stock := _stock_sum(tried):
        text.append(stock)
    text.append("")
    if alive:
        names = ", ".join(f"`{row.defect.name}`" for row in alive)
        text += [f"Survived: {names}", ""]
    text += [
        "| defect | area | where | what it does | killed by | seconds | runs | stock `st run` |",
        "|---|---|---|---|---|---|---|---|",
    ]
    text += [_line(row) for row in tried]
    return "\n".join(text) + "\n"


def _line(row: Row) -> str:
    defect, seconds = row.defect, row.seconds()
    killed = row.checks() or ("not run" if not row.tried else "**survived**")
    if row.troubles:
        killed += f" ({len(row.troubles)} x {row.troubles[0]})"
    cells = (
        f"`{defect.name}`",
        defect.area,
        f"{defect.layer}, {defect.subtlety}",
        defect.says,
        killed,
        "" if seconds is None else f"{seconds:.1f}",
        f"{row.killed}/{row.tried}" if row.tried else "",
        _stock(row),
    )
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _stock_sum(rows: Sequence[Row]) -> str:
    of_stub = [row for row in rows if row.stock]
    found = [row for row in of_stub if any(run["killed"] for run in row.stock)]
    if not of_stub:
        return ""
    return f"- stock `st run` finds {len(found)} of the {len(of_stub)} that are in the stub"


def _stock(row: Row) -> str:
    if row.defect.layer == "client":
        return "n/a"
    if not row.stock:
        return "not run"
    killed = [run for run in row.stock if run["killed"]]
    check = f" {killed[0]['check']}" if killed else ""
    return f"{len(killed)}/{len(row.stock)}{check}"
