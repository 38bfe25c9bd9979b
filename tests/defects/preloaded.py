"""What every run imports, for the process from which the runs are forked: nothing is started."""

from __future__ import annotations

import importlib
import pkgutil

from scripts.fuzzing.checks import all_checks
from tests.defects import suite
from tests.defects.defect import all_defects

suite.see_clients()
for module, _ in suite.STAGES.values():
    importlib.import_module(module)
for vendor in suite.VENDORS:
    client = importlib.import_module(f"{vendor}_client")
    for found in pkgutil.walk_packages(client.__path__, f"{client.__name__}."):
        importlib.import_module(found.name)
for name in (
    "tests.stub",
    "tests.defects.trial",
    "tests.defects.stock",
    "scripts.fuzzing.wire.run",
    # what `st run` imports only when it needs it
    "schemathesis.cli.commands.run.executor",
    "schemathesis.engine.run.unit",
    "schemathesis.reporting.html",
    "schemathesis.specs.openapi.schemas",
):
    importlib.import_module(name)
all_checks()
all_defects()
