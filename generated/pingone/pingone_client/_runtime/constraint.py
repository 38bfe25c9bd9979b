# Copied by scripts/codegen.py from overrides/runtime/constraint.py; do not edit.
"""What the document says of the values that a caller gives: checked before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .errors import ConfigurationError

_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "integer": ((int,), "an integer"),
    "number": ((int, float), "a number"),
    "string": ((str,), "a string"),
    "boolean": ((bool,), "a boolean"),
}


@dataclass(frozen=True)
class Constraint:
    """The keywords of a schema that a single value can be checked against.

    Attributes:
        type: the JSON type, None where the document leaves it open.
        minimum, maximum: bounds, themselves allowed.
        enum: the only values; empty where any will do.
    """

    type: Literal["integer", "number", "string", "boolean"] | None = None
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[Any, ...] = ()

    def check(self, name: str, value: Any) -> None:
        """Refuse a value.

        Raises:
            ConfigurationError: the sentence names the argument, the value and what is documented.
        """
        if problem := self._problem(value):
            raise ConfigurationError(f"{name}={value!r} {problem}")

    def _problem(self, value: Any) -> str | None:
        if self.type is not None:
            kinds, description = _TYPES[self.type]
            # True is an int in Python, not in JSON
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                return f"is not {description}"
        if self.enum and not any(
            value == known and isinstance(value, bool) == isinstance(known, bool)
            for known in self.enum
        ):
            return f"is none of {', '.join(map(repr, self.enum))}"
        if isinstance(value, int | float):
            if self.minimum is not None and not value >= self.minimum:
                return f"is below {self.minimum}, the lowest that the API documents"
            if self.maximum is not None and not value <= self.maximum:
                return f"is above {self.maximum}, the highest that the API documents"
        return None
