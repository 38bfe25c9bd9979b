# Copied by scripts/codegen.py from overrides/runtime/model.py; do not edit.
"""Base classes of the generated models: objects and open enums.

Models are :class:`msgspec.Struct` classes, so they are created, compared and printed like
dataclasses. On top of that they keep what the document does not know: unknown keys of an object
(``additional_properties``) and unknown values of an enum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Self, TypeVar

import msgspec


class Model(msgspec.Struct, dict=True, forbid_unknown_fields=True):
    """An object of the API.

    ``forbid_unknown_fields`` concerns the fast decoder only: an object with unknown keys is
    decoded by :mod:`.decoding`, which keeps them in :attr:`additional_properties`.
    """

    # in the class for objects that have none: reading it must not make each a dictionary
    __extra__: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    @property
    def additional_properties(self) -> dict[str, Any]:
        """Keys the document does not describe, with their values; ``to_dict`` sends them back."""
        extra: dict[str, Any] = vars(self).setdefault("__extra__", {})
        return extra

    @additional_properties.setter
    def additional_properties(self, value: Mapping[str, Any]) -> None:
        vars(self)["__extra__"] = dict(value)

    @property
    def additional_keys(self) -> list[str]:
        """The names in :attr:`additional_properties`."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties

    def to_dict(self) -> dict[str, Any]:
        """The object as it goes over the wire: JSON names, unset fields left out.

        Raises:
            ValueError: a ``datetime`` without time zone, which RFC 3339 cannot express.
        """
        from .encoding import object_of

        return object_of(self)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Build the object from decoded JSON.

        Raises:
            ValueError: a key is missing or a value has the wrong type; the message names the path.
        """
        from .decoding import convert

        value: Self = convert(dict(src_dict), cls)
        return value

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field) for field in self.__struct_fields__)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Model):
            return NotImplemented
        return self._values() == other._values() and self.__extra__ == other.__extra__

    def __repr__(self) -> str:
        pairs = zip(self.__struct_fields__, self._values(), strict=True)
        shown = [f"{field}={_short(value)}" for field, value in pairs if value is not msgspec.UNSET]
        if extra := self.__extra__:
            shown.append(f"additional_properties={extra!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __copy__(self) -> Self:
        return _rebuild(type(self), self._given(), dict(self.__extra__))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _rebuild, (type(self), self._given(), dict(self.__extra__))

    def _given(self) -> dict[str, Any]:
        # pickle knows UNSET by the first module that has it, perhaps another client's package
        pairs = zip(self.__struct_fields__, self._values(), strict=True)
        return {field: value for field, value in pairs if value is not msgspec.UNSET}


def _short(value: object) -> str:
    if isinstance(value, bytes) and len(value) > _SHOWN:
        return f"<bytes of {len(value)} bytes>"
    return repr(value)


_SHOWN = 40
"""Bytes that are shown as they are; a file would fill the screen."""

_M = TypeVar("_M", bound=Model)


def _rebuild(cls: type[_M], given: Mapping[str, Any], extra: Mapping[str, Any]) -> _M:
    model = cls(**{**dict.fromkeys(cls.__struct_fields__, msgspec.UNSET), **given})
    if extra:
        model.additional_properties = extra
    return model


def is_listed(value: Enum) -> bool:
    """Whether the document lists a value of an open enum.

    Its name tells nothing: a text that a server sends may be spelled like the name of a member.
    """
    return type(value).__members__.get(value.name) is value


class OpenStrEnum(StrEnum):
    """A set of strings that the server may extend: an unknown value is kept as it is."""

    @classmethod
    def _missing_(cls, value: object) -> OpenStrEnum | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member


class OpenIntEnum(IntEnum):
    """A set of integers that the server may extend: an unknown value is kept as it is."""

    @classmethod
    def _missing_(cls, value: object) -> OpenIntEnum | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member
