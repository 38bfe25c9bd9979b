"""The fuzzer of the client finds what was broken; what is right is in test_fuzz_all.py."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from scripts.fuzzing import search
from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client.run import drawn, run
from scripts.fuzzing.credentials import Credentials
from scripts.fuzzing.finding import Finding, Findings, Silence
from scripts.fuzzing.target import Target
from scripts.openapi import yaml_source
from tests.seeds import seeds
from tests.stub.server import ROOT

pytestmark = pytest.mark.generator

SEEDS = seeds("client")


def target(vendor: str) -> Target:
    document = yaml_source.load(ROOT / "generated" / vendor / "openapi.yaml").data
    return Target(vendor, document, "http://127.0.0.1:9", Credentials({}, {}))


def test_the_same_seed_draws_the_same_cases() -> None:
    def texts(seed: int) -> list[str]:
        from scripts.fuzzing.client import judgement
        from scripts.fuzzing.client import run as module

        seen: list[str] = []

        def noted(package: Any, caller: Any, case: Any) -> None:
            seen.append(repr(case))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "judge", noted)
            drawn(target("pingone"), Budget(None, 20), seed, Findings(), Silence())
        assert judgement.judge is not noted
        return seen

    assert texts(5) == texts(5) != texts(6)


# --- what was broken is found ---------------------------------------------------------------------


class Found(Exception):
    """Ends a run with its first finding."""


def found(finding: Finding) -> None:
    raise Found(finding)


Break = Callable[[pytest.MonkeyPatch], object]


def of(vendor: str, name: str) -> Any:
    return importlib.import_module(f"{vendor}_client._runtime.{name}")


def drops_unknown_keys(patch: pytest.MonkeyPatch) -> None:
    model = of("questionpro", "model").Model
    patch.setattr(model, "__extra__", property(lambda _: {}))


def refuses_unknown_members(patch: pytest.MonkeyPatch) -> None:
    enums = of("pingone", "model").OpenStrEnum
    patch.setattr(enums, "_missing_", classmethod(lambda cls, value: None))


def forgets_the_text_of_a_time(patch: pytest.MonkeyPatch) -> None:
    timestamp = of("pingone", "timestamp").Timestamp
    plain = timestamp.parse.__func__

    def parse(cls: Any, text: str) -> Any:
        value = plain(cls, text)
        del value.text
        return value

    patch.setattr(timestamp, "parse", classmethod(parse))


def lets_value_errors_out(patch: pytest.MonkeyPatch) -> None:
    answer = of("inventorum", "answer")

    def parse(documented: Any, received: Any, redactor: Any) -> Any:
        return answer.decode_json(received.content, documented.type)

    patch.setattr(answer, "parse", parse)


def shows_the_credential(patch: pytest.MonkeyPatch) -> None:
    rule = of("questionpro", "redaction")._Rule
    patch.setattr(rule, "text", lambda self, value: value)


def takes_half_a_body(patch: pytest.MonkeyPatch) -> None:
    received = of("inventorum", "answer").Received
    patch.setattr(received, "flaw", property(lambda _: "", lambda _, __: None), raising=False)


def every_error_is_a_bad_request(patch: pytest.MonkeyPatch) -> None:
    errors = of("pingone", "errors")
    patch.setattr(of("pingone", "answer"), "status_error_class", lambda _: errors.BadRequestError)


def rounds_big_numbers(patch: pytest.MonkeyPatch) -> None:
    encoding = of("inventorum", "encoding")
    plain = encoding.to_json

    def to_json(value: Any) -> bytes:
        if hasattr(value, "id") and isinstance(value.id, int):
            value.id = int(float(value.id))
        return bytes(plain(value))

    patch.setattr(encoding, "to_json", to_json)


def sends_what_is_not_listed(patch: pytest.MonkeyPatch) -> None:
    resources = importlib.import_module("inventorum_client.resources")
    patch.setattr(resources, "known_member", lambda name, value, kind: kind(value))
    uploads = importlib.import_module("inventorum_client.api.images.upload_image")
    patch.setattr(uploads, "check_form", lambda *_: None)


def leaves_a_parameter_out(patch: pytest.MonkeyPatch) -> None:
    lists = importlib.import_module("questionpro_client.api.images.list_images")
    plain = lists.query_pairs

    def pairs(name: str, *given: Any) -> Any:
        return [] if name == "perPage" else plain(name, *given)

    patch.setattr(lists, "query_pairs", pairs)


BREAKS: list[tuple[str, Break]] = [
    ("questionpro", drops_unknown_keys),
    ("pingone", refuses_unknown_members),
    ("pingone", forgets_the_text_of_a_time),
    ("inventorum", lets_value_errors_out),
    ("questionpro", shows_the_credential),
    ("pingone", every_error_is_a_bad_request),
    ("inventorum", rounds_big_numbers),
    ("inventorum", sends_what_is_not_listed),
    ("questionpro", leaves_a_parameter_out),
]


@pytest.mark.parametrize(
    ("vendor", "breaks"), BREAKS, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_broken_client_is_found_whatever_the_seed(
    vendor: str, breaks: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch)
    monkeypatch.setattr(search, "MOST_SHRINKS", 0)  # that it is found is the point, not how small
    for seed in SEEDS:
        with pytest.raises(Found):
            run(target(vendor), Budget(None, 80), seed, found, Silence())
