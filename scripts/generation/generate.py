"""Generates packages aside and puts the whole of ``generated/`` in place at once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from scripts.openapi.vendors import unread
from scripts.openapi.vendors import vendors as all_vendors

from . import manifest, tree
from .deferral import DOWNLOADS, deferred
from .failure import GenerationError as GenerationError
from .formatting import format_python
from .inputs import below, digest, inputs, shared_parts
from .interruption import uninterrupted
from .lock import locked
from .workers import begun, can_fork, processors, shared_out

if TYPE_CHECKING:
    from scripts.openapi.documents import Document
    from scripts.openapi.problem import Problem


class Comparison(Protocol):
    """Told of what a run changes, before the new tree takes the place of the old one."""

    def document(self, old: Path, vendor: str, text: str) -> Any:
        """Compare the document of a package with what it becomes; something that can be pickled.

        Called in a process beside that which writes the package.

        Args:
            old: ``generated/`` as it is, which may lack the vendor.
            text: openapi.yaml as it will be.
        """

    def trees(
        self, old: Path, new: Path, vendors: Sequence[str], documents: Mapping[str, Any]
    ) -> None:
        """Compare the old and the new ``generated/``.

        Args:
            vendors: what was written or removed.
            documents: what `document` made of those that were written.
        """


@dataclass(frozen=True)
class Run:
    """What a run did with the packages, by vendor.

    Attributes:
        written: generated anew.
        kept: they are what they would become; left alone.
        removed: what lay in ``generated/`` and belongs to no document.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...] = ()


def generate(
    root: Path,
    vendors: Sequence[str] = (),
    *,
    force: bool = False,
    jobs: int | None = None,
    comparison: Comparison | None = None,
) -> Run:
    """Bring ``generated/`` up to date, or change nothing at all.

    A package whose inputs and files are those that the manifest records stays as it is.

    Args:
        vendors: whose packages; packages of others stay as they are. All, when none is named, and
            then what belongs to no document goes.
        force: generate also what seems to be up to date.
        jobs: how many processes generate at once; as many as there are processors by default.
        comparison: of the new tree with the one whose place it takes.

    Raises:
        DocumentError: a document cannot be used; holds the problems of all vendors.
        GenerationError: there is no document, or the formatter failed.
        ModuleNotFoundError: something that generation needs is not installed.
        OSError: the folder cannot be written.
    """
    place = (root / "generated").resolve()
    with locked(place.parent, tell_of_wait) as held:
        if held:
            tree.clear(place)
        chosen = _chosen(root, vendors)
        recorded = manifest.read(place)
        kept = [
            vendor for vendor in chosen if not force and is_current(root, place, vendor, recorded)
        ]
        wanted = {*all_vendors(root), manifest.NAME}
        removed = [] if vendors else sorted(_names(place) - wanted)
        entries = {vendor: recorded[vendor] for vendor in kept}
        if vendors:
            entries = {**recorded, **entries}
        written = [vendor for vendor in chosen if vendor not in kept]
        if not written and not removed and not unread(root) and _is_current(place, entries):
            return Run((), tuple(chosen))
        replaced = False
        try:
            with ExitStack() as end, tree.aside(place) as new:
                _keep(place, new, leave_out={*written, *removed, manifest.NAME})
                compared = comparison if place.is_dir() else None
                document = partial(compared.document, place) if compared else None
                made = _write(root, recorded, new, written, jobs, document)
                entries.update(made.entries)
                (new / manifest.NAME).write_text(manifest.text(entries), encoding="utf-8")
                tree.as_checked_out(new)
                if compared is not None:
                    compared.trees(place, new, [*written, *removed], made.compared)
                end.enter_context(uninterrupted())  # until what was there before is gone too
                tree.exchange(new, place)
                replaced = True
        except KeyboardInterrupt:
            if not replaced:
                raise  # else it came too late, and all is done
    return Run(tuple(written), tuple(kept), tuple(removed))


@contextmanager
def generated_aside(root: Path, vendors: Sequence[str], jobs: int | None) -> Generator[Path]:
    """A folder with the packages of vendors, of all when none is named, and their manifest, as a
    run would write them. It is gone afterwards.

    Raises as `generate` does.
    """
    import tempfile

    chosen = _chosen(root, vendors)
    recorded = manifest.read(root / "generated")
    with tempfile.TemporaryDirectory(prefix="codegen-") as name:
        folder = Path(name)
        entries = dict(recorded) if vendors else {}
        entries.update(_write(root, recorded, folder, chosen, jobs).entries)
        (folder / manifest.NAME).write_text(manifest.text(entries), encoding="utf-8")
        yield folder


def is_current(
    root: Path, place: Path, vendor: str, recorded: Mapping[str, manifest.Entry]
) -> bool:
    """Whether the manifest says that a run would write the package that lies there."""
    return (
        vendor in recorded
        and recorded[vendor].inputs == _inputs(root, vendor, recorded)
        and manifest.intact(place, vendor, recorded[vendor])
    )


def load(root: Path) -> None:
    """Import what reads documents and writes packages, and compile the templates: most of the time
    that a change takes.

    Raises:
        ModuleNotFoundError: something is not installed.
    """
    _load_writer(root)
    with deferred(DOWNLOADS):
        for name in ("jsonschema_rs", "openapi_spec_validator"):
            import_module(name)


def _load_writer(root: Path) -> list[Problem]:
    """Import what writes packages; what is wrong with the templates."""
    with deferred(DOWNLOADS):
        import_module(".package", __package__)
        from .templates import compile_templates

        return compile_templates(root)


def tell_of_wait() -> None:
    """Say on stderr that another run holds the folder."""
    print("codegen: another run is busy here; waiting for its end", file=sys.stderr, flush=True)


def _chosen(root: Path, vendors: Sequence[str]) -> list[str]:
    chosen = list(dict.fromkeys(vendors or all_vendors(root)))
    if not chosen:
        raise GenerationError("there is no document in spec/: put <vendor>.yaml there")
    return chosen


def _inputs(root: Path, vendor: str, recorded: Mapping[str, manifest.Entry]) -> dict[str, str]:
    known = recorded.get(vendor)
    return inputs(root, vendor, shared_parts(known.inputs) if known else ())


def _names(place: Path) -> set[str]:
    return {entry.name for entry in place.iterdir()} if place.is_dir() else set()


def _is_current(place: Path, entries: Mapping[str, manifest.Entry]) -> bool:
    path = place / manifest.NAME
    try:
        return not path.is_symlink() and path.read_text(encoding="utf-8") == manifest.text(entries)
    except (OSError, UnicodeDecodeError):
        return False


def _keep(place: Path, new: Path, *, leave_out: Collection[str]) -> None:
    """Take over what ``place`` holds, but for some names; nothing that tools left in packages."""
    for name in sorted(_names(place) - set(leave_out)):
        old = place / name
        if not old.is_dir() or old.is_symlink():
            shutil.copy2(old, new / name, follow_symlinks=False)
            continue
        for path, _ in manifest.files(old):
            target = new / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old / path, target, follow_symlinks=False)


@dataclass(frozen=True)
class _Written:
    """Packages: their entries of the manifest, and what a comparison made of their documents."""

    entries: Mapping[str, manifest.Entry]
    compared: Mapping[str, Any]


def _write(
    root: Path,
    recorded: Mapping[str, manifest.Entry],
    target: Path,
    vendors: Sequence[str],
    jobs: int | None,
    compared: Callable[[str, str], Any] | None = None,
) -> _Written:
    """Write the packages of vendors into a folder."""
    problems = unread(root)
    if not vendors and not problems:
        return _Written({}, {})
    made = {vendor: _inputs(root, vendor, recorded) for vendor in vendors}  # as they are now
    limit = jobs or processors()
    size = partial(_size, root)
    if limit > 1 and can_fork():
        # checking documents and importing the generator take as long, and need each other not
        with begun(vendors, partial(_read, root), size=size, jobs=limit - 1) as reading:
            broken = _load_writer(root)
            read = reading()
    else:
        broken = _load_writer(root)
        read = [_read(root, vendor) for vendor in vendors]
    if broken:
        from scripts.openapi.problem import DocumentError

        raise DocumentError([*problems, *broken, *(one for each in read for one in each.problems)])
    # writing out a document and comparing it takes as long as its package, and needs it not
    parts = [
        _Part(vendor, found, package)
        for vendor, found in zip(vendors, read, strict=True)
        for package in (True, False)
    ]
    tried = shared_out(
        parts,
        partial(_attempt, root, target, compared),
        size=lambda part: size(part.vendor),
        jobs=limit,
    )
    problems += [problem for found in tried for problem in found.problems]
    if problems:
        from scripts.openapi.problem import DocumentError

        raise DocumentError(dict.fromkeys(problems))
    format_python([target / vendor for vendor in vendors])
    entries = {
        vendor: manifest.entry(
            {**made[vendor], **{below(root, path): digest(path) for path in found.files}},
            target / vendor,
        )
        for vendor, found in zip(vendors, read, strict=True)
    }
    told = zip(parts, tried, strict=True)
    return _Written(entries, {part.vendor: one.compared for part, one in told if not part.package})


@dataclass(frozen=True)
class _Read:
    """A vendor's documents, corrected and for the generator, or what is wrong with them."""

    problems: tuple[Problem, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def files(self) -> list[Path]:
        """From where they were read."""
        return list(self.documents[0].files)


def _read(root: Path, vendor: str) -> _Read:
    with deferred(DOWNLOADS):
        from scripts.openapi import documents
        from scripts.openapi.problem import DocumentError

        try:
            written = documents.as_written(root, vendor)
            corrected = documents.with_corrections(root, written)
            return _Read((), (corrected, documents.with_codegen(root, corrected)))
        except DocumentError as error:
            return _Read(tuple(documents.problems(root, vendor)) or error.problems)


class _Part(NamedTuple):
    """What one process does of a vendor: write the package, or the document that lies beside it."""

    vendor: str
    read: _Read
    package: bool


class _Tried(NamedTuple):
    """What came of a part: what is wrong with the document, or what a comparison made of it."""

    problems: tuple[Problem, ...] = ()
    compared: Any = None


def _attempt(
    root: Path, target: Path, compared: Callable[[str, str], Any] | None, part: _Part
) -> _Tried:
    from scripts.openapi import documents
    from scripts.openapi.problem import DocumentError

    from .package import write_package

    vendor, folder = part.vendor, target / part.vendor
    if part.read.problems:
        return _Tried(part.read.problems if part.package else ())
    corrected, document = part.read.documents
    if part.package:
        try:
            write_package(root, document, folder)
        except DocumentError as error:
            return _Tried(error.problems)
        return _Tried()
    text = documents.dump(corrected)
    folder.mkdir(exist_ok=True)
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    return _Tried((), compared(vendor, text) if compared is not None else None)


def _size(root: Path, vendor: str) -> int:
    try:
        return os.stat(root / "spec" / f"{vendor}.yaml").st_size
    except OSError:
        return 0  # reading it tells why
