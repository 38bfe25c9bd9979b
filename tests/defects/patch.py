"""Changes of running code, undone on exit.

A change names a function and a piece of its source. It goes into the function itself, so everybody
who holds the function has the defect, however it was imported. A piece that is not there exactly
once fails: a defect must not vanish unseen when the code is rewritten.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

Patch: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Makes the context in which the defect is there."""

CLIENTS = tuple(
    file.parent.name
    for file in sorted((Path(__file__).parents[2] / "generated").glob("*/openapi.yaml"))
)


class PatchError(Exception):
    """A patch does not fit the code; the message says where and what to do."""


def edit(place: str, *changes: tuple[str, str]) -> Patch:
    """Change the source of a function, `module:function` or `module:Class.method`.

    Each change is a piece of the source, which has to be there exactly once, and what stands in its
    place. Raises PatchError when entered and a piece does not fit.
    """

    @contextmanager
    def patched() -> Iterator[None]:
        function = _function(place)
        before = function.__code__
        function.__code__ = _changed(place, function, changes)
        try:
            yield
        finally:
            function.__code__ = before

    return patched


def replace(place: str, make: Callable[[Any], Any]) -> Patch:
    """Put `make(old)` in the place of an attribute of a module or class."""

    @contextmanager
    def patched() -> Iterator[None]:
        owner, name, old = _found(place)
        new = make(old)
        if new is old:
            raise PatchError(f"{place}: the patch changes nothing; correct the defect.")
        setattr(owner, name, new)
        try:
            yield
        finally:
            setattr(owner, name, old)

    return patched


def together(*patches: Patch) -> Patch:
    """Several patches as one."""

    @contextmanager
    def patched() -> Iterator[None]:
        with ExitStack() as stack:
            for patch in patches:
                stack.enter_context(patch())
            yield

    return patched


def runtime(place: str, *changes: tuple[str, str]) -> Patch:
    """`edit` for a module of the clients' runtime, in every client package."""
    return together(*(edit(f"{client}_client._runtime.{place}", *changes) for client in CLIENTS))


def runtime_value(place: str, make: Callable[[Any], Any]) -> Patch:
    """`replace` for a module of the clients' runtime, in every client package."""
    return together(*(replace(f"{client}_client._runtime.{place}", make) for client in CLIENTS))


def _found(place: str) -> tuple[Any, str, Any]:
    """The owner of an attribute, its name and its value as the owner holds it."""
    module, colon, path = place.partition(":")
    if not colon:
        raise PatchError(f"{place}: not `module:attribute`.")
    try:
        owner: Any = importlib.import_module(module)
        *way, name = path.split(".")
        for step in way:
            owner = getattr(owner, step)
        return owner, name, inspect.getattr_static(owner, name)
    except (ImportError, AttributeError) as error:
        raise PatchError(
            f"{place}: is not there ({error}); name the place where it is now."
        ) from error


def _function(place: str) -> types.FunctionType:
    """The function behind decorators."""
    _, _, found = _found(place)
    while not isinstance(found, types.FunctionType):
        inner: Any = None
        if isinstance(found, property):
            inner = found.fget
        elif isinstance(found, functools.cached_property):
            inner = found.func
        else:
            inner = getattr(found, "__func__", None) or getattr(found, "__wrapped__", None)
        if inner is None:
            raise PatchError(f"{place}: {type(found).__name__} is no function; use `replace`.")
        found = inner
    return found


def _changed(
    place: str, function: types.FunctionType, changes: tuple[tuple[str, str], ...]
) -> types.CodeType:
    """The function's code with the changes.

    The whole module is compiled anew, so that what the function closes over stays as it was.
    """
    file = Path(inspect.getsourcefile(function) or "")
    text = file.read_text(encoding="utf-8")
    old = function.__code__
    lines, first = inspect.getsourcelines(function)
    source = "".join(lines)
    if text.splitlines(keepends=True)[first - 1 : first - 1 + len(lines)] != lines:
        raise PatchError(f"{place}: its file was changed while it was loaded; run again.")
    for piece, substitute in changes:
        if source.count(piece) != 1:
            raise PatchError(
                f"{place}: {piece!r} is there {source.count(piece)} times, not once;"
                " fit the defect to the code as it is now."
            )
        source = source.replace(piece, substitute)
    before = "".join(text.splitlines(keepends=True)[: first - 1])
    after = "".join(text.splitlines(keepends=True)[first - 1 + len(lines) :])
    flags = old.co_flags & __import__("__future__").annotations.compiler_flag
    try:
        module = compile(before + source + after, str(file), "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        raise PatchError(f"{place}: the change is no Python ({error}).") from error
    new = _within(module, old.co_qualname)
    if new is None or new.co_freevars != old.co_freevars:
        raise PatchError(f"{place}: the change closes over other names; write it otherwise.")
    if _essence(new) == _essence(old):
        raise PatchError(f"{place}: the change changes nothing; correct the defect.")
    return new


def _within(code: types.CodeType, qualname: str) -> types.CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            if constant.co_qualname == qualname:
                return constant
            inner = _within(constant, qualname)
            if inner is not None:
                return inner
    return None


def _essence(code: types.CodeType) -> tuple[object, ...]:
    """What a code does, without the lines that it comes from."""
    constants = tuple(
        _essence(item) if isinstance(item, types.CodeType) else (type(item), item)
        for item in code.co_consts
    )
    return code.co_code, constants, code.co_names, code.co_varnames
