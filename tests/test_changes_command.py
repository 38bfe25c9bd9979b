"""``codegen.py --diff``: what a change means, against any commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.changes.revision import RevisionError, tree_at
from tests.workshop import Outcome, Workshop

pytestmark = [
    pytest.mark.generator,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]

VENDOR = "pingone"
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{
        f"GIT_{who}_{what}": "t@example.test"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={**os.environ, **GIT},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@dataclass(frozen=True)
class Repository:
    """A workshop with one vendor, generated and committed."""

    shop: Workshop

    @property
    def spec(self) -> Path:
        return self.shop.root / "spec" / f"{VENDOR}.yaml"

    def edit(self, old: str, new: str) -> None:
        text = self.spec.read_text(encoding="utf-8")
        assert old in text
        self.spec.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments: str) -> Outcome:
        return self.shop.run(*arguments)


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    shop = Workshop.copy(tmp_path_factory.mktemp("repository") / "root")
    for other in ("questionpro", "inventorum"):
        (shop.root / "spec" / f"{other}.yaml").unlink()
        shutil.rmtree(shop.root / "overrides" / other)
    git(shop.root, "init", "--quiet", "--initial-branch=main")
    git(shop.root, "add", "spec")
    git(shop.root, "commit", "--quiet", "-m", "spec alone")
    git(shop.root, "tag", "without-packages")
    assert shop.run().code == 0
    git(shop.root, "add", ".")
    git(shop.root, "commit", "--quiet", "-m", "all")
    return Repository(shop)


@pytest.fixture
def repository(committed: Repository) -> Iterator[Repository]:
    yield committed
    git(committed.shop.root, "checkout", "--quiet", ".")
    git(committed.shop.root, "clean", "--quiet", "-fd")


REQUIRED = "required: [id, width, height, type, href]"
OPTIONAL_HEIGHT = "required: [id, width, type, href]"


def test_nothing_changed_is_said_and_is_no_failure(repository: Repository) -> None:
    done = repository.run("--diff", "--fail-on", "breaking")
    assert (done.code, done.err) == (0, "")
    assert done.out == "Nothing that a caller can see has changed.\n"


def test_what_a_change_means_is_told_against_a_commit_and_nothing_is_written(
    repository: Repository,
) -> None:
    before = repository.shop.tree()
    line = 1 + repository.spec.read_text(encoding="utf-8").split(REQUIRED)[0].count("\n")
    repository.edit(REQUIRED, OPTIONAL_HEIGHT)
    done = repository.run(VENDOR, "--diff", "main")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "pingone: 2 breaking changes",
        "  suggested version 0.2.0 (minor; it is 0.1.0): package_version_override in "
        "overrides/pingone/config.yaml",
        "  breaking    `ImageTarget.height` may be missing from an answer now  "
        "[output-field-optional]",
        f"              spec/pingone.yaml:{line} #/components/schemas/ImageTarget/required "
        "(before), in createImage",
        "  breaking    Python: models.image_target.ImageTarget.height is `int | Unset` now, "
        "no longer `int`",
    ]
    assert repository.shop.tree() == before


def test_a_run_that_changes_something_tells_what_it_means(repository: Repository) -> None:
    repository.edit(REQUIRED, OPTIONAL_HEIGHT)
    done = repository.run("--fail-on", "breaking")
    assert done.code == 1
    assert done.out.startswith("generated/pingone\npingone: 2 breaking changes\n")
    assert "height: int | Unset" in (
        repository.shop.package(VENDOR) / "models" / "image_target.py"
    ).read_text(encoding="utf-8")
    repository.edit("summary: Upload an image\n", "summary: Send an image\n")
    compatible = repository.run("--fail-on", "breaking")
    assert compatible.code == 0
    assert "compatible  summary of `createImage` changed  [documentation-changed]" in compatible.out
    assert "suggested version 0.1.1 (patch; it is 0.1.0)" in compatible.out


def test_a_vendor_comes_and_goes(repository: Repository) -> None:
    repository.spec.rename(repository.spec.with_name("shop.yaml"))
    done = repository.run("--diff", "--fail-on", "breaking")
    assert done.code == 1
    assert "breaking    the vendor `pingone` is gone, and its client with it" in done.out
    assert "compatible  the vendor `shop` is new" in done.out


def test_a_commit_without_packages_is_compared_by_its_documents(repository: Repository) -> None:
    done = repository.run("--diff", "without-packages")
    assert (done.code, done.err) == (0, "")
    assert "note: there is no old package: only the documents are compared" in done.out
    assert "`Image.targets.*`" in done.out or "ImageTargets" in done.out


def test_a_document_that_cannot_be_used_is_refused_with_its_own_place(
    repository: Repository,
) -> None:
    repository.edit("openapi: 3.1.0", "openapi: 3.1.0\nopenapi: 3.1.0")
    done = repository.run("--diff")
    assert done.code == 2
    assert f"{repository.spec}:" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("nowhere", "there is no revision 'nowhere' here; `git branch -a`"),
        (VENDOR, f"a vendor's name comes before the option: `codegen.py {VENDOR} --diff`"),
        ("", "'' is no git revision"),
    ],
)
def test_an_unknown_revision_is_one_clear_error(
    revision: str, expected: str, repository: Repository
) -> None:
    done = repository.run("--diff", revision)
    assert (done.code, done.out) == (2, "")
    assert expected in done.err
    assert "Traceback" not in done.err


def test_an_unknown_vendor_is_refused(repository: Repository) -> None:
    done = repository.run("acme", "--diff")
    assert done.code == 2
    assert "there is no such vendor, neither now nor at HEAD. Known are pingone" in done.err


def test_a_revision_that_looks_like_an_option_is_not_given_to_git(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(RevisionError, match="is no git revision"), tree_at(tmp_path, "--all"):
        pass


def test_outside_a_repository_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionError, match="not in a git repository"), tree_at(tmp_path, "HEAD"):
        pass


def test_without_git_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RevisionError, match="git is not installed"), tree_at(tmp_path, "HEAD"):
        pass


def test_a_shallow_clone_says_how_to_get_the_rest(committed: Repository, tmp_path: Path) -> None:
    origin = committed.shop.root.as_uri()
    git(tmp_path, "clone", "--quiet", "--depth=1", origin, "clone")
    with (
        pytest.raises(RevisionError, match="git fetch --unshallow"),
        tree_at(tmp_path / "clone", "HEAD~1"),
    ):
        pass


def test_a_root_inside_a_repository_is_read_from_its_own_folder(
    committed: Repository, tmp_path: Path
) -> None:
    root = tmp_path / "apis"
    (root / "spec").mkdir(parents=True)
    (root / "spec" / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "b.yaml").write_text("b: 1\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "both")
    with tree_at(root, "HEAD") as folder:
        found = [path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")]
    assert found == ["spec/a.yaml"]
    assert not folder.exists()
