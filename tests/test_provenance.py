"""Comments in a corrected document: which action made each changed place, without changing it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.openapi import documents, overlay, yaml_source
from scripts.openapi.document_text import text
from scripts.openapi.json_value import same
from scripts.openapi.origin import Origins
from scripts.openapi.provenance import commented, notes
from tests.pages import ROOT

pytestmark = pytest.mark.generator

SPEC, OVERLAY = Path("spec/acme.yaml"), Path("overrides/acme/corrections.yaml")
DOCUMENT = """\
info: {title: Acme, contact: {name: A, email: a@acme.example}}
servers: [{url: https://one.example}, {url: https://two.example}]
tags: [{name: x}]
paths: {/a: {get: {operationId: a, description: "One line.\\n\\nAnd another, which is long.\\n"}}}
"""
HEAD = "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\nactions:\n"


def written(actions: str) -> list[str]:
    """Lines of the document after the actions, comments included; the data are checked."""
    spec = yaml_source.parse(DOCUMENT.encode(), SPEC)
    source = yaml_source.parse((HEAD + actions).encode(), OVERLAY)
    done = overlay.apply(spec.data, Origins.of(spec), source, extends=(SPEC,))
    told = notes(done.data, done.origins, done.changes)
    result = commented(done.data, text(done.data, "A document."), told)
    assert same(yaml_source.parse(result.encode(), SPEC).data, done.data)
    return result.splitlines()


def below(lines: list[str], comment: str) -> str:
    """The line under the comment that begins so."""
    (at,) = (index for index, line in enumerate(lines) if line.strip().startswith(comment))
    return next(line for line in lines[at + 1 :] if not line.strip().startswith("#"))


def test_a_changed_value_is_told_above_its_key() -> None:
    lines = written(
        "  - target: $.info\n    update: {title: New}\n    x-reason: It has\n      a new name.\n"
    )
    assert (
        below(lines, "# corrections.yaml action 0 (line 4): It has a new name.") == "  title: New"
    )
    assert sum("corrections.yaml" in line for line in lines) == 1


def test_only_the_first_of_several_members_has_the_reason() -> None:
    lines = written("  - target: $.info\n    update: {a: 1, b: {c: 2}}\n    x-reason: Why not.\n")
    assert below(lines, "# corrections.yaml action 0 (line 4): Why not.") == "  a: 1"
    assert lines[lines.index("  # corrections.yaml action 0 (line 4)") + 1] == "  b:"


def test_a_value_inside_what_another_action_made_has_its_own_comment() -> None:
    lines = written(
        "  - target: $.info\n    update: {x-made: {a: 1}}\n    x-reason: First.\n"
        "  - target: $.info['x-made']\n    update: {b: 2}\n    x-reason: Second.\n"
    )
    assert below(lines, "# corrections.yaml action 0 (line 4): First.") == "  x-made:"
    assert below(lines, "# corrections.yaml action 1 (line 7): Second.") == "    b: 2"


def test_a_list_item_is_told_above_its_dash() -> None:
    lines = written("  - target: $.servers\n    update: {url: x}\n    x-reason: A third.\n")
    assert below(lines, "# corrections.yaml action 0 (line 4): A third.") == "  - url: x"


@pytest.mark.parametrize(
    ("target", "what", "line"),
    [
        ("$.tags", "removed tags", "info:"),
        ("$.servers[0]", "removed an entry", "servers:"),
        ("$.info.contact", "removed contact", "info:"),
    ],
)
def test_what_is_gone_is_told_above_what_held_it(target: str, what: str, line: str) -> None:
    lines = written(f"  - target: {target}\n    remove: true\n    x-reason: Wrong.\n")
    assert below(lines, f"# corrections.yaml action 0 (line 4) {what}: Wrong.") == line


def test_what_is_replaced_in_two_actions_is_told_once() -> None:
    lines = written(
        "  - target: $.info.contact\n    remove: true\n    x-reason: See below.\n"
        "  - target: $.info\n    update: {contact: {name: B}}\n    x-reason: It moved.\n"
    )
    assert [line.strip() for line in lines if "action" in line] == [
        "# corrections.yaml action 1 (line 7): It moved."
    ]


def test_any_reason_stays_a_comment() -> None:
    lines = written(
        "  - target: $.paths['/a'].get\n    update: {x: '- a: [ # no comment'}\n"
        '    x-reason: "key: |\\n- \\u2028 x \\x07 # é \\x85 end"\n'
    )
    (told,) = (line.strip() for line in lines if "key:" in line)
    assert told == "# corrections.yaml action 0 (line 4): key: | - x   # é end"


def test_long_reasons_are_folded() -> None:
    lines = written(
        f"  - target: $.paths['/a'].get\n    update: {{x: 1}}\n    x-reason: {'word ' * 60}\n"
    )
    told = [line for line in lines[1:] if line.strip().startswith("#")]
    assert len(told) > 2
    assert all(len(line) <= 100 and line.startswith("      #") for line in told)


@pytest.mark.parametrize("vendor", documents.vendors(ROOT))
def test_every_correction_is_told_in_the_committed_document(vendor: str) -> None:
    """But for removals that make room for a later action."""
    document = documents.corrected(ROOT, vendor)
    committed = (ROOT / "generated" / vendor / "openapi.yaml").read_text("utf-8")
    told = {int(index) for index in re.findall(r"# corrections\.yaml action (\d+) \(", committed)}
    for change in document.changes:
        if change.action_index not in told:
            again = [
                other
                for other in document.changes
                if other.pointer == change.pointer and other.action_index in told
            ]
            assert change.kind == "remove", change
            assert again, change
