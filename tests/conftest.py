"""The clients under test are those in this tree, and nothing outside it decides what they do."""

from __future__ import annotations

import os
import sys

import pytest

from tests.stub.fixture import stub, stub_server
from tests.stub.server import ROOT

sys.path[:0] = [
    str(ROOT / "generated" / spec.stem) for spec in sorted((ROOT / "spec").glob("*.yaml"))
]

# a developer's own keys and proxies
for _name in list(os.environ):
    if _name.lower().endswith("_proxy") or _name.endswith(("_API_KEY", "_TOKEN")):
        del os.environ[_name]

__all__ = ["mode", "stub", "stub_server"]


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    """Which client a test drives."""
    return str(request.param)
