"""A strict applier of OpenAPI Overlay 1.0 documents.

The specification (https://spec.openapis.org/overlay/v1.0.0.html) lets an action that matches
nothing pass, and leaves open what merging a list into a list means. Both hide mistakes: a
correction that no longer corrects anything, and a document that depends on the tool. Here they are
errors, as is everything else that does not do exactly what it says. What passes here means the same
to every tool that follows the specification.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from scripts.openapi.json_value import is_array, is_object, same
from scripts.openapi.origin import Origins
from scripts.openapi.pointer import Location, pointer
from scripts.openapi.problem import DocumentError, Problem
from scripts.openapi.yaml_source import YamlSource

_VERSION = re.compile(r"1\.0\.[0-9]+\Z")
_ROOT_KEYS = ("overlay", "info", "extends", "actions")
_INFO_KEYS = ("title", "version")
_ACTION_KEYS = ("target", "description", "update", "remove")

Kind = Literal["add", "replace", "append", "remove"]


@dataclass(frozen=True)
class Change:
    """One place that an overlay changed.

    `pointer` is the JSON pointer of the place at the moment of the change; `reason` and `source`
    are the action's `x-reason` and `x-source`, None where it has none; `line` is where the action
    begins in the overlay.
    """

    action_index: int
    pointer: str
    kind: Kind
    reason: str | None
    source: str | None
    overlay: Path
    line: int


@dataclass(frozen=True)
class Overlaid:
    """A document after an overlay: the new data, what was changed, and where each value now comes
    from."""

    data: dict[str, Any]
    changes: list[Change]
    origins: Origins


@dataclass(frozen=True)
class _Action:
    index: int
    target: str
    update: Any
    remove: bool
    reason: str | None
    source: str | None

    @property
    def pointer(self) -> str:
        return f"/actions/{self.index}"


def apply(
    document: Mapping[str, Any], origins: Origins, overlay: YamlSource, *, extends: tuple[Path, ...]
) -> Overlaid:
    """Applies an overlay to a document and leaves both as they are.

    `origins` tells where the document's values come from (see `Origins`); `extends` are the files
    that the overlay may name in its own `extends`.

    Raises DocumentError with every fault of the overlay: unknown or missing keys, a target that is
    no JSONPath (RFC 9535), that matches nothing or a single value, an action that changes nothing,
    that both updates and removes or does neither, that cannot be merged, or that undoes what an
    earlier action of the same overlay did.
    """
    problems, actions = _read(overlay, extends)
    work = _Work(copy.deepcopy(dict(document)), origins.copy(), overlay, problems)
    for action in actions:
        work.take(action)
    if problems:
        raise DocumentError(
            sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
        )
    return Overlaid(work.data, work.changes, work.origins)


def faults(overlay: YamlSource, extends: tuple[Path, ...]) -> list[Problem]:
    """What is wrong with an overlay by itself, whatever document it is applied to."""
    return _read(overlay, extends)[0]


def _read(overlay: YamlSource, extends: tuple[Path, ...]) -> tuple[list[Problem], list[_Action]]:
    problems: list[Problem] = []
    data = overlay.data
    problems += _unknown_keys(overlay, "", data, _ROOT_KEYS)
    version = data.get("overlay")
    if not isinstance(version, str) or not _VERSION.match(version):
        problems.append(
            overlay.problem(
                "/overlay",
                f"overlay is {version!r}",
                "Write `overlay: 1.0.0`, the version read here",
            )
        )
    info = data.get("info")
    if is_object(info):
        problems += _unknown_keys(overlay, "/info", info, _INFO_KEYS)
    for key in _INFO_KEYS:
        value: Any = info.get(key) if is_object(info) else None
        if not isinstance(value, str):
            problems.append(
                overlay.problem(f"/info/{key}", f"info.{key} is missing or no text", "Add it")
            )
    problems += _check_extends(overlay, extends)
    listed = data.get("actions")
    entries: list[Any] = listed if is_array(listed) else []
    if not entries:
        problems.append(
            overlay.problem("/actions", "actions is missing or empty", "List at least one action")
        )
        return problems, []
    actions: list[_Action] = []
    for index, entry in enumerate(entries):
        found, action = _read_action(overlay, index, entry)
        problems += found
        if action:
            actions.append(action)
    return problems, actions


def _unknown_keys(
    overlay: YamlSource, at: str, value: Mapping[str, Any], known: tuple[str, ...]
) -> list[Problem]:
    return [
        overlay.problem(
            at + pointer((key,)),
            f'unknown key "{key}"',
            f"Known are {', '.join(known)}, and keys that begin with x-",
        )
        for key in value
        if key not in known and not key.startswith("x-")
    ]


def _check_extends(overlay: YamlSource, extends: tuple[Path, ...]) -> list[Problem]:
    if "extends" not in overlay.data:
        return []
    named = overlay.data["extends"]
    allowed = {path.resolve() for path in extends}
    if isinstance(named, str) and (overlay.path.parent / named).resolve() in allowed:
        return []
    message = f"extends names {named!r}, another document than the one that it is applied to"
    return [
        overlay.problem(
            "/extends", message, f"Name {' or '.join(map(str, extends))}, or leave it out"
        )
    ]


def _read_action(
    overlay: YamlSource, index: int, entry: Any
) -> tuple[list[Problem], _Action | None]:
    at = f"/actions/{index}"
    if not is_object(entry):
        return [
            overlay.problem(
                at, f"action {index} is no mapping", "Write target and update or remove"
            )
        ], None
    action = entry
    problems = _unknown_keys(overlay, at, action, _ACTION_KEYS)
    target = action.get("target")
    if not isinstance(target, str):
        problems.append(
            overlay.problem(
                at, f"action {index} has no target", "Add a JSONPath, for example $.info"
            )
        )
    if not isinstance(action.get("description", ""), str):
        problems.append(
            overlay.problem(f"{at}/description", "description is no text", "Write a text")
        )
    remove = action.get("remove", False)
    if not isinstance(remove, bool):
        problems.append(
            overlay.problem(f"{at}/remove", f"remove is {remove!r}", "Write true, or leave it out")
        )
    elif remove and "update" in action:
        problems.append(
            overlay.problem(
                at, f"action {index} has both update and remove", "Make two actions of it"
            )
        )
    elif not remove and "update" not in action:
        problems.append(
            overlay.problem(
                at, f"action {index} has neither update nor remove: true", "Add one of them"
            )
        )
    notes: dict[str, str | None] = {}
    for key in ("x-reason", "x-source", "x-assumed", "x-page"):
        note = action.get(key)
        if key in action and not (isinstance(note, str) and note.strip()):
            problems.append(overlay.problem(f"{at}/{key}", f"{key} is no text", "Write a sentence"))
        notes[key] = note if isinstance(note, str) else None
    if problems or not isinstance(target, str):
        return problems, None
    read = _Action(
        index, target, action.get("update"), bool(remove), notes["x-reason"], notes["x-source"]
    )
    return problems, read


class _Work:
    """A document while the actions of one overlay are applied to it."""

    def __init__(
        self, data: dict[str, Any], origins: Origins, overlay: YamlSource, problems: list[Problem]
    ) -> None:
        self.data = data
        self.origins = origins
        self.overlay = overlay
        self.problems = problems
        self.changes: list[Change] = []

    def take(self, action: _Action) -> None:
        locations = self._matches(action)
        if locations is None:
            return
        changes_before, problems_before = len(self.changes), len(self.problems)
        if action.remove:
            # Deepest and last first, so that no removal moves or takes away what is still to be
            # removed.
            for location in sorted(locations, reverse=True, key=_order):
                self._remove(action, location)
        else:
            for location in locations:
                self._update(action, location)
        if len(self.changes) == changes_before and len(self.problems) == problems_before:
            message = f"action {action.index} changes nothing: {action.target} already is so"
            self._report(action, action.pointer, message, "Remove the action")

    def _report(self, action: _Action, at: str, message: str, remedy: str) -> None:
        self.problems.append(self.overlay.problem(at, message, remedy))

    def _matches(self, action: _Action) -> list[Location] | None:
        """Locations of the target's matches, each once, or None after reporting why there are none
        to work on."""
        from jsonpath_rfc9535 import JSONPathError, find

        at = f"{action.pointer}/target"
        try:
            found = find(action.target, self.data)
        except JSONPathError as error:
            reason = str(error).splitlines()[0]
            message = f"action {action.index}: {action.target} is no JSONPath: {reason}"
            self._report(action, at, message, "Write it as RFC 9535 has it")
            return None
        if not found:
            message = f"action {action.index}: {action.target} matches nothing"
            self._report(action, at, message, "Correct the path, or remove the action")
            return None
        if any(not (is_object(node.value) or is_array(node.value)) for node in found):
            message = f"action {action.index}: {action.target} matches a single value"
            self._report(
                action, at, message, "Select the mapping or list around it, as Overlay 1.0 wants"
            )
            return None
        return list(dict.fromkeys(node.location for node in found))

    def _at(self, location: Location) -> Any:
        value: Any = self.data
        for part in location:
            value = value[part]
        return value

    def _changed(self, action: _Action, location: Location, kind: Kind) -> None:
        line, _ = self.overlay.place(action.pointer)
        self.changes.append(
            Change(
                action.index,
                pointer(location),
                kind,
                action.reason,
                action.source,
                self.overlay.path,
                line,
            )
        )

    def _remove(self, action: _Action, location: Location) -> None:
        at = f"{action.pointer}/target"
        if not location:
            self._report(
                action,
                at,
                f"action {action.index} removes the whole document",
                "Select a part of it",
            )
            return
        made = self.origins.made_by(self.overlay.path, location)
        if made is not None:
            message = f"action {action.index} removes {pointer(location)}, which action {made} made"
            self._report(action, at, message, "Keep one of the two actions")
            return
        del self._at(location[:-1])[location[-1]]
        self.origins.remove(location)
        self._changed(action, location, "remove")

    def _update(self, action: _Action, location: Location) -> None:
        at = f"{action.pointer}/update"
        target = self._at(location)
        if is_array(target):
            target.append(copy.deepcopy(action.update))
            self._made(action, (*location, len(target) - 1), at, "append")
        elif is_object(action.update):
            self._merge(
                action,
                target,
                location,
                action.update,
                at,
            )
        else:
            where = pointer(location) or "the document"
            message = f"action {action.index}: {where} is a mapping, its update is none"
            self._report(action, at, message, "Write a mapping of the keys to set")

    def _merge(
        self,
        action: _Action,
        target: dict[str, Any],
        location: Location,
        update: Mapping[str, Any],
        at: str,
    ) -> None:
        for key, new in update.items():
            place, here = (*location, key), at + pointer((key,))
            old = target.get(key)
            if key not in target:
                target[key] = copy.deepcopy(new)
                self._made(action, place, here, "add")
            elif is_object(old) and is_object(new):
                self._merge(action, old, place, new, here)
            elif same(old, new):
                continue
            elif is_array(old) and is_array(new):
                message = (
                    f"action {action.index}: {pointer(place)} is a list already, and Overlay 1.0 "
                    "does not say how lists merge"
                )
                self._report(
                    action, here, message, "Target the list to append to it, or remove it first"
                )
            elif any(is_object(value) or is_array(value) for value in (old, new)):
                message = (
                    f"action {action.index}: {pointer(place)} is {_kind(old)}, "
                    f"its update {_kind(new)}"
                )
                self._report(action, here, message, "Remove it with an action before this one")
            else:
                made = self.origins.made_by(self.overlay.path, place)
                if made is not None and made != action.index:
                    message = (
                        f"action {action.index} sets {pointer(place)} to {new!r}, "
                        f"action {made} to {old!r}"
                    )
                    self._report(action, here, message, "Keep one of the two actions")
                    continue
                target[key] = new
                self._made(action, place, here, "replace")

    def _made(self, action: _Action, location: Location, at: str, kind: Kind) -> None:
        self.origins.set(location, self._at(location), self.overlay, at, action.index)
        self._changed(action, location, kind)


def _order(location: Location) -> tuple[tuple[int, str], ...]:
    return tuple((part, "") if isinstance(part, int) else (-1, part) for part in location)


def _kind(value: Any) -> str:
    if is_object(value):
        return "a mapping"
    return "a list" if is_array(value) else "a single value"
