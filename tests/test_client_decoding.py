"""The fast ways to decode and encode do what the slow and plain ones do."""

from __future__ import annotations

import functools
import importlib
import json
import pickle
import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
import questionpro_client.models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from questionpro_client.models import ImagePage, SurveyResponse

from tests.vendors import QUESTIONPRO
from tests.workshop import foreign

PACKAGES = ["questionpro_client", "inventorum_client", "pingone_client"]

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@functools.cache
def near(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """JSON that mostly fits a type: now and then another value, unknown keys, a key missing."""
    return fitting(kind, depth) | fitting(kind, depth) | fitting(kind, depth) | JSON


@functools.cache
def fitting(kind: Any, depth: int) -> st.SearchStrategy[Any]:
    origin, members = get_origin(kind), get_args(kind)
    if depth > 5 or kind in (Any, object):
        return JSON
    if origin is list:
        return st.lists(near(members[0], depth + 1), max_size=3)
    if origin is dict:
        return st.dictionaries(TEXTS, near(members[1], depth + 1), max_size=3)
    if origin in (Union, types.UnionType):
        found = [member for member in members if member is not msgspec.UnsetType]
        return st.one_of([fitting(member, depth + 1) for member in found])
    if origin is Literal:
        return st.sampled_from(members)
    if hasattr(kind, "__struct_fields__"):
        hints = typing.get_type_hints(kind)
        keys = {
            field.encode_name: near(hints[field.name], depth + 1)
            for field in msgspec.structs.fields(kind)
        }
        known = st.fixed_dictionaries({}, optional=keys) | st.fixed_dictionaries(keys)
        return st.builds(
            lambda extra, own: {**extra, **own},
            st.just({}) | st.dictionaries(TEXTS, SCALARS, max_size=2),
            known,
        )
    return {
        str: TEXTS,
        int: st.integers(-(2**70), 2**70) | st.sampled_from([1.0, -0.0, 1e300]),
        float: st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        type(None): st.none(),
    }.get(kind, TEXTS | st.integers() | st.sampled_from(["2020-01-02", "2020-01-02T03:04:05.10Z"]))


def models(package: str) -> list[Any]:
    module = importlib.import_module(f"{package}.models")
    found = [getattr(module, name) for name in module.__all__]
    return [kind for kind in found if hasattr(kind, "__struct_fields__")]


def agree(package: str, data: st.DataObject) -> None:
    decoding = importlib.import_module(f"{package}._runtime.decoding")
    encoding = importlib.import_module(f"{package}._runtime.encoding")
    kind = data.draw(st.sampled_from(models(package)))
    document = data.draw(near(kind))
    content = json.dumps(document).encode()
    try:
        plain = decoding.walk(json.loads(content), kind)
    except ValueError as error:
        refusal = str(error)
        with pytest.raises(ValueError, match=r".") as caught:
            decoding.decode_json(content, kind)
        assert str(caught.value) == refusal
        return
    value = decoding.decode_json(content, kind)
    assert value == plain
    assert repr(value) == repr(plain)
    assert kind.from_dict(document) == plain
    written = encoding.to_json(value)
    assert json.loads(written) == encoding.to_builtins(value) == value.to_dict()
    assert list(json.loads(written)) == list(value.to_dict())
    assert decoding.decode_json(written, kind) == value
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("package", PACKAGES)
@given(data=st.data())
@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
def test_both_ways_to_decode_agree(package: str, data: st.DataObject) -> None:
    agree(package, data)


@pytest.mark.generator
@given(data=st.data())
@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
def test_both_ways_to_decode_agree_on_other_documents(data: st.DataObject) -> None:
    names = sorted(path.name for path in (foreign().root / "generated").glob("*/"))
    packages = [f"{name}_client" for name in names if models(f"{name}_client")]
    agree(data.draw(st.sampled_from(packages)), data)


@pytest.mark.parametrize(
    "text",
    ["20200101", "2020-W01-1", "2020-1-1", "2020-01-01T00:00:00", "2020-02-30", "٢٠٢٠-01-01"],
)
def test_a_date_is_written_as_rfc_3339_writes_it(text: str) -> None:
    from datetime import date

    from questionpro_client._runtime.decoding import convert, walk

    for read in (convert, walk, lambda value, kind: decoded(json.dumps(value).encode(), kind)):
        with pytest.raises(ValueError, match=r"\$: expected date"):
            read(text, date)
        assert read("2020-02-29", date) == date(2020, 2, 29)


PAGE: dict[str, Any] = {
    "response": [{"imageID": number, "imageURL": "u", "size": "1 Kb"} for number in range(3)],
    "pagination": {
        "perPage": 3, "totalItems": 3, "currentPage": 1, "totalPages": 1,
        "links": {"self": "s", "first": None, "last": None},
    },
    "requestID": "r",
}  # fmt: skip


def decoded(content: bytes, kind: Any = ImagePage) -> Any:
    from questionpro_client._runtime.decoding import decode_json

    return decode_json(content, kind)


def test_unknown_keys_stay_where_they_were() -> None:
    document = json.loads(json.dumps(PAGE))
    document["later"] = {"a": [None]}
    document["response"][1]["b"] = 1
    document["response"][1]["a"] = 2**100
    document["pagination"]["links"]["up"] = "x"
    page = decoded(json.dumps(document).encode())
    assert page["later"] == {"a": [None]}
    assert list(page.response[1].additional_properties.items()) == [("b", 1), ("a", 2**100)]
    assert page.pagination.links["up"] == "x"
    assert page.response[0].additional_properties == {}
    assert page.to_dict() == document
    before = json.dumps(document)
    assert ImagePage.from_dict(document) == page
    assert json.dumps(document) == before


def test_typed_unknown_keys_are_checked() -> None:
    survey = dict(QUESTIONPRO.success) if "surveyID" in QUESTIONPRO.success else None
    assert survey is None or SurveyResponse.from_dict(survey)
    variables = questionpro_client.models.CustomVariables
    assert decoded(b'{"own": "x", "none": null}', variables).additional_properties == {
        "own": "x",
        "none": None,
    }
    with pytest.raises(ValueError, match=r"^\$\.own: expected a string, got an integer"):
        decoded(b'{"own": 5}', variables)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe{}",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"\\ud800": 1}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xed\xa0\x80"}',
        b"{} {}",
        b"null",
        b'{"a": "' + b"x" * 100,
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_is_no_json_or_no_model_is_a_value_error(content: bytes) -> None:
    for package in PACKAGES:
        decoding = importlib.import_module(f"{package}._runtime.decoding")
        for kind in models(package):
            try:
                value = decoding.decode_json(content, kind)
            except ValueError:
                continue
            assert isinstance(value, kind)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-9223372036854775809", -(2**63) - 1),
        ("18446744073709551616", 2**64),
        ("1.0", 1),
        ("-0", 0),
        ("1e3", 1000),
    ],
)
def test_integers_are_exact_whatever_their_size(text: str, value: int) -> None:
    content = f'{{"imageID": {text}, "imageURL": "", "size": "", "x": {text}}}'.encode()
    image = decoded(content, questionpro_client.models.Image)
    assert (image.image_id, type(image.image_id)) == (value, int)
    assert image["x"] == value


@pytest.mark.parametrize("text", ["-0.0", "5e-324", "1.7976931348623157e308", '"\\u0000"'])
def test_unknown_values_come_back_to_the_bit(text: str) -> None:
    from questionpro_client._runtime.encoding import to_json

    content = f'{{"imageID": 1, "imageURL": "", "size": "", "x": {text}}}'.encode()
    image = decoded(content, questionpro_client.models.Image)
    assert repr(json.loads(to_json(image))["x"]) == repr(json.loads(text))


def test_of_two_equal_keys_the_last_counts() -> None:
    content = b'{"imageID": "no", "x": 1, "imageURL": "", "size": "", "x": 2, "imageID": 1}'
    image = decoded(content, questionpro_client.models.Image)
    assert (image.image_id, image["x"]) == (1, 2)


def test_a_value_that_holds_itself_is_refused() -> None:
    from questionpro_client._runtime.encoding import to_json

    image = questionpro_client.models.Image(1, "", "")
    image["self"] = image
    loop: list[Any] = []
    loop += [loop, loop]
    for value in (image, loop, {"a": loop}):
        with pytest.raises(ValueError, match="nested too deeply"):
            to_json(value)
