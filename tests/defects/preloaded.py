"""What every run imports, for the process from which the runs are forked: nothing is started."""

from __future__ import annotations

import importlib

from scripts.fuzzing.checks import all_checks
from tests.defects import suite
from tests.defects.defect import all_defects

suite.see_clients()
for module, _ in suite.STAGES.values():
    importlib.import_module(module)
for vendor in suite.VENDORS:
    importlib.import_module(f"{vendor}_client.errors")
for name in (
    "tests.stub",
    "tests.defects.trial",
    "tests.defects.stock",
    "scripts.fuzzing.wire.run",
):
    importlib.import_module(name)
all_checks()
all_defects()
