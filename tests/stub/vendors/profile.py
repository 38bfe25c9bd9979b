"""What a vendor's pages say and what its servers were seen to do, where the two differ.

Each difference is one entry that holds both behaviours; a vendor's module asks the profile which of
them applies. So `/_stub/profile` lists exactly what switching the profile changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..json_values import JSONObject

T = TypeVar("T")

DOCUMENTED = "documented"
OBSERVED = "observed"
PROFILES = (DOCUMENTED, OBSERVED)


class UnknownProfile(ValueError):
    """No profile has this name; the message names those that there are."""


@dataclass(frozen=True, slots=True)
class Side(Generic[T]):
    """One of the two behaviours: in words, and as what the vendor's module works with."""

    says: str
    value: T


@dataclass(frozen=True, slots=True)
class Difference(Generic[T]):
    """One difference. `operation` is an operationId, `*` for all of the vendor; `source` says who
    saw the observed behaviour.
    """

    id: str
    operation: str
    what: str
    documented: Side[T]
    observed: Side[T]
    source: str


class Profile:
    """Which side of every difference the stub shows; can be switched while it runs."""

    def __init__(self, name: str = DOCUMENTED) -> None:
        """Raises UnknownProfile."""
        self._name = DOCUMENTED
        self.name = name
        self._first = self._name

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if name not in PROFILES:
            raise UnknownProfile(f"There is no such profile; choose {' or '.join(PROFILES)}.")
        self._name = name

    def of(self, difference: Difference[T]) -> T:
        """The behaviour that applies."""
        side = difference.observed if self._name == OBSERVED else difference.documented
        return side.value

    def reset(self) -> None:
        """Back to the profile that the stub was started with."""
        self._name = self._first


def listed(vendor: str, difference: Difference[Any]) -> JSONObject:
    """A difference as `/_stub/profile` shows it."""
    return {
        "id": difference.id,
        "vendor": vendor,
        "operation": difference.operation,
        "what": difference.what,
        "documented": difference.documented.says,
        "observed": difference.observed.says,
        "source": difference.source,
    }
