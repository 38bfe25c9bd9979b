"""The stub under load, beside Prism with the same document on the same core."""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from scripts.benchmark import prism, served
from scripts.benchmark.child import Child, ChildError
from scripts.benchmark.comparison import Bench, Figures, Outcome
from scripts.benchmark.examples import answer
from scripts.benchmark.figures import Absence, Goal, Row, Table
from scripts.benchmark.load import Question
from scripts.benchmark.peers import OURS, Missing
from scripts.benchmark.served import Served, Stub
from scripts.benchmark.subject import (
    CREATE_TARGET,
    DOCUMENT,
    FORM_TARGET,
    KEY,
    LIST,
    LIST_BASE,
    Content,
    list_target,
)
from scripts.benchmark.work import WrongAnswer, demand
from scripts.openapi.yaml_source import load

LIST_RATIO, CREATE_RATIO, P99, SLOWER = 5.0, 3.0, 20.0, 1.5
IMAGES, FEW, MANY = 100, 10, 10_000
CONNECTIONS = 64
ROUNDS = 7
READY = "ready-made answers"
_BOUNDARY = "bench"


@dataclass(frozen=True)
class Asked:
    """A request, still without a server.

    Attributes:
        target: path and query after the server's prefix.
        counts: which of the stub's own figures grows by one with each, beside its requests.
    """

    method: str
    target: str
    counts: str = ""
    kind: str = ""
    body: bytes = b""

    def question(self, server: Served, items: int | None, seconds: float) -> Question:
        """The request as one server has to be asked."""
        lines = [
            f"{self.method} {server.prefix}{self.target} HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            f"api-key: {KEY}",
        ]
        if self.body:
            lines += [f"Content-Type: {self.kind}", f"Content-Length: {len(self.body)}"]
        text = "\r\n".join([*lines, "", ""]) + self.body.decode("latin-1")
        return Question(server.port, text, items, seconds, CONNECTIONS)


@dataclass(frozen=True)
class Contender:
    """A server under one load.

    Attributes:
        items: how many items its answers have; None for an object.
    """

    server: Served
    asked: Asked
    items: int | None = None


def tables(bench: Bench) -> Iterator[Table]:
    """List, create and upload beside Prism; then lists of few and of many images."""
    content = Content.load(bench.folder / "content.json")
    with ExitStack() as stack:
        ours = stack.enter_context(served.stub(bench, IMAGES))
        theirs: dict[str, Served] = {}
        absences: dict[str, Outcome] = {}
        for name in (prism.NAME, prism.SILENT):
            bench.say(f"starting {name}")
            try:
                theirs[name] = stack.enter_context(served.other(bench, name))
            except (Missing, ChildError) as error:
                failed = isinstance(error, ChildError)
                absences[name] = Outcome(absence=Absence(str(error), failed))

        def measured(
            what: str, asked: Asked, items: tuple[int | None, int | None], *more: Contender
        ) -> Iterator[Table]:
            contenders = {OURS: Contender(ours, asked, items[0])}
            contenders.update(
                (name, Contender(one, asked, items[1])) for name, one in theirs.items()
            )
            contenders.update((READY, one) for one in more)
            found = _under_load(bench, what, contenders, content)
            return _tables(what, {**found, **absences})

        shown = len(answer(load(DOCUMENT).data, LIST)["response"])
        ready = Contender(
            Served(urlsplit(bench.url).port or 0, LIST_BASE),
            Asked("GET", _relative(list_target(IMAGES))),
            IMAGES,
        )
        yield from measured(f"list {IMAGES} images", listing(), (IMAGES, shown), ready)
        yield from measured("create a survey response", creation(content), (None, None))
        yield from measured("upload an image", upload(bench.settings.seed), (None, None))
    yield from _sizes(bench, content)


def _relative(target: str) -> str:
    return target.removeprefix(LIST_BASE)


def listing(query: str = "") -> Asked:
    """A list of images."""
    return Asked("GET", _relative(FORM_TARGET) + query)


def creation(content: Content) -> Asked:
    """The creation of a survey response, as the page shows it."""
    body = json.dumps(content.question).encode()
    return Asked("POST", _relative(CREATE_TARGET), "responses", "application/json", body)


def upload(seed: int) -> Asked:
    """The upload of an image in a form."""
    head = (
        f"--{_BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="file"; filename="picture.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    body = head.encode() + _picture(seed) + f"\r\n--{_BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    return Asked("POST", _relative(FORM_TARGET), "images", kind, body)


def _picture(seed: int, side: int = 64) -> bytes:
    """A PNG of noise, about 12 KB."""
    chance = random.Random(seed)

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = b"".join(b"\0" + chance.randbytes(3 * side) for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _sizes(bench: Bench, content: Content) -> Iterator[Table]:
    """10,000 images beside 10: pages of the same size, then the default one."""
    with ExitStack() as stack:
        few = stack.enter_context(served.stub(bench, FEW))
        many = stack.enter_context(served.stub(bench, MANY))
        for what, query, items in (
            (f"a page of {FEW} images", f"?perPage={FEW}", FEW),
            ("the default page", "", IMAGES),
        ):
            asked = listing(query)
            names = [f"{count} images stored" for count in (FEW, MANY)]
            contenders = dict(
                zip(names, (Contender(few, asked, FEW), Contender(many, asked, items)), strict=True)
            )
            found = _under_load(bench, what, contenders, content)
            figures = _figures(found, "clock", "count", 1e6)
            yield Table(
                f"Stub: {what}",
                "µs",
                f"Time per request, {CONNECTIONS} connections; the default page holds {IMAGES}.",
                names[0],
                figures.rows(names[0]),
                [figures.goal(names[1], names[0], SLOWER)],
            )


def _under_load(
    bench: Bench, what: str, contenders: Mapping[str, Contender], content: Content
) -> dict[str, Outcome]:
    """Let contenders answer in turn, in another order each round, after a turn to warm up."""
    chance = random.Random(bench.settings.seed)
    outcomes = {name: Outcome() for name in contenders}
    left = dict(contenders)
    rounds = bench.settings.few(ROUNDS).rounds
    for number in range(rounds + 1):
        bench.say(f"{what}: round {number} of {rounds}")
        for name in chance.sample(sorted(left), len(left)):
            try:
                sample = turn(bench, left[name], content)
            except (ChildError, WrongAnswer, OSError) as error:
                outcomes[name] = Outcome(absence=Absence(str(error), failed=True))
                del left[name]
            else:
                if number:
                    outcomes[name].samples.append(sample)
    return outcomes


def turn(bench: Bench, contender: Contender, content: Content) -> dict[str, float | None]:
    """One turn in a fresh process.

    Raises:
        ChildError: the load ended with an error.
        WrongAnswer: the stub says that it did something else.
    """
    server, asked = contender.server, contender.asked
    question = asked.question(server, contender.items, bench.settings.seconds)
    errors = bench.folder / "load.txt"
    before = server.done(content.question) if isinstance(server, Stub) else {}
    with Child("scripts.benchmark.load", None, bench.environment, errors) as load_process:
        cpu = server.cpu()
        sample: dict[str, float | None] = load_process.ask(question.told())
        spent = server.cpu()
    sample["server"] = spent - cpu if cpu is not None and spent is not None else None
    if isinstance(server, Stub):
        after = server.done(content.question)
        count = sample["count"]
        grown = {name: after[name] - before[name] for name in before}
        # Asking itself is noted too: the list, the creation and the next look at the journal.
        expected = {"requests": count, "images": 0, "responses": 0}
        if asked.counts:
            expected[asked.counts] = count
        asking = {"requests": 2, "images": 0, "responses": 1}
        for name, number in expected.items():
            demand(grown[name] - asking[name], number, f"{name} that the stub counts")
    return sample


def _tables(what: str, found: Mapping[str, Outcome]) -> Iterator[Table]:
    """Requests per second and per second of CPU, and how long one waits for an answer."""
    limits = {f"list {IMAGES} images": LIST_RATIO, "create a survey response": CREATE_RATIO}
    rate = _figures(found, "count", "clock")
    goals = []
    if what in limits:
        goals = [rate.goal(OURS, prism.NAME, limits[what], at_least=True)]
    yield Table(
        f"Stub: {what}",
        "requests/s",
        f"{CONNECTIONS} connections, the load on another core; {READY} show what the load can do.",
        prism.NAME,
        rate.rows(prism.NAME),
        goals,
    )
    served_only = {name: outcome for name, outcome in found.items() if name != READY}
    per_cpu = _figures(served_only, "count", "server")
    yield Table(
        f"Stub: {what}, by CPU time",
        "requests/CPU s",
        "Requests per second of CPU of the server's process; less shaken by others on the machine.",
        prism.NAME,
        per_cpu.rows(prism.NAME),
    )
    rows: list[Row] = []
    for name in served_only:
        for point in ("p50", "p99"):
            (row,) = Figures.of({f"{name}, {point}": found[name]}, point, 1e3).rows()
            rows.append(row)
    last = rows[1]
    yield Table(
        f"Stub: {what}, latency",
        "ms",
        f"From the request's last byte to the answer's, {CONNECTIONS} connections without a pause;"
        " not the first answer on each, which waits until all are accepted.",
        "",
        rows,
        [Goal(last.name, last.value, P99, unit="ms", absence=last.absence)]
        if what in limits
        else [],
    )


def _figures(found: Mapping[str, Outcome], of: str, by: str, factor: float = 1.0) -> Figures:
    """One figure of each round by another one, in another unit."""
    values = {
        name: [
            above / below * factor
            for sample in outcome.samples
            if (above := sample[of]) is not None and (below := sample[by])
        ]
        for name, outcome in found.items()
    }
    absences = {name: outcome.absence for name, outcome in found.items() if outcome.absence}
    return Figures(values, absences)
