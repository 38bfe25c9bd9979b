"""The figures as text: Markdown for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .figures import Absence, Goal, Spread, Table


def markdown(facts: Mapping[str, str], tables: Sequence[Table]) -> str:
    """The whole report: goals first, then every table, then where it was measured."""
    parts = ["# Speed and memory", "", "Medians of interleaved rounds; quartiles in brackets.", ""]
    parts += ["## Goals", "", *goals(tables), ""]
    for table in tables:
        parts += [f"## {table.title}", "", table.how, "", *_rows(table), ""]
        notices = [f"- {row.name} {row.absence}" for row in table.rows if row.absence]
        if notices:
            parts += [*notices, ""]
    parts += ["## Where and how", "", *(f"- {name}: {value}" for name, value in facts.items()), ""]
    return "\n".join(parts)


def goals(tables: Iterable[Table]) -> list[str]:
    """The table of goals, as lines."""
    cells = [("what", "goal", "measured", "limit", "verdict")]
    for table in tables:
        for goal in table.goals:
            limit = f"{'≥' if goal.at_least else '≤'} {_number(goal.limit)}{_unit(goal)}"
            measured = _measured(goal)
            cells.append((table.title, goal.name, measured, limit, goal.verdict))
    return _aligned(cells)


def _measured(goal: Goal) -> str:
    if goal.measured is not None:
        return spread(goal.measured) + _unit(goal)
    return _short(goal.absence)


def _short(absence: Absence | None) -> str:
    return str(absence or "-")[:100]


def _unit(goal: Goal) -> str:
    return f" {goal.unit}"


def _rows(table: Table) -> list[str]:
    head = ("", f"{table.unit}") + ((f"x {table.reference}",) if table.reference else ())
    cells: list[tuple[str, ...]] = [head]
    for row in table.rows:
        value = spread(row.value) if row.value else "-"
        ratios = (spread(row.ratio) if row.ratio else "-",) if table.reference else ()
        cells.append((row.name, value, *ratios))
    return _aligned(cells)


def _aligned(cells: Sequence[tuple[str, ...]]) -> list[str]:
    escaped = [tuple(cell.replace("|", "\\|") for cell in line) for line in cells]
    widths = [max(len(line[column]) for line in escaped) for column in range(len(escaped[0]))]
    lines = [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |"
        for line in escaped
    ]
    return [lines[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines[1:]]


def spread(value: Spread) -> str:
    """A median with its quartiles."""
    if value.low == value.high:
        return _number(value.median)
    return f"{_number(value.median)} [{_number(value.low)}-{_number(value.high)}]"


def _number(value: float) -> str:
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def as_json(facts: Mapping[str, str], tables: Sequence[Table]) -> dict[str, Any]:
    """Everything that was measured, with the verdicts."""
    return {
        "facts": dict(facts),
        "tables": [
            {
                "title": table.title,
                "unit": table.unit,
                "how": table.how,
                "reference": table.reference,
                "rows": [asdict(row) for row in table.rows],
                "goals": [{**asdict(goal), "verdict": goal.verdict} for goal in table.goals],
            }
            for table in tables
        ],
    }
