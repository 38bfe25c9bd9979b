"""The whole of fuzz.py, as `tox run -e fuzz` runs it, with few cases: nothing is found in the stub
and the clients as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts import fuzz

pytestmark = pytest.mark.generator

ROOT = Path(__file__).resolve().parents[1]
VENDORS = sorted(path.parent.name for path in (ROOT / "generated").glob("*/openapi.yaml"))


@pytest.mark.parametrize("vendor", VENDORS)
def test_nothing_is_found_in_what_is_right(vendor: str, capsys: pytest.CaptureFixture[str]) -> None:
    # The time is that of all vendors in CI, a minute each; the cases end the run before.
    code = fuzz.main([vendor, "--seed", "20261122", "--cases", "5", "--max-time", "400", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["findings"] == []
    assert code == 0
    assert report["cases"] > 500
    done = set(report["checks"])
    parts = ("uploads are true", "wire-accepted", "journey", "client answers", "client requests",
             "client exchanges", "client discretion")  # fmt: skip
    assert done >= set(parts)
    assert any(name.startswith("schemathesis: ") for name in done)
