"""What a client made of an answer: right, or a failure with its name."""

from __future__ import annotations

import datetime
import json
import re
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.fuzzing.client.answers import Scripted
from scripts.fuzzing.client.caller import Caller
from scripts.fuzzing.client.package import SPELLINGS, Package
from scripts.openapi.json_value import is_array, is_object

TIME_LIMIT = 8.0
"""Seconds after which a call of a client, whose own limit is five, counts as hanging."""

_CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
}


@dataclass(frozen=True)
class Wrong:
    """A failure: the check, one sentence that is the same for each occurrence, what was wanted and
    what was seen.
    """

    check: str
    title: str
    expected: str
    got: str


def judge(package: Package, caller: Caller, case: Scripted) -> Wrong | None:
    """Make the call that a case describes; the server has its answer already."""
    started = time.monotonic()
    value: Any = None
    error: BaseException | None = None
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            value = caller.call(case.mode, case.bound, package.minimal(case.bound), raw=case.raw)
            if case.raw:
                shown = value.status_code, value.content
                if case.whole and shown != (case.status, case.content):
                    return Wrong(
                        "raw answer",
                        "with_raw_response shows another answer than the server sent",
                        f"{case.status} {case.content!r}",
                        f"{value.status_code} {value.content!r}",
                    )
                value = value.parse()
        except Exception as raised:  # whatever a client lets out is what is judged here
            error = raised
    seconds = time.monotonic() - started
    if seconds > TIME_LIMIT:
        return Wrong(
            "no hang",
            "a call takes longer than its time limit",
            "an end after 5 seconds",
            f"{seconds:.1f} seconds",
        )
    if warned:
        first = warned[0]
        return Wrong(
            "no warning",
            f"the client warns: {first.category.__name__}",
            "no warning",
            str(first.message),
        )
    if error is not None:
        return _of_error(package, case, error)
    try:
        repr(value)
    except Exception as raised:
        return Wrong(
            "values can be shown",
            "a value of the client cannot be printed",
            "a representation",
            f"{type(raised).__name__}: {raised}",
        )
    return _of_moments(value) or _of_value(package, case, value)


def _moments(value: Any) -> Iterator[datetime.datetime]:
    """The times in a value of the client, those that remember their text."""
    if isinstance(value, datetime.datetime):
        yield value
    for name in getattr(value, "__struct_fields__", ()):
        yield from _moments(getattr(value, name))
    if is_object(value) or is_array(value):
        for item in value.values() if is_object(value) else value:
            yield from _moments(item)


def _of_moments(value: Any) -> Wrong | None:
    for moment in _moments(value):
        text = getattr(moment, "text", None)
        try:
            meant = datetime.datetime.fromisoformat(str(text).upper())
        except ValueError:
            continue  # a leap second, or a time that the caller made
        if moment != meant:
            return Wrong(
                "times are read",
                "a time is read as another one",
                f"{meant.astimezone(datetime.UTC)} for {text}",
                str(moment.astimezone(datetime.UTC)),
            )
    return None


def _of_error(package: Package, case: Scripted, error: Any) -> Wrong | None:
    errors = package.errors
    shown = _first_line(error)
    if not isinstance(error, errors.APIError):
        return Wrong(
            "typed errors only",
            f"{type(error).__name__} escapes from the client",
            f"a value, or an error of {errors.__name__}",
            "".join(traceback.format_exception(error))[-2000:],
        )
    secrets = package.spellings
    if betrayed := next((text for text in _texts(error) if _first(secrets, text) >= 0), None):
        return Wrong(
            "no credential in errors",
            f"{type(error).__name__} shows the credential",
            "the credential replaced",
            betrayed[max(0, _first(secrets, betrayed) - 40) :][:120],
        )
    if not case.whole:
        return None
    if not 200 <= case.status <= 299:
        return _of_status(package, case, error)
    if not isinstance(error, errors.APIResponseValidationError):
        return Wrong(
            "kind of error",
            f"a complete answer of a success raises {type(error).__name__}",
            "APIResponseValidationError",
            shown,
        )
    if (error.status_code, _plain(case.content) and error.body) != (
        case.status,
        _plain(case.content) and case.content,
    ):
        return Wrong(
            "error tells the answer",
            "APIResponseValidationError has another status or body than the answer",
            f"{case.status} {case.content!r}",
            f"{error.status_code} {error.body!r}",
        )
    if acceptable(case):
        return Wrong(
            "documented answers are taken",
            "the client refuses an answer that the document allows, unknown keys and members of "
            "enums aside",
            f"a value for {case.content.decode()[:500]}",
            shown,
        )
    return None


def _of_status(package: Package, case: Scripted, error: Any) -> Wrong | None:
    default = "InternalServerError" if case.status >= 500 else "APIStatusError"
    wanted = _CLASSES.get(case.status, default)
    if type(error).__name__ != wanted or error.status_code != case.status:
        return Wrong(
            "kind of error",
            "a status raises another error than its own",
            f"{wanted} {case.status}",
            f"{type(error).__name__} {getattr(error, 'status_code', None)}: {_first_line(error)}",
        )
    if _plain(case.content) and error.body != case.content:
        return Wrong(
            "error tells the answer",
            "an error of a status has another body than the answer",
            repr(case.content),
            repr(error.body),
        )
    if not _plain(case.content):
        return None
    if error.parsed is None and case.content.strip() == b"null":
        return None
    if error.parsed is None:
        if case.documented is None or case.documented.kind != "json" or not acceptable(case):
            return None
        return Wrong(
            "documented errors are read",
            "an error has no value for a body that the document describes",
            f"parsed: a value for {case.content.decode()[:500]}",
            "parsed: None",
        )
    return _encodes_back(package, case, error.parsed)


def _of_value(package: Package, case: Scripted, value: Any) -> Wrong | None:
    if not case.whole or not 200 <= case.status <= 299:
        return Wrong(
            "broken answers are errors",
            "an answer that is no complete success returns a value",
            "an error",
            repr(value)[:500],
        )
    if case.documented is None:
        return Wrong(
            "undocumented successes are errors",
            "a success status that the document does not know returns a value",
            "APIResponseValidationError",
            repr(value)[:500],
        )
    kind = case.documented.kind
    if kind == "json":
        return _encodes_back(package, case, value) or _of_types(case, value)
    wanted: Any = None
    if kind == "bytes":
        wanted = case.content
    elif kind == "text":
        wanted = case.content.decode(case.charset)
    if value != wanted or type(value) is not type(wanted):
        return Wrong(
            "value is the answer",
            f"the value of a {kind} answer is not its body",
            repr(wanted)[:500],
            repr(value)[:500],
        )
    return None


def _encodes_back(package: Package, case: Scripted, value: Any) -> Wrong | None:
    try:
        original = parsed(case.content)
    except ValueError as error:
        return Wrong(
            "no JSON is no value",
            "a body that is no JSON returns a value",
            f"an error: {error}",
            repr(value)[:500],
        )
    try:
        back = package.encoded(value)
    except (ValueError, TypeError) as error:
        return Wrong(
            "value encodes back",
            "a value cannot be encoded again",
            json.dumps(original)[:500],
            f"{type(error).__name__}: {error}",
        )
    if difference := next(differences(original, back), None):
        return Wrong(
            "value encodes back",
            "a value encodes to other JSON than the answer's",
            json.dumps(original)[:500],
            f"{difference}; all of it: {json.dumps(back)[:500]}",
        )
    return None


def _of_types(case: Scripted, value: Any) -> Wrong | None:
    assert case.documented is not None
    if case.documented.typed.is_valid(parsed(case.content)):
        return None
    return Wrong(
        "types of the document",
        "an answer with a value of another type than the document's, or without a required key,"
        " returns a value",
        f"APIResponseValidationError for {case.content.decode()[:500]}",
        repr(value)[:500],
    )


def parsed(content: bytes) -> Any:
    """The JSON value of a body, RFC 8259 to the letter but for a byte order mark. Raises
    ValueError.
    """
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(token: str) -> None:
    raise ValueError(f"{token} is no JSON")


def acceptable(case: Scripted) -> bool:
    """Whether a client has to take the answer."""
    said = case.documented
    if said is None:
        return False
    if said.kind in ("none", "bytes"):
        return True
    if said.kind == "text":
        try:
            case.content.decode(case.charset)
        except (ValueError, LookupError):
            return False
        return True
    try:
        value = parsed(case.content)
        # halves of surrogate pairs are no text, numbers beyond a double no numbers to most readers
        if not _portable(value):
            return False
    except ValueError:
        return False
    return said.accepts.is_valid(value)


def _portable(value: Any) -> bool:
    if is_object(value):
        return all(_portable(key) and _portable(item) for key, item in value.items())
    if is_array(value):
        return all(map(_portable, value))
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= mark <= "\udfff" for mark in value)
    return not isinstance(value, int | float) or abs(value) < 1e308


def differences(original: Any, back: Any, path: str = "$") -> Iterator[str]:
    """Where two JSON values differ. A number is one whether it was written 1 or 1.0, and as exact
    as its Python type can be.
    """
    if is_object(original) and is_object(back):
        for key in original:
            if key not in back:
                yield f"{path}: the key {key!r} is lost"
            else:
                yield from differences(original[key], back[key], f"{path}.{key}")
        for key in back:
            if key not in original:
                yield f"{path}: the key {key!r} is new"
    elif is_array(original) and is_array(back):
        if len(original) != len(back):
            yield f"{path}: {len(back)} items instead of {len(original)}"
        for index, (one, other) in enumerate(zip(original, back, strict=False)):
            yield from differences(one, other, f"{path}[{index}]")
    elif isinstance(original, bool) or isinstance(back, bool):
        if original is not back:
            yield f"{path}: {back!r} instead of {original!r}"
    elif isinstance(original, int | float) and isinstance(back, int | float):
        if original != back and not (isinstance(back, float) and float(original) == back):
            yield f"{path}: {back!r} instead of {original!r}"
    elif original != back and not _one_uuid(original, back):
        yield f"{path}: {back!r} instead of {original!r}"


def _one_uuid(original: object, back: object) -> bool:
    """Whether both are a UUID, which means the same in capitals (RFC 9562, 4)."""
    pattern = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    return (
        isinstance(original, str)
        and original.lower() == back
        and re.fullmatch(pattern, original, re.IGNORECASE) is not None
    )


def _texts(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__]
        yield str(one)
        yield repr(one)
        for value in [*one.args, *vars(one).values()]:
            yield value.decode("latin-1") if isinstance(value, bytes) else repr(value)
            if isinstance(value, dict):
                yield from map(str, value.values())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]


def _first(secrets: tuple[str, ...], text: str) -> int:
    """Where the first of the spellings stands in a text, -1 if none does."""
    return next((text.find(one) for one in secrets if one in text), -1)


def _plain(content: bytes) -> bool:
    """Whether a body holds no spelling of the credential: then an error shows it as it came."""
    # JSON within JSON escapes escapes
    text = content.decode("latin-1").replace("\\", "")
    return not any(one.replace("\\", "") in text for one in SPELLINGS)


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]
