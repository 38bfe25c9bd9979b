"""What a run found, for people and for programs. No credential is written anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.fuzzing import report_har, report_html, report_junit
from scripts.fuzzing.bench import brief
from scripts.fuzzing.finding import Counts, Finding
from scripts.fuzzing.reproduction import Reproduction
from scripts.fuzzing.target import Target


@dataclass
class Shown:
    """A finding as it is shown: every text without credentials."""

    finding: Finding
    times: int
    title: str
    expected: str
    got: str
    curl: str
    python: str
    answer: str

    def json(self) -> dict[str, Any]:
        """For --json and report.json."""
        return {
            "part": self.finding.part,
            "check": self.finding.check,
            "operation": self.finding.operation,
            "title": self.title,
            "expected": self.expected,
            "got": self.got,
            "seed": self.finding.seed,
            "seconds": round(self.finding.seconds, 2),
            "times": self.times,
            "curl": self.curl,
            "python": self.python,
        }


@dataclass
class Report:
    """A whole run. `seconds` is how long it took after `before` seconds of reading the document and
    starting, `ended` why it ended before its time, if so.
    """

    target: Target
    seed: int
    counts: Counts
    seconds: float
    shown: list[Shown] = field(default_factory=list[Shown])
    ended: str = ""
    before: float = 0.0

    @property
    def rate(self) -> float:
        """Cases per second."""
        return self.counts.cases / self.seconds if self.seconds else 0.0

    def json(self) -> dict[str, Any]:
        """The run as one JSON value."""
        hide = self.target.redaction.text
        return {
            "document": self.target.name,
            "server": self.target.base_url,
            "seed": self.seed,
            "cases": self.counts.cases,
            "seconds": round(self.seconds, 2),
            "seconds_before": round(self.before, 2),
            "cases_per_second": round(self.rate, 1),
            "ended": self.ended,
            "findings": [item.json() for item in self.shown],
            "checks": dict(self.counts.checks),
            "not_applicable": self.counts.not_applicable,
            "cut": self.counts.cut,
            "notes": [hide(note) for note in dict.fromkeys(self.counts.notes)],
            "statuses": {
                f"{label} {status}": count
                for (label, status), count in sorted(self.counts.statuses.items())
            },
        }

    def text(self) -> str:
        """The summary: a paragraph per failure, then what was done."""
        blocks: list[str] = []
        for number, item in enumerate(self.shown, 1):
            lines = [
                f"{number}. {item.title}",
                f"   where     {item.finding.operation or self.target.name}",
                f"   check     {item.finding.check} (seen {item.times} times)",
                f"   expected  {item.expected}",
                f"   got       {item.got}",
                f"   seed      {item.finding.seed}",
            ]
            if item.curl:
                lines += ["   curl", *(f"     {line}" for line in item.curl.splitlines())]
            if item.python:
                lines += ["   python", *(f"     {line}" for line in item.python.splitlines())]
            blocks.append("\n".join(lines))
        blocks.append(self.outcome())
        return "\n\n".join(blocks)

    def outcome(self) -> str:
        """The last lines: what applied, what was never seen, the count."""
        hide = self.target.redaction.text
        lines = [f"note: {hide(note)}" for note in dict.fromkeys(self.counts.notes)]
        skipped = self.counts.not_applicable
        if skipped:
            lines.append("not applicable: " + "; ".join(f"{n} ({r})" for n, r in skipped.items()))
        if self.counts.cut:
            cut = [f"{n} (from {at} on)" if at else n for n, at in self.counts.cut.items()]
            lines.append("no time was left: " + "; ".join(cut))
        found = len(self.shown)
        lines.append(
            f"{self.target.name}: {found or 'no'} distinct failure{'' if found == 1 else 's'},"
            f" {self.counts.cases} cases in {self.seconds:.1f} s ({self.rate:.0f} cases/s)"
            f" after {self.before:.1f} s to start,"
            f" {len(self.counts.checks)} checks, seed {self.seed}"
            + (f" ({self.ended})" if self.ended else "")
        )
        return "\n".join(lines)


def prepared(
    target: Target,
    findings: Sequence[tuple[Finding, int]],
    counts: Counts,
    *,
    seed: int,
    seconds: float,
    folder: Path | None = None,
    ended: str = "",
    before: float = 0.0,
) -> Report:
    """A report of a run; `folder` is where files for its commands go."""
    writer = Reproduction(target, folder)
    hide = target.redaction.text
    report = Report(target, seed, counts, seconds, ended=ended, before=before)
    for finding, times in findings:
        last = finding.exchanges[-1] if finding.exchanges else None
        answer = brief(last.answer, 2000) if last is not None and last.answer is not None else ""
        report.shown.append(
            Shown(
                finding,
                times,
                hide(finding.title),
                hide(finding.expected),
                hide(finding.got),
                writer.curl(finding),
                writer.python(finding),
                hide(answer),
            )
        )
    return report


def write(report: Report, folder: Path) -> list[Path]:
    """Write report.html, junit.xml, report.har and report.json into a folder.

    Raises OSError when that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "report.html": report_html.page(report),
        "junit.xml": report_junit.suites(report),
        "report.har": json.dumps(report_har.log(report), indent=1),
        "report.json": json.dumps(report.json(), indent=1),
    }
    written: list[Path] = []
    for name, text in texts.items():
        path = folder / name
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        written.append(path)
    return written
