# Copied by scripts/codegen.py from overrides/runtime/secret.py; do not edit.
"""Holds what nobody may see by accident."""

from __future__ import annotations

from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")

NOT_PICKLED = "a credential is not pickled: pass it to the client where it is used"


class Secret(Generic[T]):
    """A credential, or whatever one can be read from, that shows itself to :meth:`reveal` only.

    A local variable of a function is shown by debuggers and error trackers for every exception
    that passes through the function. So what :meth:`reveal` returns is used in the expression that
    reveals it, and bound to a name only where nothing can raise.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """What it holds."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_PICKLED)
