"""The cases of a seed: valid requests with one to three things made wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from scripts.fuzzing.wire.delivery_mutations import DELIVERY
from scripts.fuzzing.wire.draft import Delivery, Draft
from scripts.fuzzing.wire.form_mutations import FORM
from scripts.fuzzing.wire.framing_mutations import FRAMING
from scripts.fuzzing.wire.good_requests import GoodRequest
from scripts.fuzzing.wire.head_mutations import HEAD
from scripts.fuzzing.wire.mutation import Change, Mutation

# In this order they are applied: a form becomes a body, a body is framed, framing is sent.
AREAS = (FORM, FRAMING, HEAD, DELIVERY)
_WEIGHTS = (4, 4, 4, 3)
HARMLESS = frozenset(
    {
        "chunks", "size-in-other-case", "extension", "extension-quoted", "extension-no-value",
        "last-chunk-extension", "trailer", "coding-in-capitals", "names-in-other-case",
        "white-space-around-values", "fields-in-other-order", "connection-keep-alive",
        "connection-close", "field-without-value", "split", "one-byte-per-packet",
        "split-within-line-ends", "head-and-body-apart", "slow", "slow-head",
    }
)  # fmt: skip
"""Names of the mutations that every server has to take, because they change nothing."""

_MOST_PAUSES = 15
_ORDER = {table.area: index for index, table in enumerate(AREAS)}


@dataclass(frozen=True)
class Case:
    """A request with mutations, each with the seed of its own randomness, in the order in which
    they apply. `other` is the request that some of them hide or append.
    """

    number: int
    good: GoodRequest
    mutations: tuple[tuple[Mutation, int], ...]
    other: bytes

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{mutation.area}:{mutation.name}" for mutation, _ in self.mutations)

    @cached_property
    def _draft(self) -> Draft:
        draft = self.good.draft.copy()
        for mutation, seed in self.mutations:
            if mutation.suits(draft):
                mutation.apply(draft, Change(Random(seed), self.other))
        return draft

    @cached_property
    def data(self) -> bytes:
        """The bytes that are sent."""
        return self._draft.render()

    @property
    def delivery(self) -> Delivery:
        delivery = self._draft.delivery
        if delivery.slow and len(delivery.cuts) > _MOST_PAUSES:
            return replace(delivery, cuts=delivery.cuts[:_MOST_PAUSES])
        return delivery

    def without(self, index: int) -> Case:
        """The case without one of its mutations."""
        return replace(self, mutations=self.mutations[:index] + self.mutations[index + 1 :])


def cases(goods: Sequence[GoodRequest], seed: int) -> Iterator[Case]:
    """An endless sequence of cases; the same for the same requests and seed.

    The first ones are the requests as they are, then each mutation once on its own in random
    order, then whatever comes.
    """
    rng = Random(seed)
    others = [good.draft.copy().render() for good in goods if good.safe]
    others = others or [min((g.draft.copy().render() for g in goods), key=len)]
    number = 0
    labels = sorted({good.label for good in goods})

    def pick() -> GoodRequest:
        label = rng.choice(labels)
        return rng.choice([good for good in goods if good.label == label])

    for good in goods:
        yield Case(number, good, (), others[0])
        number += 1
    alone = [mutation for table in AREAS for mutation in table.mutations]
    rng.shuffle(alone)
    for mutation in alone:
        suitable = [good for good in goods if mutation.suits(good.draft)]
        seed_ = rng.getrandbits(32)
        if suitable:
            yield Case(number, rng.choice(suitable), ((mutation, seed_),), rng.choice(others))
            number += 1
    while True:
        good = pick()
        chosen: list[tuple[Mutation, int]] = []
        for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
            table = rng.choices(AREAS, _WEIGHTS)[0]
            mutation = rng.choice(table.mutations)
            if mutation.suits(good.draft) and mutation not in [known for known, _ in chosen]:
                chosen.append((mutation, rng.getrandbits(32)))
        if chosen:
            chosen.sort(key=lambda item: _ORDER[item[0].area])
            yield Case(number, good, tuple(chosen), rng.choice(others))
            number += 1
