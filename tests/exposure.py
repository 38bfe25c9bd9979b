"""Finds a credential in what an exception shows: its text, its attributes, variables of frames.

Error trackers and debuggers show the local variables of every function that an exception passed.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import pickle
import pprint
import traceback
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Any
from urllib.parse import quote, quote_plus

from tests.recorder import Request
from tests.vendors import SECRET

DEPTH = 3
"""How deep containers and objects of a package are looked into."""


def forms(secret: str) -> set[str]:
    """How a credential may be spelled."""
    plain = {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
    raw = secret.encode()
    return plain | {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}


def carries(request: Request, secret: str = SECRET) -> bool:
    """Whether a credential is anywhere in what was sent."""
    text = repr((request.line, request.headers, request.raw))
    return any(form in text for form in {secret, quote(secret, safe=""), quote_plus(secret)})


def assert_hidden(*values: object) -> None:
    """Fail if the tests' credential shows in a value or in its attributes."""
    for value in values:
        text = "\n".join([str(value), repr(value), pprint.pformat(value)])
        if hasattr(value, "__dict__"):
            text += pprint.pformat(vars(value))
        assert SECRET not in text


def assert_unexposed(error: BaseException, package: str, *secrets: str) -> None:
    """Fail if a credential is anywhere in an exception, or in a variable of a package's frames."""
    spelled = {form for secret in secrets for form in forms(secret)}
    seen = 0
    for where, text in _shown(error, package):
        for form in spelled:
            assert form not in text, f"a credential is in {where}: {text}"
        seen += where.startswith("frame")
    assert seen, f"no frame of {package} was looked at"


def _shown(error: BaseException, package: str) -> Iterator[tuple[str, str]]:
    for each in _chain(error):
        name = type(each).__name__
        yield f"str of {name}", str(each)
        yield f"args of {name}", repr(each.args)
        yield f"traceback of {name}", "".join(traceback.format_exception(each))
        if type(each).__module__.startswith(package):
            for text in _texts(vars(each), package, DEPTH):
                yield f"attributes of {name}", text
            yield f"pickle of {name}", pickle.dumps(each, 0).decode("latin-1")
            yield f"copy of {name}", repr(vars(copy.copy(each)))
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if _belongs(frame, package):
                for variable, value in frame.f_locals.items():
                    for text in _texts(value, package, DEPTH):
                        yield f"frame {frame.f_code.co_qualname}, variable {variable}", text
                yield f"frame {frame.f_code.co_qualname}", ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__]


def _belongs(frame: FrameType, package: str) -> bool:
    # by module, not by file: a dataclass makes functions that have none
    name = str(frame.f_globals.get("__name__", ""))
    return name == package or name.startswith(f"{package}.")


def _texts(value: Any, package: str, depth: int) -> Iterator[str]:
    with contextlib.suppress(AttributeError):  # an object whose constructor did not end
        yield repr(value)
    if depth == 0 or type(value).__name__ == "Secret":
        return
    if isinstance(value, Mapping):
        inner: list[Any] = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    elif type(value).__module__.startswith(package):
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        inner = [getattr(value, name, None) for name in slots]
        inner += getattr(value, "__dict__", {}).values()
    else:
        return
    for each in inner:
        yield from _texts(each, package, depth - 1)
