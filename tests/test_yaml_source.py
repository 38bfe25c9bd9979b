"""What the YAML reader takes, what it refuses, and where it says the fault is."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.openapi import yaml_source
from scripts.openapi.problem import DocumentError, Problem

pytestmark = pytest.mark.generator

PATH = Path("some/file.yaml")


def problems(raw: bytes | str) -> tuple[Problem, ...]:
    content = raw.encode() if isinstance(raw, str) else raw
    with pytest.raises(DocumentError) as caught:
        yaml_source.parse(content, PATH)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020-10-05", "2020-10-05"),
        ("2020-02-27T19:49:36.457Z", "2020-02-27T19:49:36.457Z"),
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("-12", -12),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("0.0", 0.0),
        ('"1"', "1"),
        ("'null'", "null"),
        ("!!str 12", "12"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    value = yaml_source.parse(f"key: {written}\n".encode(), PATH).data["key"]
    assert value == meant
    assert type(value) is type(meant)


def test_places_are_those_of_keys_and_list_items() -> None:
    source = yaml_source.parse(b"a:\n  b/c:\n    - 1\n    - x: ~\n", PATH)
    assert source.place("") == (1, 1)
    assert source.place("/a/b~1c") == (2, 3)
    assert source.place("/a/b~1c/1") == (4, 7)
    assert source.place("/a/b~1c/1/x") == (4, 7)
    assert source.place("/a/b~1c/9/z") == (2, 3), (
        "an unknown value stands where the nearest one does"
    )


def test_a_whole_number_as_key_is_a_text() -> None:
    assert yaml_source.parse(b"200: x\n-1: y\n", PATH).data == {"200": "x", "-1": "y"}


def test_aliases_are_copies() -> None:
    data = yaml_source.parse(b"a: &x {n: [1]}\nb: *x\n", PATH).data
    assert data["b"] == {"n": [1]}
    data["b"]["n"].append(2)
    assert data["a"] == {"n": [1]}


def test_byte_order_mark_and_crlf_are_read() -> None:
    assert yaml_source.parse(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", PATH).data == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("raw", "line", "column", "said"),
    [
        (b"", 1, 1, "the file is empty"),
        (b" \n\n", 1, 1, "the file is empty"),
        (b"# nothing but a comment\n", 1, 1, "not a mapping"),
        (b"- a\n- b\n", 1, 1, "a list, not a mapping"),
        (b"text\n", 1, 1, "a single value, not a mapping"),
        (b"a: 1\n\tb: 2\n", 2, 1, "a tab stands where YAML wants spaces"),
        (b"a: b: c\n", 1, 5, "not YAML"),
        (b"a: [1, 2\nb: 3\n", 2, 1, "not YAML"),
        (b'a: "x\n', 2, 1, "not YAML"),
        (b"a: 1\nb: \xff\n", 2, 4, "byte 0xff is not UTF-8"),
        (b"a: 1\nb: x\x00y\n", 2, 5, "a character that YAML forbids"),
        (b"a: 1\n---\nb: 2\n", 2, 1, "a second document begins"),
        (b"a: *nobody\n", 1, 4, "has no anchor"),
        (b"a: &a [*a]\n", 1, 8, "stands inside the value that it repeats"),
        (b"? [a]\n: 1\n", 1, 3, "a key is a mapping or a list"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    raw: bytes, line: int, column: int, said: str
) -> None:
    (problem,) = problems(raw)
    assert problem.line == line
    assert problem.column == column or "not YAML" in said, "libyaml and PyYAML differ by a column"
    assert said in problem.message
    assert problem.remedy


@pytest.mark.parametrize(
    ("raw", "pointer", "line", "column", "said"),
    [
        ("a:\n  b: 1\n  b: 2\n", "/a/b", 3, 3, 'the key "b" appears twice, first in line 2'),
        ("2.0: x\n", "/2.0", 1, 1, "the key 2.0 is not a text"),
        ("0x1F: x\n", "/0x1F", 1, 1, "the key 0x1F is not a text"),
        ("200: x\n'200': y\n", "/200", 2, 1, 'the key "200" appears twice'),
        ("true: x\n", "/true", 1, 1, "the key true is not a text"),
        ("~: x\n", "/~0", 1, 1, "the key ~ is not a text"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "/c/<<", 3, 3, "merge keys"),
        ("a: !!python/none x\n", "/a", 1, 4, "python/none is not allowed"),
        ("a: !secret x\n", "/a", 1, 4, "the tag !secret is not allowed"),
        ("a: !!set {x}\n", "/a", 1, 4, "is not allowed"),
        ("a: .inf\n", "/a", 1, 4, "is no number of JSON"),
        ("a: 1e999\n", "/a", 1, 4, "is no number of JSON"),
        (f"a: {'9' * 5000}\n", "/a", 1, 4, "is no number of JSON"),
    ],
)
def test_what_json_cannot_hold_is_refused_with_its_pointer(
    raw: str, pointer: str, line: int, column: int, said: str
) -> None:
    (problem, *_) = problems(raw)
    assert (problem.pointer, problem.line, problem.column) == (pointer, line, column)
    assert said in problem.message


def test_all_wrong_keys_are_told_at_once() -> None:
    found = problems("a: 1\na: 2\n3.5: x\nb: {c: 1, c: 2}\n")
    assert [(problem.line, problem.pointer) for problem in found] == [
        (2, "/a"),
        (3, "/3.5"),
        (4, "/b/c"),
    ]


def test_an_anchor_bomb_is_refused_before_it_goes_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    (problem,) = problems("\n".join(lines))
    assert "more than" in problem.message
    assert problem.line in (5, 6)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_endless_nesting_is_refused(opening: str) -> None:
    (problem,) = problems("a:\n  " + opening * 100_000)
    assert "levels deep" in problem.message or "not YAML" in problem.message


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="there is no such file"):
        yaml_source.load(tmp_path / "none.yaml")
    with pytest.raises(DocumentError, match="cannot be read"):
        yaml_source.load(tmp_path)


def test_a_problem_reads_as_one_line() -> None:
    (problem,) = problems("a:\n  b: 1\n  b: 2\n")
    expected = (
        'some/file.yaml:3:3: #/a/b: the key "b" appears twice, first in line 2. Keep one of them.'
    )
    assert str(problem) == expected
