"""Journeys through a service: uploads, lists, faults, restarts, against a model of what must be
there.

The requests are those of the generated client with its retries on, so that what client and server
promise together is tested: a POST that was answered happened once, one that was refused never, one
whose answer was lost at most once.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.reporting import with_reporter
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client.package import Package, Unbound
from scripts.fuzzing.collection import Broken, Collection, collections, objects, same_record
from scripts.fuzzing.finding import Counts, Emit, Finding, Progress
from scripts.fuzzing.life import Life, ObjectLife, ProgramLife
from scripts.fuzzing.search import MOST_SHRINKS, Enough, Failed, options, seed_alone
from scripts.fuzzing.target import Target
from scripts.fuzzing.world import AGAIN, FAULTS, LOST, SIZES, World

PART = "journey"
STEPS = 12


def run(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
) -> Counts:
    """Journeys with the stub in this process, then with one that is killed; without a stub of ours
    on the target itself, without faults and restarts.
    """
    counts = Counts() if counts is None else counts
    if not target.keeps:
        counts.not_applicable[PART] = "the stub answers examples for it"
        return counts
    try:
        package = Package(target)
    except Unbound as error:
        counts.not_applicable[PART] = str(error)
        return counts
    if target.read_only or not collections(package):
        counts.not_applicable[PART] = "nothing may be made, or nothing is"
        return counts
    with tempfile.TemporaryDirectory() as folder:
        lives: list[tuple[str, Life | None, int]] = [("on the target", None, budget.cases)]
        if target.ours:
            lives = [
                ("with restarts", ObjectLife(Path(folder), target.name, target.root), budget.cases),
                ("with kills", ProgramLife(Path(folder) / "program.db"), budget.cases // 5),
            ]
        lives = [one for one in lives if one[2]]
        for index, (name, life, cases) in enumerate(lives):
            progress.stage(f"journey {name}")
            share = replace(budget.share(0.75 if index + 1 < len(lives) else 1), cases=cases)
            if life is not None:
                life.begin()
            world = World(target, package, life)
            try:
                _travel(world, share, seed, emit, progress, counts)
            finally:
                world.leave()
                if life is not None:
                    life.end()
    return counts


def _travel(
    world: World, budget: Budget, seed: int, emit: Emit, progress: Progress, counts: Counts
) -> None:
    failures: list[Finding] = []

    def failed(broken: Broken) -> Finding:
        steps = "\n".join(world.steps)
        finding = Finding(
            broken.check,
            "",
            broken.title,
            broken.expected,
            f"{broken.got}\nafter:\n{steps}",
            part=PART,
            seed=seed,
            seconds=budget.elapsed,
            snippet=steps,
        )
        failures.append(finding)
        if len(failures) == 1:
            emit(finding)
        return finding

    machine = _machine(world, budget, failed, progress, counts, failures)
    cls = hypothesis.seed(seed)(machine)
    try:
        if isinstance(world.life, ObjectLife):  # a program takes a second to start
            _always(cls(), world)
        with with_reporter(lambda _: None), seed_alone():
            run_state_machine_as_test(
                cls, settings=options(budget.cases, stateful_step_count=STEPS)
            )
    except (Enough, Failed, Flaky, ExceptionGroup) as error:
        # Where the time ends within a repeated journey, Hypothesis calls it flaky.
        if not failures and not isinstance(error, Enough) and not budget.spent:
            raise
    if failures:
        emit(min(failures, key=lambda one: one.snippet.count("\n")))


def _always(journey: Any, world: World) -> None:
    """The journey that is the same for every seed: everything is made before a restart, behind it,
    and behind another. What is drawn may come to that late.
    """
    journey.begin()
    for one in world.collections:
        for who in (0, 1):
            journey.make(one, who, 20, world.forms[who], SIZES[1])
            journey.restart(one, SIZES[1])
        if one.uploads:
            journey.both(one, SIZES[0])


def _machine(
    world: World,
    budget: Budget,
    failed: Callable[[Broken], Finding],
    progress: Progress,
    counts: Counts,
    failures: list[Finding],
) -> Any:
    makers = world.collections
    uploads = [one for one in makers if one.uploads]
    ours = world.life is not None
    makes = st.sampled_from(makers)
    people = st.integers(0, 1)
    sizes = st.sampled_from(SIZES)
    shrinks = itertools.count()
    forms = world.forms

    class Journey(RuleBasedStateMachine):
        """One journey."""

        def do(self, step: str, task: Callable[[], None]) -> None:
            """Run a step; its failure ends the journey."""
            if budget.spent or (failures and next(shrinks) > MOST_SHRINKS * STEPS):
                raise Enough
            world.steps.append(step)
            counts.cases += 1
            counts.checks[PART] += 1
            progress.case()
            try:
                task()
            except Broken as broken:
                raise Failed(failed(broken)) from None
            except world.package.errors.APIError as error:
                refused = Broken(
                    "good requests are answered",
                    "a request without a fault ends in an error",
                    "an answer",
                    f"{type(error).__name__}: {error}",
                )
                raise Failed(failed(refused)) from None
            except Exception as error:  # what a client lets out is judged, our own is raised
                raise Failed(failed(_escaped(error))) from error

        @initialize()
        def begin(self) -> None:
            self.do("begin()", world.begin)

        @rule(
            one=makes,
            who=people,
            length=st.sampled_from([0, 1, 5000, 200_000]),
            form=st.sampled_from(forms),
            size=sizes,
        )
        def make(self, one: Collection, who: int, length: int, form: str, size: int) -> None:
            def task() -> None:
                data = world.picture(length) if one.uploads else b""
                answer = world.make(one, who, data, form)
                one.items.insert(0, world.keep(one, answer, data))
                world.check(one, who, size)

            self.do(f"make({_name(one)}, {who}, {length}, {form!r}, {size})", task)

        @precondition(lambda self: ours)
        @rule(one=makes, who=people, fault=st.sampled_from(sorted(FAULTS)), size=sizes)
        def fault(self, one: Collection, who: int, fault: str, size: int) -> None:
            self.do(
                f"fault({_name(one)}, {who}, {fault!r}, {size})",
                lambda: _with_fault(world, one, who, fault, size),
            )

        @precondition(lambda self: bool(uploads))
        @rule(one=st.sampled_from(uploads or makers), size=sizes)
        def both(self, one: Collection, size: int) -> None:
            self.do(f"both({_name(one)}, {size})", lambda: _at_once(world, one, size))

        @rule(one=makes, who=people, size=sizes)
        def look(self, one: Collection, who: int, size: int) -> None:
            self.do(
                f"look({_name(one)}, {who}, {size})",
                lambda: world.check(one, who, size, files=True),
            )

        @precondition(lambda self: ours)
        @rule(one=makes, size=sizes)
        def restart(self, one: Collection, size: int) -> None:
            def made(who: int) -> None:
                data = world.picture(20) if one.uploads else b""
                answer = world.make(one, who, data, ("bytes", "handle")[who])
                one.items.insert(0, world.keep(one, answer, data))

            def task() -> None:
                made(0)  # the last thing before the end, and the first after it
                world.restart()
                for each in makers:
                    world.check(each, 0, size, files=True)
                made(1)
                world.check(one, 1, size)

            self.do(f"restart({_name(one)}, {size})", task)

        @precondition(lambda self: ours and any(len(one.items) > 2 for one in makers))
        @rule()
        def reset(self) -> None:
            self.do("reset()", world.begin)

    return Journey


def _escaped(error: Exception) -> Broken:
    """What is no error of the client's own came out of it. Raises the error where it did not come
    out of the client but out of our own code.
    """
    modules = [
        str(frame.f_globals.get("__name__", ""))
        for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    if not any("_client." in name for name in modules):
        raise error
    return Broken(
        "typed errors only",
        f"{type(error).__name__} escapes from the client",
        "a value, or an error of the client's own",
        str(error),
    )


def _with_fault(world: World, one: Collection, who: int, fault: str, size: int) -> None:
    meaning = FAULTS[fault][0]
    data = world.picture(100) if one.uploads else b""
    before = world.requests(one)
    world.queue(one, fault)
    answer: Any = None
    try:
        answer = world.make(one, who, data, "bytes")
    except world.package.errors.APIError as error:
        if meaning == AGAIN:
            raise Broken(
                "retries",
                "the client does not repeat a request that was not processed",
                "a second request after 503 with Retry-After: 0",
                f"{type(error).__name__}: {error}",
            ) from None
        if meaning == LOST and data:
            one.lost.append(data)
    else:
        if meaning != AGAIN:
            raise Broken(
                "retries",
                "a request succeeds that may have been processed before: it was sent again",
                f"an error, after {fault!r}",
                answer,
            )
        one.items.insert(0, world.keep(one, answer, data))
    sent = world.requests(one) - before
    wanted = 2 if meaning == AGAIN else 1
    if sent != wanted:
        raise Broken("retries", f"a POST is sent {sent} times, not {wanted}", wanted, sent)
    world.check(one, who, size)


def _at_once(world: World, one: Collection, size: int) -> None:
    datas = [world.picture(10), world.picture(3000)]
    answers: list[Any] = [None, None]
    errors: list[BaseException] = []

    def upload(who: int) -> None:
        try:
            answers[who] = world.make(one, who, datas[who], world.forms[-2:][who])
        except world.package.errors.APIError as error:
            errors.append(error)

    threads = [threading.Thread(target=upload, args=(who,)) for who in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors:
        raise error
    made = [world.keep(one, answer, data) for answer, data in zip(answers, datas, strict=True)]
    if one.lister is not None:
        first = world.listed(one, 0, size)[:1]
        if first and not any(same_record(part, first[0]) for part in objects(made[0].record)):
            made.reverse()
    one.items[:0] = made
    world.check(one, 0, size)


def _name(one: Collection) -> str:
    return str(one.maker.view.operation.get("operationId", one.maker.label))


__all__ = ["PART", "run"]
