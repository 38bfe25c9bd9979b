"""The overlay applier: what it changes, what it reports, what it refuses and where."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from scripts.openapi import overlay, yaml_source
from scripts.openapi.json_value import same
from scripts.openapi.origin import Origins
from scripts.openapi.overlay import Change, Overlaid
from scripts.openapi.pointer import nodes
from scripts.openapi.problem import DocumentError, Problem

pytestmark = pytest.mark.generator

SPEC = Path("spec/acme.yaml")
OVERLAY = Path("overrides/acme/corrections.yaml")
DOCUMENT = """\
info: {title: Acme}
servers:
  - url: https://one.example
  - url: https://two.example
  - url: https://three.example
paths:
  /a: {get: {operationId: a, tags: [x]}, post: {operationId: b}}
  /b: {get: {operationId: c}}
"""
HEAD = "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\n"


def applied(actions: str, head: str = HEAD) -> Overlaid:
    spec = yaml_source.parse(DOCUMENT.encode(), SPEC)
    source = yaml_source.parse((head + actions).encode(), OVERLAY)
    before = copy.deepcopy((spec.data, source.data))
    try:
        return overlay.apply(spec.data, Origins.of(spec), source, extends=(SPEC,))
    finally:
        assert same(list(before), [spec.data, source.data]), "the inputs stay as they were"


def refused(actions: str, head: str = HEAD) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as caught:
        applied(actions, head)
    return caught.value.problems


def test_update_merges_into_mappings_at_any_depth() -> None:
    done = applied("actions:\n  - target: $\n    update: {info: {title: New, version: '2'}}\n")
    assert done.data["info"] == {"title": "New", "version": "2"}
    assert [(change.kind, change.pointer) for change in done.changes] == [
        ("replace", "/info/title"),
        ("add", "/info/version"),
    ]


def test_update_appends_to_every_selected_list() -> None:
    done = applied("actions:\n  - target: $.servers\n    update: {url: x}\n")
    assert done.data["servers"][-1] == {"url": "x"}
    assert done.changes[0].kind == "append"
    assert done.changes[0].pointer == "/servers/3"


def test_update_reaches_every_match_of_a_filter() -> None:
    done = applied("actions:\n  - target: $.paths.*[?@.operationId]\n    update: {x-safe: true}\n")
    operations: list[dict[str, Any]] = [
        op for item in done.data["paths"].values() for op in item.values()
    ]
    assert [operation["x-safe"] for operation in operations] == [True, True, True]


def test_remove_takes_several_items_of_one_list() -> None:
    done = applied("actions:\n  - target: $.servers[2, 0]\n    remove: true\n")
    assert done.data["servers"] == [{"url": "https://two.example"}]


def test_remove_takes_a_match_inside_another_match() -> None:
    done = applied("actions:\n  - target: $.paths..[?@.get || @.operationId]\n    remove: true\n")
    assert done.data["paths"] == {}
    assert len(done.changes) == 5


def test_a_value_can_be_removed_and_made_again() -> None:
    done = applied(
        "actions:\n"
        "  - target: $.servers[0]\n    remove: true\n"
        "  - target: $.servers\n    update: {url: https://one.example}\n"
    )
    assert [server["url"][8:11] for server in done.data["servers"]] == ["two", "thr", "one"]


def test_changes_carry_reason_and_source() -> None:
    done = applied(
        "actions:\n  - target: $.info\n    update: {x: 1}\n"
        "    x-reason: because\n    x-source: a page\n"
    )
    assert done.changes == [Change(0, "/info/x", "add", "because", "a page", OVERLAY, 4)]


def test_origins_follow_values_that_move() -> None:
    done = applied(
        "actions:\n"
        "  - target: $.servers[0]\n    remove: true\n"
        "  - target: $.servers\n    update:\n      url: new\n"
    )
    moved, made = done.origins.at(("servers", 0, "url")), done.origins.at(("servers", 2, "url"))
    assert (moved.path, moved.line, moved.action) == (SPEC, 4, None)
    assert (made.path, made.line, made.action) == (OVERLAY, 8, 1)
    assert all(done.origins.at(location) for location, _ in nodes(done.data))


@pytest.mark.parametrize(
    ("actions", "pointer", "line", "said"),
    [
        (
            "actions:\n  - target: $.nothing\n    remove: true\n",
            "/actions/0/target",
            4,
            "matches nothing",
        ),
        (
            "actions:\n  - target: $.paths[\n    remove: true\n",
            "/actions/0/target",
            4,
            "is no JSONPath",
        ),
        (
            "actions:\n  - target: paths\n    remove: true\n",
            "/actions/0/target",
            4,
            "is no JSONPath",
        ),
        (
            "actions:\n  - target: $.info.title\n    remove: true\n",
            "/actions/0/target",
            4,
            "matches a single value",
        ),
        (
            "actions:\n  - target: $\n    remove: true\n",
            "/actions/0/target",
            4,
            "the whole document",
        ),
        (
            "actions:\n  - target: $.info\n    update: {title: Acme}\n",
            "/actions/0",
            4,
            "action 0 changes nothing",
        ),
        ("actions:\n  - target: $.info\n    update: {}\n", "/actions/0", 4, "changes nothing"),
        (
            "actions:\n  - target: $.info\n    update: 1\n",
            "/actions/0/update",
            5,
            "its update is none",
        ),
        (
            "actions:\n  - target: $.info\n    update: {a: 1}\n    remove: true\n",
            "/actions/0",
            4,
            "both update and remove",
        ),
        ("actions:\n  - target: $.info\n", "/actions/0", 4, "neither update nor remove"),
        (
            "actions:\n  - target: $.info\n    remove: false\n",
            "/actions/0",
            4,
            "neither update nor remove",
        ),
        (
            "actions:\n  - target: $.info\n    remove: 'yes'\n",
            "/actions/0/remove",
            5,
            "remove is 'yes'",
        ),
        ("actions:\n  - update: {a: 1}\n", "/actions/0", 4, "has no target"),
        ("actions:\n  - text\n", "/actions/0", 4, "is no mapping"),
        (
            "actions:\n  - target: $.info\n    update: {a: 1}\n    why: x\n",
            "/actions/0/why",
            6,
            'unknown key "why"',
        ),
        (
            "actions:\n  - target: $.info\n    update: {a: 1}\n    x-reason: ''\n",
            "/actions/0/x-reason",
            6,
            "x-reason is no text",
        ),
        (
            "actions:\n  - target: $.paths['/a'].get\n    update: {tags: [y]}\n",
            "/actions/0/update/tags",
            5,
            "is a list already",
        ),
        (
            "actions:\n  - target: $.info\n    update: {title: [a]}\n",
            "/actions/0/update/title",
            5,
            "is a single value, its update a list",
        ),
        ("actions: []\n", "/actions", 3, "missing or empty"),
        ("x-actions: 1\n", "/actions", 1, "missing or empty"),
    ],
)
def test_an_action_that_does_not_do_what_it_says_is_refused(
    actions: str, pointer: str, line: int, said: str
) -> None:
    (problem,) = refused(actions)
    assert (problem.path, problem.pointer, problem.line) == (OVERLAY, pointer, line)
    assert said in problem.message
    assert problem.remedy


@pytest.mark.parametrize(
    ("head", "pointer", "said"),
    [
        ("overlay: 1.1.0\ninfo: {title: t, version: '1'}\n", "/overlay", "overlay is '1.1.0'"),
        ("info: {title: t, version: '1'}\n", "/overlay", "overlay is None"),
        ("overlay: 1.0.0\ninfo: {title: t}\n", "/info/version", "info.version is missing"),
        ("overlay: 1.0.0\ninfo: {title: t, version: 1.0}\n", "/info/version", "missing or no text"),
        (
            "overlay: 1.0.0\ninfo: {title: t, version: '1', by: me}\n",
            "/info/by",
            'unknown key "by"',
        ),
        (HEAD + "extend: x\n", "/extend", 'unknown key "extend"'),
        (HEAD + "extends: ../../spec/other.yaml\n", "/extends", "another document"),
        (HEAD + "extends: https://acme.example/spec/acme.yaml\n", "/extends", "another document"),
    ],
)
def test_a_wrong_head_is_refused(head: str, pointer: str, said: str) -> None:
    (problem,) = refused("actions:\n  - target: $.info\n    update: {a: 1}\n", head)
    assert problem.pointer == pointer
    assert said in problem.message


def test_extends_may_name_the_document() -> None:
    head = HEAD + "extends: ../../spec/acme.yaml\nx-note: kept\n"
    assert (
        applied("actions:\n  - target: $.info\n    update: {a: 1}\n", head).data["info"]["a"] == 1
    )


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (
            "target: $.info\n    update: {title: B}",
            "action 1 sets /info/title to 'B', action 0 to 'A'",
        ),
        ("target: $\n    update: {info: {title: B}}", "action 1 sets /info/title"),
        ("target: $.info\n    remove: true", "action 1 removes /info, which action 0 made"),
    ],
)
def test_two_actions_that_fight_are_refused(second: str, said: str) -> None:
    found = refused(f"actions:\n  - target: $.info\n    update: {{title: A}}\n  - {second}\n")
    assert said in found[0].message
    assert found[0].line in (6, 7)


def test_an_action_that_repeats_another_changes_nothing() -> None:
    action = "  - target: $.info\n    update: {title: A}\n"
    (problem,) = refused("actions:\n" + action * 2)
    assert "action 1 changes nothing" in problem.message


def test_an_entry_that_an_action_appended_is_not_removed_again() -> None:
    found = refused(
        "actions:\n  - target: $.servers\n    update: {url: x}\n"
        "  - target: $.servers[0]\n    remove: true\n"
        "  - target: $.servers[2]\n    remove: true\n"
    )
    assert [problem.message for problem in found] == [
        "action 2 removes /servers/2, which action 0 made"
    ]


def test_all_problems_are_found_in_one_run() -> None:
    found = refused(
        "actions:\n"
        "  - target: $.nothing\n    remove: true\n"
        "  - target: $[\n    remove: true\n"
        "  - target: $.info\n    update: {title: Acme}\n"
        "  - target: $.info\n    oops: 1\n",
        "overlay: 2\ninfo: {title: t, version: '1'}\n",
    )
    assert [problem.line for problem in found] == [1, 4, 6, 8, 10, 11]


def test_one_is_not_true_and_not_1_0() -> None:
    assert not same(1, True)
    assert not same(1, 1.0)
    assert same({"a": [1, None]}, {"a": [1, None]})
    assert not same({"a": 1, "b": 2}, {"b": 2, "a": 1})
