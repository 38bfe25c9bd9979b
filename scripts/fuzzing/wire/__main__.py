"""`python -m scripts.fuzzing.wire questionpro --seed 1 --max-time 20`: the wire fuzzer alone."""

from __future__ import annotations

import argparse
import sys

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.finding import Finding, Findings, Silence
from scripts.fuzzing.target import TargetError, Wanted, opened
from scripts.fuzzing.wire.run import run


def main() -> int:
    """0 without findings, 1 with, 2 if it could not run."""
    parser = argparse.ArgumentParser(prog="python -m scripts.fuzzing.wire", description=__doc__)
    parser.add_argument("document", help="a vendor, or an OpenAPI file")
    parser.add_argument("--base-url", help="a server; without it the stub is started")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max-time", type=float, metavar="SECONDS")
    parser.add_argument("--cases", type=int, help="per operation and kind of case (default 30)")
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("--yes", action="store_true")
    options = parser.parse_args()
    wanted = Wanted(
        options.document, options.base_url, read_only=options.read_only, yes=options.yes
    )
    found = Findings()
    try:
        with opened(wanted) as target:
            # With a time and no number, the time alone decides.
            cases = options.cases or (1_000_000 if options.max_time else 30)
            budget = Budget(options.max_time, cases)
            counts = run(target, budget, options.seed, found, Silence())
            for finding in found:
                print(target.redaction.text(_shown(finding)))
    except TargetError as error:
        print(error, file=sys.stderr)
        return 2
    for note in counts.notes:
        print(note)
    rate = counts.cases / budget.elapsed
    print(f"{counts.cases} cases in {budget.elapsed:.1f} s ({rate:.0f}/s), {len(found)} findings")
    return 1 if len(found) else 0


def _shown(finding: Finding) -> str:
    return (
        f"{finding.check}: {finding.operation}\n  {finding.title}\n  expected {finding.expected}\n"
        f"  got {finding.got}\n\n{finding.snippet}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
