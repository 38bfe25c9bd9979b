"""What was run so far, in a file that an interrupted run goes on with: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SUITE, STOCK = "suite", "stock"

Key = tuple[str, str, int]
"""Who ran, `suite` or `stock`; against which defect, `-` for none; the seed."""


@dataclass
class Results:
    """Results of one state of the sources and one limit of time for each of who runs.

    A line of the file is `{by, defect, seed, sources, commit, max_time, killed, check, seconds, …}`
    (see trial.py and stock.py for the rest), or with `trouble` instead of `killed` for a run that
    came to no result; such a run is repeated. Lines of other sources stay in the file and count for
    nothing.
    """

    file: Path | None
    sources: str
    commit: str
    limits: Mapping[str, float]
    _known: dict[Key, dict[str, Any]] = field(default_factory=dict[Key, dict[str, Any]])
    others: int = 0

    def __post_init__(self) -> None:
        if self.file is None or not self.file.exists():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                one = json.loads(line)
            except ValueError:  # the line that was being written when the run was interrupted
                continue
            limit = self.limits.get(one["by"])
            if (one["sources"], one["max_time"]) != (self.sources, limit):
                self.others += 1
            elif "trouble" not in one:
                self._known[one["by"], one["defect"], one["seed"]] = one

    def __contains__(self, key: Key) -> bool:
        return key in self._known

    def __getitem__(self, key: Key) -> dict[str, Any]:
        return self._known[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._known)

    @property
    def first_seed(self) -> int | None:
        """The lowest seed of the suite's runs, None before the first."""
        return min((seed for by, _, seed in self if by == SUITE), default=None)

    def add(self, key: Key, result: dict[str, Any]) -> None:
        """Keep what came of a run, in the file too."""
        by, defect, seed = key
        line = {
            "by": by,
            "defect": defect,
            "seed": seed,
            "sources": self.sources,
            "commit": self.commit,
            "max_time": self.limits[by],
            **result,
        }
        if "trouble" not in result:
            self._known[key] = line
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line) + "\n")
