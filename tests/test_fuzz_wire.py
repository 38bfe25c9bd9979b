"""The wire fuzzer finds what is wrong with a server, and nothing where nothing is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import islice

import pytest

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.finding import Finding, Silence
from scripts.fuzzing.reproduction import Reproduction
from scripts.fuzzing.target import Target, Wanted, opened
from scripts.fuzzing.wire import reference
from scripts.fuzzing.wire.good_requests import good_requests
from scripts.fuzzing.wire.grammar import cases
from scripts.fuzzing.wire.run import run
from tests import broken_server
from tests.broken_server import Files, served
from tests.seeds import seeds

SEEDS = seeds("wire")


class _Enough(Exception):
    pass


def first(kind: Callable[[], Files], seed: int, checks: set[str]) -> Finding:
    """The first finding of one of the checks."""
    found: list[Finding] = []

    def emit(finding: Finding) -> None:
        found.append(finding)
        if finding.check in checks:
            raise _Enough

    with served(kind) as target:
        try:
            run(target, Budget(None, 40), seed, emit, Silence(), patience=1.5, shrinking=0.5)
        except _Enough:
            return found[-1]
    raise AssertionError(f"not found; found {[finding.key for finding in found]}")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("kind", "check", "words"),
    [
        (broken_server.TakesTheLength, "wire-accepted", "beside Transfer-Encoding"),
        (broken_server.TakesLineFeeds, "wire-accepted", "without carriage return"),
        (broken_server.FailsOnChunkSizes, "wire-server-error", "chunk size"),
        (broken_server.NeedsNoTerminator, "wire-accepted", "form"),
        (broken_server.HangsOnEarlyEnd, "wire-hang", ""),
        (broken_server.TakesTwoLengths, "wire-accepted", "more than one Content-Length"),
        (broken_server.AnswersTheSmuggled, "wire-answers", ""),
        (broken_server.FailsAfterwards, "wire-next-request", ""),
        (broken_server.StoresTheRefused, "wire-state", ""),
        (broken_server.AnswersTwice, "wire-answers", ""),
        (broken_server.SpillsItsInsides, "wire-refusal", "Content-Type"),
    ],
)
def test_a_broken_server_is_found(
    kind: Callable[[], Files], check: str, words: str, seed: int
) -> None:
    finding = first(kind, seed, {check})
    assert words in finding.signature
    assert "socket.create_connection" in finding.snippet


@pytest.mark.parametrize("seed", SEEDS)
def test_a_correct_server_is_clean(seed: int) -> None:
    found: list[Finding] = []
    with served(Files) as target:
        counts = run(target, Budget(None, 8), seed, found.append, Silence(), patience=15)
    assert [finding.snippet for finding in found] == []
    assert counts.cases >= 160  # a number of cases ends the run, not a time


def test_the_same_seed_sends_the_same_bytes() -> None:
    runs: list[list[tuple[bytes, object]]] = []
    for seed in (7, 7, 8):
        with opened(Wanted("questionpro")) as target:
            drawn = islice(cases(good_requests(target), seed), 1500)
            runs.append([(case.data, case.delivery) for case in drawn])
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_leaving_out_a_mutation_changes_no_other() -> None:
    with opened(Wanted("inventorum")) as target:
        goods = good_requests(target)
        several = (case for case in cases(goods, 1) if len(case.mutations) > 1)
        for case in islice(several, 200):
            fewer = case.without(0)
            assert fewer.mutations == case.mutations[1:]
            assert fewer.data == fewer.without(len(fewer.mutations)).data


def test_every_good_request_is_one_by_the_reference() -> None:
    for vendor in ("questionpro", "inventorum", "pingone"):
        with opened(Wanted(vendor)) as target:
            goods = good_requests(target)
            assert {good.label for good in goods} == {target.label(v) for v in target.operations}
            for good in goods:
                reading = reference.read(good.draft.copy().render())
                assert reading.clean
                assert [request.fault for request in reading.requests] == [""]


def test_a_reading_run_sends_nothing_that_writes() -> None:
    with opened(Wanted("questionpro", read_only=True)) as target:
        methods = {good.draft.method for good in good_requests(target)}
        others = {
            case.other.partition(b" ")[0] for case in islice(cases(good_requests(target), 1), 99)
        }
    assert methods == others == {b"GET"}


def test_a_finding_is_short_and_its_snippet_runs() -> None:
    with served(broken_server.TakesTwoLengths) as target:
        found: list[Finding] = []

        def emit(finding: Finding) -> None:
            known = [one.signature for one in found]
            found.append(finding)
            # The second time is after it has been made short.
            if "more than one Content-Length" in finding.signature and finding.signature in known:
                program = [sys.executable, "-c", finding.snippet]
                assert not target.redaction.shows(finding.snippet.encode())
                done = subprocess.run(
                    program, capture_output=True, timeout=30, check=True, env=_environment(target)
                )
                assert b"HTTP/1.1 20" in done.stdout
                raise _Enough

        with pytest.raises(_Enough):
            run(target, Budget(None, 40), 1, emit, Silence(), patience=1.5)
        raw = found[-1].exchanges[-1].raw_request
        assert raw is not None
        assert len(raw) < 450
        command = Reproduction(target).curl(found[-1])
        assert not target.redaction.shows(command.encode())
        printed = subprocess.run(
            ["sh", "-c", command.partition(" | nc ")[0]],
            capture_output=True, timeout=30, check=True, env=_environment(target),
        )  # fmt: skip
        assert printed.stdout == raw


def _environment(target: Target) -> dict[str, str]:
    """With the credentials where the commands of a finding take them from."""
    credentials = target.credentials
    given = {credentials.schemes[name].variable: text for name, text in credentials.values.items()}
    return {**os.environ, **given}
