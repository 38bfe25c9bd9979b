"""Runs the client under fuzz: answers to it, and requests of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client import discretion, requests
from scripts.fuzzing.client.answers import Scripted, scripted
from scripts.fuzzing.client.arrival import Sent
from scripts.fuzzing.client.caller import calling
from scripts.fuzzing.client.documented import documented
from scripts.fuzzing.client.exchanges import Exchanges
from scripts.fuzzing.client.judgement import Wrong, judge
from scripts.fuzzing.client.package import SECRET, Bound, Package, Unbound
from scripts.fuzzing.client.raw_server import RawServer
from scripts.fuzzing.client.sweep import swept
from scripts.fuzzing.exchange import Answer, Exchange, Request
from scripts.fuzzing.finding import Counts, Emit, Finding, Progress
from scripts.fuzzing.search import search
from scripts.fuzzing.target import Target

PART = "client"


def run(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
) -> Counts:
    """Fuzz the target's client: half of the time answers, half of it requests."""
    counts = Counts() if counts is None else counts
    package = _package(target, counts)
    if package is not None:
        _fixed(package, budget.share(0.35), seed, emit, progress, counts)
        _answers(package, budget.share(0.5), seed, emit, progress, counts)
        _requests(package, budget.share(1), seed, emit, progress, counts)
    return counts


def sweep(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
) -> Counts:
    """Only what is the same for every seed: answers that are one step from what the document shows,
    exchanges of more than one request, what a client shows of itself.
    """
    counts = Counts() if counts is None else counts
    package = _package(target, counts)
    if package is not None:
        _fixed(package, budget, seed, emit, progress, counts)
    return counts


def drawn(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
) -> Counts:
    """Only what is drawn from the seed."""
    counts = Counts() if counts is None else counts
    package = _package(target, counts)
    if package is not None:
        _answers(package, budget.share(0.5), seed, emit, progress, counts)
        _requests(package, budget.share(1), seed, emit, progress, counts)
    return counts


def _package(target: Target, counts: Counts) -> Package | None:
    """The target's client; None where it has none, which the counts then tell."""
    try:
        package = Package(target)
    except Unbound as error:
        counts.not_applicable[PART] = str(error)
        return None
    counts.notes += package.unbound
    if not package.bound:
        counts.not_applicable[PART] = "no operation of the document has a method of the client"
        return None
    return package


def _requests(
    package: Package, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    progress.stage("client: requests")
    with _asking(package, progress, counts) as verdict:
        for index, bound in enumerate(_timely(package.bound, budget, counts, "requests")):
            share = budget.share(1 / (len(package.bound) - index))
            cases = requests.sent(package, bound)
            search(cases, verdict, budget=share, seed=seed, emit=emit)


def _asked(
    package: Package, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    progress.stage("client: odd arguments")
    with _asking(package, progress, counts) as verdict:
        for bound in _timely(package.bound, budget, counts, "odd arguments"):
            for case in requests.fixed(package, bound):
                if budget.spent:
                    break
                found = verdict(case)
                if found is not None:
                    emit(replace(found, seed=seed))


def _timely(asked: Sequence[Bound], budget: Budget, counts: Counts, stage: str) -> Iterator[Bound]:
    """The operations that there is time for; a note says how many there is none for."""
    for index, bound in enumerate(asked):
        if budget.spent:
            left = len(asked) - index
            counts.notes.append(f"client: {stage}: no time was left for {left} of {len(asked)}")
            return
        yield bound


@contextmanager
def _asking(
    package: Package, progress: Progress, counts: Counts
) -> Generator[Callable[[Sent], Finding | None]]:
    """A function that makes a call and judges the request that arrives."""
    with RawServer() as server, calling(package, server.url) as caller:
        server.answer = b"HTTP/1.1 418 Arrived\r\nContent-Length: 0\r\n\r\n"

        def verdict(case: Sent) -> Finding | None:
            wrong = requests.judge(package, caller, server, case)
            counts.cases += 1
            counts.checks["client requests"] += 1
            progress.case()
            if wrong is None:
                return None
            exchanges = tuple(
                Exchange(
                    Request(one.method, package.target.base_url + one.target, (), one.body),
                    None,
                    raw_request=one.raw.replace(SECRET.encode(), b"(credential)"),
                )
                for one in server.arrived[:1]
            )
            return Finding(
                wrong.check,
                case.bound.label,
                wrong.title,
                wrong.expected,
                wrong.got,
                exchanges,
                part=PART,
                snippet=repr(case),
            )

        yield verdict


def _fixed(
    package: Package, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    _discreet(package, budget, seed, emit, progress, counts)
    _asked(package, budget.share(0.3), seed, emit, progress, counts)
    _swept(package, budget.share(0.6), seed, emit, progress, counts)
    _exchanged(package, budget, seed, emit, progress, counts)


def _discreet(
    package: Package, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    progress.stage("client: what it shows")
    with RawServer() as server, calling(package, server.url) as caller:
        for index, bound in enumerate(package.bound):
            verdicts: list[Callable[[], Wrong | None]] = [
                partial(discretion.of_logs, package, caller, server, bound),
                partial(discretion.of_numbers, package, caller, server, bound),
            ]
            if index == 0:
                verdicts.append(partial(discretion.of_representations, package, caller))
                verdicts.append(partial(discretion.of_addresses, package, bound))
            for verdict in verdicts:
                if budget.spent:
                    return
                wrong = verdict()
                _judged(counts, progress, "client discretion")
                if wrong is not None:
                    emit(_plain_finding(bound, wrong, seed, budget))


def _exchanged(
    package: Package, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    progress.stage("client: exchanges")
    with closing(Exchanges(package, budget).verdicts()) as verdicts:  # they hold open servers
        for case, came, wrong in verdicts:
            _judged(counts, progress, "client exchanges")
            if wrong is not None:
                call = f"{case.bound.resource}.{case.bound.method}"
                note = f"{call}, {case.mode}, {case.what}: {came.shown}"
                emit(_plain_finding(case.bound, replace(wrong, got=note), seed, budget))


def _judged(counts: Counts, progress: Progress, check: str) -> None:
    counts.cases += 1
    counts.checks[check] += 1
    progress.case()


def _plain_finding(bound: Bound, wrong: Wrong, seed: int, budget: Budget) -> Finding:
    return Finding(
        wrong.check,
        bound.label,
        wrong.title,
        wrong.expected,
        wrong.got,
        part=PART,
        seed=seed,
        seconds=budget.elapsed,
    )


def _swept(
    package: Package, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    progress.stage("client: one step from the examples")
    with _answering(package, progress, counts) as verdict:
        for bound in _timely(_answered(package), budget, counts, "one step from the examples"):
            for case in swept(package, bound, documented(package, bound)):
                if budget.spent:
                    break
                found = verdict(case)
                if found is not None:
                    emit(replace(found, seed=seed))


def _answers(
    package: Package, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    progress.stage("client: answers")
    asked = _answered(package)
    with _answering(package, progress, counts) as verdict:
        for index, bound in enumerate(_timely(asked, budget, counts, "answers")):
            share = budget.share(1 / (len(asked) - index))
            answers = {bound.label: documented(package, bound)}
            search(scripted(package, answers, bound), verdict, budget=share, seed=seed, emit=emit)


def _answered(package: Package) -> list[Bound]:
    """The operations whose answer has a body: not those of HEAD."""
    return [bound for bound in package.bound if bound.view.method != "head"]


@contextmanager
def _answering(
    package: Package, progress: Progress, counts: Counts
) -> Generator[Callable[[Scripted], Finding | None]]:
    """A function that serves an answer to the client and judges what it makes of it."""
    with RawServer() as server, calling(package, server.url) as caller:

        def verdict(case: Scripted) -> Finding | None:
            server.answer, server.close = case.message, case.close
            server.arrived.clear()
            wrong = judge(package, caller, case)
            counts.cases += 1
            counts.checks["client answers"] += 1
            progress.case()
            return None if wrong is None else finding(package.target, case, wrong, server)

        yield verdict


def finding(target: Target, case: Scripted, wrong: Wrong, server: RawServer) -> Finding:
    """A failure with the bytes that show it."""
    arrived = server.arrived[-1] if server.arrived else None
    request = Request(
        case.bound.view.method.upper(),
        target.base_url + (arrived.target if arrived else case.bound.view.path),
        (),
        arrived.body if arrived else None,
    )
    exchange = Exchange(
        request,
        Answer(case.status, (), case.content),
        raw_request=arrived.raw.replace(SECRET.encode(), b"(credential)") if arrived else None,
        raw_answer=case.message,
    )
    return Finding(
        wrong.check,
        case.bound.label,
        wrong.title,
        wrong.expected,
        wrong.got,
        (exchange,),
        part=PART,
        snippet=snippet(target, case),
    )


def snippet(target: Target, case: Scripted) -> str:
    """Python that serves the answer once and calls the method."""
    module = f"{target.name.replace('-', '_')}_client"
    needed = [place for place in case.bound.places if place.required and not place.option]
    call = ", ".join(f"{name}=..." for name in dict.fromkeys(place.argument for place in needed))
    raw = ".with_raw_response" if case.raw else ""
    return (
        f"import {module}  # {case.mode} client, base_url of a server that answers:\n"
        f"ANSWER = {case.message!r}\n"
        f"client.{case.bound.resource}{raw}.{case.bound.method}({call})"
    )


__all__ = ["PART", "drawn", "run", "sweep"]
