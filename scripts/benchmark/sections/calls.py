"""A typed call against the same request by hand and against other generators' clients."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.benchmark.comparison import Bench, Figures, compare
from scripts.benchmark.figures import Table
from scripts.benchmark.peers import OTHER_GENERATOR, OURS, STOCK
from scripts.benchmark.subject import SIZES
from scripts.benchmark.work import Order

PEERS = {
    "sync": (OURS, "httpx2", STOCK, OTHER_GENERATOR, "httpx", "requests", "urllib3"),
    "async": (OURS, "httpx2", STOCK, "httpx", "aiohttp"),
}
OF_HTTPX2, OF_STOCK = 1.10, 0.80
_HOW = "CPU time of the client's process per request; libraries used by hand add json.loads."


def lists(bench: Bench) -> Iterator[Table]:
    """GET a list of images."""
    for size in SIZES:
        for mode in PEERS:
            yield _calls(bench, "list", mode, size, f"Typed GET of {size} images, {mode}")


def creations(bench: Bench) -> Iterator[Table]:
    """POST a survey response; for information."""
    for mode in PEERS:
        yield _calls(bench, "create", mode, 0, f"Typed POST of a survey response, {mode}")


def _calls(bench: Bench, case: str, mode: str, size: int, title: str) -> Table:
    orders = {peer: Order(peer, case, mode, size) for peer in PEERS[mode]}
    count = bench.settings.requests
    found = compare(bench, title, orders, count, bench.settings.rounds)
    figures = Figures.of(found, "cpu", 1e6 / count)
    goals = [figures.goal(OURS, "httpx2", OF_HTTPX2), figures.goal(OURS, STOCK, OF_STOCK)]
    if case == "create":
        goals = []
    return Table(title, "µs", _HOW, "httpx2", figures.rows("httpx2"), goals)
