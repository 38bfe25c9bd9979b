"""One run of the suite against one defect, in a process of its own; prints one line of JSON.

`python -m tests.defects.trial NAME --seed 1 --max-time 40`; the name `-` is the unbroken one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.defects import suite
from tests.defects.defect import all_defects
from tests.defects.processes import Report


def main() -> None:
    """Ends with 0 whatever was found; anything else is a failure of the suite itself."""
    parser = argparse.ArgumentParser(prog="python -m tests.defects.trial", description=__doc__)
    parser.add_argument("defect")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--max-time", type=float, required=True)
    parser.add_argument("--known", type=Path, help="findings to pass over, as JSON")
    parser.add_argument("--all", action="store_true", help="go on after the first finding")
    parser.add_argument("--stages", help=f"only some of {','.join(suite.STAGES)}")
    options = parser.parse_args()
    known = json.loads(options.known.read_text()) if options.known else []
    # Nothing but the result goes to the standard output, whoever writes.
    output = os.dup(1)
    os.dup2(2, 1)

    def report(result: dict[str, Any]) -> None:
        os.write(output, (json.dumps(result) + "\n").encode())
        os._exit(0)  # from any thread; half a run has no end worth waiting for

    run(
        report, options.defect, options.seed, options.max_time, known,
        stop=not options.all, stages=options.stages.split(",") if options.stages else (),
    )  # fmt: skip


def run(
    report: Report,
    name: str,
    seed: int,
    max_time: float,
    known: Iterable[Iterable[str]] = (),
    stop: bool = True,
    stages: Iterable[str] = (),
) -> None:
    """Run the suite against the defect of this name, `-` for none, and report. `known` are findings
    to pass over, see suite.key.
    """
    for variable in list(os.environ):  # a developer's own keys and proxies
        if variable.lower().endswith("_proxy") or variable.endswith(("_API_KEY", "_TOKEN")):
            del os.environ[variable]
    suite.see_clients()
    defect = None if name == "-" else all_defects()[name]
    parts: Iterable[str] = suite.STAGES
    if defect is not None:
        parts = suite.OF_CLIENTS if defect.layer == "client" else suite.OF_STUB
    with defect.patch() if defect else contextlib.nullcontext():
        suite.run(
            seed,
            max_time,
            [(check, operation, title) for check, operation, title in known],
            lambda outcome: report(_shown(outcome)),
            names=tuple(stages) or parts,
            stop=stop,
        )


def _shown(outcome: suite.Outcome) -> dict[str, Any]:
    found = outcome.found
    return {
        "killed": found is not None,
        "check": found.check if found else "",
        "operation": found.operation if found else "",
        "title": found.title if found else "",
        "got": found.got[:300] if found else "",
        "stage": outcome.stage,
        "vendor": outcome.vendor,
        "seconds": round(outcome.seconds, 2),
        "stages": [(v, s, round(t, 2), n) for v, s, t, n in outcome.stages],
        "keys": outcome.keys,
    }


if __name__ == "__main__":
    main()
