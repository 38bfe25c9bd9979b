"""Packages whose contents are imported when they are first asked for (PEP 562).

Part of the import of every package, so it imports nothing itself.
"""

from __future__ import annotations

# not typing's, whose import takes longer than all of this package's; type checkers know the name
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def contents(
    package: str, modules: Iterable[str], names: Mapping[str, Iterable[str]] | None = None
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package.

    What was asked for once is an attribute like any other. Python's import locks make the first
    use safe from several threads.

    Args:
        package: its ``__name__``.
        modules: the modules that are reachable as attributes.
        names: what it offers of its modules, by module.
    """
    places = {name: module for module, offered in (names or {}).items() for name in offered}
    known = {*modules, *places}

    def find(name: str) -> object:
        if name not in known:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        import sys
        from importlib import import_module

        module = import_module(f"{package}.{places.get(name, name)}")
        value = getattr(module, name) if name in places else module
        setattr(sys.modules[package], name, value)
        return value

    def listing() -> list[str]:
        import sys

        return sorted({*vars(sys.modules[package]), *known})

    return find, listing
