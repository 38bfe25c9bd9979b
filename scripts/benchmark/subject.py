"""What is measured: the clients of this repository, and what the server says to them.

Questions and answers are grown from the examples in the corrected documents.
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.openapi.operations import operations, resolve
from scripts.openapi.yaml_source import load

from .child import ROOT

PACKAGE = "questionpro_client"
LIST_PACKAGE = ROOT / "generated" / "questionpro"
RAW_PACKAGE = ROOT / "generated" / "pingone"
DOCUMENT = LIST_PACKAGE / "openapi.yaml"

KEY = "test-api-key"
TOKEN = "test-token"
USER = 1234567
SURVEY = 7654321
ENVIRONMENT = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"

LIST_BASE = "/a/api/v2"
RAW_BASE = "/v1"
FORM_TARGET = f"{LIST_BASE}/users/{USER}/images"
RAW_TARGET = f"{RAW_BASE}/environments/{ENVIRONMENT}/images"
CREATE_TARGET = f"{LIST_BASE}/surveys/{SURVEY}/responses"
SIZES = (100, 3)
_LIST, _CREATE, _FORM, _RAW = "listImages", "createResponse", "uploadImage", "createImage"


def list_target(size: int) -> str:
    """Where a page of so many images is."""
    return f"{FORM_TARGET}?page=1&perPage={size}"


@dataclass(frozen=True)
class Content:
    """What is sent and answered, as JSON values.

    Attributes:
        pages: list answers by how many images they hold.
        question: body of a survey response's creation.
        survey: the answer to it.
        form, raw: answers to the two uploads.
        statuses: of the successes, by operation.
    """

    pages: dict[int, Any]
    question: Any
    survey: Any
    form: Any
    raw: Any
    statuses: dict[str, int]

    def routes(self) -> dict[str, tuple[int, str]]:
        """The answers, status and body, by method and target."""
        answers = {f"GET {list_target(size)}": (_LIST, page) for size, page in self.pages.items()}
        answers[f"POST {CREATE_TARGET}"] = _CREATE, self.survey
        answers[f"POST {FORM_TARGET}"] = _FORM, self.form
        answers[f"POST {RAW_TARGET}"] = _RAW, self.raw
        return {
            target: (self.statuses[operation], json.dumps(answer, separators=(",", ":")))
            for target, (operation, answer) in answers.items()
        }

    def save(self, path: Path) -> None:
        """Write it for the worker processes."""
        path.write_text(json.dumps(self.__dict__), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Content:
        """Read what :meth:`save` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        told["pages"] = {int(size): page for size, page in told["pages"].items()}
        return cls(**told)


def content(seed: int) -> Content:
    """Grow the content; the same for the same seed and documents."""
    chance = random.Random(seed)
    document: dict[str, Any] = load(DOCUMENT).data
    page = _answer(document, _LIST)
    pages: dict[int, Any] = {}
    for size in SIZES:
        grown = copy.deepcopy(page)
        grown["response"] = [
            _image(chance.choice(page["response"]), 1_000_000 + size - index, chance)
            for index in range(size)
        ]
        grown["pagination"].update(totalItems=size, perPage=size, totalPages=1)
        pages[size] = grown
    raw_document: dict[str, Any] = load(RAW_PACKAGE / "openapi.yaml").data
    return Content(
        pages=pages,
        question=_question(document, _CREATE),
        survey=_answer(document, _CREATE),
        form=_answer(document, _FORM),
        raw=_answer(raw_document, _RAW),
        statuses={
            **{name: int(_status(document, name)) for name in (_LIST, _CREATE, _FORM)},
            _RAW: int(_status(raw_document, _RAW)),
        },
    )


def _image(example: dict[str, Any], number: int, chance: random.Random) -> dict[str, Any]:
    url = str(example["imageURL"]).rpartition("/")[0]
    name = f"{chance.randrange(16**12):012x}.png"
    size = f"{chance.randrange(1, 2000)} Kb"
    return {"imageID": number, "imageURL": f"{url}/{name}", "size": size}


def _operation(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(
        view.operation for view in operations(document) if view.operation.get("operationId") == name
    )


def _answer(document: dict[str, Any], operation: str) -> Any:
    answer = _operation(document, operation)["responses"][_status(document, operation)]
    return _example(document, resolve(document, answer))


def _status(document: dict[str, Any], operation: str) -> str:
    responses = _operation(document, operation)["responses"]
    return next(str(status) for status in responses if status.startswith("2"))


def _question(document: dict[str, Any], operation: str) -> Any:
    return _example(document, resolve(document, _operation(document, operation)["requestBody"]))


def _example(document: dict[str, Any], body: dict[str, Any]) -> Any:
    examples = body["content"]["application/json"]["examples"]
    return resolve(document, next(iter(examples.values())))["value"]
