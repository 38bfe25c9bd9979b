"""The vendors' documents: what is written in spec/, what the corrections make of it, what the
generator is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from scripts.openapi import overlay, yaml_source
from scripts.openapi.bundle import bundled
from scripts.openapi.origin import Origin, Origins
from scripts.openapi.overlay import Change
from scripts.openapi.pointer import locate, resolve
from scripts.openapi.problem import DocumentError, Problem
from scripts.openapi.yaml_source import YamlSource

if TYPE_CHECKING:
    from scripts.openapi.validity import Fault

Stage = Literal["corrections", "codegen"]


@dataclass(frozen=True)
class Document:
    """A vendor's valid OpenAPI document.

    `data` is the document, `changes` what overlays changed, in order; `overlays` names the overlay
    files that were applied, `files` those in spec/ that it was read from, its own first, and
    `origins` knows where each value was written.
    """

    vendor: str
    data: dict[str, Any]
    origins: Origins
    changes: tuple[Change, ...] = ()
    overlays: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()

    def origin(self, pointer: str) -> Origin:
        """File, line and overlay action that wrote the value at a JSON pointer, or the nearest
        value around it."""
        return self.origins.at(locate(self.data, pointer))


# The line of a document that says what it is; a file that only holds parts of one has none.
_OPENS = re.compile(rb"""^[\s{"']*(?:openapi|swagger)["']?\s*:""", re.MULTILINE)


def vendors(root: Path) -> list[str]:
    """Names of the vendors: the `spec/*.yaml` file stems, sorted.

    A file that is no document of its own and that another one names is a part of that one.
    """
    texts = {path: _bytes(path) for path in sorted((root / "spec").glob("*.yaml"))}
    return [
        path.stem
        for path, text in texts.items()
        if _OPENS.search(text)
        or not any(path.name.encode() in other for at, other in texts.items() if at != path)
    ]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""  # reading it as a document tells why


def as_written(root: Path, vendor: str) -> Document:
    """The document in spec/, checked. Raises DocumentError with every fault found, also for an
    unknown vendor."""
    return _checked(_read(root, vendor))


def corrected(root: Path, vendor: str) -> Document:
    """The document in spec/ with overrides/<vendor>/corrections.yaml applied where that file
    exists, checked.

    Raises DocumentError with every fault found, placed in the spec or in the overlay action that
    wrote the value at fault; also for an unknown vendor.
    """
    return _overlaid(root, _read(root, vendor), "corrections")


def for_codegen(root: Path, vendor: str) -> Document:
    """The corrected document with overrides/<vendor>/codegen.yaml applied where that file exists,
    checked.

    Raises DocumentError as `corrected` does.
    """
    return with_codegen(root, corrected(root, vendor))


def with_codegen(root: Path, document: Document) -> Document:
    """A corrected document, already at hand, with the vendor's codegen.yaml applied, checked.

    Raises DocumentError as `corrected` does.
    """
    return _overlaid(root, document, "codegen")


def unread(root: Path) -> list[Problem]:
    """A problem for each document in spec/ whose name ends so that nobody reads it."""
    return [
        Problem(
            path,
            1,
            1,
            "",
            f"the document is not read, because its name ends in {path.suffix}",
            f"Rename it to {path.stem}.yaml; JSON is YAML too",
        )
        for path in sorted((root / "spec").glob("*"))
        if path.suffix in (".yml", ".json") and path.is_file() and _OPENS.search(_bytes(path))
    ]


def problems(root: Path, vendor: str) -> list[Problem]:
    """Every problem of a vendor's document and overlays that can be found, each stage as far as
    the one before leaves something to look at.
    """
    found: list[Problem] = []
    document: Document | None = None
    try:
        document = _read(root, vendor)
        found += _faults(document)
    except DocumentError as error:
        found += error.problems
    for stage in get_args(Stage):
        path = root / "overrides" / vendor / f"{stage}.yaml"
        if not path.exists():
            continue
        try:
            source = yaml_source.load(path)
            if document is None:
                found += overlay.faults(source, _extended(root, vendor, stage))
                continue
            document = _applied(root, document, source, stage)
            # what the spec has wrong is told; what an action makes wrong stands in its overlay
            found += [one for one in _faults(document) if one.path == path]
        except DocumentError as error:
            found += error.problems
            document = None
    return list(dict.fromkeys(found))


def dump(document: Document) -> str:
    """YAML text of a document, for `generated/<vendor>/openapi.yaml`: the same bytes for the same
    document.

    Begins with a comment that names the sources and ends with a newline; comments say which overlay
    action made each changed place. Reading it gives the same data.
    """
    from scripts.openapi.document_text import text
    from scripts.openapi.provenance import commented, notes

    vendor = document.vendor
    written = (
        f"spec/{vendor}.yaml",
        *(f"overrides/{vendor}/{path.name}" for path in document.overlays),
    )
    plain = text(
        document.data, f"Generated by scripts/codegen.py from {' and '.join(written)}; do not edit."
    )
    told = notes(document.data, document.origins, document.changes)
    return commented(document.data, plain, told)


def _read(root: Path, vendor: str) -> Document:
    known = vendors(root)
    path = root / "spec" / f"{vendor}.yaml"
    if vendor not in known:
        remedy = f"Known are {', '.join(known)}" if known else "Put <vendor>.yaml into spec/"
        raise DocumentError(
            [Problem(path, None, None, "", f'there is no vendor "{vendor}"', remedy)]
        )
    whole = bundled(yaml_source.load(path), root / "spec")
    return Document(vendor, whole.data, whole.origins, files=whole.files)


def _overlaid(root: Path, document: Document, stage: Stage) -> Document:
    vendor = document.vendor
    path = root / "overrides" / vendor / f"{stage}.yaml"
    if not path.exists():
        return _checked(document)
    return _checked(_applied(root, document, yaml_source.load(path), stage))


def _extended(root: Path, vendor: str, stage: Stage) -> tuple[Path, ...]:
    """The documents that an overlay may say it extends."""
    spec = root / "spec" / f"{vendor}.yaml"
    return (root / "generated" / vendor / "openapi.yaml", spec) if stage == "codegen" else (spec,)


def _applied(root: Path, document: Document, source: YamlSource, stage: Stage) -> Document:
    extends = _extended(root, document.vendor, stage)
    done = overlay.apply(document.data, document.origins, source, extends=extends)
    return Document(
        document.vendor,
        done.data,
        done.origins,
        (*document.changes, *done.changes),
        (*document.overlays, source.path),
        document.files,
    )


def _faults(document: Document) -> list[Problem]:
    from scripts.openapi.validity import faults

    return [_placed(document, fault) for fault in faults(document.data)]


def _checked(document: Document) -> Document:
    if found := _faults(document):
        raise DocumentError(found)
    return document


def _placed(document: Document, fault: Fault) -> Problem:
    """A fault in the overlay action that made the value at fault or removed what it misses, else in
    the spec."""
    origin = document.origin(fault.pointer)
    path, line, action = origin.path, origin.line, origin.action
    column: int | None = origin.column
    message = fault.message
    if action is None:
        for change in document.changes:
            if change.kind == "remove" and _misses(document.data, fault.pointer, change.pointer):
                path, line, column, action = change.overlay, change.line, None, change.action_index
                message = f"{message} (it removed {change.pointer})"
    if action is not None:
        message = f"action {action} makes an invalid document: {message}"
    return Problem(path, line, column, fault.pointer, message, fault.remedy)


def _misses(data: Any, at: str, removed: str) -> bool:
    """Whether what is at fault at a pointer held the removed value, or refers to it."""
    parent = removed.rpartition("/")[0]
    try:
        value = resolve(data, at)
    except LookupError:
        return False
    if isinstance(value, str) and at.endswith("/$ref"):
        return f"{value.removeprefix('#')}/".startswith(f"{removed}/")
    return at == parent
