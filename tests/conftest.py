"""The clients under test are those in this tree, and nothing outside it decides what they do."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tests.stub.fixture import stub, stub_server
from tests.stub.server import ROOT
from tests.things import with_older_package
from tests.workshop import Workshop

sys.path[:0] = [
    str(ROOT / "generated" / spec.stem) for spec in sorted((ROOT / "spec").glob("*.yaml"))
]

# a developer's own keys and proxies
for _name in list(os.environ):
    if _name.lower().endswith("_proxy") or _name.endswith(("_API_KEY", "_TOKEN")):
        del os.environ[_name]

__all__ = ["mode", "stub", "stub_server"]

# The stub, the fuzzer and the measurements are programs of ours, not what people install: they are
# tested on one Python version. The clients' tests use the stub on all of them.
_ON_ONE_VERSION = (
    *("test_stub_", "test_fuzz_", "test_soak", "test_bench", "test_defects"),
    *("test_foreign_", "test_client_memory"),  # what is generated, and how much is held at once
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of those programs."""
    for item in items:
        if item.path.name.startswith(_ON_ONE_VERSION) and not item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.generator)


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    """Which client a test drives."""
    return str(request.param)


@pytest.fixture(scope="module")
def module_shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop.empty(tmp_path_factory.mktemp("shop") / "root")


@pytest.fixture
def shop(module_shop: Workshop) -> Iterator[Workshop]:
    """A root of its own with one package from an earlier run, which a refusal leaves alone."""
    yield from with_older_package(module_shop)
