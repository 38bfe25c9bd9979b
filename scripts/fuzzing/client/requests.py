"""Arguments for a client's methods, drawn and fixed, valid by the document or nearly so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from scripts.fuzzing.client.arrival import File, Sent, differences_of, validator, versions
from scripts.fuzzing.client.caller import Caller
from scripts.fuzzing.client.judgement import Wrong
from scripts.fuzzing.client.package import (
    PICTURE,
    Bound,
    Package,
    Place,
    argument,
    example,
    is_file,
)
from scripts.fuzzing.client.raw_server import RawServer
from scripts.fuzzing.client.schema_values import merged, types, values
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import media_kind

PICTURES = (PICTURE, b"GIF87a" + bytes(40), b"GIF89a" + bytes(40), b"\xff\xd8\xff\xe0" + bytes(40))
KINDS = ("bytes", "named", "typed", "handle", "handle within", "pieces", "buffer")
NAMES = ("a.png", "ä 😀.png", 'quo"te.png', "back\\slash", "per%22cent%.png", "a;b=c.png", "..",
         "folder/../x.png", "tab\t.png", "\u202egnp.exe", "x" * 300)  # fmt: skip
_TEXTS = ("a/b?c#d&e=f", "%2F", "a b+c", "\u00e4\U0001f600", "..a", ";v=1", '"', "~!$'()*,:@")
FORBIDDEN = ("a\r\nX-Evil: 1", "a\nb", "a\0b")


@st.composite
def sent(draw: st.DrawFn, package: Package, bound: Bound) -> Sent:
    """Arguments for an operation: valid ones, or with one thing that cannot be sent."""
    chosen: dict[str, tuple[Place, Any]] = {}
    bodies = [place for place in bound.places if place.where == "body" and _usable(place)]
    body = draw(st.sampled_from(bodies)) if bodies else None
    for place in bound.places:
        if place.where == "body" and place is not body:
            continue
        if not place.required and draw(st.booleans()):
            continue
        chosen[place.argument] = place, draw(_values(package, place))
    mode = draw(st.sampled_from(["sync", "async"]))
    wrong = ""
    if draw(st.integers(0, 5)) == 0:
        spoilt = [one for one in chosen.values() if _spoilable(one[0])]
        if spoilt:
            place, value = draw(st.sampled_from(spoilt))
            wrong, value = draw(_spoilt(place, value))
            chosen[place.argument] = place, value
    return Sent(bound, mode, tuple(chosen.values()), wrong)


def fixed(package: Package, bound: Bound) -> Iterator[Sent]:
    """The minimal call of an operation with every odd text in the place of each text, and every
    kind of file, picture and name in the place of the file.
    """
    needed = [place for place in bound.places if place.required and not place.option]
    bodies = [place for place in needed if place.where == "body"]
    needed = [place for place in needed if place.where != "body" or place is bodies[0]]
    plain: dict[str, tuple[Place, Any]] = {}
    for place in needed:
        file = _raw(place) or is_file(place.schema)
        value = _picture(place, PICTURE) if file else example(package.document, place)
        plain.setdefault(place.argument, (place, value))
    for condition in versions(package, bound).values():
        for place in bound.places:
            if place.option and place.name == condition["header"]:
                for key in ("minimum", "maximum"):
                    if key in condition:
                        more = (*plain.values(), (place, condition[key]))
                        yield Sent(bound, "sync", more)
    for argument_, (place, value) in plain.items():
        others: list[Any] = []
        if isinstance(value, File):
            typed = _picture(place, PICTURE)
            others = [File(kind, "a.png", typed.media, data) for kind in KINDS for data in PICTURES]
            others += [File("named", name, typed.media, PICTURE) for name in NAMES]
            for name in FORBIDDEN:
                spoilt = {**plain, argument_: (place, File("named", name, typed.media, PICTURE))}
                wrong = "a line break in a file's name"
                yield Sent(bound, "sync", tuple(spoilt.values()), wrong)
        elif place.where == "path" and types(place.schema) == ["string"]:
            others = list(_TEXTS) if set(place.schema) <= {"type", "description", "title"} else []
        for index, other in enumerate(others):
            values_ = {**plain, argument_: (place, other)}
            yield Sent(bound, ("sync", "async")[index % 2], tuple(values_.values()))


def _picture(place: Place, data: bytes) -> File:
    documented = [m for m in place.media if media_kind(m) == "raw" and "*" not in m]
    return File("bytes", "a.png", (documented or ["image/png"])[0], data)


def _usable(place: Place) -> bool:
    kinds = {media_kind(media) for media in place.media}
    # beside other kinds of body, bytes are told apart by their type only: File(...)
    return kinds <= {"json"} or kinds <= {"text"} or (kinds <= {"raw"} and place.argument != "body")


def _raw(place: Place) -> bool:
    return place.where == "body" and {media_kind(media) for media in place.media} == {"raw"}


def _values(package: Package, place: Place) -> st.SearchStrategy[Any]:
    if _raw(place) or is_file(place.schema):
        documented = [m for m in place.media if media_kind(m) == "raw" and "*" not in m]
        return _files(documented or ["image/png"])
    if place.where == "field" and is_file(merged(package.document, place.schema.get("items", {}))):
        least = int(place.schema.get("minItems", 0))
        return st.lists(_files(["image/png"]), min_size=least, max_size=least + 2)
    drawn = values(package.document, place.schema)
    if place.where == "body" and media_kind(place.media[0]) == "text":
        return drawn.filter(lambda value: isinstance(value, str))
    if place.where == "body":
        allowed = validator(package, place.schema)
        return drawn.filter(allowed.is_valid)
    drawn = drawn.filter(lambda value: value is not None)
    if place.where == "path":
        return drawn.filter(lambda value: str(value) not in ("", ".", ".."))
    if place.where in ("header", "cookie"):
        return drawn.filter(_visible)
    return drawn


def _visible(value: Any) -> bool:
    """Whether all texts within a value are what a header and a cookie hold as they are."""
    if isinstance(value, str):
        return re.fullmatch(r"[!-~]+", value) is not None
    if is_object(value):
        return all(_visible(key) and _visible(item) for key, item in value.items())
    return not is_array(value) or all(map(_visible, value))


def _files(media: list[str]) -> st.SearchStrategy[File]:
    return st.builds(
        File,
        st.sampled_from(KINDS),
        st.sampled_from(NAMES),
        st.sampled_from(media),
        st.one_of(
            st.sampled_from(PICTURES),
            st.binary(min_size=1, max_size=40),
            st.sampled_from([b"\r\n--", b"x" * 70_000, PICTURE + b"\r\n" * 50]),
        ),
    )


def _spoilable(place: Place) -> bool:
    if place.option:
        return False
    return (
        "enum" in place.schema
        or is_file(place.schema)
        or _raw(place)
        or (
            place.where in ("path", "header")
            and types(place.schema) == ["string"]
            and "format" not in place.schema
        )
    )


@st.composite
def _spoilt(draw: st.DrawFn, place: Place, value: Any) -> tuple[str, Any]:
    if isinstance(value, File):
        name = draw(st.sampled_from(FORBIDDEN))
        return "a line break in a file's name", File("named", name, value.media, value.data)
    if "enum" in place.schema:
        return "a value that the document does not list", "unheard of"
    if place.where == "path":
        return "a path parameter that names another resource", draw(
            st.sampled_from(["", ".", ".."])
        )
    return "a line break in a header", draw(st.sampled_from(FORBIDDEN))


def judge(package: Package, caller: Caller, server: RawServer, case: Sent) -> Wrong | None:
    """Call the method and compare what arrived with what was given."""
    given = {
        place.argument: _given(place, value) for place, value in case.values if not place.option
    }
    more = {place.argument: value for place, value in case.values if place.option}
    server.arrived.clear()
    error: BaseException | None = None
    try:
        caller.call(case.mode, case.bound, given, **more)
    except Exception as raised:  # whatever a client lets out is what is judged here
        error = raised
    shown = f"{type(error).__name__}: {error}"[:500]
    if error is not None and not isinstance(error, package.errors.APIError):
        return Wrong(
            "typed errors only", f"{type(error).__name__} escapes from the client", "an APIError",
            shown,
        )  # fmt: skip
    if case.wrong:
        if server.arrived or not isinstance(error, package.errors.ConfigurationError):
            return Wrong(
                "invalid arguments are refused",
                f"{case.wrong} is not refused before anything is sent",
                "ConfigurationError and no request",
                f"{shown}; {len(server.arrived)} requests: {server.arrived[:1]!r}"[:800],
            )
        return None
    if len(server.arrived) != 1:
        return Wrong(
            "valid arguments are sent",
            "a call that the document allows does not send one request",
            repr(case),
            f"{len(server.arrived)} requests; {shown}",
        )
    difference = next(differences_of(package, case, server.arrived[0]), None)
    if difference is None:
        return None
    where, expected, got = difference
    return Wrong(
        "requests carry the arguments",
        f"what arrives as {where} is not what was given",
        repr(expected)[:600],
        repr(got)[:600],
    )


def _given(place: Place, value: Any) -> Any:
    if isinstance(value, File):
        return value.given()
    if is_array(value) and any(isinstance(one, File) for one in value):
        return [one.given() for one in value]
    return argument(place, value)
