"""Generates packages aside and puts the whole of ``generated/`` in place at once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from scripts.openapi.vendors import unread
from scripts.openapi.vendors import vendors as all_vendors

from . import manifest, tree
from .deferral import deferred
from .failure import GenerationError as GenerationError
from .formatting import format_python
from .inputs import below, digest, inputs, shared_parts
from .interruption import uninterrupted
from .lock import locked
from .workers import begun, processors, shared_out

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

    def ready(self) -> None:
        """Import what `trees` needs; called while others read the documents."""

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
        made_of = _inputs(root, chosen, recorded)  # as they are now, before they are read
        kept = [] if force else _current(place, made_of, recorded)
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
                changed = {vendor: made_of[vendor] for vendor in written}
                made = _write(root, changed, new, jobs, place, compared)
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
        entries.update(_write(root, _inputs(root, chosen, recorded), folder, jobs).entries)
        (folder / manifest.NAME).write_text(manifest.text(entries), encoding="utf-8")
        yield folder


def current(
    root: Path, place: Path, vendors: Iterable[str], recorded: Mapping[str, manifest.Entry]
) -> list[str]:
    """The vendors of whom the manifest says that a run would write the package that lies there."""
    known = [vendor for vendor in vendors if vendor in recorded]
    return _current(place, _inputs(root, known, recorded), recorded)


def _current(
    place: Path, made_of: Mapping[str, dict[str, str]], recorded: Mapping[str, manifest.Entry]
) -> list[str]:
    return [
        vendor
        for vendor, inputs in made_of.items()
        if vendor in recorded
        and recorded[vendor].inputs == inputs
        and manifest.intact(place, vendor, recorded[vendor])
    ]


def load(root: Path) -> None:
    """Import what reads documents and writes packages, and compile the templates: most of the time
    that a change takes.

    Raises:
        ModuleNotFoundError: something is not installed.
    """
    _load_writer(root)
    with deferred():
        for name in ("jsonschema_rs", "openapi_spec_validator"):
            import_module(name)


def _load_writer(root: Path) -> list[Problem]:
    """Import what writes packages; what is wrong with the templates."""
    with deferred():
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


def _inputs(
    root: Path, vendors: Iterable[str], recorded: Mapping[str, manifest.Entry]
) -> dict[str, dict[str, str]]:
    known = {vendor: recorded[vendor].inputs for vendor in vendors if vendor in recorded}
    return inputs(root, {vendor: shared_parts(known.get(vendor, {})) for vendor in vendors})


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
            _take_over(old, new / name)
            continue
        for path, _ in manifest.files(old):
            target = new / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            _take_over(old / path, target)


def _take_over(old: Path, new: Path) -> None:
    """The same file at both places, as nobody writes into it before one of them goes; a copy, where
    the file system has no such thing."""
    try:
        os.link(old, new, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(old, new, follow_symlinks=False)


@dataclass(frozen=True)
class _Written:
    """Packages: their entries of the manifest, and what a comparison made of their documents."""

    entries: Mapping[str, manifest.Entry]
    compared: Mapping[str, Any]


def _write(
    root: Path,
    made_of: Mapping[str, dict[str, str]],
    target: Path,
    jobs: int | None,
    old: Path | None = None,
    comparison: Comparison | None = None,
) -> _Written:
    """Write packages into a folder.

    Args:
        made_of: by vendor, what was found of the inputs before they are read.
        old: where the packages lie that these are compared with.
    """
    vendors = list(made_of)
    problems = unread(root)
    if not vendors and not problems:
        return _Written({}, {})
    others = (jobs or processors()) - 1
    size = partial(_size, root)
    compared = partial(comparison.document, old) if comparison and old else None
    documents = partial(_documents, root, target, compared)
    # checking documents and importing the generator take as long, and need each other not; neither
    # do writing a package, and its document, which lies beside it
    with begun(vendors, documents, size=size, jobs=others) as answers:
        broken = _load_writer(root)
        if comparison is not None:
            comparison.ready()
        read: list[_Read] = answers()
        if broken:
            problems = [*problems, *broken, *(one for each in read for one in each.problems)]
            raise _document_error(problems)
        packages = [_Package(*pair) for pair in zip(vendors, read, strict=True)]
        write = partial(_attempt, root, target)
        for found in shared_out(packages, write, size=lambda one: size(one.vendor), jobs=others):
            problems += found
        if problems:
            raise _document_error(problems)
        format_python([target / vendor for vendor in vendors])
        told = answers()
    entries = {
        vendor: manifest.entry(
            {**made_of[vendor], **{below(root, path): digest(path) for path in found.files}},
            target / vendor,
        )
        for vendor, found in zip(vendors, read, strict=True)
    }
    return _Written(entries, dict(zip(vendors, told, strict=True)))


def _document_error(problems: Iterable[Problem]) -> Exception:
    from scripts.openapi.problem import DocumentError

    return DocumentError(dict.fromkeys(problems))


@dataclass(frozen=True)
class _Read:
    """A vendor's document for the generator and the files that it was read from, or what is wrong
    with it."""

    problems: tuple[Problem, ...] = ()
    document: Document | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """From where it was read."""
        return self.document.files if self.document else ()


def _documents(
    root: Path,
    target: Path,
    compared: Callable[[str, str], Any] | None,
    vendors: Sequence[str],
) -> Iterator[list[Any]]:
    """Read the documents of vendors, then write those with their corrections beside the packages:
    first what the generator is given, then what a comparison made of what changed."""
    with deferred():
        pairs = [_read(root, vendor) for vendor in vendors]
        yield [read for read, _ in pairs]
        yield [
            _dumped(target / vendor, document, compared) if document is not None else None
            for vendor, (_, document) in zip(vendors, pairs, strict=True)
        ]


def _read(root: Path, vendor: str) -> tuple[_Read, Document | None]:
    """A document for the generator, and corrected only."""
    from scripts.openapi import documents
    from scripts.openapi.problem import DocumentError

    try:
        written = documents.as_written(root, vendor)
        corrected = documents.with_corrections(root, written)
        return _Read((), documents.with_codegen(root, corrected)), corrected
    except DocumentError as error:
        return _Read(tuple(documents.problems(root, vendor)) or error.problems), None


def _dumped(folder: Path, document: Document, compared: Callable[[str, str], Any] | None) -> Any:
    from scripts.openapi import documents

    text = documents.dump(document)
    folder.mkdir(exist_ok=True)
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    return compared(document.vendor, text) if compared is not None else None


class _Package(NamedTuple):
    """The package of a vendor, which is to be written, and what from."""

    vendor: str
    read: _Read


def _attempt(root: Path, target: Path, package: _Package) -> tuple[Problem, ...]:
    """What is wrong with the document; nothing, once its package is written."""
    from scripts.openapi.problem import DocumentError

    from .package import write_package

    if package.read.document is None:
        return package.read.problems
    try:
        write_package(root, package.read.document, target / package.vendor)
    except DocumentError as error:
        return error.problems
    return ()


def _size(root: Path, vendor: str) -> int:
    try:
        return os.stat(root / "spec" / f"{vendor}.yaml").st_size
    except OSError:
        return 0  # reading it tells why
