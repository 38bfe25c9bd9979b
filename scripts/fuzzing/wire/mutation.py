"""What a mutation of a request is, and how tables of them are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from scripts.fuzzing.wire.draft import Draft


@dataclass(frozen=True, slots=True)
class Change:
    """What a mutation may use: randomness of its own, so that leaving out another mutation does not
    change this one, and a whole valid request to hide or to append (`other`).
    """

    rng: Random
    other: bytes


Apply = Callable[[Draft, Change], None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A named change. `needs` is what the request must have: "" anything, "body" or "form"."""

    name: str
    area: str
    needs: str
    apply: Apply

    def suits(self, draft: Draft) -> bool:
        """Whether it can be applied to a request."""
        if self.needs == "form":
            return draft.form is not None and bool(draft.form.parts)
        return self.needs != "body" or draft.framed()


class Table:
    """The mutations of one area, in the order in which they are written down."""

    def __init__(self, area: str) -> None:
        self.area = area
        self.mutations: list[Mutation] = []

    def add(self, name: str, needs: str = "") -> Callable[[Apply], Apply]:
        """Decorate the function that makes the change."""

        def register(apply: Apply) -> Apply:
            self.mutations.append(Mutation(name, self.area, needs, apply))
            return apply

        return register

    def add_all(
        self, names: dict[str, bytes], apply: Callable[[Draft, bytes], None], needs: str = ""
    ) -> None:
        """One mutation for each named text."""
        for name, text in names.items():
            self.mutations.append(Mutation(name, self.area, needs, _with(apply, text)))


def _with(apply: Callable[[Draft, bytes], None], text: bytes) -> Apply:
    def made(draft: Draft, change: Change) -> None:
        del change
        apply(draft, text)

    return made
