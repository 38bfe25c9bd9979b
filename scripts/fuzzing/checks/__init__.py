"""Checks of meaning: what a schema cannot say, one verdict each, for any document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.fuzzing.bench import Bench


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name in findings, and the function that sends requests and judges.

    `writes` says whether it needs operations that change something, `kept` whether it compares
    what a server was sent with what it answers later, `last` whether it looks at what all others
    have seen.
    """

    name: str
    run: Callable[[Bench], None]
    writes: bool = True
    kept: bool = False
    last: bool = False


def all_checks() -> list[Check]:
    """Every check in the order in which they run."""
    from scripts.fuzzing.checks import (
        addresses,
        codings,
        concurrency,
        credentials,
        disclosure,
        escapes,
        expectations,
        identities,
        json_bodies,
        json_values,
        listed_uploads,
        media_types,
        paging,
        parameters,
        provenance,
        refusals,
        slowness,
        statuses,
        totals,
        uploads,
    )

    return [
        *statuses.FIRST,
        *uploads.CHECKS,
        *identities.CHECKS,
        *provenance.CHECKS,
        *listed_uploads.CHECKS,
        *totals.CHECKS,
        *paging.CHECKS,
        *credentials.CHECKS,
        *disclosure.CHECKS,
        *refusals.CHECKS,
        *media_types.CHECKS,
        *codings.CHECKS,
        *json_bodies.CHECKS,
        *json_values.CHECKS,
        *parameters.CHECKS,
        *escapes.CHECKS,
        *addresses.CHECKS,
        *expectations.CHECKS,
        *concurrency.CHECKS,
        *slowness.CHECKS,
        *statuses.LAST,
    ]
