"""What a defect is, and all of them by name."""

from __future__ import annotations

from dataclasses import dataclass
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
        client_exchanges,
        client_requests,
        stub_answers,
        stub_credentials,
        stub_framing,
        stub_images,
        stub_lists,
        stub_state,
        stub_values,
    )

    modules = (
        stub_credentials,
        stub_values,
        stub_framing,
        stub_state,
        stub_lists,
        stub_images,
        stub_answers,
        client_answers,
        client_requests,
        client_exchanges,
    )
    found: dict[str, Defect] = {}
    for module in modules:
        for defect in module.DEFECTS:
            if defect.name in found:
                raise ValueError(f"two defects are called {defect.name}")
            found[defect.name] = defect
    return found
