"""Upload of a large file: memory that it adds and throughput."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.benchmark.comparison import Bench, compare, ratio_goal, rows
from scripts.benchmark.figures import Goal, Spread, Table
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
            why = {name: outcome.why for name, outcome in found.items()}
            speeds = {
                name: [settings.upload / _MB / clock for clock in outcome.values("clock")]
                for name, outcome in found.items()
            }
            goal = ratio_goal(speeds, why, OURS, "httpx2", THROUGHPUT, at_least=True)
            yield Table(
                f"{what}: throughput",
                "MB/s",
                "Size of the file by the time of the upload; more is better.",
                "httpx2",
                rows(speeds, why, "httpx2"),
                [goal],
            )
            extra = {name: outcome.values("memory") for name, outcome in found.items()}
            yield Table(
                f"{what}: memory",
                "MiB",
                "Peak of the resident set during an upload, above that before it.",
                "",
                rows(extra, why, ""),
                [_memory_goal(extra[OURS], why[OURS])],
            )


def _memory_goal(extra: list[float], why: str) -> Goal:
    # the worst round counts, not the median
    worst = Spread.of([max(extra)]) if extra else None
    note = why or ("" if extra else "this system does not tell the peak of a process's memory")
    return Goal(OURS, worst, MEMORY, unit="MiB", note=note)
