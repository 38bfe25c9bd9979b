"""What a model is made of: its fields as the document types them."""

from __future__ import annotations

import typing
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin

import msgspec

from .model import Model


class Field(NamedTuple):
    """A field of a model: attribute, JSON key, type, and whether the key must be there."""

    name: str
    key: str
    type: Any
    required: bool


@cache
def fields(model: type[Model]) -> tuple[Field, ...]:
    """The fields of a model, in their order."""
    hints = typing.get_type_hints(model)
    return tuple(
        Field(field.name, field.encode_name, hints[field.name], field.required)
        for field in msgspec.structs.fields(model)
    )


@cache
def additional_type(model: type[Model]) -> Any:
    """The type of unknown keys: what the document says of them, or anything."""
    hint = typing.get_type_hints(model).get("__additional_type__", Any)
    return get_args(hint)[0] if get_origin(hint) is typing.ClassVar else hint
