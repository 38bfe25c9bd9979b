"""A run as one HTML page that needs no script and loads nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.fuzzing.report import Report, Shown

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 0 }
section { border: 1px solid #8886; border-radius: .5rem; padding: 1rem; margin: 1rem 0 }
dl { display: grid; grid-template-columns: 6rem 1fr; margin: .5rem 0 } dd { margin: 0 }
pre { background: #8882; padding: .6rem; overflow-x: auto; border-radius: .3rem }
dd, summary { overflow-wrap: anywhere } table { border-collapse: collapse }
td, th { text-align: left; padding: .1rem 1rem .1rem 0 }
"""


def page(report: Report) -> str:
    """The page as text."""
    found = len(report.shown)
    title = f"{report.target.name}: {found or 'no'} distinct failure{'' if found == 1 else 's'}"
    hide = report.target.redaction.text
    checks = "".join(
        f"<tr><td>{escape(name)}</td><td>{count}</td></tr>"
        for name, count in sorted(report.counts.checks.items())
    )
    skipped = "".join(
        f"<tr><td>{escape(name)}</td><td>not applicable: {escape(reason)}</td></tr>"
        for name, reason in report.counts.not_applicable.items()
    )
    statuses = "".join(
        f"<tr><td>{escape(label)}</td><td>{status or 'no answer'}</td><td>{count}</td></tr>"
        for (label, status), count in sorted(report.counts.statuses.items())
    )
    notes = "".join(f"<li>{escape(hide(note))}</li>" for note in dict.fromkeys(report.counts.notes))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(report.target.base_url)}: {report.counts.cases} cases in {report.seconds:.1f} s
({report.rate:.0f} cases/s), seed {report.seed}. {escape(report.ended)}</p>
{"".join(map(_section, report.shown))}
<details><summary>Checks and how many verdicts they gave</summary>
<table>{checks}{skipped}</table></details>
<details><summary>Statuses that were answered</summary><table>{statuses}</table></details>
<ul>{notes}</ul>
</body>
</html>
"""


def _section(item: Shown) -> str:
    rows = {
        "where": item.finding.operation,
        "check": f"{item.finding.check} (seen {item.times} times)",
        "expected": item.expected,
        "got": item.got,
        "seed": str(item.finding.seed),
    }
    facts = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows.items())
    commands = "".join(
        f"<details{' open' if name == 'curl' else ''}><summary>{name}</summary>"
        f"<pre>{escape(text)}</pre></details>"
        for name, text in (("curl", item.curl), ("python", item.python), ("answer", item.answer))
        if text
    )
    return f"<section><h2>{escape(item.title)}</h2><dl>{facts}</dl>{commands}</section>\n"
