"""Pytest fixtures: one server per test process, and empty state for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .server import Stub


@pytest.fixture(scope="session")
def stub_server() -> Iterator[Stub]:
    """A stub that checks its own answers against the documents, running as long as the tests do."""
    with Stub(strict=True) as running:
        yield running


@pytest.fixture
def stub(stub_server: Stub) -> Stub:
    """The running stub with nothing stored."""
    stub_server.reset()
    return stub_server
