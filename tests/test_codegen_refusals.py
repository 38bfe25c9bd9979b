"""What scripts/codegen.py refuses before it generates: a line for each problem, nothing changed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.things import (
    BASE,
    GET,
    POST,
    SCHEMAS,
    Document,
    put,
    refused,
    things,
)
from tests.workshop import Workshop

pytestmark = pytest.mark.generator


def test_the_lines_of_an_operation_and_of_an_overlay_action_are_told(shop: Workshop) -> None:
    shop.document("things", BASE)
    (problem,) = refused_by_overlay(shop, {"x-client-method": "from"})
    assert problem.startswith(f"{shop.root}/overrides/things/codegen.yaml:6:")
    (shop.root / "overrides/things/codegen.yaml").unlink()
    document = things(put(f"{SCHEMAS}/Form", "oneOf", [{"required": ["file"]}]))
    path = shop.document("things", document)
    (problem,) = refused(shop)
    lines = path.read_text(encoding="utf-8").splitlines()
    line = int(problem.removeprefix(f"{path}:").partition(":")[0])
    assert lines[line - 1] == "      requestBody:"


def refused_by_overlay(shop: Workshop, update: Document) -> list[str]:
    head = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
    action = yaml.safe_dump(
        [{"target": "$.paths['/things'].get", "update": update, "x-reason": "A test."}],
        sort_keys=False,
    )
    shop.override("things", "codegen.yaml", head + action)
    return refused(shop)


def test_all_problems_of_all_vendors_are_told_in_one_run(shop: Workshop) -> None:
    shop.document("things", things(put(GET, "x-client-method", "a b")))
    shop.document("others", things(put(POST, "x-client-method", "c d")))
    problems = refused(shop)
    assert [re.search("'(a b|c d)'", problem)[1] for problem in problems] == ["c d", "a b"]  # type: ignore[index]


def test_one_vendor_that_is_refused_keeps_the_others_as_they_were(shop: Workshop) -> None:
    shop.document("things", BASE)
    shop.document("others", things(put(GET, "x-client-method", "a b")))
    assert len(refused(shop, "things", "others")) == 1


def test_an_unknown_vendor_is_told_with_the_known_ones(shop: Workshop) -> None:
    shop.document("things", BASE)
    (problem,) = refused(shop, "thing")
    assert 'there is no vendor "thing". Known are things.' in problem


@pytest.mark.parametrize("vendor", ["../things", "/etc/passwd", "", "things.yaml", "things/"])
def test_a_vendor_is_no_path(shop: Workshop, vendor: str) -> None:
    shop.document("things", BASE)
    (problem,) = refused(shop, vendor)
    assert "there is no vendor" in problem


def test_no_document_at_all(shop: Workshop) -> None:
    (problem,) = refused(shop)
    assert "put <vendor>.yaml there" in problem


@pytest.mark.parametrize(
    "name", ["Things", "1things", "my_things", "things client", "thüngs", "a--b"]
)
def test_a_file_name_that_makes_no_package_name(shop: Workshop, name: str) -> None:
    shop.document(name, BASE)
    problem = refused(shop)[0]
    assert f'the name "{name}" does not make a package name' in problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: [", "not YAML"),
        ("openapi: 3.1.0\nopenapi: 3.1.0\n", "twice|already"),
        ("", "empty|mapping"),
        ("- 1\n", "mapping"),
        ("a: &a [*a]\n", "stands inside"),
        ("\0", "YAML|character"),
        ("a: \xff", "YAML|version|openapi"),
    ],
)
def test_yaml_errors(shop: Workshop, text: str, message: str) -> None:
    path = shop.document("things", text)
    problems = refused(shop)
    assert problems[0].startswith(str(path))
    assert re.search(message, problems[0], re.IGNORECASE), problems


def test_bytes_that_are_no_text(shop: Workshop) -> None:
    path: Path = shop.document("things", "")
    path.write_bytes(b"openapi: \xff\xfe\n")
    (problem,) = refused(shop)
    assert problem.startswith(str(path))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("package_version_override: 1.0.0\npost_hooks: [rm -rf /]\n", 2, "post_hooks is no key"),
        ("pakage_version_override: 1.0.0\n", 1, "pakage_version_override is no key"),
        ("package_version_override: [1]\n", 1, "valid string"),
        ("package_version_override: 1.0\n", 1, "valid string"),
        ("package_version_override: latest\n", 1, "no version of a Python package"),
        ("\nclass_overrides: [x]\n", 2, "valid dictionary"),
        ("class_overrides: {Thing: {class_name: 5}}\n", 1, "(?i)string|instance"),
        ("package_version_override: [\n", None, "not YAML"),
    ],
)
def test_a_configuration_is_refused(
    shop: Workshop, text: str, line: int | None, message: str
) -> None:
    shop.document("things", BASE)
    path = shop.override("things", "config.yaml", text)
    problems = refused(shop)
    assert problems[0].startswith(f"{path}:{line}:" if line else f"{path}:")
    assert re.search(message, problems[0]), problems


def test_inventorum_without_its_codegen_overlay_would_send_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shop = Workshop.copy(tmp_path_factory.mktemp("inventorum") / "root")
    (shop.root / "overrides/inventorum/codegen.yaml").unlink()
    problems = refused(shop, "inventorum")
    assert any("oneOf, which would be sent as nothing" in problem for problem in problems)


def test_the_command_line_says_the_same_without_traceback(shop: Workshop) -> None:
    shop.document("things", things(put(GET, "x-client-method", "a b")))
    done = shop.run_process()
    assert (done.code, done.out, len(done.problems)) == (2, "", 1)
