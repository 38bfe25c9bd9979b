"""Run the stub under many requests and judge it: `python scripts/soak.py`.

One request in twenty is malformed. Exit codes: 0 all as it should be (no 5xx, memory within 20 MB
of where it stood after the first 5,000 requests, every accepted upload read back byte for byte),
1 something was not, 2 wrong usage, or it could not run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.soaking.run import Plan, SoakError, Verdict, soak


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="soak.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--requests", type=_positive, default=Plan().requests, metavar="N")
    parser.add_argument("--connections", type=_positive, default=Plan().connections, metavar="N")
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--db", type=Path, help="database of the stub (default: none)")
    return parser


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _report(verdict: Verdict) -> str:
    def counts(of: dict[int, int]) -> str:
        return ", ".join(f"{status or 'closed'}: {of[status]:,}" for status in sorted(of))

    grown = verdict.end - verdict.settled
    return "\n".join(
        [
            f"good requests       {counts(verdict.good)}",
            f"malformed requests  {counts(verdict.malformed)}",
            f"uploads             {verdict.accepted:,} accepted, {verdict.read_back:,} read back",
            f"memory              {verdict.settled:,} bytes settled, {verdict.end:,} at the end"
            f" ({grown:+,})",
            *(f"FINDING: {finding}" for finding in verdict.findings),
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    options = _parser().parse_args(arguments)
    plan = Plan(options.requests, options.connections, options.seed, options.db)
    try:
        verdict = soak(plan, _say)
    except (SoakError, OSError) as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    _say("")
    print(_report(verdict))
    return 1 if verdict.findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
