"""What `st run`, with its own settings, finds of a defect of the stub; prints one line of JSON.

`python -m tests.defects.stock NAME --seed 1 --max-time 40 --accepted DIR`; failures that it reports
of the unbroken stub (recorded in DIR by the name `-`) do not count. Each vendor's document gets the
whole time, of which our suite has one for all of them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
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
_SAID = "said.txt"
_RECORDS = 3
"""Runs that record what the unbroken stub shows. All but the first are made as those of a defect:
which end with one failure of an operation, and that is not always one which the first run told.
"""


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
    unbroken = defect == "-"
    patch = contextlib.nullcontext if unbroken else all_defects()[defect].patch
    started = time.monotonic()
    found, check, vendor = False, "", ""
    with ExitStack() as stack:
        # First these, then the stub: what is forked from a process with threads may stand still.
        programs = [
            (vendor, number, stack.enter_context(_Program()))
            for vendor in suite.VENDORS
            for number in range(_RECORDS if unbroken else 1)
        ]
        stack.enter_context(patch())
        stub = stack.enter_context(Stub())
        for vendor, number, program in programs:
            found, check = _run(
                program,
                vendor,
                stub.urls[vendor],
                seed,
                max_time,
                accepted / f"{vendor}.json",
                record=unbroken,
                at_length=unbroken and number == 0,
            )
            if found:
                break
    seconds = round(time.monotonic() - started, 2)
    result: dict[str, Any] = {
        "killed": found, "check": check, "vendor": vendor, "seconds": seconds
    }  # fmt: skip
    if unbroken:
        result["accepted"] = {
            file.stem: file.read_text(encoding="utf-8") for file in accepted.glob("*.json")
        }
    report(result)


def restore(accepted: Mapping[str, str], folder: Path) -> None:
    """Write what a run on the unbroken stub recorded, so that others pass over it."""
    for vendor, content in accepted.items():
        (folder / f"{vendor}.json").write_text(content, encoding="utf-8")


def _run(
    program: _Program,
    vendor: str,
    url: str,
    seed: int,
    seconds: float,
    accepted: Path,
    *,
    record: bool,
    at_length: bool,
) -> tuple[bool, str]:
    arguments = [
        "run", str(ROOT / "generated" / vendor / "openapi.yaml"),
        "--url", url, "--header", _CREDENTIALS.get(vendor, _TOKEN),
        "--seed", str(seed), "--max-time", str(max(1, round(seconds))), "--no-color",
    ]  # fmt: skip
    if not at_length:
        arguments += ["--max-failures", "1", "--no-shrink"]
    if record or accepted.exists():
        arguments += ["--baseline", str(accepted)]
    if record:
        arguments += ["--baseline-update"]
    code, said = program(arguments, seconds * 3 + 60)
    if code not in (0, 1):
        sys.exit(f"st run ended with {code}: {said[-1000:]}")
    names = _CHECK.findall(said)
    return code == 1 and not record, names[0] if names else ""


class _Program:
    """A process that waits for arguments, becomes `st` with them, and has imported it before, if
    that is possible here. Its folder is its own.
    """

    def __init__(self) -> None:
        methods = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
        self._folder = tempfile.TemporaryDirectory()
        theirs, self._ours = context.Pipe(duplex=False)
        self._process = context.Process(target=_become, args=(theirs, self._folder.name))

    def __enter__(self) -> _Program:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._folder.cleanup()

    def __call__(self, arguments: Sequence[str], patience: float) -> tuple[int | None, str]:
        """Its exit code, None where it did not end in time, and what it said."""
        self._ours.send(arguments)
        self._process.join(patience)
        said = (Path(self._folder.name) / _SAID).read_text(encoding="utf-8", errors="replace")
        return self._process.exitcode, said


def _become(connection: Connection, folder: str) -> None:
    os.chdir(folder)
    os.environ["SCHEMATHESIS_HOOKS"] = ""
    written = os.open(_SAID, os.O_WRONLY | os.O_CREAT)
    os.dup2(written, 1)
    os.dup2(written, 2)
    arguments = connection.recv()
    from schemathesis.cli import schemathesis as program

    program(arguments, prog_name="st")


if __name__ == "__main__":
    main()
