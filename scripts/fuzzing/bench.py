"""What a check works with: the target, its chance, and where findings go."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.draft import Draft, good
from scripts.fuzzing.exchange import Answer, Exchange, Request, Sender
from scripts.fuzzing.facts import Facts
from scripts.fuzzing.finding import Counts, Emit, Finding, Progress
from scripts.fuzzing.target import Target
from scripts.openapi import operations
from scripts.openapi.operations import OperationView
from scripts.openapi.pointer import resolve


class NotApplicable(Exception):
    """A check has nothing to say of this document; the message says why, for the summary."""


class Unjudged(Exception):
    """A check cannot go on because of something that another check reports (the good request is
    refused, the list cannot be read).
    """


class TurnOver(Exception):
    """The time of a check's turn is used up: it may go on when others had theirs."""


def documents_success(view: OperationView) -> bool:
    """Whether the document says how the operation succeeds; one that lists failures alone does
    not.
    """
    statuses = list(view.operation.get("responses", {}))
    return any(status[0] in "23d" for status in statuses)


@dataclass
class Bench:
    """One run of the checks. `chance` is the only chance they may use.

    `turn` is the time that the running check may take, `at` the operation that it stands at.
    """

    target: Target
    budget: Budget
    seed: int
    emit: Emit
    progress: Progress
    counts: Counts = field(default_factory=Counts)
    check: str = ""
    at: str = ""

    def __post_init__(self) -> None:
        self.facts = Facts(self.target)
        self.turn = self.budget
        self.sender = self.target.sender()
        self.started = time.monotonic()
        self.watchers: list[Callable[[OperationView | None, Exchange], None]] = []

    @cached_property
    def goods(self) -> dict[str, list[Draft]]:
        """The good requests of every operation, by its label."""
        return {self.target.label(v): good(self.target, v) for v in self.target.operations}

    @cached_property
    def views(self) -> list[OperationView]:
        """The operations of which a good request is known, and that it may succeed."""
        return [v for v in self.target.operations if self.drafts(v) and documents_success(v)]

    def each(self, views: Iterable[OperationView]) -> Iterator[OperationView]:
        """The operations one by one, those first that an earlier turn of the check did not come to:
        from the one that it stood at, and round.
        """
        found = list(views)
        labels = [self.target.label(view) for view in found]
        first = labels.index(self.at) if self.at in labels else 0
        for view in found[first:] + found[:first]:
            self.at = self.target.label(view)
            yield view
        self.at = labels[first] if found else self.at  # once more round is the same round

    def chance(self, view: OperationView) -> random.Random:
        """The chance of a check with an operation: what else is checked changes none of its cases,
        nor in which order.
        """
        return random.Random(f"{self.seed} {self.check} {self.target.label(view)}")

    def drafts(self, view: OperationView) -> list[Draft]:
        """The good requests of an operation."""
        return self.goods[self.target.label(view)]

    def fresh(self, draft: Draft) -> Draft | None:
        """The draft for a thing that was made for it, where the document links the two (`links` of
        the answer that makes one); None when nobody knows a thing that exists.
        """
        if not draft.invented:
            return draft
        wanted = draft.view.operation.get("operationId")
        for maker in self.views:
            for status, link in _links(self.target.document, maker):
                if link.get("operationId") != wanted or not status.startswith("2"):
                    continue
                answer = decoded(self.send(self.drafts(maker)[0]))
                for name, expression in link.get("parameters", {}).items():
                    place, _, at = str(expression).partition("#")
                    if place != "$response.body":
                        continue
                    try:
                        draft = draft.with_path(name.removeprefix("path."), resolve(answer, at))
                    except LookupError:
                        continue
                return draft
        return None

    @property
    def uploads(self) -> list[OperationView]:
        """The operations that take a file."""
        return [v for v in self.views if any(d.file is not None for d in self.drafts(v))]

    def send(
        self, what: Draft | Request, view: OperationView | None = None, sender: Sender | None = None
    ) -> Exchange:
        """Send a request and let the watchers see the exchange. Raises TurnOver when the time of
        the check is up: some send as many requests as the document has operations.
        """
        if self.turn.spent or self.budget.spent:
            raise TurnOver
        if isinstance(what, Draft):
            view, what = what.view, what.request(self.target)
        exchange = (sender or self.sender).send(what)
        self.counts.cases += 1
        if view is not None:
            self.counts.statuses[self.target.label(view), exchange.status] += 1
        self.progress.case()
        for watcher in self.watchers:
            watcher(view, exchange)
        return exchange

    def get(self, url: str) -> Exchange:
        """Read a URL that an answer names; credentials go along only to the target's own API."""
        request = Request("GET", url)
        if url.startswith(self.target.base_url + "/"):
            for view in self.views:
                if view.method == "get":
                    request = self.target.sign(request, view)
                    break
        return self.send(request)

    def judged(self, count: int = 1) -> None:
        """The running check gave so many verdicts."""
        self.counts.checks[self.check] += count

    def found(
        self,
        operation: str | OperationView,
        title: str,
        *,
        expected: str,
        got: str,
        exchanges: tuple[Exchange, ...] = (),
        signature: str = "",
        check: str = "",
    ) -> None:
        """Report a failure of the running check, or of another one that it asked on the way."""
        self.emit(
            Finding(
                check=check or self.check,
                operation=operation if isinstance(operation, str) else self.target.label(operation),
                title=title,
                expected=expected,
                got=got,
                exchanges=exchanges,
                seed=self.seed,
                seconds=time.monotonic() - self.started,
                signature=signature,
            )
        )

    def accepted(self, draft: Draft) -> tuple[Exchange, Any]:
        """The exchange of a good request and its decoded answer. Raises Unjudged when it is
        refused, which is a finding of `good requests are accepted`.
        """
        exchange = self.send(draft)
        if not 200 <= exchange.status < 300:
            raise Unjudged(f"{self.target.label(draft.view)} answers {shown(exchange)}")
        return exchange, decoded(exchange)


def _links(document: dict[str, Any], view: OperationView) -> Iterator[tuple[str, dict[str, Any]]]:
    for status, raw in view.operation.get("responses", {}).items():
        response = operations.resolve(document, raw)
        for link in response.get("links", {}).values():
            yield str(status), operations.resolve(document, link)


def decoded(exchange: Exchange) -> Any:
    """The answer's JSON; None if it is none."""
    try:
        return json.loads(exchange.body)
    except (ValueError, RecursionError):
        return None


def shown(exchange: Exchange, most: int = 200) -> str:
    """An answer in a few words: `400 {"error": …`."""
    if exchange.answer is None:
        return f"no answer ({exchange.problem})"
    return f"{exchange.status} {brief(exchange.answer, most)}".rstrip()


def brief(answer: Answer, most: int = 200) -> str:
    """The beginning of an answer's body as text."""
    text = answer.body[: most * 4].decode("utf-8", "backslashreplace")
    printable = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return printable if len(printable) <= most else printable[:most] + "…"


def refused(exchange: Exchange) -> bool:
    """Whether the answer is a refusal that a client can understand: 4xx."""
    return 400 <= exchange.status < 500
