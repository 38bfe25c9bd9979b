"""Questions and answers that are grown from the examples in the corrected documents."""

from __future__ import annotations

import copy
import random
from typing import Any

from scripts.openapi.operations import operations, resolve
from scripts.openapi.yaml_source import load

from .subject import CREATE, DOCUMENT, FORM, LIST, RAW, RAW_PACKAGE, SIZES, Content


def content(seed: int) -> Content:
    """Grow the content; the same for the same seed and documents."""
    chance = random.Random(seed)
    document: dict[str, Any] = load(DOCUMENT).data
    page = answer(document, LIST)
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
        question=_question(document, CREATE),
        survey=answer(document, CREATE),
        form=answer(document, FORM),
        raw=answer(raw_document, RAW),
        statuses={
            **{name: int(_status(document, name)) for name in (LIST, CREATE, FORM)},
            RAW: int(_status(raw_document, RAW)),
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


def answer(document: dict[str, Any], operation: str) -> Any:
    """The example of an operation's success."""
    response = _operation(document, operation)["responses"][_status(document, operation)]
    return _example(document, resolve(document, response))


def _status(document: dict[str, Any], operation: str) -> str:
    responses = _operation(document, operation)["responses"]
    return next(str(status) for status in responses if status.startswith("2"))


def _question(document: dict[str, Any], operation: str) -> Any:
    return _example(document, resolve(document, _operation(document, operation)["requestBody"]))


def _example(document: dict[str, Any], body: dict[str, Any]) -> Any:
    examples = body["content"]["application/json"]["examples"]
    return resolve(document, next(iter(examples.values())))["value"]
