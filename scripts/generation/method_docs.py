"""What is said of a method: its arguments, what it returns and what it raises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from openapi_python_client.parser.properties import ModelProperty

from overrides.runtime.errors import APIStatusError, InternalServerError, status_error_class

from .docstrings import Section
from .methods import Argument, Method
from .models import field_of, properties_of


class Told(NamedTuple):
    """A name and a sentence."""

    name: str
    description: str


_CALL_OPTIONS = (
    Argument(
        "extra_headers",
        "Mapping[str, str] | None",
        "None",
        "Headers of this call alone, in the place of others of the same name.",
    ),
    Argument(
        "extra_query",
        "Mapping[str, Any] | None",
        "None",
        "Query parameters that this call adds; a list gives one for each of its items.",
    ),
    Argument(
        "timeout",
        "float | httpx2.Timeout | None",
        "None",
        "The time limit of this call in seconds, or an ``httpx2.Timeout``; the client's when None.",
    ),
)

_ON_PROGRESS = Argument(
    "on_progress",
    "Callable[[int, int | None], object] | None",
    "None",
    "Called with the bytes of the body that were sent so far and their total, which is None when"
    " unknown. Starts over when the request is sent again.",
)


def call_options(method: Method | None = None) -> list[Argument]:
    """The keywords of a method that the document says nothing of."""
    sends_files = method is not None and method.sends_files
    return [_ON_PROGRESS, *_CALL_OPTIONS] if sends_files else [*_CALL_OPTIONS]


def signature(method: Method) -> str:
    """The arguments of a method as one line, without those that every method has."""
    own = call_options(method)[: -len(_CALL_OPTIONS)]
    keywords = [argument.declaration for argument in [*method.keywords, *own]]
    positional = [argument.declaration for argument in method.positional]
    return ", ".join([*positional, *(["*", *keywords] if keywords else [])])


def method_sections(method: Method, pager: str | None) -> list[Section]:
    """The sections of a method's docstring."""
    arguments = [*method.positional, *method.keywords, *call_options(method)]
    sections: list[Section] = [
        ("Args", [Told(found.name, _argument(found)) for found in arguments]),
        ("Returns", _returns(method, pager)),
        ("Raises", list(_raised(method))),
    ]
    if method.endpoint.source:
        sections.append(("Source", f"the vendor's page {method.endpoint.source}."))
    return sections


def _argument(argument: Argument) -> str:
    text = argument.description
    if text and not text.endswith((".", "!", "?")):
        text += "."
    if "FileInput" in argument.type:
        several = "Each is" if "Sequence[" in argument.type else "It is"
        text += (
            f" {several} bytes, a path, a binary file object, an iterator of bytes or a tuple"
            " (file name, content[, type])."
        )
    elif "Mapping[str, Any]" in argument.type and argument not in _CALL_OPTIONS:
        models = argument.type.partition(" | Mapping")[0]
        text += f" As {models}, or as a mapping with the names that its JSON has."
    return text.strip() or f"{argument.type}."


def _returns(method: Method, pager: str | None) -> str:
    told = [answer.description for answer in method.endpoint.successes if answer.description]
    text = told[0] if told else ""
    if pager and method.pagination:
        article, walk = ("An", "async for") if pager.startswith("A") else ("A", "for")
        return (
            f"{article} {pager}: ``{walk}`` gives every {method.pagination.item_type} of the list,"
            f" ``{walk}`` over its ``pages()`` every {method.pagination.page_type}, and"
            " ``first_page`` one of them. Nothing is sent before; then the errors below are"
            f" raised. Each page: {text}"
        ).removesuffix(" Each page: ")
    if method.returns == "None":
        return f"None. {text}".strip()
    return " ".join(
        [f"{method.returns}: {text}" if text else f"{method.returns}.", *_noted(method)]
    )


def _noted(method: Method) -> Iterator[str]:
    """A sentence for each field of the answer that the document describes."""
    for answer in method.endpoint.successes:
        if isinstance(answer.prop, ModelProperty):
            for field in map(field_of, properties_of(answer.prop)):
                if field.description:
                    yield f"``{field.name}``: {field.description.rstrip('.')}."


def _raised(method: Method) -> Iterator[Told]:
    by_class: dict[str, list[str]] = {}
    for answer in method.endpoint.answers:
        if answer.status.startswith("2") or answer in method.endpoint.successes:
            continue
        kind = APIStatusError
        if answer.status.isdigit():
            kind = status_error_class(int(answer.status))
        elif answer.status.startswith("5"):
            kind = InternalServerError
        shown = "any status" if answer.status == "default" else answer.status
        text = f"({shown}) {answer.description}".strip().rstrip(".")
        by_class.setdefault(kind.__name__, []).append(text)
    by_class.setdefault(APIStatusError.__name__, []).append("any other status that is no success")
    for name, texts in by_class.items():
        yield Told(name, f"{'; '.join(texts)}.")
    yield Told("APIResponseValidationError", "the answer is not what the API document says.")
    yield Told("APIConnectionError", "no answer came; ``APITimeoutError`` when not in time.")
    yield Told("ConfigurationError", "an argument cannot be sent; nothing was.")
