"""What a defect is, and all of them by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal, TypeAlias

from tests.defects.patch import Patch

Layer: TypeAlias = Literal["stub", "client"]
Subtlety: TypeAlias = Literal["plain", "subtle", "hidden"]
"""How much it takes to see it: any request, the right request, or the right request in the right
state.
"""


@dataclass(frozen=True, slots=True)
class Defect:
    """A named defect. `says` is one sentence: what the defective thing does."""

    name: str
    area: str
    layer: Layer
    says: str
    subtlety: Subtlety
    patch: Patch


def all_defects() -> dict[str, Defect]:
    """Every defect by its name, in the order of the table."""
    from tests.defects import (
        client_answers,
        client_edges,
        client_exchanges,
        client_requests,
        stub_answers,
        stub_credentials,
        stub_edges,
        stub_framing,
        stub_images,
        stub_json,
        stub_lists,
        stub_state,
        stub_values,
    )

    modules = (
        stub_credentials,
        stub_values,
        stub_json,
        stub_framing,
        stub_state,
        stub_lists,
        stub_images,
        stub_answers,
        stub_edges,
        client_answers,
        client_requests,
        client_exchanges,
        client_edges,
    )
    found: dict[str, Defect] = {}
    for module in modules:
        for defect in module.DEFECTS:
            if defect.name in found:
                raise ValueError(f"two defects are called {defect.name}")
            found[defect.name] = defect
    return found


def spread(defects: Iterable[Defect]) -> list[Defect]:
    """One of each area, layer and subtlety, then the next of each: a run that is ended early has
    seen something of everything.
    """
    kinds: dict[tuple[str, str, str], list[Defect]] = {}
    for defect in defects:
        kinds.setdefault((defect.area, defect.layer, defect.subtlety), []).append(defect)
    return [found for found in chain(*zip_longest(*kinds.values())) if found is not None]
