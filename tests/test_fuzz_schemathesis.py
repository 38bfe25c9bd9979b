"""What fuzz.py makes of schemathesis' verdicts: an undocumented parameter is no violation."""

from __future__ import annotations

import pytest

pytest.importorskip("schemathesis", reason="fuzz.py needs schemathesis, which is not installed")

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoverageScenario, PhaseInfo

from scripts.fuzzing.schemathesis_run import only_unlisted

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
