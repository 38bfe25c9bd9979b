"""What changes in the Python of a generated package, read from its source and never imported.

griffe reads the modules and finds what breaks; what was added, and how types changed, is found
here. A model that only answers hold may hold less, one that is only sent may take more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import griffe

from .annotation import fits, same
from .kinds import Verdict
from .package_source import Package, same_code

_BREAKS = {
    "PARAMETER_MOVED": "stands at another place",
    "PARAMETER_REMOVED": "is gone",
    "PARAMETER_CHANGED_KIND": "is given otherwise: {new}, no longer {old}",
    "PARAMETER_CHANGED_DEFAULT": "is {new} when not given, no longer {old}",
    "PARAMETER_CHANGED_REQUIRED": "has to be given now",
    "PARAMETER_ADDED_REQUIRED": "is new and has to be given",
    "OBJECT_REMOVED": "is gone",
    "OBJECT_CHANGED_KIND": "is a {new} now, no longer a {old}",
    "CLASS_REMOVED_BASE": "lost a base class",
}
"""What griffe finds, and how we say it. Types are compared here, by what they allow."""


@dataclass(frozen=True)
class SurfaceChange:
    """One difference of a package's public Python.

    Attributes:
        kind: stable between releases: griffe's own, ``object-removed``, and ``object-added``,
            ``parameter-added``, ``parameter-optional``, ``type-changed``, ``value-changed``,
            ``field-added-required``, ``fields-moved``.
        name: what changed, without the package: ``resources.Images.upload(file)``.
        words: the rest of the sentence, without a full stop.
    """

    kind: str
    name: str
    words: str
    verdict: Verdict


def surface_changes(old: Path, new: Path) -> list[SurfaceChange]:
    """What changed from one package to another, breaking changes first, then by name.

    Args:
        old, new: folders of the package: ``generated/pingone/pingone_client``. One that does not
            exist has no names.

    Raises:
        OSError, UnicodeDecodeError, SyntaxError: a module cannot be read.
    """
    before, after = Package.read(old), Package.read(new)
    found: set[SurfaceChange] = set()
    for name in before.texts.keys() | after.texts.keys():
        if name not in after.texts:
            found.add(SurfaceChange("object-removed", name, "is gone", "breaking"))
        elif name not in before.texts:
            found.add(SurfaceChange("object-added", name, "is new", "compatible"))
        elif not same_code(before.texts[name].encode(), after.texts[name].encode()):
            pair = _module(before, name), _module(after, name)
            found.update(_breaks(after.name, *pair))
            found.update(_Members(before, after).changes(*pair))
    return sorted(found, key=lambda one: (one.verdict, one.name, one.kind))


def _module(package: Package, name: str) -> griffe.Module:
    dotted = f"{package.name}.{name}" if name else package.name
    return griffe.visit(dotted, filepath=package.files[name], code=package.texts[name])


def _breaks(package: str, old: griffe.Module, new: griffe.Module) -> Iterator[SurfaceChange]:
    for breakage in griffe.find_breaking_changes(old, new):
        sentence = _BREAKS.get(breakage.kind.name)
        if sentence is None:
            continue
        name = _relative(package, breakage.obj.path)
        values: list[Any] = [breakage.old_value, breakage.new_value]
        parameter = next((one for one in values if isinstance(one, griffe.Parameter)), None)
        if parameter is not None:
            name = f"{name}({parameter.name})"
            part = "kind" if breakage.kind.name == "PARAMETER_CHANGED_KIND" else "default"
            values = [getattr(one, part, None) for one in values]
        words = sentence
        if "{" in sentence:  # a name that is imported from elsewhere cannot be asked for its value
            old_text, new_text = (getattr(value, "value", value) for value in values)
            words = sentence.format(old=old_text, new=new_text)
        kind = breakage.kind.name.lower().replace("_", "-")
        yield SurfaceChange(kind, name, words, "breaking")


def _relative(package: str, path: str) -> str:
    return path.removeprefix(f"{package}.")


@dataclass(frozen=True)
class _Members:
    """Finds what griffe does not: additions, and types that allow more or less."""

    before: Package
    after: Package

    def changes(self, old: griffe.Object, new: griffe.Object) -> Iterator[SurfaceChange]:
        """Changes of the members of a module or a class."""
        for name, member in new.members.items():
            if not member.is_public or member.is_alias:
                if member.is_public and name not in old.members:
                    yield self._made("object-added", member.path, "is new", "compatible")
                continue
            known = old.members.get(name)
            if known is None:
                yield self._added(member)
            elif isinstance(member, griffe.Class) and isinstance(known, griffe.Class):
                yield from self.changes(known, member)
                yield from self._moved(known, member)
            elif isinstance(member, griffe.Function) and isinstance(known, griffe.Function):
                yield from self._function(known, member)
            elif isinstance(member, griffe.Attribute) and isinstance(known, griffe.Attribute):
                yield from self._attribute(known, member)

    def _made(self, kind: str, path: str, words: str, verdict: Verdict) -> SurfaceChange:
        return SurfaceChange(kind, _relative(self.after.name, path), words, verdict)

    def _moved(self, old: griffe.Class, new: griffe.Class) -> Iterator[SurfaceChange]:
        """Fields of a model in another order. Required ones come first, so those that became so,
        or are no longer, have moved for a reason that is told."""
        if not (_is_model(old) and _is_model(new) and self._travels(new.name)[0]):
            return
        fields = [
            {
                name: _is_required(member)
                for name, member in model.members.items()
                if isinstance(member, griffe.Attribute) and member.is_public
            }
            for model in (old, new)
        ]
        for required in (True, False):
            kept = [
                [name for name in one if other.get(name) == one[name] == required]
                for one, other in (fields, fields[::-1])
            ]
            if kept[0] != kept[1]:
                words = f"takes {', '.join(kept[1])} in this order now, if not given by name"
                yield self._made("fields-moved", new.path, words, "breaking")

    def _added(self, member: griffe.Object | griffe.Alias) -> SurfaceChange:
        if (
            isinstance(member, griffe.Attribute)
            and _is_model(member.parent)
            and _is_required(member)
            and member.parent is not None
            and self._travels(member.parent.name)[0]
        ):
            words = "is new and has to be given"
            return self._made("field-added-required", member.path, words, "breaking")
        return self._made("object-added", member.path, "is new", "compatible")

    def _function(self, old: griffe.Function, new: griffe.Function) -> Iterator[SurfaceChange]:
        for parameter in new.parameters:
            path = f"{new.path}({parameter.name})"
            if parameter.name not in old.parameters:
                if not parameter.required:
                    words = "is new and may be left out"
                    yield self._made("parameter-added", path, words, "compatible")
                continue
            known = old.parameters[parameter.name]
            if known.required and not parameter.required:
                words = "may be left out now"
                yield self._made("parameter-optional", path, words, "compatible")
            if not same(known.annotation, parameter.annotation):
                more = self._fits(known.annotation, parameter.annotation)
                yield self._typed(path, known.annotation, parameter.annotation, more)
        if not same(old.returns, new.returns):
            less = self._fits(new.returns, old.returns)
            if _relative(self.after.name, new.path).startswith("api."):
                # these return what errors hold too: more of them is no other success, which the
                # methods of resources.py tell
                less = less or self._fits(old.returns, new.returns)
            nothing = str(old.returns) in ("None", "Response[None]")  # nobody reads that
            yield self._typed(f"{new.path}()", old.returns, new.returns, less or nothing)

    def _fits(self, inner: object, outer: object) -> bool:
        return fits(inner, outer, {**self.before.enums, **self.after.enums})

    def _typed(self, path: str, old: object, new: object, fits: bool) -> SurfaceChange:
        words = f"is {_text(new)} now, no longer {_text(old)}"
        return self._made("type-changed", path, words, "compatible" if fits else "breaking")

    def _attribute(self, old: griffe.Attribute, new: griffe.Attribute) -> Iterator[SurfaceChange]:
        owner = new.parent
        if isinstance(owner, griffe.Class) and owner.name in {
            **self.before.enums,
            **self.after.enums,
        }:
            if str(old.value) != str(new.value):
                words = f"is {new.value} now, no longer {old.value}"
                yield self._made("value-changed", new.path, words, "breaking")
            return
        if same(old.annotation, new.annotation):
            return
        sent, answered = self._travels(owner.name if owner is not None else "")
        more = self._fits(old.annotation, new.annotation)
        less = self._fits(new.annotation, old.annotation)
        # what goes neither way may be used in either
        fits = (more or not (sent or not answered)) and (less or not (answered or not sent))
        yield self._typed(new.path, old.annotation, new.annotation, fits)

    def _travels(self, name: str) -> tuple[bool, bool]:
        """Whether a class is sent and whether it is answered, before or after the change."""
        return (
            name in self.before.sent or name in self.after.sent,
            name in self.before.answered or name in self.after.answered,
        )


def _is_model(owner: object) -> bool:
    return isinstance(owner, griffe.Class) and any(_base(base) == "Model" for base in owner.bases)


def _base(base: object) -> str:
    return str(base).rpartition(".")[2]


def _is_required(attribute: griffe.Attribute) -> bool:
    value = str(attribute.value) if attribute.value is not None else ""
    return not value or (value.startswith("_field(") and "default" not in value)


def _text(annotation: object) -> str:
    return f"`{annotation}`" if annotation is not None else "anything"
