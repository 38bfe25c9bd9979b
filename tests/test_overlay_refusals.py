"""What scripts/codegen.py does with an overlay that cannot be used: told with file, line, action
and pointer, and nothing is written."""

from __future__ import annotations

import re

import pytest

from scripts.openapi import yaml_source
from tests.workshop import Workshop

pytestmark = pytest.mark.generator

PATH = "$.paths['/images/'].post"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    shop = Workshop.copy(tmp_path_factory.mktemp("overlays") / "root")
    package = shop.root / "generated" / "inventorum"
    package.mkdir(parents=True)
    (package / "openapi.yaml").write_text("# from an earlier run\n", "utf-8")
    return shop


@pytest.mark.parametrize(
    ("action", "line", "at", "said"),
    [
        ("  - target: $.info\n\tupdate: {}\n", 1, "", "a tab stands where YAML wants spaces"),
        ("  - target: [\n", 1, "", "not YAML"),
        ("  - target: $.nothing\n    remove: true\n", 0, "/target", "matches nothing"),
        ("  - target: $..[\n    remove: true\n", 0, "/target", "is no JSONPath"),
        ("  - target: $.info\n    update: {title: x}\n    when: now\n", 2, "/when", "unknown key"),
        (
            "  - target: $.info\n    update: {license: {name: MIT}}\n",
            0,
            "",
            "changes nothing",
        ),
        (
            "  - target: $.components.schemas.Error\n    update: {required: [key]}\n",
            1,
            "/update/required",
            "is a list already",
        ),
        (
            "  - target: $.components.schemas.Image.properties.id\n    update: {type: int}\n",
            1,
            "/components/schemas/Image/properties/id/type",
            "makes an invalid document",
        ),
        (
            "  - target: $.components.schemas.ImageType\n    remove: true\n",
            0,
            "/components/schemas/UploadImageForm/properties/type/$ref",
            "makes an invalid document",
        ),
        (
            f"  - target: {PATH}\n    update: {{operationId: [1]}}\n",
            1,
            "/update/operationId",
            "its update a list",
        ),
    ],
)
def test_an_overlay_that_cannot_be_used_is_told_and_nothing_is_written(
    shop: Workshop, action: str, line: int, at: str, said: str
) -> None:
    """`line` counts from the first line of the action."""
    path = shop.root / "overrides" / "inventorum" / "corrections.yaml"
    original = path.read_text("utf-8")
    index, first = len(yaml_source.load(path).data["actions"]), original.count("\n") + 1
    before = shop.tree()
    try:
        path.write_text(original + action, "utf-8")
        done = shop.run("inventorum")
    finally:
        path.write_text(original, "utf-8")
    assert done.code == 2
    assert done.out == ""
    told = next(problem for problem in done.problems if said in problem)
    assert re.match(rf"{re.escape(str(path))}:{first + line}:", told), told
    if "YAML" not in told:
        pointer = at if at.startswith("/components") else f"/actions/{index}{at}"
        assert f" #{pointer}: " in told
        assert f"action {index}" in told or f"/actions/{index}" in told
    assert shop.tree() == before
