"""What changes in the Python of a package, read from source and not imported; the version that
follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.changes.surface import SurfaceChange, surface_changes
from scripts.changes.verdict import suggested

pytestmark = pytest.mark.generator

HEAD = "from __future__ import annotations\nimport boom_at_import\n"
IMPORTED = "from .thing import Thing\n__all__ = "
MODEL = "from .._runtime.model import Model\n"
MODELS = {
    "thing": f"{MODEL}class Thing(Model):\n    size: int\n    part: Part\n"
    "    kind: str\n    state: State\n",
    "part": f"{MODEL}class Part(Model):\n    name: str | Unset = UNSET\n",
    "order": f"{MODEL}class Order(Model):\n    count: int\n"
    "    note: str | Unset = _field(default=UNSET, name='Note')\n",
    "state": "class State(OpenStrEnum):\n    OPEN = 'open'\n    DONE = 'done'\n",
}
RESOURCES = """
class Things:
    def __init__(self, session: object) -> None: ...
    def get(self, thing_id: int, *, page: int | None = None, _hidden: int = 1) -> Thing: ...
    def order(self, *, body: Order) -> None: ...
    def _private(self, x: int) -> None: ...
"""


def package(folder: Path, *edits: tuple[str, str, str]) -> Path:
    """A package with texts replaced in its modules."""
    place = folder / "acme_client"
    (place / "models").mkdir(parents=True)
    (place / "_runtime").mkdir()
    texts = {
        "__init__.py": "from .resources import Things\n__all__ = ('Things',)\n",
        "resources.py": RESOURCES,
        "_runtime/model.py": "class Model: ...\n",
        "models/__init__.py": "from .thing import Thing\n__all__ = ('Part', 'Thing')\n",
        **{f"models/{name}.py": text for name, text in MODELS.items()},
    }
    for name, old, new in edits:
        assert old in texts.get(name, ""), name
        texts[name] = texts[name].replace(old, new)
    for name, text in texts.items():
        (place / name).write_text(HEAD + text, encoding="utf-8")
    return place


def told(tmp_path: Path, *edits: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    old, new = package(tmp_path / "old"), package(tmp_path / "new", *edits)
    return [_row(one) for one in surface_changes(old, new)]


def _row(one: SurfaceChange) -> tuple[str, str, str]:
    return one.verdict, one.kind, one.name


THINGS = "resources.Things"
CASES = [
    ("resources.py", "def get", "def fetch", [
        ("breaking", "object-removed", f"{THINGS}.get"),
        ("compatible", "object-added", f"{THINGS}.fetch"),
    ]),
    ("resources.py", ", page: int | None = None", "", [
        ("breaking", "parameter-removed", f"{THINGS}.get(page)"),
    ]),
    ("resources.py", "body: Order", "body: Order, q: int", [
        ("breaking", "parameter-added-required", f"{THINGS}.order(q)"),
    ]),
    ("resources.py", "body: Order", "body: Order, q: int = 1", [
        ("compatible", "parameter-added", f"{THINGS}.order(q)"),
    ]),
    ("resources.py", "page: int | None = None", "page: int | None", [
        ("breaking", "parameter-changed-required", f"{THINGS}.get(page)"),
    ]),
    ("resources.py", "thing_id: int", "thing_id: int = 1", [
        ("compatible", "parameter-optional", f"{THINGS}.get(thing_id)"),
    ]),
    ("resources.py", "page: int | None = None", "page: int | None = 1", [
        ("breaking", "parameter-changed-default", f"{THINGS}.get(page)"),
    ]),
    ("resources.py", "thing_id: int, *", "*, thing_id: int", [
        ("breaking", "parameter-changed-kind", f"{THINGS}.get(thing_id)"),
    ]),
    ("resources.py", "thing_id: int", "thing_id: int | str", [
        ("compatible", "type-changed", f"{THINGS}.get(thing_id)"),
    ]),
    ("resources.py", "page: int | None", "page: int", [
        ("breaking", "type-changed", f"{THINGS}.get(page)"),
    ]),
    ("resources.py", "thing_id: int", "thing_id: float", [
        ("compatible", "type-changed", f"{THINGS}.get(thing_id)"),
    ]),
    ("resources.py", "self, session: object", "self, session: object, region: str = 'eu'", [
        ("compatible", "parameter-added", f"{THINGS}.__init__(region)"),
    ]),
    ("resources.py", "self, session: object", "self", [
        ("breaking", "parameter-removed", f"{THINGS}.__init__(session)"),
    ]),
    ("models/thing.py", "kind: str", "kind: State", [
        ("compatible", "type-changed", "models.thing.Thing.kind"),
    ]),
    ("models/thing.py", "state: State", "state: str", [
        ("breaking", "type-changed", "models.thing.Thing.state"),
    ]),
    ("resources.py", "-> Thing", "-> Thing | None", [
        ("breaking", "type-changed", f"{THINGS}.get()"),
    ]),
    ("resources.py", "body: Order) -> None", "body: Order) -> Thing", [
        ("compatible", "type-changed", f"{THINGS}.order()"),
    ]),
    ("resources.py", "class Things", "class Stuff", [
        ("breaking", "object-removed", THINGS),
        ("compatible", "object-added", "resources.Stuff"),
    ]),
    ("models/thing.py", "size: int", "size: int | Unset", [
        ("breaking", "type-changed", "models.thing.Thing.size"),
    ]),
    ("models/part.py", "str | Unset = UNSET", "str", [
        ("compatible", "type-changed", "models.part.Part.name"),
    ]),
    ("models/thing.py", "size: int", "size: int\n    extra: int", [
        ("compatible", "object-added", "models.thing.Thing.extra"),
    ]),
    ("models/order.py", "count: int", "count: int\n    extra: int", [
        ("breaking", "field-added-required", "models.order.Order.extra"),
    ]),
    ("models/order.py", "count: int", "count: int\n    extra: int | Unset = UNSET", [
        ("compatible", "object-added", "models.order.Order.extra"),
    ]),
    ("models/order.py", "count: int", "count: int | Unset = UNSET", [
        ("compatible", "type-changed", "models.order.Order.count"),
    ]),
    ("models/order.py", "note: str | Unset", "note: str", [
        ("breaking", "type-changed", "models.order.Order.note"),
    ]),
    ("models/order.py", "class Order(Model)", "class Order", [
        ("breaking", "class-removed-base", "models.order.Order"),
    ]),
    ("models/state.py", "'open'", "'new'", [
        ("breaking", "value-changed", "models.state.State.OPEN"),
    ]),
    ("models/state.py", "    DONE = 'done'\n", "", [
        ("breaking", "object-removed", "models.state.State.DONE"),
    ]),
    ("models/__init__.py", f"{IMPORTED}('Part', 'Thing')", "__all__ = ('Part',)", [
        ("breaking", "object-removed", "models.Thing"),
    ]),
    ("resources.py", "_hidden: int = 1) -> Thing: ...", "_hidden: int = 1) -> Thing: pass", []),
    ("resources.py", "_private", "_other", []),
    ("_runtime/model.py", "class Model", "class Other", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"), CASES, ids=[f"{one[0]}-{one[2]!r}" for one in CASES]
)
def test_a_change_of_public_python_is_told(
    name: str, old: str, new: str, expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    assert told(tmp_path, (name, old, new)) == expected


def test_modules_come_and_go(tmp_path: Path) -> None:
    old, new = package(tmp_path / "old"), package(tmp_path / "new")
    (new / "models/part.py").rename(new / "models/screw.py")
    (new / "models/_hidden.py").write_text("x = 1\n", encoding="utf-8")
    assert [_row(one) for one in surface_changes(old, new)] == [
        ("breaking", "object-removed", "models.part"),
        ("compatible", "object-added", "models.screw"),
    ]


def test_a_package_is_the_same_as_itself(tmp_path: Path) -> None:
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("released", "breaking", "added", "level", "version"),
    [
        ("0.1.0", True, True, "minor", "0.2.0"),
        ("0.1.0", False, True, "patch", "0.1.1"),
        ("0.1.7", False, False, "patch", "0.1.8"),
        ("1.4.2", True, False, "major", "2.0.0"),
        ("1.4.2", False, True, "minor", "1.5.0"),
        ("1.4.2", False, False, "patch", "1.4.3"),
        ("2", True, False, "major", "3.0.0"),
        ("0.3rc1", True, False, "minor", "0.4.0"),
        ("", False, False, "patch", "0.0.1"),
    ],
)
def test_the_suggested_version_follows_semantic_versioning(
    released: str, breaking: bool, added: bool, level: str, version: str
) -> None:
    found = suggested(released, released, breaking=breaking, added=added)
    assert (found.level, found.version) == (level, version)
    assert not found.is_met


def test_a_version_that_was_raised_already_is_enough() -> None:
    assert suggested("0.1.0", "0.2.0", breaking=True, added=False).is_met
    assert suggested("0.1.0", "0.10.0", breaking=True, added=False).is_met
    assert not suggested("0.1.0", "0.1.9", breaking=True, added=False).is_met


def test_without_a_change_the_version_stays() -> None:
    found = suggested("1.2.3", "1.2.3", breaking=False, added=False, any_change=False)
    assert (found.level, found.version) == ("none", "1.2.3")


@pytest.mark.parametrize(
    ("model", "old", "new", "expected"),
    [
        ("order", "a: int\n    b: int", "b: int\n    a: int", [
            ("breaking", "fields-moved", "models.order.Order")
        ]),
        # answers are not made by callers
        ("thing", "a: int\n    b: int", "b: int\n    a: int", []),
        # one that may be left out now stands behind those that may not
        ("order", "a: int\n    b: int", "b: int\n    a: int | Unset = UNSET", [
            ("compatible", "type-changed", "models.order.Order.a")
        ]),
    ],
)  # fmt: skip
def test_fields_in_another_order_break_who_gives_them_by_place(
    tmp_path: Path, model: str, old: str, new: str, expected: list[tuple[str, str, str]]
) -> None:
    path, given = f"models/{model}.py", MODELS[model].partition("class")[2]
    first = given.split("\n")[1].strip()
    before = package(tmp_path / "old", (path, first, old))
    after = package(tmp_path / "new", (path, first, new))
    assert [_row(one) for one in surface_changes(before, after)] == expected


def test_what_differs_in_texts_alone_is_no_change(tmp_path: Path) -> None:
    edit = "class Order(Model):\n", 'class Order(Model):\n    """An order."""\n    # one\n'
    assert told(tmp_path, ("models/order.py", *edit)) == []
