"""Python names for what a document names: arguments, attributes, methods, options."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection
from typing import Any, cast

from attrs import evolve
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.strings import PythonIdentifier

from .python_types import RESERVED_CLASSES

# Annotations of generated classes name them, so nothing else in a class may.
_ANNOTATIONS = frozenset({"str", "int", "float", "bool", "bytes", "list", "dict", "date"})

# What the bodies of generated functions use themselves.
_IN_FUNCTIONS = frozenset(
    {
        *("self", "client", "body", "query", "headers", "response", "answer", "fetch", "field"),
        *("chosen", "build_request", "sync_detailed", "asyncio_detailed", "isinstance", "builtins"),
        *("path_segment", "query_pairs", "header_text", "cookie_pair"),
        *("as_file", "optional_file", "field_for", "known_member"),
        *("check_argument", "check_form"),
        *("extra_headers", "extra_query", "timeout", "on_progress", "plain"),
    }
)

# Of a resource itself, and what its class body uses.
_IN_RESOURCES = frozenset(
    {"__init__", "__repr__", "with_raw_response", "property", "date", "httpx2", "object"}
)

# What every model has.
IN_MODELS = frozenset({"additional_properties", "additional_keys", "to_dict", "from_dict"})

# Of the constructor of a client, and what its body uses.
_IN_CONSTRUCTORS = frozenset(
    {
        *("self", "base_url", "timeout", "max_retries", "retry_non_idempotent", "http_client"),
        *("options", "secrets", "twin"),
    }
)

# Of a client object itself.
_IN_CLIENTS = _ANNOTATIONS | {"close", "aclose", "with_options", "cached_property", "object"}


def _plain(name: str) -> str:
    """Without the underscore that the generator puts behind a builtin's name (``type_``)."""
    plain = name.removesuffix("_")
    return plain if hasattr(builtins, plain) and not keyword.iskeyword(plain) else name


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def argument_name(name: str, taken: Collection[str] = (), suffix: str = "") -> str:
    """The name of an argument: builtins are fine (``type``), names that the body uses are not.

    Args:
        taken: the other arguments.
        suffix: tells arguments of one name apart, before an underscore has to.
    """
    plain = _plain(name)
    if plain in _ANNOTATIONS:
        plain = name
    if suffix and (plain in taken or plain in _IN_FUNCTIONS):
        plain = f"{plain.removesuffix('_')}_{suffix}"
    return _free(plain, {*taken, *_IN_FUNCTIONS})


def method_name(name: str) -> str:
    """The name of a method: builtins are fine (``list``)."""
    return _free(_plain(identifier(name)), _IN_RESOURCES)


def resource_name(tag: str) -> str:
    """The name of a client's attribute that holds the methods of a tag."""
    return _free(tag, _IN_CLIENTS)


def option_name(name: str) -> str:
    """The name of a constructor's keyword."""
    return _free(_plain(identifier(name)), _IN_CONSTRUCTORS)


def identifier(name: str) -> str:
    """Any text as a snake_case identifier."""
    return str(PythonIdentifier(name, prefix="field_"))


def rename_attributes(generated: GeneratorData) -> None:
    """Give attributes of models their plain names, and others than models have already.

    A property that several models share gets a copy for each.
    """
    for model in generated.models:
        required, optional = model.required_properties or [], model.optional_properties or []
        taken = {str(prop.python_name) for prop in [*required, *optional]}
        for properties in (required, optional):
            properties[:] = [cast("Any", _renamed(prop, taken)) for prop in properties]


def _renamed(prop: PropertyProtocol, taken: set[str]) -> PropertyProtocol:
    name = str(prop.python_name)
    wanted = _plain(name)
    if wanted in _ANNOTATIONS or (wanted != name and wanted in taken):
        wanted = name
    taken.discard(name)
    wanted = _free(wanted, {*taken, *IN_MODELS, *_ANNOTATIONS, *RESERVED_CLASSES})
    taken.add(wanted)
    renamed = str.__new__(type(prop.python_name), wanted)
    return cast("PropertyProtocol", evolve(cast("Any", prop), python_name=renamed))
