"""Upload of a large file: memory that it adds and throughput."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.benchmark.comparison import Bench, Figures, compare
from scripts.benchmark.figures import Absence, Goal, Spread, Table
from scripts.benchmark.peers import OURS
from scripts.benchmark.upload_calls import write_files
from scripts.benchmark.work import Order

MEMORY, THROUGHPUT = 8.0, 0.95
ROUNDS = 5
_MB = 1e6


def tables(bench: Bench) -> Iterator[Table]:
    """Upload the open file with our client and with httpx2 by hand."""
    settings = bench.settings.few(ROUNDS)
    write_files(bench.folder, settings.upload, settings.seed)
    for variant in ("multipart", "raw"):
        for mode in ("sync", "async"):
            what = f"Upload of {settings.upload // 2**20} MiB, {variant}, {mode}"
            orders = {
                peer: Order(peer, "upload", mode, variant=variant) for peer in (OURS, "httpx2")
            }
            found = compare(bench, what, orders, 1, settings.rounds)
            clock = Figures.of(found, "clock")
            speeds = Figures(
                {
                    name: [settings.upload / _MB / seconds for seconds in values]
                    for name, values in clock.values.items()
                },
                clock.absences,
            )
            yield Table(
                f"{what}: throughput",
                "MB/s",
                "Size of the file by the time of the upload; more is better.",
                "httpx2",
                speeds.rows("httpx2"),
                [speeds.goal(OURS, "httpx2", THROUGHPUT, at_least=True)],
            )
            extra = Figures.of(found, "memory")
            yield Table(
                f"{what}: memory",
                "MiB",
                "Peak of the resident set during an upload, above that before it.",
                "",
                extra.rows(),
                [_memory_goal(extra)],
            )


def _memory_goal(extra: Figures) -> Goal:
    values = extra.values[OURS]
    if values:
        # the worst round counts, not the median
        return Goal(OURS, Spread.of([max(values)]), MEMORY, unit="MiB")
    unknown = Absence("this system does not tell the peak of a process's memory", failed=False)
    return Goal(OURS, None, MEMORY, unit="MiB", absence=extra.absences.get(OURS, unknown))
