"""The checks against our own stub with documents that are not ours: nothing is to be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from scripts.fuzzing.bench import Bench
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.checks.addresses import other_methods_do_nothing
from scripts.fuzzing.checks.answers import Answers
from scripts.fuzzing.checks.disclosure import refusals_repeat_no_credential
from scripts.fuzzing.checks.statuses import good_requests_are_accepted
from scripts.fuzzing.finding import Findings, Silence
from scripts.fuzzing.target import Wanted, opened
from scripts.fuzzing.wire import reference
from scripts.fuzzing.wire.connection import Conversation
from scripts.fuzzing.wire.contract import Contract
from scripts.fuzzing.wire.good_requests import good_requests
from scripts.fuzzing.wire.judge import Expectation, judge
from tests.workshop import foreign

pytestmark = pytest.mark.generator


@contextmanager
def bench(root: Path, name: str, *, read_only: bool = False) -> Iterator[tuple[Bench, Findings]]:
    found = Findings()
    (root / "generated").mkdir()  # of this document alone: some of them share an address
    (root / "generated" / name).symlink_to(foreign().root / "generated" / name)
    with opened(Wanted(name, root=root, read_only=read_only)) as target:
        made = Bench(target, Budget(None, 5), 11, found, Silence())
        made.watchers.append(Answers(made))
        yield made, found
        made.sender.close()


@pytest.mark.parametrize(
    ("name", "check"),
    [
        # PUT of both is documented, and no good request for it is known
        ("corners", other_methods_do_nothing),
        ("depot", other_methods_do_nothing),
        # one address asks for a key and a certificate
        ("vault", good_requests_are_accepted),
        # a 404 is documented, the one of an address that does not exist is not
        ("pictures", refusals_repeat_no_credential),
    ],
)
def test_a_right_stub_of_a_foreign_document_has_no_finding(
    name: str, check: Callable[[Bench], None], tmp_path: Path
) -> None:
    with bench(tmp_path, name) as (made, found):
        check(made)
        assert [(one.operation, one.title, one.got) for one in found] == []
        assert made.counts.cases > 0


def test_a_reading_run_knows_which_methods_are_documented(tmp_path: Path) -> None:
    with bench(tmp_path, "corners", read_only=True) as (made, found):
        other_methods_do_nothing(made)
        assert [(one.operation, one.title, one.got) for one in found] == []


def test_good_bytes_are_of_the_schema_where_it_is_put_together(tmp_path: Path) -> None:
    with bench(tmp_path, "library") as (made, _):
        contract = Contract(made.target)
        for good in good_requests(made.target):
            request = reference.read(good.draft.render()).requests[0]
            assert contract.objection(request) == "", good.label


@pytest.mark.parametrize(
    ("lines", "violated"),
    [
        # more empty lines than have to be forgiven: no method is known when they are refused
        (3, []),
        (1, ["wire-answer-framing"]),
    ],
)
def test_a_refusal_of_empty_lines_may_have_a_body_before_a_head(
    lines: int, violated: list[str], tmp_path: Path
) -> None:
    requests = b"HEAD /v1/files HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"
    sent = b"\r\n" * lines + requests
    refused = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    with bench(tmp_path, "pictures") as (made, _):
        contract = Contract(made.target)
        conversation = Conversation(refused, ended=True)
        found, _ = judge(reference.read(sent), conversation, contract, Expectation(200))
    assert [one.check for one in found if one.check == "wire-answer-framing"] == violated
