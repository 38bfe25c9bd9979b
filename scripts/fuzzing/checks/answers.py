"""What every answer must be, whatever was asked: judged for each exchange of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from scripts.fuzzing.bench import Bench, decoded, documents_success, shown
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.facts import answer_schema, values
from scripts.openapi.direction import without_required
from scripts.openapi.operations import OperationView

Watcher = Callable[[OperationView | None, Exchange], None]

# Statuses that HTTP itself knows for any request, whatever a document says of an operation.
_OF_HTTP = frozenset({404, 405, 406, 408, 411, 413, 414, 415, 417, 429, 431, 501, 505})

# And those that a server of examples cannot do without, where a document states no refusal.
OF_EXAMPLES = frozenset({400, 401, 403})


class Answers:
    """Judges every exchange: the status is documented, the body fits it, no credential is shown,
    no failure is hidden.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._validators: dict[tuple[str, int], Any] = {}

    def __call__(self, view: OperationView | None, exchange: Exchange) -> None:
        answer = exchange.answer
        if answer is None:
            self._found(view, "no answer", "an answer", shown(exchange), exchange)
            return
        asked = exchange.request.header("X-Stub-Fault")
        if answer.status >= 500 and answer.status != 501 and asked is None:
            self._found(view, "the server fails", "no 5xx", shown(exchange), exchange)
        if self._bench.target.betrays(exchange):
            self._found(view, "an answer shows a credential", "none", shown(exchange), exchange)
        if view is None:
            return
        bench = self._bench
        label = bench.target.label(view)
        responses = view.operation.get("responses", {})
        status = answer.status
        documented = {str(status), f"{status // 100}XX", "default"} & set(responses)
        known = _OF_HTTP if bench.target.keeps else _OF_HTTP | OF_EXAMPLES
        if not documents_success(view):
            known |= {204}
        if not documented and status not in known and status < 500:
            self._found(
                view,
                f"the status {status} is not documented",
                f"one of {', '.join(responses)}",
                shown(exchange),
                exchange,
            )
        if documented and asked is None:
            self._judge_body(view, exchange, label)

    def _judge_body(self, view: OperationView, exchange: Exchange, label: str) -> None:
        bench, status = self._bench, exchange.status
        key = (label, status)
        if key not in self._validators:
            schema = answer_schema(bench.target, view, status)
            whole = {**(schema or {}), "components": bench.target.document.get("components", {})}
            self._validators[key] = (
                None
                if schema is None
                else jsonschema_rs.Draft202012Validator(without_required(whole, "writeOnly"))
            )
        validator = self._validators[key]
        if validator is None or exchange.request.method == "HEAD":
            return
        kind = (exchange.answer.header("Content-Type") or "") if exchange.answer else ""
        if "json" not in kind.lower():
            self._found(view, f"a {status} is not JSON", "application/json", kind, exchange)
            return
        body = decoded(exchange)
        error = next(iter(validator.iter_errors(body)), None)
        if error is not None:
            at = "/".join(map(str, error.instance_path))
            self._found(
                view,
                f"a {status} does not fit its schema at /{at.translate(_NO_DIGITS)}",
                error.message[:200],
                shown(exchange),
                exchange,
            )
        for fact in bench.facts.find(view, status, "http-status"):
            for given in values(body, fact.path):
                if given != status:
                    self._found(
                        view,
                        f"{fact.pointer} is not the status of its answer",
                        str(status),
                        str(given),
                        exchange,
                    )

    def _found(
        self, view: OperationView | None, title: str, expected: str, got: str, exchange: Exchange
    ) -> None:
        bench = self._bench
        before, bench.check = bench.check, "every answer"
        request = exchange.request
        place = request.url.partition("?")[0].removeprefix(bench.target.base_url)
        bench.found(
            view if view is not None else f"{request.method} {_short(place)}",
            title,
            expected=expected,
            got=got,
            exchanges=(exchange,),
        )
        bench.check = before


_NO_DIGITS = {ord(digit): None for digit in "0123456789"}


def _short(path: str) -> str:
    """A path whose single things are not told apart, so that one failure is one finding."""
    return "/".join(
        "*" if any(c.isdigit() for c in part) else part[:40] for part in path.split("/")
    )
