"""The journeys of the fuzzer find what was broken; what is right is in test_fuzz_all.py."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.fuzzing import journey
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.finding import Finding, Silence
from scripts.fuzzing.journey import run
from scripts.fuzzing.target import Target, Wanted, opened
from tests.seeds import seeds
from tests.stub.state.store import Store
from tests.stub.vendors.questionpro import QuestionPro

pytestmark = pytest.mark.generator

SEEDS = seeds("journey")


@pytest.fixture(scope="module")
def targets() -> Iterator[dict[str, Target]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield {
            name: stack.enter_context(opened(Wanted(name)))
            for name in ("questionpro", "inventorum", "pingone")
        }


# --- what was broken is found ---------------------------------------------------------------------


class Found(Exception):
    """Ends a run with its first finding."""


def found(finding: Finding) -> None:
    raise Found(finding)


Break = Callable[[pytest.MonkeyPatch], object]


def of(vendor: str, name: str) -> Any:
    return importlib.import_module(f"{vendor}_client._runtime.{name}")


def list_order_reversed(patch: pytest.MonkeyPatch) -> None:
    rows = importlib.import_module("tests.stub.vendors.image_rows").ImageRows
    plain = rows._read

    def read(*given: Any) -> Any:
        return plain(*given)[::-1]

    patch.setattr(rows, "_read", read)


def totals_off_by_one_after_restart(patch: pytest.MonkeyPatch) -> None:
    plain = Store.count_images
    prepare = Store._prepare

    def prepared(self: Any) -> None:
        prepare(self)
        self.begun = self._db.execute("SELECT count(*) FROM image").fetchone()[0]

    def count(self: Any, vendor: str, owner: str) -> int:
        return plain(self, vendor, owner) - bool(self.begun)

    patch.setattr(Store, "_prepare", prepared)
    patch.setattr(Store, "count_images", count)


def ids_used_again_after_restart(patch: pytest.MonkeyPatch) -> None:
    prepare = Store._prepare

    def prepared(self: Any) -> None:
        prepare(self)
        self._db.execute("DELETE FROM counter")

    patch.setattr(Store, "_prepare", prepared)


def page_boundary_off_by_one(patch: pytest.MonkeyPatch) -> None:
    rows = importlib.import_module("tests.stub.vendors.image_rows").ImageRows
    plain = rows.newest

    def newest(self: Any, owner: str, origin: str, first: int, count: int) -> bytes:
        return bytes(plain(self, owner, origin, first, count - (first > count > 1)))

    patch.setattr(rows, "newest", newest)


def another_image_is_served(patch: pytest.MonkeyPatch) -> None:
    plain = Store.pieces
    patch.setattr(Store, "pieces", lambda self, seq: plain(self, max(1, seq - 1)))


def a_post_is_repeated_after_processing(patch: pytest.MonkeyPatch) -> None:
    retry = of("questionpro", "retry")
    patch.setattr(retry, "_IDEMPOTENT", frozenset({*retry._IDEMPOTENT, "POST"}))


def a_file_is_sent_from_its_start(patch: pytest.MonkeyPatch) -> None:
    source = of("pingone", "handle").HandleSource
    plain = source.__init__

    def init(self: Any, handle: Any) -> None:
        handle.seek(0)
        plain(self, handle)

    patch.setattr(source, "__init__", init)


def an_unanswered_upload_is_kept_twice(patch: pytest.MonkeyPatch) -> None:
    plain = QuestionPro.keep

    def keep(self: Any, owner: Any, file: Any) -> Any:
        plain(self, owner, file)
        return plain(self, owner, file)

    patch.setattr(QuestionPro, "keep", keep)


BREAKS: list[tuple[str, Break]] = [
    ("questionpro", list_order_reversed),
    ("questionpro", totals_off_by_one_after_restart),
    ("questionpro", ids_used_again_after_restart),
    ("questionpro", page_boundary_off_by_one),
    ("questionpro", another_image_is_served),
    ("questionpro", a_post_is_repeated_after_processing),
    ("pingone", a_file_is_sent_from_its_start),
    ("questionpro", an_unanswered_upload_is_kept_twice),
]


@pytest.mark.parametrize(("vendor", "breaks"), BREAKS, ids=[each.__name__ for _, each in BREAKS])
def test_what_is_broken_is_found_whatever_the_seed(
    vendor: str, breaks: Break, targets: dict[str, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch)
    monkeypatch.setattr(journey, "MOST_SHRINKS", 0)  # that it is found is the point, not how small
    for seed in SEEDS:
        with pytest.raises(Found):
            run(targets[vendor], Budget(None, 15), seed, found, Silence())
