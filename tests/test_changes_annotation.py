"""Whether a type may stand where another did."""

from __future__ import annotations

import pytest

from scripts.changes.annotation import fits, same

pytestmark = pytest.mark.generator

BASES = {"Colour": "str", "Level": "int"}


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("int", "int | str"),
        ("str | int", "int | str"),
        ("int", "float"),
        ("bool", "int"),
        ("Level", "float"),
        ("Colour", "str | None"),
        ("Colour | Unset", "Unset | str"),
        ("Literal['a']", "Literal['a', 'b']"),
        ("Literal['a'] | None", "str | None"),
        ("Literal[1]", "int"),
        ("list[int]", "list[int | str]"),
        ("dict[str, list[Colour]]", "dict[str, list[str]]"),
        ("int", "Any"),
        ("'int'", "int | None"),
        ("int", None),
        ("Callable[[int], str] | None", "Callable[[int], str] | bytes | None"),
    ],
)
def test_a_narrower_type_fits_a_wider_one_and_not_the_other_way(
    inner: str | None, outer: str | None
) -> None:
    assert fits(inner, outer, BASES)
    assert fits(outer, inner, BASES) == same(inner, outer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int", "str"),
        ("Colour", "Level"),
        ("Literal['1']", "int"),
        ("Literal[True]", "int"),
        ("list[int]", "tuple[int]"),
        ("tuple[int]", "tuple[int, int]"),
        ("not python at all (", "int"),
    ],
)
def test_types_that_have_nothing_in_common_fit_neither_way(one: str, other: str) -> None:
    assert not fits(one, other, BASES)
    assert not fits(other, one, BASES)
