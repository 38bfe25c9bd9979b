"""What `st run`, with its own settings, finds of a defect of the stub; prints one line of JSON.

`python -m tests.defects.stock NAME --seed 1 --max-time 40 --accepted DIR`; failures that it reports
of the unbroken stub (recorded in DIR by the name `-`) do not count. Each vendor's document gets the
whole time, of which our suite has one for all of them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.fuzzing.target import ROOT
from tests.defects import suite
from tests.defects.defect import all_defects
from tests.defects.processes import Report
from tests.stub import Stub

_CREDENTIALS = {"questionpro": "api-key: test-api-key"}
_TOKEN = "Authorization: Bearer test-token"
_CHECK = re.compile(r"^- (.+)$", re.MULTILINE)


def main() -> None:
    """Ends with 0 whatever was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.defects.stock", description=__doc__)
    parser.add_argument("defect")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--max-time", type=float, required=True)
    parser.add_argument("--accepted", type=Path, required=True)
    options = parser.parse_args()
    run(
        lambda result: print(json.dumps(result)),
        options.defect,
        options.seed,
        options.max_time,
        options.accepted,
    )


def run(report: Report, defect: str, seed: int, max_time: float, accepted: Path) -> None:
    """Run `st run` against the defect of this name, `-` for none, and report what it found."""
    suite.see_clients()
    patch = contextlib.nullcontext if defect == "-" else all_defects()[defect].patch
    started = time.monotonic()
    found, check, vendor = False, "", ""
    with patch(), Stub() as stub, tempfile.TemporaryDirectory() as folder:
        for vendor in suite.VENDORS:
            found, check = _run(
                vendor,
                stub.urls[vendor],
                seed,
                max_time,
                accepted / f"{vendor}.json",
                Path(folder),
                record=defect == "-",
            )
            if found:
                break
    seconds = round(time.monotonic() - started, 2)
    result: dict[str, Any] = {
        "killed": found, "check": check, "vendor": vendor, "seconds": seconds
    }  # fmt: skip
    if defect == "-":
        result["accepted"] = {
            file.stem: file.read_text(encoding="utf-8") for file in accepted.glob("*.json")
        }
    report(result)


def restore(accepted: Mapping[str, str], folder: Path) -> None:
    """Write what a run on the unbroken stub recorded, so that others pass over it."""
    for vendor, content in accepted.items():
        (folder / f"{vendor}.json").write_text(content, encoding="utf-8")


def _run(
    vendor: str, url: str, seed: int, seconds: float, accepted: Path, folder: Path, *, record: bool
) -> tuple[bool, str]:
    command = [
        sys.executable, "-m", "schemathesis.cli", "run",
        str(ROOT / "generated" / vendor / "openapi.yaml"),
        "--url", url, "--header", _CREDENTIALS.get(vendor, _TOKEN),
        "--seed", str(seed), "--max-time", str(max(1, round(seconds))), "--no-color",
    ]  # fmt: skip
    if record:
        command += ["--baseline", str(accepted), "--baseline-update"]
    else:
        command += ["--max-failures", "1", "--no-shrink"]
        if accepted.exists():
            command += ["--baseline", str(accepted)]
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": ""},
        capture_output=True,
        text=True,
        timeout=seconds * 3 + 60,
        check=False,
    )
    if ended.returncode not in (0, 1):
        sys.exit(
            f"st run ended with {ended.returncode}: {ended.stdout[-500:]}{ended.stderr[-500:]}"
        )
    names = _CHECK.findall(ended.stdout)
    return ended.returncode == 1 and not record, names[0] if names else ""


if __name__ == "__main__":
    main()
