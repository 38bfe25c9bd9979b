"""A document that is spread over several files as one: what `$ref` names in another file comes into
`components`, a path where it is named.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from scripts.openapi import yaml_source
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.objects import DATA, NAME_MAPS
from scripts.openapi.origin import Origin, Origins
from scripts.openapi.pointer import Location, nodes, pointer, resolve, tokens
from scripts.openapi.problem import DocumentError, Problem
from scripts.openapi.yaml_source import YamlSource

# The keyword that a reference stands under → the part of components that holds what it names.
# Under any other stands a schema; None is written where it is named.
_SECTIONS: dict[str, str | None] = {
    "paths": None,
    "pathItems": None,
    "webhooks": None,
    "callback": None,
    "parameters": "parameters",
    "responses": "responses",
    "requestBody": "requestBodies",
    "requestBodies": "requestBodies",
    "headers": "headers",
    "examples": "examples",
    "links": "links",
    "callbacks": "callbacks",
    "securitySchemes": "securitySchemes",
}
_SCHEMAS = "schemas"
_FILES = re.compile(r"[^#]+\.(?:ya?ml|json)(?:#.*)?\Z")


@dataclass(frozen=True)
class Bundle:
    """A document without references to other files; `files` are those that it was made of, its own
    first.
    """

    data: dict[str, Any]
    origins: Origins
    files: tuple[Path, ...]


def bundled(source: YamlSource, folder: Path) -> Bundle:
    """The document of a file with all that it names in other files of `folder`.

    Raises DocumentError with every file that cannot be read and every reference that leads out of
    the folder or to nothing. References to URLs are left for the document's own checks.
    """
    if not any(True for _ in _outward(source.data)):
        return Bundle(source.data, Origins.of(source), (source.path,))
    work = _Work(source, folder.resolve())
    work.fill()
    if work.problems:
        raise DocumentError(dict.fromkeys(work.problems))
    files = tuple(found.path for found in work.sources.values() if found is not None)
    return Bundle(work.data, Origins(work.origins), files)


@dataclass(frozen=True)
class _Reference:
    """A `$ref`, or a target in a discriminator's mapping, that may lead to another file: `holder`
    has it under `key`, at `at`; `keyword` tells what kind of thing it names.
    """

    holder: dict[str, Any]
    key: str
    at: Location
    keyword: str

    @property
    def target(self) -> str:
        return str(self.holder[self.key])


def _references(value: Any, at: Location = (), keyword: str = "") -> Iterator[_Reference]:
    """Every reference of a value that stands under a keyword, outermost first."""
    if is_array(value):
        for index, item in enumerate(value):
            yield from _references(item, (*at, index), keyword)
    elif is_object(value):
        if isinstance(value.get("$ref"), str):
            yield _Reference(value, "$ref", (*at, "$ref"), keyword)
        for key, child in list(value.items()):
            here = (*at, key)
            if keyword == "discriminator" and key == "mapping" and is_object(child):
                for name, target in child.items():
                    if isinstance(target, str) and (_FILES.match(target) or "#" in target):
                        yield _Reference(child, name, (*here, name), _SCHEMAS)
            elif key in DATA or key.startswith("x-") or (key == "examples" and is_array(child)):
                continue
            elif keyword == "callbacks":
                # a callback maps expressions to paths
                yield from _references(child, here, "callback")
            elif key in NAME_MAPS and is_object(child):
                for name, part in child.items():
                    yield from _references(part, (*here, name), key)
            else:
                yield from _references(child, here, key)


def _outward(data: dict[str, Any]) -> Iterator[_Reference]:
    return (found for found in _references(data) if _leads_out(found.target))


def _leads_out(target: str) -> bool:
    return not target.startswith("#") and "://" not in target.partition("#")[0]


@dataclass
class _Work:
    """A document while what it names in other files is brought in."""

    source: YamlSource
    folder: Path
    problems: list[Problem] = field(default_factory=list[Problem])

    def __post_init__(self) -> None:
        self.data = copy.deepcopy(self.source.data)
        self.root = self.source.path.resolve()
        self.sources: dict[Path, YamlSource | None] = {self.root: self.source}
        self.origins: dict[Location, Origin] = {
            at: Origin(self.source.path, *self.source.place(pointer(at)), None)
            for at, _ in nodes(self.data)
        }
        # (file, pointer there, part of components) → the name in components
        self.names: dict[tuple[Path, str, str], str] = {}
        self._passed: set[tuple[Path, str, str]] = set()

    def fill(self) -> None:
        """Bring in all that is named, and what that names, until nothing leads out."""
        self._adopt_aliases()
        self._take(self.data, (), "", self.source, ())

    def _adopt_aliases(self) -> None:
        # `Pet: {$ref: pet.yaml}` in components says what the thing is called
        for section, members in self._components().items():
            for name, value in members.items() if is_object(members) else ():
                target = value.get("$ref") if is_object(value) and len(value) == 1 else None
                if not isinstance(target, str) or not _leads_out(target):
                    continue
                file, inner = self._split(self.source, target)
                self.names.setdefault((file, inner, section), name)

    def _components(self) -> dict[str, Any]:
        components: Any = self.data.setdefault("components", {})
        return components if is_object(components) else {}

    def _take(
        self,
        value: Any,
        at: Location,
        keyword: str,
        source: YamlSource,
        around: tuple[tuple[Path, str], ...],
    ) -> None:
        """Settle the references of a value of a file, which now stands at a location.

        `around` are the paths of other files that are being written out around it.
        """
        own = source.path.resolve() == self.root
        for found in list(_references(value, at, keyword)):
            target = found.target
            if own and target.startswith("#"):
                continue
            if not target.startswith("#") and not _leads_out(target):
                continue
            file, inner = self._split(source, target)
            if file == self.root:
                found.holder[found.key] = f"#{inner}"
                continue
            section = _SECTIONS.get(found.keyword, _SCHEMAS)
            if section is None:
                self._write_out(found, source, (file, inner), around)
                continue
            name = self._home(found, source, (file, inner, section))
            if name is None:
                continue
            home = ("components", section, name)
            if found.at[:-1] != home:
                found.holder[found.key] = f"#{pointer(home)}"

    def _split(self, source: YamlSource, target: str) -> tuple[Path, str]:
        path, _, inner = target.partition("#")
        file = (source.path.parent / unquote(path)).resolve() if path else source.path.resolve()
        return file, unquote(inner)

    def _home(
        self, found: _Reference, source: YamlSource, key: tuple[Path, str, str]
    ) -> str | None:
        """The name in components of what a reference names, brought there if it is new."""
        file, inner, section = key
        members: Any = self._components().setdefault(section, {})
        alias = ("components", section, self.names.get(key, "")) == found.at[:-1]
        if key in self.names and not alias:
            return self.names[key]
        value = self._read(found, source, file, inner)
        if value is None:
            return None
        onward = value.get("$ref") if is_object(value) and len(value) == 1 else None
        held = self.sources[file]
        if isinstance(onward, str) and held is not None and not alias and key not in self._passed:
            self._passed.add(key)  # a name for a name is none: who leads in a circle stays there
            if onward.startswith("#") or _leads_out(onward):
                further = self._split(held, onward)
                if further[0] != self.root:
                    return self._home(found, source, (*further, section))
        name = self.names.get(key) or _name(file, inner, members)
        self.names[key] = name
        members[name] = value
        self._settle(("components", section, name), value, file, inner, section)
        return name

    def _write_out(
        self,
        found: _Reference,
        source: YamlSource,
        place: tuple[Path, str],
        around: tuple[tuple[Path, str], ...],
    ) -> None:
        file, inner = place
        if place in around:
            self._report(found, source, "leads back to itself", "Break the circle")
            return
        value = self._read(found, source, file, inner)
        if not is_object(value):
            if value is not None:
                self._report(found, source, "leads to no path", "Name a mapping of operations")
            return
        beside = {key: part for key, part in found.holder.items() if key != "$ref"}
        found.holder.clear()
        found.holder.update(value)
        self._settle(found.at[:-1], found.holder, file, inner, found.keyword, (*around, place))
        found.holder.update(beside)

    def _settle(
        self,
        at: Location,
        value: Any,
        file: Path,
        inner: str,
        keyword: str,
        around: tuple[tuple[Path, str], ...] = (),
    ) -> None:
        source = self.sources[file]
        assert source is not None  # it was just read
        for inside, _ in nodes(value):
            place = source.place(inner + pointer(inside))
            self.origins[(*at, *inside)] = Origin(source.path, *place, None)
        self._take(value, at, keyword, source, around)

    def _read(self, found: _Reference, source: YamlSource, file: Path, inner: str) -> Any:
        """A copy of what stands in a file; None after reporting why there is nothing."""
        if not file.is_relative_to(self.folder):
            message = f"leads to {found.target}, outside of {self.folder.name}/"
            self._report(found, source, message, f"Put the file into {self.folder.name}/")
            return None
        if file not in self.sources:
            try:
                self.sources[file] = yaml_source.load(file)
            except DocumentError as error:
                self.sources[file] = None
                if file.is_file():
                    self.problems.extend(error.problems)
        held = self.sources[file]
        if held is None:
            if not file.is_file():
                message = f"leads to {found.target}, and there is no such file"
                self._report(found, source, message, "Correct the name, or add the file")
            return None
        try:
            return copy.deepcopy(resolve(held.data, inner))
        except (LookupError, ValueError):
            message = f"leads to {found.target}, which does not exist"
            self._report(found, source, message, "Correct the name, or add what it names")
            return None

    def _report(self, found: _Reference, source: YamlSource, message: str, remedy: str) -> None:
        origin = self._origin(found.at)
        self.problems.append(
            Problem(
                origin.path,
                origin.line,
                origin.column,
                pointer(found.at),
                f"$ref {message}",
                remedy,
            )
        )

    def _origin(self, at: Location) -> Origin:
        while at not in self.origins:
            at = at[:-1]
        return self.origins[at]


def _name(file: Path, inner: str, taken: dict[str, Any]) -> str:
    """A free name in components for what stands at a pointer of a file."""
    named = (tokens(inner) or [file.name.partition(".")[0]])[-1]
    name = wanted = re.sub(r"[^\w.-]", "_", named, flags=re.ASCII) or "Part"
    count = 2
    while name in taken:
        name, count = f"{wanted}_{count}", count + 1
    return name
