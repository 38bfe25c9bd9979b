"""Bytes of an answer → models, against a decoder that does nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.benchmark.comparison import Bench, Figures, compare
from scripts.benchmark.figures import Table
from scripts.benchmark.peers import OTHER_GENERATOR, OURS, STOCK
from scripts.benchmark.work import Order

LIMIT = 2.0
REFERENCE = "msgspec"
_HOW = (
    "CPU time to decode the same bytes; msgspec fills plain Structs of the same fields and keeps "
    "no unknown keys, json.loads checks nothing."
)


def tables(bench: Bench) -> Iterator[Table]:
    """Decode the list of 100 images and the survey response."""
    for size, what in ((100, "100 images"), (0, "a survey response")):
        title = f"Decode {what}"
        peers = (OURS, REFERENCE, STOCK, OTHER_GENERATOR, "json.loads")
        orders = {peer: Order(peer, "decode", size=size) for peer in peers}
        count = bench.settings.requests
        found = compare(bench, title, orders, count, bench.settings.rounds)
        figures = Figures.of(found, "cpu", 1e6 / count)
        goal = figures.goal(OURS, REFERENCE, LIMIT)
        yield Table(title, "µs", _HOW, REFERENCE, figures.rows(REFERENCE), [goal])
