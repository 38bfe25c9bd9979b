"""What fuzz.py makes of schemathesis' verdicts: what the document allows is no violation."""

from __future__ import annotations

import signal
import time
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import (
    CaseMetadata,
    ComponentInfo,
    CoverageScenario,
    GenerationInfo,
    PhaseInfo,
)
from schemathesis.generation.modes import GenerationMode
from schemathesis.transport.serialization import Binary

from scripts.fuzzing import schemathesis_run
from scripts.fuzzing.budget import Budget, TimeUp, ended_in_time
from scripts.fuzzing.finding import Findings, Silence
from scripts.fuzzing.schemathesis_run import fits_after_all, only_unlisted
from scripts.fuzzing.target import Wanted, opened
from scripts.openapi.operations import operations

pytestmark = pytest.mark.generator

ADDED = CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES


@pytest.mark.parametrize(
    ("scenario", "place", "forgiven"),
    [
        (ADDED, ParameterLocation.COOKIE, True),
        (ADDED, ParameterLocation.HEADER, True),
        (ADDED, ParameterLocation.QUERY, True),
        (ADDED, ParameterLocation.BODY, False),
        (CoverageScenario.INCORRECT_TYPE, ParameterLocation.COOKIE, False),
        (CoverageScenario.MISSING_PARAMETER, ParameterLocation.COOKIE, False),
    ],
)
def test_a_parameter_more_is_forgiven_and_a_wrong_one_is_not(
    scenario: CoverageScenario, place: ParameterLocation, forgiven: bool
) -> None:
    phase = PhaseInfo.coverage(scenario, "Words", parameter_location=place)
    assert only_unlisted(phase) is forgiven


FORM: Any = {
    "type": "object",
    "properties": {"new": {"type": "string", "minLength": 1}, "old": {"type": "string"}},
    "additionalProperties": False,
    "oneOf": [{"required": ["new"]}, {"required": ["old"]}],
}
CHOICE: Any = {
    "openapi": "3.1.0",
    "info": {"title": "Choice", "version": "1"},
    "paths": {
        "/files": {
            "post": {
                "parameters": [{"name": "X-Size", "in": "header", "schema": {"type": "integer"}}],
                "requestBody": {
                    "content": {
                        "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Form"}}
                    }
                },
                "responses": {"204": {"description": "Kept"}},
            }
        }
    },
    "components": {"schemas": {"Form": FORM}},
}


BODY, HEADER, QUERY = ParameterLocation.BODY, ParameterLocation.HEADER, ParameterLocation.QUERY


@pytest.mark.parametrize(
    ("body", "wrong", "fits"),
    [
        ({"new": Binary(b"GIF")}, {BODY}, True),
        ({"old": Binary(b"")}, {BODY}, True),
        ({"new": Binary(b"")}, {BODY}, False),
        ({"new": Binary(b"GIF"), "old": Binary(b"GIF")}, {BODY}, False),
        ({"new": Binary(b"GIF"), "more": "x"}, {BODY}, False),
        ({"new": Binary(b"GIF")}, {HEADER}, False),
        (object(), {BODY}, False),
        ({"new": Binary(b"GIF"), "more": []}, {BODY}, True),  # of which nothing is sent
        # of the query the document says nothing, of the headers it does
        ({"new": Binary(b"GIF")}, {BODY, QUERY}, True),
        ({"new": Binary(b"")}, {BODY, QUERY}, False),
        ({"new": Binary(b"GIF")}, {BODY, HEADER}, False),
        ({"new": Binary(b"GIF")}, {BODY, ParameterLocation.PATH}, False),
    ],
)
def test_a_case_in_which_nothing_is_wrong_after_all_is_told(
    body: Any, wrong: set[ParameterLocation], fits: bool
) -> None:
    places = (BODY, HEADER, QUERY, ParameterLocation.PATH)
    negative, positive = GenerationMode.NEGATIVE, GenerationMode.POSITIVE
    meta = CaseMetadata(
        generation=GenerationInfo(time=0.0, mode=negative),
        components={one: ComponentInfo(negative if one in wrong else positive) for one in places},
        phase=PhaseInfo.coverage(CoverageScenario.MISSING_PARAMETER, "Words"),
    )
    (view,) = operations(CHOICE)
    case: Any = SimpleNamespace(
        meta=meta,
        operation=SimpleNamespace(label="POST /files"),
        media_type="multipart/form-data",
        body=body,
    )
    target: Any = SimpleNamespace(document=CHOICE)
    assert fits_after_all(target, {"POST /files": view}, case) is fits


class _Interrupting(Silence):
    """Lets the alarm ring soon after a stage begins."""

    def __init__(self, stage: str) -> None:
        self.wanted, self.began = stage, 0.0

    def stage(self, name: str) -> None:
        if name == self.wanted:
            self.began = time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, 0.05)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timers")
@pytest.mark.parametrize("phase", ["coverage", "fuzzing", "stateful"])
def test_what_interrupts_a_run_ends_every_phase_and_is_not_lost(phase: str) -> None:
    budget = Budget(1000, 5 if phase == "stateful" else 2)
    progress = _Interrupting(f"schemathesis: {phase}")
    with (
        opened(Wanted("questionpro")) as target,
        pytest.raises(TimeUp),
        ended_in_time(1000),
    ):
        schemathesis_run.run(target, budget, 1, Findings(), progress)
    assert 0 < time.monotonic() - progress.began < 10
