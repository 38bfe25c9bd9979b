"""Broken documents, overlays and files: each fault with file, line, column, pointer and remedy, all
of them in one run, in three forms; nothing is written.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.openapi import documents
from scripts.openapi.problem import Problem
from scripts.openapi.rendering import rendered
from scripts.openapi.validity import faults
from tests.things import BASE, FORM, GET, OK, POST, SCHEMAS, Change, at, put, refused, things
from tests.workshop import Workshop

pytestmark = pytest.mark.generator

TEXT = yaml.safe_dump(BASE, sort_keys=False)
STRING = {"type": "string"}
IN_PATH = {"name": "x", "in": "path", "required": True, "schema": STRING}
THING = f"{SCHEMAS}/Thing/properties"
BOMB = "a: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 7)
)


def path(name: str, *parameters: Any) -> Change:
    return lambda d: d["paths"].update(
        {name: {"get": {"parameters": [*parameters], "responses": OK}}}
    )


def query(**more: Any) -> Change:
    return put(GET, "parameters", [{"name": "q", "in": "query", "schema": STRING, **more}])


FILES: dict[str, tuple[str | bytes, str]] = {
    "brackets": ("openapi: [", "not YAML"),
    "a tab": ("openapi: 3.1.0\ninfo:\n\ttitle: x\n", "a tab stands"),
    "a key twice": (f"{TEXT}openapi: 3.1.0\n", "appears twice"),
    "an anchor bomb": (BOMB, "more than 200000 values"),
    "a list": ("- a\n", "is a list"),
    "a text": ("hello\n", "a single value"),
    "nothing": ("", "empty"),
    "only a comment": ("# x\n", "not a mapping"),
    "NUL": (b"openapi: \0 3.1.0\n", "forbids"),
    "UTF-16": (TEXT.encode("utf-16"), "UTF-16"),
    "Latin-1": ("openapi: é".encode("latin-1"), "not UTF-8"),
    "broken JSON": ('{"openapi": "3.1.0",}}', "not YAML"),
    "brackets without end": ("[" * 200, "levels deep"),
    "two documents": (f"{TEXT}---\na: 1\n", "second document"),
    "Swagger": ('swagger: "2.0"\ninfo: {}\npaths: {}\n', "this is Swagger 2.0"),
    "OpenAPI 3.0": (TEXT.replace("3.1.0", "3.0.3"), "'3.0.3', in which schemas mean"),
    "OpenAPI 3.2": (TEXT.replace("3.1.0", "3.2.0"), "the OpenAPI version is '3.2.0'"),
    "a version that is a number": (TEXT.replace("3.1.0", "3.1"), "the OpenAPI version is 3.1"),
    "a key that is no text": (f"true: 1\n{TEXT}", "the key true is not a text"),
}

DOCUMENTS: dict[str, tuple[Change, str]] = {
    "no info": (lambda d: d.pop("info"), "'info'"),
    "info is a text": (put("", "info", "x"), "/info: "),
    "title is a number": (put("/info", "title", 5), "/info/title: "),
    "paths is a list": (put("", "paths", []), "/paths: "),
    "a path without slash": (path("a"), "'a'"),
    "a path is a text": (put("/paths", "/a", "x"), "/paths/~1a: "),
    "an operation is a list": (put("/paths", "/a", {"get": []}), "/paths/~1a/get: "),
    "parameters is a mapping": (put(GET, "parameters", {}), "get/parameters: "),
    "a parameter is a text": (put(GET, "parameters", ["x"]), "get/parameters/0"),
    "a parameter in the body": (query(**{"in": "body"}), "'body'"),
    "a path parameter that is not described": (path("/a/{x}"), "{x} in the path was not resolved"),
    "a path parameter without a place": (path("/a", IN_PATH), "'x' in: path has no place"),
    "a path parameter twice": (path("/a/{x}/{x}", IN_PATH), "{x} twice"),
    "a status of two digits": (put(f"{GET}/responses", "99", OK["200"]), "'99'"),
    "a status in words": (put(f"{GET}/responses", "ok", OK["200"]), "'ok'"),
    "an answer without description": (put(f"{GET}/responses", "404", {}), "responses/404"),
    "content is a list": (put(f"{GET}/responses/200", "content", []), "200/content"),
    "no media type": (put(f"{GET}/responses/200", "content", {"json": {}}), "'json' is no media"),
    "$ref to nothing": (put(THING, "a", {"$ref": "#/components/schemas/Gone"}), "does not exist"),
    "$ref to no file": (put(THING, "a", {"$ref": "gone.yaml"}), "there is no such file"),
    "$ref to a URL": (
        put(THING, "a", {"$ref": "https://x.example/y"}),
        "leads out of the document",
    ),
    "$ref out of the folder": (put(THING, "a", {"$ref": "../x.yaml"}), "outside of spec/"),
    "$ref is a number": (put(THING, "a", {"$ref": 5}), "is no text"),
    "$ref to the wrong kind": (
        put(GET, "parameters", [{"$ref": "#/components/schemas/Thing"}]),
        "is not a parameter",
    ),
    "$ref in a circle": (
        lambda d: at(d, SCHEMAS).update(
            A={"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/A"}
        ),
        "leads back to itself",
    ),
    "allOf in a circle": (
        lambda d: at(d, SCHEMAS).update(
            A={"allOf": [{"$ref": "#/components/schemas/B"}]},
            B={"allOf": [{"$ref": "#/components/schemas/A"}]},
        ),
        "A is made of itself by allOf",
    ),
    "an operationId twice": (put(POST, "operationId", "listThings"), "that of GET /things"),
    "an operationId that is a number": (put(GET, "operationId", 5), "get/operationId"),
    "a schema is a list": (put(SCHEMAS, "X", []), "schemas/X"),
    "an unknown type": (put(SCHEMAS, "X", {"type": "strin"}), "'strin'"),
    "required is a boolean": (put(THING, "a", {"required": True}), "a/required"),
    "properties is a list": (put(SCHEMAS, "X", {"properties": []}), "X/properties"),
    "enum is a text": (put(SCHEMAS, "X", {"enum": "a"}), "X/enum"),
    "minimum is a text": (put(SCHEMAS, "X", {"minimum": "1"}), "X/minimum"),
    "exclusiveMinimum of 3.0": (put(SCHEMAS, "X", {"exclusiveMinimum": True}), "X/exclusive"),
    "a default that lacks what another schema requires": (
        lambda d: (
            put(f"{SCHEMAS}/Page", "required", ["total"])(d),
            put(THING, "a", {"allOf": [{"$ref": "#/components/schemas/Page"}], "default": {}})(d),
        ),
        "Thing/properties/a/default: the default 'total' is a required property. Make it match",
    ),
    "nullable of 3.0": (
        put(THING, "a", {"type": "string", "nullable": True}),
        "nullable is a keyword of OpenAPI 3.0, which means nothing in 3.1. Write `type: [string, ",
    ),
    "nullable beside a $ref": (
        put(THING, "a", {"$ref": "#/components/schemas/Page", "nullable": True}),
        "a/nullable: nullable is a keyword of OpenAPI 3.0, which means nothing in 3.1. Write `any",
    ),
    "nullable in a parameter": (query(schema={"enum": ["a"], "nullable": True}), "List null among"),
    "a name with a space": (put(SCHEMAS, "a b", {}), "'a b'"),
    "components is a list": (put("", "components", []), "/components"),
    "security is a text": (put("", "security", "x"), "/security"),
    "an unknown kind of security": (
        put("/components", "securitySchemes", {"a": {"type": "magic"}}),
        "securitySchemes/a",
    ),
    "authentication by digest": (
        put("/components", "securitySchemes", {"a": {"type": "http", "scheme": "digest"}}),
        "a dialogue that no client",
    ),
    "a server without URL": (put("", "servers", [{}]), "servers/0"),
    "a variable without default": (
        put("", "servers", [{"url": "http://{x}/", "variables": {"x": {}}}]),
        "variables/x",
    ),
    "a body without content": (put(POST, "requestBody", {"required": True}), "requestBody"),
    "a body of multipart/related": (
        put(FORM, "multipart/related", {"schema": {"type": "object"}}),
        "nothing can send",
    ),
    "a style of another place": (query(style="matrix"), "'matrix'"),
    "deepObject of a text": (query(style="deepObject"), "deepObject, and it is no object"),
    "a header that cannot be": (query(**{"in": "header", "name": "a\nb"}), "name of a header"),
    "a callback is a text": (put(POST, "callbacks", {"a": "c"}), "callbacks/a"),
    "a webhook is a text": (put("", "webhooks", {"a": "b"}), "webhooks/a"),
}

FINE: dict[str, str | bytes] = {
    "a property that is called nullable": yaml.safe_dump(
        things(put(THING, "nullable", {"type": "boolean"}))
    ),
    "nullable that is false": yaml.safe_dump(
        things(put(THING, "a", {"type": "string", "nullable": False}))
    ),
    "JSON": json.dumps(BASE),
    "JSON indented by tabs": json.dumps(BASE, indent="\t"),
    "a byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "statuses without quotes": TEXT.replace("'200':", "200:").replace("'204':", "204:"),
    "a recursive schema": yaml.safe_dump(
        things(put(THING, "me", {"$ref": "#/components/schemas/Thing"}))
    ),
    "$ref with escapes": yaml.safe_dump(
        things(
            put(
                THING,
                "page",
                {"$ref": f"#{GET}/responses/200/content/application~1json/schema"},
            )
        )
    ),
}


def placed(shop: Workshop, problems: list[str], told: str) -> None:
    place = re.compile(
        rf"{re.escape(str(shop.root))}/spec/things\.yaml:\d+:\d+: #(/\S.*)?: .+\. .+\."
    )
    assert [problem for problem in problems if not place.fullmatch(problem)] == []
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_read(shop: Workshop, case: str) -> None:
    content, told = FILES[case]
    raw = content if isinstance(content, bytes) else content.encode()
    shop.document("things", "").write_bytes(raw)
    placed(shop, refused(shop), told)


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_document_that_is_wrong(shop: Workshop, case: str) -> None:
    change, told = DOCUMENTS[case]
    shop.document("things", things(change))
    placed(shop, refused(shop), told)


@pytest.mark.parametrize("case", FINE)
def test_what_looks_odd_and_is_right(shop: Workshop, case: str) -> None:
    content = FINE[case]
    raw = content if isinstance(content, bytes) else content.encode()
    shop.document("things", "").write_bytes(raw)
    assert documents.corrected(shop.root, "things").data["info"] == BASE["info"]


def test_faults_of_every_kind_are_told_together() -> None:
    wrong = things(
        lambda d: (
            d["info"].pop("title"),
            put(THING, "a", {"$ref": "#/components/schemas/Gone"})(d),
            put(THING, "b", {"type": "strin"})(d),
            put(POST, "operationId", "listThings")(d),
            path("/a/{x}")(d),
        )
    )
    assert {fault.pointer for fault in faults(wrong)} == {
        f"{SCHEMAS}/Thing/properties/a/$ref", "/info", f"{SCHEMAS}/Thing/properties/b/type",
        f"{POST}/operationId", "/paths/~1a~1{x}/get",
    }  # fmt: skip


OVERLAY = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"


def test_two_vendors_and_their_overlays_are_told_in_one_run(shop: Workshop) -> None:
    shop.document("things", things(put(THING, "a", {"type": "strin"})))
    shop.override("things", "corrections.yaml", f"{OVERLAY}  - target: $.gone\n    remove: true\n")
    shop.override("things", "codegen.yaml", "actions: [\n")
    shop.document("others", BASE)
    action = "  - target: $.info\n    update:\n      title: 5\n"
    shop.override("others", "corrections.yaml", OVERLAY + action)
    (shop.root / "spec" / "third.json").write_text(json.dumps(BASE), encoding="utf-8")
    found = {
        re.sub(r":\d+:.*", "", problem.removeprefix(f"{shop.root}/")): problem
        for problem in refused(shop)
    }
    assert set(found) == {
        "spec/things.yaml", "overrides/things/corrections.yaml", "overrides/things/codegen.yaml",
        "overrides/others/corrections.yaml", "spec/third.json",
    }  # fmt: skip
    assert ":6:7: #/info/title: " in found["overrides/others/corrections.yaml"]
    assert "Rename it to third.yaml" in found["spec/third.json"]


def test_what_the_generator_cannot_do_is_told_with_what_is_lost(shop: Workshop) -> None:
    shop.document(
        "things",
        things(
            lambda d: (
                put(GET, "x-client-method", "a b")(d),
                put(f"{GET}/responses/200", "content", {"multipart/form-data": {"schema": {}}})(d),
                put(FORM, "multipart/mixed", {"schema": {"type": "object"}})(d),
            )
        ),
    )
    told = "\n".join(refused(shop))
    for part in ("'a b'", "nothing can send a multipart/mixed", "openapi-python-client: "):
        assert part in told


# --- the three forms ------------------------------------------------------------------------------

PROBLEM = Problem(Path("spec/a,b:c%.yaml"), 3, 5, "/x", "100 %\r\nwrong", "Mend it")


def test_json_says_everything() -> None:
    assert json.loads(rendered([PROBLEM], "json")) == [
        {"path": "spec/a,b:c%.yaml", "line": 3, "column": 5, "pointer": "/x",
         "message": "100 %\r\nwrong", "remedy": "Mend it"}
    ]  # fmt: skip
    assert json.loads(rendered([], "json")) == []


def test_an_annotation_is_one_command_whatever_is_in_it() -> None:
    assert (
        rendered([PROBLEM, PROBLEM], "github").split("\n")
        == ["::error file=spec/a%2Cb%3Ac%25.yaml,line=3,col=5::#/x: 100 %25%0D%0Awrong. Mend it."]
        * 2
    )
    missing = Problem(Path("a.yaml"), None, None, "", "gone", "Add it")
    assert rendered([missing], "github") == "::error file=a.yaml::#: gone. Add it."


def test_a_line_of_text_is_one_line() -> None:
    assert rendered([PROBLEM], "text") == ("spec/a,b:c%.yaml:3:5: #/x: 100 %\\r\\nwrong. Mend it.")


@pytest.mark.parametrize("form", ["json", "github"])
def test_the_command_line_tells_programs_on_stdout(shop: Workshop, form: str) -> None:
    shop.document("things", things(put(THING, "a", {"type": "strin"})))
    done = shop.run("--format", form)
    assert (done.code, done.err) == (2, "")
    if form == "json":
        (found,) = json.loads(done.out)
        assert found["pointer"] == f"{THING}/a/type"
    else:
        assert done.out.startswith("::error file=")


def test_every_broken_template_is_told_with_its_line(tmp_path: Path) -> None:
    shop = Workshop.empty(tmp_path / "root")
    shop.document("things", BASE)
    for name in ("service.py.jinja", "model.py.jinja"):
        template = shop.root / "overrides/templates" / name
        template.write_text("one\n{% if x %}\n{{ }}\n", encoding="utf-8")
    done = shop.run()
    assert (done.code, done.out) == (2, "")
    places = [line.split(": ")[0].rpartition("/")[2] for line in done.problems]
    assert places == ["model.py.jinja:3", "service.py.jinja:3"]
    assert not (shop.root / "generated").exists()
