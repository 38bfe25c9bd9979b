"""Whether ``generated/`` is what a run would write, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from . import manifest
from .difference import difference
from .differences import Difference, Differences, State
from .generate import current, generated_aside, tell_of_wait
from .inputs import digest
from .lock import locked

_FIRST = manifest.NAME  # what it says of the inputs is the reason for all that follows


def check(root: Path, vendors: Sequence[str] = (), jobs: int | None = None) -> Differences:
    """Every file that is changed, missing, stale (of an earlier run) or extra (of no run), with the
    first differences, or the reason where it is known, and the command that mends it.

    Generates everything aside and compares; writes nothing below the root.

    Args:
        vendors: whose packages are looked at; all, with what else lies there, when none is named.

    Raises as `generate.generate` does.
    """
    place = (root / "generated").resolve()
    with locked(place.parent, tell_of_wait), generated_aside(root, vendors, jobs) as fresh:
        recorded = manifest.read(place)
        expected, held = _listed(fresh, vendors), _listed(place, vendors)
        modes = manifest.keeps_modes(place)
        found: list[Difference] = []
        for path in sorted(expected.keys() | held.keys(), key=lambda path: (path != _FIRST, path)):
            if path not in held:
                found.append(Difference(path, "missing"))
            elif path not in expected:
                state: State = "stale" if _made_once(path, recorded) else "extra"
                found.append(Difference(path, state))
            elif odd := manifest.oddity(held[path], modes=modes):
                found.append(Difference(path, "changed", (f"it is {odd}",)))
            elif detail := difference(place / path, fresh / path):
                if path == _FIRST:
                    detail = _inputs_changed(recorded, manifest.read(fresh))
                by_hand = _by_hand(place, path, recorded)
                found.append(Difference(path, "changed", tuple(detail), by_hand=by_hand))
        touched = {one.path.partition("/")[0] for one in found}
        # where the manifest sees nothing, as when it was edited too, a run has to be told
        unseen = bool(current(root, place, sorted(touched), recorded))
    return Differences(tuple(found), forced=unseen)


def _made_once(path: str, recorded: Mapping[str, manifest.Entry]) -> bool:
    vendor, _, inner = path.partition("/")
    return vendor in recorded and inner in recorded[vendor].outputs


def _by_hand(place: Path, path: str, recorded: Mapping[str, manifest.Entry]) -> bool:
    vendor, _, inner = path.partition("/")
    written = recorded[vendor].outputs[inner] if _made_once(path, recorded) else None
    return written is not None and written != digest(place / path)


def _listed(folder: Path, vendors: Sequence[str]) -> dict[str, os.stat_result]:
    if not folder.is_dir():
        return {}
    found = dict(_all(folder))
    if vendors:
        found = {path: held for path, held in found.items() if path.partition("/")[0] in vendors}
    return found


def _all(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Like `manifest.files`, of all packages."""
    for entry in sorted(os.scandir(folder), key=lambda item: item.name):
        if entry.is_dir(follow_symlinks=False):
            for path, found in manifest.files(folder / entry.name):
                yield f"{entry.name}/{path}", found
        else:
            yield entry.name, entry.stat(follow_symlinks=False)


def _inputs_changed(
    recorded: Mapping[str, manifest.Entry], wanted: Mapping[str, manifest.Entry]
) -> list[str]:
    """Which inputs have other hashes than those that are recorded."""
    if not recorded:
        return ["it cannot be read, perhaps for a conflict of branches"]
    changed: list[str] = []
    for vendor in sorted(wanted.keys() | recorded.keys()):
        if vendor not in wanted or vendor not in recorded:
            changed.append(f"{vendor} is {'not ' if vendor in wanted else ''}in it")
            continue
        old, new = recorded[vendor].inputs, wanted[vendor].inputs
        changed += [
            f"{name} is another since generated/{vendor} was written"
            for name in sorted(old.keys() | new.keys())
            if old.get(name) != new.get(name)
        ]
    changed = changed or ["it has other hashes of what was written"]
    return [*changed[:10], *(["…"] if len(changed) > 10 else [])]
