"""Journeys through a service: uploads, lists, faults, restarts, against a model of what must be
there.

The requests are those of the generated client with its retries on, so that what client and server
promise together is tested: a POST that was answered happened once, one that was refused never, one
whose answer was lost at most once.
"""

from __future__ import annotations

import http.client
import io
import itertools
import struct
import tempfile
import threading
import time
import traceback
import urllib.request
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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
from scripts.fuzzing.client.package import PICTURE, Bound, Caller, Package, Unbound, calling
from scripts.fuzzing.collection import (
    Broken,
    Collection,
    Kept,
    collections,
    file_place,
    homeless,
    identity,
    objects,
    read_pages,
    same_record,
    texts,
)
from scripts.fuzzing.finding import Counts, Emit, Finding, Progress
from scripts.fuzzing.life import Life, ObjectLife, ProgramLife, control
from scripts.fuzzing.search import MOST_SHRINKS, Enough, Failed, options, seed_alone
from scripts.fuzzing.target import Target

PART = "journey"
STEPS = 12
SIZES = (1, 2, 3, 7)

# Faults by what they mean for a POST: sent again by the client, never processed, perhaps processed.
AGAIN = "again"
REFUSED = "refused"
LOST = "lost"
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "busy": (AGAIN, {"scenario": "status", "status": 503, "retry-after": "0", "after": "body"}),
    "broken before": (REFUSED, {"scenario": "status", "status": 500, "after": "headers"}),
    "hung up before": (REFUSED, {"scenario": "close-before-answer", "after": "body"}),
    "reset after": (LOST, {"scenario": "reset", "after": "processing"}),
    "failed after": (LOST, {"scenario": "status", "status": 500, "after": "processing"}),
    "cut": (LOST, {"scenario": "truncated-body"}),
    "half JSON": (LOST, {"scenario": "malformed-json"}),
}


class World:
    """A server, two clients of it, and what must be there."""

    def __init__(self, target: Target, package: Package, life: Life | None) -> None:
        self.target, self.package, self.life = target, package, life
        self.secrets = {
            scheme.option: target.credentials.values[name]
            for name, scheme in package.schemes.items()
            if name in target.credentials.values
        }
        self.collections = collections(package)
        self.numbers = itertools.count()
        self._stack = ExitStack()
        self.callers: list[Caller] = []
        self.base = target.base_url
        self.steps: list[str] = []

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    def arrive(self) -> None:
        """Connect the clients to the server as it is now."""
        self.leave()
        if self.life is not None:
            self.base = self.life.urls[self.target.name]
        more = {**self.secrets, "max_retries": 2}
        self.callers = [
            self._stack.enter_context(calling(self.package, self.base, **more)) for _ in range(2)
        ]

    def leave(self) -> None:
        """Close the clients."""
        self._stack.close()
        self.callers = []

    def restart(self) -> None:
        """End the server and start it again."""
        assert self.life is not None
        self.leave()
        self.life.end()
        self.life.begin()
        self.arrive()

    def begin(self) -> None:
        """Empty the server where that may be done; what is there otherwise is where it begins."""
        self.steps.clear()
        if not self.callers:
            self.arrive()
        if self.life is not None:
            control(self.life.origin, "POST", "reset")
        for one in self.collections:
            one.forget()
            if one.lister is not None:
                listed = self.listed(one, 0, max(SIZES))
                one.items += [Kept(item) for item in listed]
                if self.life is not None and listed:
                    raise Broken("reset", "a reset leaves things in the list", [], listed)

    # --- what is done -------------------------------------------------------------------------

    def picture(self, size: int) -> bytes:
        """A picture with bytes that no other one has."""
        text = b"Comment\0" + str(next(self.numbers)).encode() + b"." * size
        chunk = b"tEXt" + text
        crc = struct.pack(">I", zlib.crc32(chunk))
        return PICTURE[:-12] + struct.pack(">I", len(text)) + chunk + crc + PICTURE[-12:]

    def make(self, one: Collection, who: int, data: bytes, form: str) -> Any:
        """Upload a file, or create; the answer as JSON. Raises the client's errors."""
        mode = ("sync", "async")[who]
        given = self.package.minimal(one.maker)
        argument = file_place(one.maker)
        if argument is not None:
            given[argument] = _as_file(data, form)
        value = self.callers[who].call(mode, one.maker, given)
        return self.package.encoded(value)

    def listed(self, one: Collection, who: int, size: int) -> list[dict[str, Any]]:
        """All items of a collection's list, read page by page."""
        assert one.lister is not None
        pages = self.callers[who].pages(
            ("sync", "async")[who], one.lister, self._page_size(one.lister, size)
        )
        values = [homeless(self.package.encoded(page), self.origin) for page in pages]
        return read_pages(one.lister, values, size)

    def _page_size(self, lister: Bound, size: int) -> dict[str, Any]:
        given = self.package.minimal(lister)
        named = lister.view.operation["x-pagination"].get("size")
        for place in lister.places:
            if place.name == named:
                given[place.argument] = size
        return given

    def queue(self, one: Collection, fault: str) -> None:
        """Have the next request for a collection's maker meet a fault."""
        assert self.life is not None
        wanted = {
            **FAULTS[fault][1],
            "vendor": self.target.name,
            "operation": one.maker.view.operation["operationId"],
        }
        control(self.life.origin, "POST", "faults", wanted)

    def requests(self, one: Collection) -> int:
        """How many requests of a collection's maker the stub has got, refused ones too."""
        assert self.life is not None
        operation = one.maker.view.operation["operationId"]
        query = f"vendor={self.target.name}&operation={operation}"
        return len(control(self.life.origin, "GET", f"requests?{query}")["requests"])

    # --- what must be so ----------------------------------------------------------------------

    def keep(self, one: Collection, answer: Any, data: bytes) -> Kept:
        """Take what was answered for made. Raises Broken where the answer cannot be true."""
        id_ = identity(self.package, one.maker, answer)
        if id_ is not None:
            if id_ in one.ids:
                raise Broken("unique ids", "an id is given twice", "a new id", id_)
            one.ids.append(id_)
        record = homeless(answer, self.origin)
        path = self._served(answer, data) if data else ""
        return Kept(record, data, path)

    def _served(self, answer: Any, data: bytes) -> str:
        addresses = [text for text in texts(answer) if text.startswith(self.origin + "/")]
        for address in addresses:
            if self.fetch(address) == data:
                return address.removeprefix(self.origin)
        if addresses and self.life is not None:
            raise Broken(
                "served bytes",
                "no URL of the answer serves the bytes that were uploaded",
                f"{len(data)} bytes at one of {addresses}",
                [len(self.fetch(address)) for address in addresses],
            )
        return ""

    def fetch(self, address: str) -> bytes:
        """The bytes at an address; none if there are none."""
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                content: bytes = answer.read()
                return content
        except (OSError, http.client.HTTPException):  # an answer cut short among them
            return b""

    def check(self, one: Collection, who: int, size: int, files: bool = False) -> None:
        """Compare a collection's list with the model. Raises Broken."""
        if files:
            for kept in one.items:
                if kept.path and self.fetch(self.origin + kept.path) != kept.data:
                    raise Broken(
                        "served bytes", "a stored file is not served as it was", kept.path, "other"
                    )
        if one.lister is None:
            return
        listed = self.listed(one, who, size)
        unknown = len(listed) - len(one.items)
        for item in listed[: max(0, unknown)]:
            self._found(one, item)
        if unknown > 0:
            known = [Kept(item) for item in listed[:unknown]]
            one.items[:0] = known
        one.lost.clear()  # what was lost would be there by now
        if len(listed) != len(one.items) or not all(
            any(same_record(part, item) for part in objects(kept.record))
            for kept, item in zip(one.items, listed, strict=False)
        ):
            raise Broken(
                "list",
                "the list is not what was made, newest first",
                [kept.record for kept in one.items],
                listed,
            )
        ids = [identity(self.package, one.maker, item) for item in listed]
        if len({repr(id_) for id_ in ids if id_ is not None}) != len(
            [id_ for id_ in ids if id_ is not None]
        ):
            raise Broken("unique ids", "two things in the list have one id", "unique ids", ids)

    def _found(self, one: Collection, item: dict[str, Any]) -> None:
        """An item that no answer told of: it has to be of a request whose answer was lost."""
        addresses = [self.origin + text for text in texts(item) if text.startswith("/")]
        contents = [self.fetch(address) for address in addresses]
        for data in one.lost:
            if data in contents or not any(contents):
                one.lost.remove(data)
                id_ = identity(self.package, one.maker, item)
                if id_ is not None:
                    one.ids.append(id_)
                return
        raise Broken(
            "at most once",
            "the list holds what nobody was answered, or twice what one request made",
            [kept.record for kept in one.items],
            item,
        )


def _as_file(data: bytes, form: str) -> Any:
    if form == "handle":
        handle = io.BytesIO(b"not of it" + data)
        handle.seek(9)
        return "handle.png", handle
    if form == "pieces":
        return "pieces.png", iter([data[:50], data[50:]])
    return "bytes.png", data


def run(target: Target, budget: Budget, seed: int, emit: Emit, progress: Progress) -> Counts:
    """Journeys with the stub in this process, then with one that is killed; without a stub of ours
    on the target itself, without faults and restarts.
    """
    counts = Counts()
    started = time.monotonic()
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
                ("with restarts", ObjectLife(Path(folder) / "object.db"), budget.cases),
                ("with kills", ProgramLife(Path(folder) / "program.db"), budget.cases // 5 or 1),
            ]
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
    counts.seconds += time.monotonic() - started
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
        return finding

    machine = _machine(world, budget, failed, progress, counts, failures)
    cls = hypothesis.seed(seed)(machine)
    try:
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
            form=st.sampled_from(["bytes", "handle", "pieces"]),
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
            answers[who] = world.make(one, who, datas[who], ("handle", "pieces")[who])
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
