"""Problems as text for people, as JSON for programs, as annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Literal, TypeAlias

from scripts.openapi.problem import Problem

Format: TypeAlias = Literal["text", "json", "github"]
FORMATS: tuple[Format, ...] = ("text", "json", "github")


def rendered(problems: Iterable[Problem], form: Format) -> str:
    """All problems in one text, without a line end behind it.

    text: a line for each. json: an array of objects {path, line, column, pointer, message, remedy},
    `line` and `column` null where a problem has no place in its file. github: a workflow command
    `::error file=…,line=…,col=…::…` for each.
    """
    if form == "json":
        return json.dumps([_object(problem) for problem in problems], indent=1, ensure_ascii=False)
    line = _annotation if form == "github" else _line
    return "\n".join(map(line, problems))


def _line(problem: Problem) -> str:
    # what a document holds must not look like a line of ours
    return str(problem).replace("\r", "\\r").replace("\n", "\\n")


def _object(problem: Problem) -> dict[str, str | int | None]:
    return {
        "path": problem.shown_path,
        "line": problem.line,
        "column": problem.column,
        "pointer": problem.pointer,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def _annotation(problem: Problem) -> str:
    told = f"#{problem.pointer}: {problem.message}. {problem.remedy}."
    return annotation(problem.shown_path, told, line=problem.line, column=problem.column)


def annotation(path: str, told: str, *, line: int | None = None, column: int | None = None) -> str:
    """A workflow command that shows an error beside a line of a file."""
    places = {"file": path, "line": line, "col": column}
    properties = ",".join(
        f"{name}={_property(str(value))}" for name, value in places.items() if value is not None
    )
    return f"::error {properties}::{_data(told)}"


def _data(text: str) -> str:
    # docs.github.com, "Workflow commands": these three end a command or are its escapes
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
