"""The vendors' documents: valid, with examples that fit, corrected for a stated reason, told apart
by place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from scripts.openapi import documents, yaml_source
from scripts.openapi.documents import Document
from scripts.openapi.json_value import is_object, same
from scripts.openapi.pointer import Location, nodes, pointer, resolve
from scripts.openapi.problem import DocumentError, Problem

pytestmark = pytest.mark.generator

ROOT = Path(__file__).resolve().parents[1]
VENDORS = documents.vendors(ROOT)
STAGES = {
    "spec": documents.as_written,
    "corrected": documents.corrected,
    "codegen": documents.for_codegen,
}


@pytest.fixture(scope="module", params=[(v, s) for v in VENDORS for s in STAGES], ids="-".join)
def document(request: pytest.FixtureRequest) -> Document:
    vendor, stage = request.param
    return STAGES[stage](ROOT, vendor)


# --- the documents of this repository -------------------------------------------------------------


def test_the_three_vendors_are_here() -> None:
    assert set(VENDORS) >= {"questionpro", "inventorum", "pingone"}


def test_documents_are_valid(document: Document) -> None:
    assert document.data["openapi"] == "3.1.0"


def resolved(data: Any, value: Any) -> Any:
    while is_object(value) and "$ref" in value:
        value = resolve(data, value["$ref"][1:])
    return value


def examples(data: dict[str, Any]) -> Iterator[tuple[Location, Location, Any]]:
    """(where the example stands, where its schema stands, its value) of every example."""
    for at, node in nodes(data):
        if not is_object(node) or "examples" in at or "example" in at:
            continue
        if "schema" in node:
            if "example" in node:
                yield (*at, "example"), (*at, "schema"), node["example"]
            for name in node.get("examples", {}):
                example = resolved(data, node["examples"][name])
                yield (*at, "examples", name), (*at, "schema"), example["value"]
        elif isinstance(node.get("examples"), list):
            for index, value in enumerate(node["examples"]):
                yield (*at, "examples", index), at, value
        if "default" in node and "type" in node:
            yield (*at, "default"), at, node["default"]


def test_every_example_matches_its_schema(document: Document) -> None:
    uri = "urn:document"
    resource: Resource[Any] = DRAFT202012.create_resource(document.data)
    registry: Registry[Any] = Registry[Any]().with_resource(uri, resource)
    checked: list[Location] = []
    for where, schema, value in examples(document.data):
        checked.append(where)
        validator: Any = Draft202012Validator(
            {"$ref": uri + "#" + pointer(schema)}, registry=registry, format_checker=FormatChecker()
        )
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not errors, f"{document.vendor} #{pointer(where)}: {errors}"
    assert len(checked) >= 10, "the examples were found"
    for part in ("parameters", "responses", "schemas"):
        assert any(part in where for where in checked), f"those of {part} too"


def operations(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in data["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def test_every_operation_names_its_page(document: Document) -> None:
    for name, operation in operations(document.data):
        source = operation["x-source"]
        assert source["page"].startswith(f"{document.vendor}/"), name
        assert source["heading"], name
        assert source.get("edition") in (
            {"old", "new"} if document.vendor == "questionpro" else {None}
        )


def test_every_schema_and_property_is_described(document: Document) -> None:
    for name, schema in document.data["components"]["schemas"].items():
        assert schema.get("description"), name
        for key, value in schema.get("properties", {}).items():
            assert "$ref" in value or value.get("description"), f"{name}.{key}"


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_correction_says_why_and_how_we_know(vendor: str) -> None:
    path = ROOT / "overrides" / vendor / "corrections.yaml"
    if not path.exists():
        return
    source = yaml_source.load(path)
    for index, action in enumerate(source.data["actions"]):
        place = f"{path.name}:{source.place(f'/actions/{index}')[0]}"
        assert len(action.get("x-reason", "")) > 10, f"{place}: no x-reason"
        assert len(action.get("x-source", "")) > 5, f"{place}: no x-source"


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_generator_overlay_adds_nothing_that_others_need(vendor: str) -> None:
    """Servers, paths, statuses and media types of the corrected document stay as they are."""
    before, after = documents.corrected(ROOT, vendor).data, documents.for_codegen(ROOT, vendor).data
    assert before["servers"] == after["servers"]
    for (name, old), (_, new) in zip(operations(before), operations(after), strict=True):
        assert list(old["responses"]) == list(new["responses"]), name
        assert list(old.get("requestBody", {}).get("content", {})) == list(
            new.get("requestBody", {}).get("content", {})
        ), name


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_corrected_document_answers_what_a_client_must_be_ready_for(vendor: str) -> None:
    data = documents.corrected(ROOT, vendor).data
    for name, operation in operations(data):
        wanted = {"400", "401", "403", "429"}
        wanted |= {"413", "415"} if "requestBody" in operation else set()
        wanted |= {"404"} if "{" in name else set()
        assert wanted <= set(operation["responses"]), name
        for status, answer in operation["responses"].items():
            assert "application/json" in resolved(data, answer)["content"], f"{name} {status}"


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_text_of_a_document_reads_back_as_the_same_data(vendor: str) -> None:
    document = documents.corrected(ROOT, vendor)
    text = documents.dump(document)
    assert text.startswith(
        f"# Generated by scripts/codegen.py from spec/{vendor}.yaml and "
        f"overrides/{vendor}/corrections.yaml; do not edit.\n"
    )
    assert text.endswith("\n")
    assert same(yaml_source.parse(text.encode(), Path("x")).data, document.data)
    assert text == documents.dump(documents.corrected(ROOT, vendor)), "the same bytes every time"


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_committed_document_is_the_corrected_one(vendor: str) -> None:
    committed = (ROOT / "generated" / vendor / "openapi.yaml").read_text("utf-8")
    assert committed == documents.dump(documents.corrected(ROOT, vendor)), "run scripts/codegen.py"


def test_importing_the_module_loads_no_validator() -> None:
    code = "import sys, scripts.openapi.documents; print(*(m for m in sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert not loaded & {"openapi_spec_validator", "jsonschema", "jsonpath_rfc9535", "regex"}


# --- documents that are wrong ---------------------------------------------------------------------

VALID = """\
openapi: 3.1.0
info: {title: Acme, version: "1"}
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: Here it is.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Thing"}
components:
  schemas:
    Thing: {type: object, properties: {size: {type: integer}}}
"""
HEAD = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"


def tree(root: Path, spec: str, corrections: str | None = None, codegen: str | None = None) -> Path:
    (root / "spec").mkdir(parents=True)
    (root / "spec" / "acme.yaml").write_text(spec, "utf-8")
    (root / "overrides" / "acme").mkdir(parents=True)
    for name, text in (("corrections", corrections), ("codegen", codegen)):
        if text is not None:
            (root / "overrides" / "acme" / f"{name}.yaml").write_text(HEAD + text, "utf-8")
    return root


def refused(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as caught:
        documents.for_codegen(root, "acme")
    return caught.value.problems


def test_a_vendor_needs_no_overlays(tmp_path: Path) -> None:
    root = tree(tmp_path, VALID)
    assert documents.for_codegen(root, "acme").data == documents.corrected(root, "acme").data
    assert documents.dump(documents.corrected(root, "acme")).startswith(
        "# Generated by scripts/codegen.py from spec/acme.yaml; do not edit.\nopenapi: 3.1.0\n"
    )


def test_both_overlays_are_applied_in_order(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        VALID,
        "  - target: $.info\n    update: {title: Better}\n",
        "  - target: $.info\n    update: {title: Best}\n",
    )
    assert documents.corrected(root, "acme").data["info"]["title"] == "Better"
    done = documents.for_codegen(root, "acme")
    assert done.data["info"]["title"] == "Best"
    assert [path.name for path in done.overlays] == ["corrections.yaml", "codegen.yaml"]
    origin = done.origin("/info/title")
    assert (origin.path.name, origin.line, origin.action) == ("codegen.yaml", 5, 0)


def test_an_unknown_vendor_is_told_the_known_ones() -> None:
    with pytest.raises(DocumentError) as caught:
        documents.corrected(ROOT, "nobody")
    (problem,) = caught.value.problems
    assert str(problem).startswith('spec/nobody.yaml: #: there is no vendor "nobody". Known are ')
    assert "inventorum, pingone, questionpro" in problem.remedy


@pytest.mark.parametrize("vendor", ["", "../spec/acme", "ACME", "acme.yaml"])
def test_a_vendor_name_is_no_path(tmp_path: Path, vendor: str) -> None:
    root = tree(tmp_path, VALID)
    with pytest.raises(DocumentError, match="there is no vendor"):
        documents.corrected(root, vendor)


@pytest.mark.parametrize(
    ("old", "new", "pointer", "line", "said"),
    [
        ("openapi: 3.1.0", "openapi: 3.0.3", "/openapi", 1, "the OpenAPI version is '3.0.3'"),
        ("openapi: 3.1.0\n", "", "/openapi", 1, "the OpenAPI version is None"),
        ('"200"', '"20"', "/paths/~1things~1{id}/get/responses", 9, "20"),
        ("title: Acme, ", "", "/info", 2, "'title' is a required property"),
        (
            "in: path",
            "in: body",
            "/paths/~1things~1{id}/get/parameters/0/in",
            8,
            "'body' is not one of",
        ),
        (
            "type: integer",
            "type: number8",
            "/components/schemas/Thing/properties/size/type",
            17,
            "number8",
        ),
        (
            "size: {type: integer}",
            "size: {type: integer, default: big}",
            "/components/schemas/Thing/properties/size/default",
            17,
            "'big' is not of type 'integer'",
        ),
        ("{name: id,", "{name: other,", "/paths/~1things~1{id}/get", 5, "was not resolved"),
        (
            "schemas/Thing",
            "schemas/Nothing",
            "/paths/~1things~1{id}/get/responses/200/content/application~1json/schema/$ref",
            14,
            "which does not exist",
        ),
        (
            '"#/components/schemas/Thing"',
            "thing.yaml#/Thing",
            "/paths/~1things~1{id}/get/responses/200/content/application~1json/schema/$ref",
            14,
            "there is no such file",
        ),
        (
            "Thing: {type: object, properties: {size: {type: integer}}}",
            'Thing: {$ref: "#/components/schemas/Thing"}',
            "/components/schemas/Thing/$ref",
            17,
            "leads back to itself",
        ),
    ],
)
def test_an_invalid_spec_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, pointer: str, line: int, said: str
) -> None:
    assert old in VALID
    problems = refused(tree(tmp_path, VALID.replace(old, new)))
    found = [problem for problem in problems if problem.pointer == pointer]
    assert found, [problem.pointer for problem in problems]
    assert {(problem.path.name, problem.line) for problem in found} == {("acme.yaml", line)}
    assert any(said in problem.message for problem in found)


def test_a_repeated_operation_id_is_refused_with_its_place(tmp_path: Path) -> None:
    second = "  /other:\n    get: {operationId: getThing, responses: {'200': {description: x}}}\n"
    (problem,) = refused(
        tree(tmp_path, VALID.replace("components:\n", second + "components:\n", 1))
    )
    assert (problem.pointer, problem.line) == ("/paths/~1other/get/operationId", 16)


def test_all_faults_of_a_spec_are_told_at_once(tmp_path: Path) -> None:
    wrong = VALID.replace("title: Acme, ", "").replace("in: path", "in: body")
    assert {problem.line for problem in refused(tree(tmp_path, wrong))} == {2, 8}


def test_two_faults_of_one_schema_are_both_told(tmp_path: Path) -> None:
    wrong = VALID.replace("size: {type: integer}", "size: {type: int, minimum: low}")
    found = [problem.pointer.rpartition("/")[2] for problem in refused(tree(tmp_path, wrong))]
    assert sorted(found) == ["minimum", "type"]


def test_an_overlay_that_makes_an_invalid_document_is_named(tmp_path: Path) -> None:
    corrections = (
        "  - target: $.components.schemas.Thing.properties.size\n    update:\n      type: int\n"
    )
    (problem,) = refused(tree(tmp_path, VALID, corrections))
    assert (problem.path.name, problem.line, problem.column) == ("corrections.yaml", 6, 7)
    assert problem.pointer == "/components/schemas/Thing/properties/size/type"
    assert "action 0 makes an invalid document" in problem.message


@pytest.mark.parametrize(
    ("target", "at"),
    [
        ("$.components.schemas.Thing", "/paths/~1things~1{id}/get/responses/200/content"),
        ("$.components", "/paths/~1things~1{id}/get/responses/200/content"),
        ("$.paths['/things/{id}'].get.parameters", "/paths/~1things~1{id}/get"),
        ("$.info", ""),
    ],
)
def test_an_overlay_that_cuts_off_what_is_needed_is_named(
    tmp_path: Path, target: str, at: str
) -> None:
    corrections = f"  - target: {target}\n    remove: true\n"
    found = refused(tree(tmp_path, VALID, corrections))
    assert {(problem.path.name, problem.line) for problem in found} == {("corrections.yaml", 4)}
    assert all(problem.pointer.startswith(at) for problem in found)
    assert all("action 0 makes an invalid document" in problem.message for problem in found)


def test_a_broken_overlay_file_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tree(tmp_path, VALID, "  - target: $.info\n\tupdate: {}\n"))
    assert (problem.path.name, problem.line) == ("corrections.yaml", 5)


def test_references_inside_examples_are_data(tmp_path: Path) -> None:
    quoted = VALID.replace("{type: integer}", '{type: integer, examples: [{"$ref": nowhere.yaml}]}')
    assert documents.corrected(tree(tmp_path, quoted), "acme").data


@pytest.mark.parametrize(
    "text",
    [
        *("1e3", "0o17", "0x1F", "2020-10-05", "on", "null", "~", "", ".inf", "1_000", "=", "<<"),
        *(" a ", "a: b", "# a", "- x", "'", '"', "%", "@a", "x" * 300, "x " * 90, "a  b " * 40),
        *(
            "a\nb\n",
            "a\n",
            "\n",
            "\ta",
            "é\u2028",
            "a #b " * 30,
            "a: b " * 30,
            " x" * 60,
            "a\n\n b",
        ),
    ],
)
def test_any_text_survives_dump_and_load(tmp_path: Path, text: str) -> None:
    document = documents.corrected(tree(tmp_path, VALID), "acme")
    document.data["info"]["x-text"] = {text or "empty": [text, {"y": text}]}
    written = documents.dump(document)
    assert same(yaml_source.parse(written.encode(), Path("x")).data, document.data), written
