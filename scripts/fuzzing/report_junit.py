"""A run as JUnit XML: a test case per check, failed or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from scripts.fuzzing.report import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def suites(report: Report) -> str:
    """The document as text."""
    failed = {item.finding.check for item in report.shown}
    passed = [name for name in report.counts.checks if name not in failed]
    skipped = report.counts.not_applicable
    name = f"fuzz.{report.target.name}"
    suite = ET.Element(
        "testsuite",
        name=name,
        tests=str(len(report.shown) + len(passed) + len(skipped)),
        failures=str(len(report.shown)),
        errors="0",
        skipped=str(len(skipped)),
        time=f"{report.seconds:.3f}",
    )
    for item in report.shown:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_clean(f"{name}.{item.finding.check}"),
            name=_clean(f"{item.finding.operation}: {item.title}"),
        )
        failure = ET.SubElement(case, "failure", message=_clean(item.title))
        failure.text = _clean(
            f"expected {item.expected}\ngot {item.got}\nseed {item.finding.seed}\n{item.curl}"
        )
    for check in passed:
        ET.SubElement(suite, "testcase", classname=name, name=_clean(check))
    for check, reason in skipped.items():
        case = ET.SubElement(suite, "testcase", classname=name, name=_clean(check))
        ET.SubElement(case, "skipped", message=_clean(reason))
    root = ET.Element("testsuites")
    root.append(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _clean(text: str) -> str:
    """Without the characters that no XML may hold, not even escaped."""
    return _NOT_XML.sub("\ufffd", text)
