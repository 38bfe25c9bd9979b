"""A run of schemathesis as a library, with our media types, credentials and checks of answers."""

from __future__ import annotations

import copy
import itertools
import random
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import jsonschema_rs
import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import Interaction
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario, PhaseInfo
from schemathesis.transport import requests as transport
from schemathesis.transport.serialization import Binary

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, refused, shown
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.checks.answers import OF_EXAMPLES, Answers
from scripts.fuzzing.draft import known
from scripts.fuzzing.exchange import Answer, Exchange, Request
from scripts.fuzzing.finding import Counts, Emit, Finding, Progress
from scripts.fuzzing.target import READING, Target
from scripts.openapi.binary import without_texts_as_files
from scripts.openapi.direction import without_required
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.objects import objects
from scripts.openapi.operations import OperationView, media_kind, resolve

_KNOWN = 0.9
"""How often a path parameter is one that exists: nothing behind an unknown one is reached."""


def run(
    target: Target,
    budget: Budget,
    seed: int,
    emit: Emit,
    progress: Progress,
    counts: Counts | None = None,
    *,
    workers: int = 1,
) -> Counts:
    """All phases and checks of schemathesis; `budget.cases` is its number of examples.

    Raises KeyboardInterrupt when it is interrupted.
    """
    progress.stage("schemathesis")
    bench = Bench(target, budget, seed, emit, progress, Counts() if counts is None else counts)
    schema: Any = schemathesis.openapi.from_dict(
        _to_the_letter(target.document), config=_config(target, budget, seed, workers)
    )
    if target.read_only:
        schema = schema.include(method=[method.upper() for method in READING])
    media.register(schemathesis.openapi.media_type)
    judge = _Judge(bench)
    with _same_boundaries(seed):
        stream = from_schema(schema).execute()
        try:
            for event in stream:
                judge(event)
                if isinstance(event, events.Interrupted):
                    # It ends its phase for that, and says so; the run is to end.
                    raise KeyboardInterrupt
                # Not schemathesis' own limit of time: with one it repeats phases until time is up,
                # and the cases would depend on the speed of the machine.
                if budget.spent:
                    stream.stop()
        except KeyboardInterrupt:
            stream.stop()
            raise
    return bench.counts


def _to_the_letter(document: dict[str, Any]) -> dict[str, Any]:
    """A copy without what OpenAPI 3.1 says nothing of, and schemathesis heeds all the same:
    `nullable`, a file's format where no file can be, and header parameters that are called as
    HTTP's own.
    """
    result = copy.deepcopy(document)
    without_texts_as_files(result)
    for _, read in objects(result):
        found = cast("dict[str, Any]", read)
        if isinstance(found.get("nullable"), bool):
            del found["nullable"]
        if is_array(found.get("parameters")):
            found["parameters"] = [one for one in found["parameters"] if not _ignored(result, one)]
    return result


def _ignored(document: dict[str, Any], parameter: Any) -> bool:
    described = resolve(document, parameter)
    return described["in"] == "header" and str(described["name"]).lower() in _IGNORED


_IGNORED = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that are ignored (OpenAPI 3.1.0, Parameter Object, `name`)."""


def _config(target: Target, budget: Budget, seed: int, workers: int) -> schemathesis.Config:
    settings: dict[str, Any] = {
        "seed": seed,
        "base-url": target.base_url,
        "workers": workers,
        "continue-on-failure": True,
        "request-timeout": target.timeout,
        "cache": {"enabled": False},
        "generation": {"max-examples": budget.cases, "database": "none"},
        "warnings": False,
        **_known_values(target),
    }
    if target.read_only:
        # else it tries every method that an address does not document
        settings["phases"] = {"coverage": {"unexpected-methods": ["GET", "OPTIONS"]}}
    if target.pace.limited:
        settings["rate-limit"] = f"{max(1, int(target.pace.per_second * 60))}/m"
    if not target.ours:
        settings["request-retries"] = 3
    signed = _auth(target)
    if signed:
        settings["auth"] = {"openapi": signed}
    kind: Any = schemathesis.Config  # its from_dict is annotated with a bare `dict`
    made: schemathesis.Config = kind.from_dict(settings)
    return made


def _auth(target: Target) -> dict[str, dict[str, str]]:
    """The credentials by scheme. One place is enough for schemathesis; every place is tried by our
    own checks.
    """
    found: dict[str, dict[str, str]] = {}
    for view in target.operations:
        usable = target.credentials.usable(target.alternatives(view)) or []
        for scheme in usable:
            value = target.credentials.values[scheme.name]
            if scheme.prefix.strip().lower() == "basic":
                user, _, password = value.partition(":")
                found[scheme.name] = {"username": user, "password": password}
            else:
                found[scheme.name] = {"bearer" if scheme.prefix else "api_key": value}
    return found


def _known_values(target: Target) -> dict[str, Any]:
    """Path parameters that exist: given on the command line, else the document's examples."""
    dictionaries: dict[str, Any] = {}
    bound: dict[str, Any] = {}
    for view in target.operations:
        for parameter in view.parameters:
            name = str(parameter["name"])
            value = known(target, parameter)
            if parameter["in"] == "path" and value is not None:
                key = f"known-{len(dictionaries)}"
                dictionaries[key] = {"values": [value]}
                bound[f"path.{name}"] = {"dictionary": key, "probability": _KNOWN}
    return {"dictionaries": dictionaries, "parameters": bound} if bound else {}


@contextmanager
def _same_boundaries(seed: int) -> Generator[None]:
    """Boundaries of forms that depend on the seed alone: the encoder takes them from the system's
    chance, and then no two runs would send the same bytes.
    """
    from urllib3 import filepost

    chance = random.Random(seed)
    kept: list[tuple[Any, Any]] = [
        (module, module.choose_boundary)
        for module in (filepost, transport)
        if hasattr(module, "choose_boundary")
    ]
    for module, _ in kept:
        module.choose_boundary = lambda: f"{chance.getrandbits(128):032x}"
    try:
        yield
    finally:
        for module, original in kept:
            module.choose_boundary = original


class _Judge:
    """Turns the events of a run into counts and findings."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._answers = Answers(bench)
        self._views = {bench.target.label(view): view for view in bench.views}

    def __call__(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.ScenarioFinished):
            self._scenario(event.recorder, event.phase.value)
        elif isinstance(event, events.NonFatalError):
            note = f"schemathesis, {event.label}: {event.info.title}: {event.info.message}"
            self._bench.counts.notes.append(note[:300])
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.PhaseStarted):
            self._bench.progress.stage(f"schemathesis: {event.phase.name.value.lower()}")
        elif isinstance(event, events.EngineFinished):
            for failure in event.failures:
                self._found("run", failure.operation or "", failure, ())

    def _scenario(self, recorder: Any, phase: str) -> None:
        """A ScenarioRecorder, whose annotations leave open what its cases are."""
        bench = self._bench
        exchanges: dict[str, Exchange] = {}
        for case_id, interaction in recorder.interactions.items():
            exchanges[case_id] = exchange = _exchange(interaction)
            node = recorder.cases.get(case_id)
            label = str(node.value.operation.label) if node else recorder.label
            bench.counts.cases += 1
            bench.counts.statuses[label, exchange.status] += 1
            view = self._view(label, exchange)
            if exchange.answer is not None:  # what got none is a failure of schemathesis' own
                self._answers(view, exchange)
        bench.progress.case(len(exchanges))
        for case_id, nodes in recorder.checks.items():
            for verdict in nodes:
                bench.counts.checks[f"schemathesis: {verdict.name}"] += 1
                if verdict.status != Status.FAILURE or verdict.failure_info is None:
                    continue
                failure = verdict.failure_info.failure
                chain = [
                    case.id
                    for case in recorder.iter_chain_cases(case_id=failure.case_id or case_id)
                ]
                shown_ = tuple(exchanges[id_] for id_ in chain if id_ in exchanges)
                node = recorder.cases.get(failure.case_id or case_id)
                meta = node.value.meta if node else None
                negative = verdict.name == "negative_data_rejection"
                if negative and meta is not None and only_unlisted(meta.phase):
                    continue
                label = failure.operation or recorder.label
                if negative and node and fits_after_all(bench.target, self._views, node.value):
                    continue
                if shown_ and self._unknown_method(label, shown_[-1]):
                    continue
                if verdict.name == "negative_data_rejection" and shown_ and refused(shown_[-1]):
                    continue  # its list of refusals is shorter than HTTP's: no 414, no 431
                if shown_ and self._of_examples(verdict.name, shown_[-1]):
                    continue
                self._found(verdict.name, label, failure, shown_)

    def _view(self, label: str, exchange: Exchange) -> OperationView | None:
        """The operation that was called; none when schemathesis tried another method."""
        view = self._views.get(label)
        if view is not None and exchange.request.method == view.method.upper():
            return view
        return None

    def _unknown_method(self, label: str, exchange: Exchange) -> bool:
        """Whether this is a refusal of a method that is not documented, by a server that is not
        ours: schemathesis wants a 405, RFC 9110 has a 501 for methods that a server does not know
        (15.6.2) and a 404 for things that are not there for a method.
        """
        refused = 400 <= exchange.status < 500 or exchange.status == 501
        return not self._bench.target.ours and refused and self._view(label, exchange) is None

    def _of_examples(self, check: str, exchange: Exchange) -> bool:
        """Whether this is what a server of examples cannot do better: it keeps nothing, refuses
        where the document states no refusal, reads forms to the letter and of other bodies than
        JSON and forms only that they are there.
        """
        if self._bench.target.keeps:
            return False
        essence = (exchange.request.header("Content-Type") or "").partition(";")[0]
        unread = bool(essence) and media_kind(essence) != "json"
        return (
            (check == "status_code_conformance" and exchange.status in {*OF_EXAMPLES, 204})
            or check in ("use_after_free", "ensure_resource_availability")
            or (check in ("positive_data_acceptance", "negative_data_rejection") and unread)
        )

    def _found(
        self, check: str, label: str, failure: Failure, exchanges: tuple[Exchange, ...]
    ) -> None:
        bench = self._bench
        last = exchanges[-1] if exchanges else None
        bench.emit(
            Finding(
                check=f"schemathesis: {check}",
                operation=label,
                title=failure.title,
                expected=" ".join(failure.message.split())[:400] or "see the check's name",
                got=shown(last) if last else "",
                exchanges=exchanges,
                seed=bench.seed,
                seconds=time.monotonic() - bench.started,
            )
        )


def only_unlisted(phase: PhaseInfo) -> bool:
    """Whether all that is wrong with a case is a parameter that nobody documented: a request may
    always have more of those, proxies and browsers add cookies and headers of their own.
    """
    data = phase.data
    return (
        isinstance(data, CoveragePhaseData)
        and data.scenario is CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES
        and data.parameter_location is not ParameterLocation.BODY
    )


def fits_after_all(
    target: Target, views: Mapping[str, OperationView], case: schemathesis.Case[Any]
) -> bool:
    """Whether nothing is wrong with a case that was to be wrong: its body fits its schema, for
    what one branch of a choice forbids another may allow, and what is more in its query, its
    headers or its cookies is no parameter of the document. schemathesis drops such cases itself,
    but not where a file is in the body, nor where both come together.
    """
    meta, view = case.meta, views.get(str(case.operation.label))
    if meta is None or view is None:
        return False
    negative = {place for place in meta.components if meta.is_negative_at(place)}
    wrong_body = ParameterLocation.BODY in negative
    others = negative - {ParameterLocation.BODY}
    return (
        wrong_body
        and all(_only_unlisted_at(place, view) for place in others)
        and _body_fits(target, view, case)
    )


def _only_unlisted_at(place: ParameterLocation, view: OperationView) -> bool:
    """Whether the operation has no parameter there, so that all that is there is unlisted."""
    return place in _FREE and not any(one["in"] == place.value for one in view.parameters)


_FREE = frozenset({ParameterLocation.QUERY, ParameterLocation.HEADER, ParameterLocation.COOKIE})


def _body_fits(target: Target, view: OperationView, case: schemathesis.Case[Any]) -> bool:
    if "requestBody" not in view.operation:
        return False
    content = resolve(target.document, view.operation["requestBody"]).get("content", {})
    schema = content.get(case.media_type, {}).get("schema")
    if schema is None:
        return False
    components = without_required(target.document, "readOnly").get("components", {})
    validator = jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": components})
    try:
        return validator.is_valid(_as_text(_sent(case)))
    except ValueError:  # no JSON: nothing was drawn, or what JSON cannot write
        return False


def _sent(case: schemathesis.Case[Any]) -> Any:
    """The body as it is sent: in a form an empty list has no part."""
    body: Any = case.body
    if is_object(body) and media_kind(str(case.media_type)) in ("form", "multipart"):
        return {name: value for name, value in body.items() if value != []}
    return body


def _as_text(value: Any) -> Any:
    """A drawn value with texts for the bytes of files."""
    if isinstance(value, bytes | Binary):
        return (value if isinstance(value, bytes) else value.data).decode("latin-1")
    if is_array(value):
        return [_as_text(item) for item in value]
    if is_object(value):
        return {name: _as_text(item) for name, item in value.items()}
    return value


def _exchange(interaction: Interaction) -> Exchange:
    sent = interaction.request
    headers = tuple(
        (name, value)
        for name, values in sent.headers.items()
        for value in values
        if name.lower() not in ("content-length", "host", "connection", "accept-encoding")
    )
    request = Request(sent.method, sent.uri, _latin(headers), sent.body)
    response = interaction.response
    if response is None:
        return Exchange(request, None, "no answer", started=interaction.timestamp)
    got = tuple(
        itertools.chain.from_iterable(
            ((name, value) for value in values) for name, values in response.headers.items()
        )
    )
    return Exchange(
        request,
        Answer(response.status_code, got, response.content or b""),
        started=interaction.timestamp,
        seconds=response.elapsed,
    )


def _latin(headers: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, str], ...]:
    """Header values as text, whatever the HTTP library was given."""
    return tuple(
        (name, value.decode("latin-1") if isinstance(value, bytes) else str(value))
        for name, value in headers
    )
