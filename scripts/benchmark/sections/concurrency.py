"""The async client on aiohttp's connections, with many requests at the same time."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from scripts.benchmark.comparison import Bench, Figures, compare
from scripts.benchmark.figures import Absence, Table
from scripts.benchmark.peers import OURS
from scripts.benchmark.subject import LIST_PACKAGE, SIZES
from scripts.benchmark.work import Order

EXTRA = "aiohttp"
TASKS = 32
LIMIT = 0.6
WITH = f"{OURS} on {EXTRA}"


def tables(bench: Bench) -> Iterator[Table]:
    """GET lists with 32 tasks."""
    absent = _absent()
    for size in SIZES:
        title = f"GET of {size} images by {TASKS} tasks"
        orders = {
            OURS: Order(OURS, "list", "async", size, TASKS),
            "httpx2": Order("httpx2", "list", "async", size, TASKS),
            EXTRA: Order(EXTRA, "list", "async", size, TASKS),
        }
        if not absent:
            orders[WITH] = Order(OURS, "list", "async", size, TASKS, EXTRA)
        count = max(bench.settings.requests // TASKS, 1) * TASKS
        found = compare(bench, title, orders, count, bench.settings.rounds)
        figures = Figures.of(found, "cpu", 1e6 / count)
        if absent:
            figures.absent(WITH, absent)
        yield Table(
            title,
            "µs",
            "CPU time of the client's process per request, one event loop.",
            OURS,
            figures.rows(OURS),
            [figures.goal(WITH, OURS, LIMIT)],
        )


def _absent() -> Absence | None:
    path = LIST_PACKAGE / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    if EXTRA in project.get("optional-dependencies", {}):
        return None
    return Absence(f"not available, {project['name']} has no extra [{EXTRA}]", failed=False)
