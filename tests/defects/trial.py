"""One run of the suite against one defect, in a process of its own; prints one line of JSON.

`python -m tests.defects.trial NAME --seed 1 --max-time 40`; the name `-` is the unbroken one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path

from tests.defects import suite
from tests.defects.defect import all_defects


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
    for name in list(os.environ):  # a developer's own keys and proxies
        if name.lower().endswith("_proxy") or name.endswith(("_API_KEY", "_TOKEN")):
            del os.environ[name]
    suite.see_clients()
    known = json.loads(options.known.read_text()) if options.known else []
    defect = None if options.defect == "-" else all_defects()[options.defect]
    names = suite.OF_CLIENTS if defect and defect.layer == "client" else tuple(suite.STAGES)
    if options.stages:
        names = tuple(options.stages.split(","))
    # Nothing but the result goes to the standard output, whoever writes.
    output = os.dup(1)
    os.dup2(2, 1)

    def report(outcome: suite.Outcome) -> None:
        os.write(output, (json.dumps(_shown(outcome)) + "\n").encode())
        # Not sys.exit: this may be any thread, and half a run has no end worth waiting for.
        sys.stderr.flush()
        os._exit(0)

    with defect.patch() if defect else contextlib.nullcontext():
        suite.run(
            options.seed,
            options.max_time,
            [tuple(item) for item in known],
            report,
            names=names,
            stop=not options.all,
        )


def _shown(outcome: suite.Outcome) -> dict[str, object]:
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
