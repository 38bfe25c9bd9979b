"""The options of ``codegen.py`` that concern what a change means, and how it is told.

Imports nothing else before there is something to tell: a run that changes nothing is quick.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .description import Report
    from .report import Format

FORMATS = ("text", "json", "github")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options ``--diff`` and ``--fail-on``."""
    parser.add_argument(
        "--diff",
        nargs="?",
        const="HEAD",
        metavar="REV",
        help="write nothing, tell what changed since a git revision (HEAD) and what it means",
    )
    parser.add_argument(
        "--fail-on",
        choices=["breaking"],
        help="exit with 1 when a change breaks calls of the generated client",
    )


def tell(report: Report, form: Format, fail_on: str | None) -> int:
    """Print a report; the exit code is 1 when it has to fail, else 0."""
    fails = fail_on == "breaking" and report.is_breaking
    from .report import rendered

    sys.stdout.write(rendered(report, form, fails=fails))
    return int(fails)
