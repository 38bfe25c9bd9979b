"""The state of a server as far as it can be seen, and that a refused request leaves it alone."""

from __future__ import annotations

from typing import Any

from scripts.fuzzing.bench import Bench
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.paged import lists_of
from scripts.openapi.operations import OperationView


def state(bench: Bench, view: OperationView) -> tuple[Any, ...]:
    """What can be seen of the state that an operation changes: its lists, and all that the stub
    keeps where the server is ours.
    """
    seen: list[Any] = []
    if bench.target.stub is not None:
        stub = bench.target.stub
        seen.append(("stored", len(stub.images(bench.target.name)), len(stub.responses())))
    for listing in lists_of(bench, view):
        page = listing.page(1)
        seen.append((listing.view.path, page.total, tuple(map(str, page.ids))))
    return tuple(seen)


def unchanged(
    bench: Bench, view: OperationView, exchange: Exchange, before: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Report where a refusal changed the state; the state now."""
    after = state(bench, view)
    if exchange.status >= 400 and after != before:
        bench.found(
            view,
            "a refused request changes state",
            expected=f"as before: {str(before)[:150]}",
            got=str(after)[:150],
            exchanges=(exchange,),
        )
    return after
