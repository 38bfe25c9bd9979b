"""What the repository held at a git revision: spec/, overrides/ and generated/."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

PARTS = ("spec", "overrides", "generated")


class RevisionError(Exception):
    """A revision cannot be read. The text says why and what to do."""


@contextmanager
def tree_at(root: Path, revision: str) -> Generator[Path]:
    """A temporary folder laid out as ``root``, with what the revision held of spec/, overrides/ and
    generated/; it is gone afterwards. A part that did not exist then is not there.

    Args:
        revision: as git understands it: a branch, a tag, a commit, ``HEAD~2``.

    Raises:
        RevisionError: git is missing or failed, ``root`` is in no repository, or there is no such
            revision, perhaps because the clone is shallow.
    """
    commit = _commit(root, revision)
    there = _git(root, "ls-tree", "-z", "--name-only", commit, "--", *PARTS).decode().split("\0")
    parts = [part for part in PARTS if part in there]
    with tempfile.TemporaryDirectory(prefix="revision-") as folder:
        place = Path(folder)
        if parts:
            archive = _git(root, "archive", "--format=tar", commit, "--", *parts)
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                if hasattr(tarfile, "data_filter"):  # Python 3.11.4
                    tar.extractall(place, filter="data")
                else:
                    tar.extractall(place)
        yield place


def _commit(root: Path, revision: str) -> str:
    inside = _run(root, "rev-parse", "--is-inside-work-tree")
    if inside.returncode != 0:
        told = inside.stderr.decode(errors="replace").strip()
        raise RevisionError(f"{root} is not in a git repository: {told}")
    if revision.startswith("-") or not revision:
        raise RevisionError(f"{revision!r} is no git revision. Name a branch, a tag or a commit")
    found = _run(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.decode().strip()
    shallow = _run(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    remedy = "`git branch -a`, `git tag` and `git log` list what there is"
    if shallow:
        remedy = "this clone is shallow: `git fetch --unshallow` gets the rest of the history"
    elif (root / "spec" / f"{revision}.yaml").exists():
        remedy = f"a vendor's name comes before the option: `codegen.py {revision} --diff`"
    raise RevisionError(f"there is no revision {revision!r} here; {remedy}")


def _git(root: Path, *arguments: str) -> bytes:
    done = _run(root, *arguments)
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip()
        raise RevisionError(f"git {arguments[0]} failed: {told}")
    return done.stdout


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise RevisionError("git is not installed, or not on the PATH: install it") from None
    except OSError as error:
        raise RevisionError(f"git cannot be started: {error.strerror}") from None
