"""A report as text for people, as JSON, and as GitHub's annotations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from .change import Change
from .description import Report, VendorReport
from .kinds import Verdict
from .verdict import Suggestion

if TYPE_CHECKING:
    from .surface import SurfaceChange

Format = Literal["text", "json", "github"]

_NAMED = 4
_VERDICTS: tuple[Verdict, ...] = ("breaking", "compatible")


def rendered(report: Report, form: Format = "text", *, fails: bool = False) -> str:
    """A report as text that ends with a newline; empty where there is nothing to annotate.

    Args:
        fails: whether what is breaking fails the run: errors for GitHub then, else warnings.
    """
    if form == "json":
        return json.dumps(_json(report), ensure_ascii=False, indent=2) + "\n"
    lines = _github(report, fails) if form == "github" else _text(report)
    return "".join(f"{line}\n" for line in lines)


def _text(report: Report) -> Iterator[str]:
    if not report.vendors:
        yield "Nothing that a caller can see has changed."
    for vendor in report.vendors:
        yield f"{vendor.vendor}: {_counts(vendor)}"
        if vendor.suggestion is not None:
            yield f"  {_advice(vendor.vendor, vendor.suggestion)}"
        for note in vendor.notes:
            yield f"  note: {note}"
        for verdict in _VERDICTS:
            for one in vendor.changes:
                if one.verdict == verdict:
                    yield f"  {verdict:<10}  {one.words}  [{one.kind}]"
                    if where := _where(vendor, one):
                        yield f"              {where}"
        for verdict in _VERDICTS:
            for names, words in _folded(vendor.surface, verdict):
                also = f" (also {_listed(names[1:])})" if names[1:] else ""
                yield f"  {verdict:<10}  Python: {names[0]} {words}{also}"


def _folded(surface: Sequence[SurfaceChange], verdict: Verdict) -> Iterator[tuple[list[str], str]]:
    """The same change of a parameter or a result once, with all functions that have it: the same
    operation is a method, sync and async, and four functions in the own style of the generator."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in surface:
        if one.verdict == verdict:
            function, bracket, parameter = one.name.partition("(")
            key = parameter if bracket else function
            found.setdefault((key, one.words), []).append(one.name)
    for (_, words), names in found.items():
        # people call the methods of the client, so those come first, the sync one before all
        yield sorted(names, key=lambda name: (name.startswith("api."), "Async" in name)), words


def _counts(vendor: VendorReport) -> str:
    parts: list[str] = []
    total = 0
    for verdict in _VERDICTS:
        count = sum(one.verdict == verdict for one in vendor.changes)
        count += sum(1 for _ in _folded(vendor.surface, verdict))
        if count:
            parts.append(f"{count} {verdict}")
            total += count
    return f"{' and '.join(parts)} change{'' if total == 1 else 's'}" if parts else "changed"


def _advice(vendor: str, suggestion: Suggestion) -> str:
    if suggestion.level == "none":
        return f"the version stays {suggestion.version}"
    if suggestion.is_met:
        return f"version {suggestion.given}, at least {suggestion.version} ({suggestion.level})"
    return (
        f"suggested version {suggestion.version} ({suggestion.level}; it is {suggestion.given}): "
        f"package_version_override in overrides/{vendor}/config.yaml"
    )


def _where(vendor: VendorReport, one: Change) -> str:
    if not one.pointer:
        return ""
    path, line = vendor.lines.get(one, ("", 0))
    place = f"{path}:{line} " if path else ""
    parts = [f"{place}#{one.pointer}{' (before)' if one.side == 'old' else ''}"]
    if one.operations:
        parts.append(_listed(one.operations))
    return ", in ".join(parts)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _json(report: Report) -> dict[str, Any]:
    return {
        "breaking": report.is_breaking,
        "vendors": {vendor.vendor: _vendor_json(vendor) for vendor in report.vendors},
    }


def _vendor_json(vendor: VendorReport) -> dict[str, Any]:
    suggestion = vendor.suggestion
    version = None
    if suggestion is not None:
        version = {
            "level": suggestion.level,
            "suggested": suggestion.version,
            "given": suggestion.given,
        }
    changes: list[dict[str, Any]] = []
    for one in vendor.changes:
        path, line = vendor.lines.get(one, (None, None))
        changes.append(
            {
                "kind": one.kind,
                "verdict": one.verdict,
                "words": one.words,
                "operations": list(one.operations),
                "pointer": one.pointer,
                "document": one.side,
                "file": path,
                "line": line,
            }
        )
    return {
        "breaking": vendor.is_breaking,
        "version": version,
        "changes": changes,
        "python": [_surface_json(one) for one in vendor.surface],
        "notes": list(vendor.notes),
    }


def _surface_json(one: SurfaceChange) -> dict[str, str]:
    return {"kind": one.kind, "verdict": one.verdict, "name": one.name, "words": one.words}


def _github(report: Report, fails: bool) -> Iterator[str]:
    for vendor in report.vendors:
        for one in sorted(vendor.changes, key=lambda change: change.verdict):
            path, line = vendor.lines.get(one, ("", 0))
            place = {"file": path, "line": str(line)} if path else {}
            text = f"{vendor.vendor}: {one.words} (#{one.pointer})"
            if one.operations:
                text = f"{text}, in {_listed(one.operations)}"
            yield _annotation(one.verdict, fails, {**place, "title": one.kind}, text)
        for other in vendor.surface:
            text = f"{vendor.vendor}: Python: {other.name} {other.words}"
            yield _annotation(other.verdict, fails, {"title": other.kind}, text)
        for note in vendor.notes:
            yield _annotation("compatible", False, {"title": "note"}, f"{vendor.vendor}: {note}")


def _annotation(verdict: Verdict, fails: bool, facts: dict[str, str], text: str) -> str:
    level = "notice" if verdict == "compatible" else "error" if fails else "warning"
    written = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in facts.items())
    return f"::{level} {written}::{_escaped(text)}"


def _escaped(text: str, also: str = "") -> str:
    """GitHub reads an annotation up to the end of the line, and a property up to , or :."""
    for letter in f"%\r\n{also}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text
