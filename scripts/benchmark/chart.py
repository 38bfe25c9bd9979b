"""The figures as a picture: one bar per row, in plain SVG that suits light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .figures import Row, Table
from .peers import OURS
from .report import spread

_WIDTH, _LABELS, _BARS = 960, 300, 330
_ROW, _TITLE, _GAP = 22, 34, 20

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .quiet { fill: #59636e; }
  .bar { fill: #8c959f; }
  .ours { fill: #0969da; }
  .range { stroke: #1f2328; stroke-width: 1.5; }
  .goal { stroke: #cf222e; stroke-width: 2.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .bar { fill: #656c76; }
    .ours { fill: #4493f8; }
    .range { stroke: #f0f6fc; }
    .goal { stroke: #ff7b72; }
  }
"""


def svg(tables: Sequence[Table], subtitle: str) -> str:
    """The chart; a red mark is the goal of a row.

    Args:
        subtitle: when and where it was measured.
    """
    body: list[str] = []
    top = 88
    for table in tables:
        body.append(_text(0, top, f"{table.title} ({table.unit})", "title"))
        top += _TITLE - 18
        scale = _scale(table)
        for row in table.rows:
            body.extend(_bar(table, row, top, scale))
            top += _ROW
        top += _GAP + 12
    title = "Speed and memory beside others"
    told = "One bar per contender; the line at its end spans the quartiles, a red mark is the goal."
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{top}" '
        f'viewBox="-10 0 {_WIDTH} {top}" role="img" aria-labelledby="title description">'
    )
    return "\n".join(
        [
            head,
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(told)} {escape(subtitle)}</desc>',
            f"<style>{_STYLE}</style>",
            _text(0, 22, title, "title"),
            _text(0, 42, told, "quiet", size=11),
            _text(0, 58, subtitle, "quiet", size=11),
            *body,
            "</svg>",
            "",
        ]
    )


def _scale(table: Table) -> float:
    """Pixels per unit: the longest bar or goal fills the room."""
    ends = [row.value.high for row in table.rows if row.value]
    ends += [mark for row in table.rows for mark in _marks(table, row)]
    return _BARS / max([*ends, 1e-9])


def _marks(table: Table, row: Row) -> list[float]:
    """Where the goals of a row are, in the table's unit."""
    found: list[float] = []
    for goal in table.goals:
        if goal.row != row.name:
            continue
        if not goal.against:
            found.append(goal.limit)
            continue
        other = table.row(goal.against)
        if other is not None and other.value is not None:
            found.append(goal.limit * other.value.median)
    return found


def _bar(table: Table, row: Row, top: int, scale: float) -> list[str]:
    middle = top + _ROW / 2
    parts = [_text(_LABELS - 10, middle + 4.5, row.name, anchor="end")]
    if row.value is None:
        return [
            *parts,
            _text(
                _LABELS + 4,
                middle + 4.5,
                str(row.absence or "not measured")[:100],
                "quiet",
                size=11,
            ),
        ]
    length = max(row.value.median, 0) * scale
    named = {OURS, *(goal.row for goal in table.goals)}
    kind = "bar ours" if row.name in named else "bar"
    label = spread(row.value)
    if row.ratio is not None and row.name != table.reference:
        label += f"  ·  {row.ratio.median:.2f} x {table.reference}"
    right = _LABELS + max(length, row.value.high * scale)
    parts.append(
        f'<rect class="{kind}" x="{_LABELS}" y="{top + 3}" width="{length:.1f}" '
        f'height="{_ROW - 6}" rx="2"><title>{escape(row.name)}: {escape(label)}</title></rect>'
    )
    low, high = (_LABELS + max(end, 0) * scale for end in (row.value.low, row.value.high))
    parts.append(_line("range", low, middle, high, middle))
    for mark in _marks(table, row):
        at = _LABELS + mark * scale
        right = max(right, at)
        parts.append(_line("goal", at, top + 1, at, top + _ROW - 1))
    return [*parts, _text(right + 8, middle + 4.5, label, "quiet")]


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line class="{kind}" {ends}/>'


def _text(
    x: float, y: float, text: str, kind: str = "", anchor: str = "start", size: int = 0
) -> str:
    style = f' style="font-size:{size}px"' if size else ""
    named = f' class="{kind}"' if kind else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}{style}>{escape(text)}</text>'
    )
