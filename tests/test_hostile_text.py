"""Text of a document is text in the client: it is kept to the letter and never run."""

from __future__ import annotations

import ast
import importlib
import json
import tomllib
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
import yaml

from tests.recorder import Recorder, reply
from tests.workshop import Workshop, call, foreign

pytestmark = pytest.mark.generator

TEXTS = [
    '"""\nraise SystemExit(9)\n"""',
    "ends with a backslash \\",
    'ends with a quote"',
    '"',
    '""',
    "\\",
    "\\N{BULLET} \\x4 \\u12 \\777",
    "{{ 7*7 }} {% raise %} {# gone #}",
    "</script><script>alert(1)</script>",
    "bell \x07 null \x00 escape \x1b[31m",
    "line\u2028separator\x85next",
    "reversed \u202e txet",
    "'''; raise SystemExit(9) #",
    "${HOME} %s {0} {x!r}",
    "# -*- coding: utf-7 -*-",
    "a" * 300,
    "\\" * 299,
    '"' * 7,
    "",
    " \n ",
    "…é日本🎉",
]
TITLES = [text for text in TEXTS[:13] if text.strip()]


def document(texts: list[str], title: str) -> dict[str, Any]:
    """A document that has each text wherever a document has free text."""
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": title, "description": title},
        "tags": [{"name": "things", "description": title}],
        "servers": [
            {
                "url": "http://localhost/{place}",
                "description": title,
                "variables": {"place": {"default": "x", "description": title}},
            }
        ],
        "paths": {
            f"/a{index}": {"post": operation(index, text)} for index, text in enumerate(texts)
        },
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "query", "name": title, "description": title}
            },
            "schemas": {
                f"Thing{index}": {
                    "type": "object",
                    "description": text,
                    "properties": {
                        "name": {"type": "string", "description": text, "default": text},
                        "constant": {"const": text},
                        "kind": {"type": "string", "description": text, "enum": ["a"]},
                    },
                }
                for index, text in enumerate(texts)
            },
        },
    }


def operation(index: int, text: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/Thing{index}"}
    return {
        "operationId": f"add{index}",
        "tags": ["things"],
        "summary": text,
        "description": text,
        "x-source": {"page": text},
        "security": [{"key": []}],
        "parameters": [
            {
                "name": text or "q",
                "in": "query",
                "description": text,
                "schema": {"type": "string", "default": text},
            },
            {
                "name": "version",
                "in": "query",
                "x-client-option": f"version{index}",
                "description": text,
                "schema": {"type": "string", "default": text},
            },
        ],
        "requestBody": {
            "required": True,
            "description": text,
            "content": {"application/json": {"schema": schema}},
        },
        "responses": {"204": {"description": text}},
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """All texts in one package, and a package for each that stands for the whole document."""
    shop = Workshop.empty(tmp_path_factory.mktemp("hostile") / "root")
    shop.document("all", document(TEXTS, "All"))
    for index, text in enumerate(TITLES):
        shop.document(f"title{index}", document([], text))
    done = shop.run()
    assert done.code == 0, done.err
    return shop


@pytest.mark.parametrize("index", range(len(TEXTS)), ids=lambda index: repr(TEXTS[index])[:30])
def test_any_text_stays_what_it_is(written: Workshop, index: int) -> None:
    text = TEXTS[index]
    with written.imported("all") as package:
        models = importlib.import_module("all_client.models")
        thing = getattr(models, f"Thing{index}")(constant=text, name=text)
        with (
            Recorder(reply(204, media_type="")) as server,
            package.All(base_url=server.url, api_key="k") as client,
        ):
            getattr(client.things, f"add{index}")(body=thing)
    sent = parse_qsl(server.only.target.partition("?")[2], keep_blank_values=True)
    assert sent == [(text or "q", text), ("version", text), ("All", "k")]
    assert json.loads(server.only.body) == {"name": text, "constant": text}


@pytest.mark.parametrize("index", range(len(TITLES)), ids=lambda index: repr(TITLES[index])[:30])
def test_any_title_makes_a_package(written: Workshop, index: int) -> None:
    folder = written.root / "generated" / f"title{index}"
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == f"title{index}-client"
    assert "\n" not in project["description"]
    document = yaml.safe_load((folder / "openapi.yaml").read_text(encoding="utf-8"))
    assert document["info"]["title"] == TITLES[index]
    with written.imported(f"title{index}") as package:
        assert package.__version__ == "0.1.0"


@pytest.mark.parametrize("vendor", ["all", *(f"title{index}" for index in range(len(TITLES)))])
def test_any_text_leaves_files_that_can_be_read(written: Workshop, vendor: str) -> None:
    for path in (written.root / "generated" / vendor).rglob("*"):
        if path.suffix not in (".py", ".toml", ".md") or "_runtime" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert not [found for found in text if found < " " and found != "\n"], path
        if path.suffix == ".py":
            with warnings.catch_warnings(action="error"):  # an escape that Python does not know
                compile(text, path, "exec")
            strings = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
            assert not [s for s in strings if isinstance(s.value, str) and "49" in s.value], path


# --- names: the document nameless.yaml ------------------------------------------------------------


def test_a_document_without_names_and_with_hostile_ones(mode: str) -> None:
    foreign()
    m: Any = importlib.import_module("nameless_client.models")
    wire = {
        "class": "c", "self": "s", "from": 'a"b\\n{{ 7*7 }}', "list": ["l"], "type": 'quo"te',
        "to_dict": "1", "additional_properties": "2", "from_dict": "3", "__class__": "4",
        "_values": "5", "": "6", "1st": "7", "a b'c {x} %s": "8", "str": "9", "int": 1,
        "date": "2026-01-01", "any": [], "field": "f", "UNSET": "u", "Any": "A", "none": None,
        "dict": {"k": 1}, "literal": 'it\'s "const" \\', "numbers": -1,
    }  # fmt: skip
    model = m.Class.from_dict(wire)
    assert model.additional_properties == {}
    assert (model.class_, model.self_, model.list_, model.int_) == ("c", "s", ["l"], 1)
    assert (model.to_dict_, model.additional_properties_, model.from_dict_) == ("1", "2", "3")
    assert model.type is m.Kind.QUOTE
    assert model.numbers is m.Numbers.VALUE_NEGATIVE_1
    with Recorder(reply(200, json.dumps(wire).encode())) as server:
        options = {"base_url": server.url}
        answer = call(
            mode, "nameless_client.Nameless", "default.post_things", body=model, options=options
        )
    assert json.loads(server.only.body) == wire
    assert answer == model


def test_a_path_with_quotes_braces_and_backslashes(mode: str) -> None:
    foreign()
    with Recorder(reply(200, '{"größe": 3, "日本": "x"}'.encode())) as server:
        answer = call(
            mode,
            "nameless_client.Nameless",
            "default.get_things_thing_id_quoted_größe_n_x",
            '"{thing-id}"',
            "{x}",
            options={"base_url": server.url},
        )
    path = '/things/"{thing-id}"/"quoted"/größe \\n/{x}'
    assert unquote(server.only.target) == path
    assert set(server.only.target) <= {chr(code) for code in range(33, 127)} - set('"<>\\^`{|}')
    assert answer.größe == 3


def test_enum_members_have_names_of_their_own_and_exact_values() -> None:
    foreign()
    kind: Any = importlib.import_module("nameless_client.models").Kind
    values = yaml.safe_load(
        (Path(__file__).parent / "data/foreign/nameless.yaml").read_text(encoding="utf-8")
    )["components"]["schemas"]["Kind"]["enum"]
    assert [member.value for member in kind] == values
    assert kind("later").value == "later"
