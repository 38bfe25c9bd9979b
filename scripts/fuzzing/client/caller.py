"""Calls of a client package's methods, by its sync or its async client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from scripts.fuzzing.client.package import Bound, Package


class Caller:
    """Calls methods of sync and async clients of one package; close it when done."""

    def __init__(self, package: Package, base_url: str, **options: Any) -> None:
        self._package = package
        self._runner = asyncio.Runner()
        self._stack = ExitStack()
        self._stack.callback(self._runner.close)
        self._clients: dict[tuple[str, str], Any] = {}
        self._base_url, self._options = base_url, options

    def client(self, mode: str, **given: Any) -> Any:
        """A client, kept and used again for the same options."""
        key = mode, repr(sorted(given.items()))
        found = self._clients.get(key)
        if found is None:
            found = self._package.client(mode, self._base_url, given, **self._options)
            self._clients[key] = found
        return found

    def call(
        self, mode: str, bound: Bound, given: Mapping[str, Any], *, raw: bool = False, **more: Any
    ) -> Any:
        """The result of a method; of one that lists, its first page. `more` are the client's
        options. Raises what the method raises.
        """
        resource = getattr(self.client(mode, **more), bound.resource)
        method: Callable[..., Any] = getattr(
            resource.with_raw_response if raw else resource, bound.method
        )
        if mode == "sync":
            result = method(**given)
            return result.first_page if _lists(result) else result

        async def run() -> Any:
            result = method(**given)
            return await (result.first_page if _lists(result) else result)

        return self._runner.run(run())

    def pages(self, mode: str, bound: Bound, given: Mapping[str, Any]) -> list[Any]:
        """All pages of a list."""
        method = getattr(getattr(self.client(mode), bound.resource), bound.method)
        if mode == "sync":
            return list(method(**given).pages())

        async def run() -> list[Any]:
            return [page async for page in method(**given).pages()]

        return self._runner.run(run())

    def close(self) -> None:
        """Close the clients and the event loop."""
        for (mode, _), client in self._clients.items():
            if mode == "sync":
                client.close()
            else:
                self._runner.run(client.aclose())
        self._clients.clear()
        self._stack.close()


@contextmanager
def calling(package: Package, base_url: str, **options: Any) -> Generator[Caller]:
    """A caller that is closed at the end."""
    caller = Caller(package, base_url, **options)
    try:
        yield caller
    finally:
        caller.close()


def _lists(result: object) -> bool:
    return hasattr(type(result), "first_page")
