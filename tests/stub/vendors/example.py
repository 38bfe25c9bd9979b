"""A vendor that nobody has written a module for: checked requests, answers from the document's
examples and schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..checks.body import File
from ..checks.rate_limit import Rate
from ..document import Document, Node, is_json
from ..json_values import JSON, JSONObject, serialise
from ..refusal import Reason, Refused
from ..state.store import Store, StoredImage
from . import example_value
from .profile import Difference, Profile
from .vendor import Answer, Call, Handler


class Example:
    """Answers every valid request with what its document shows or says of success."""

    name: ClassVar[str] = "example"
    differences: ClassVar[tuple[Difference[Any], ...]] = ()
    rate: ClassVar[Rate | None] = None

    def __init__(self, document: Document, store: Store, profile: Profile) -> None:
        self._document = document

    def handlers(self) -> Mapping[str, Handler]:
        return {operation.id: example_answer for operation in self._document.operations}

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        return problem(refused, status)

    def recast(self, refused: Refused) -> Refused:
        return refused

    def elsewhere(self, call: Call) -> Answer | None:
        return None

    def keep(self, owner: str | None, file: File) -> StoredImage:
        raise Refused(Reason.BODY, "this vendor has no module that keeps images")


def problem(refused: Refused, status: int) -> JSONObject:
    """The stub's own error body, for addresses that are no vendor's and vendors without a
    module.
    """
    return {
        "status": status,
        "code": f"stub.{refused.code}",
        "message": refused.message,
        "faults": [
            {"in": fault.place, "pointer": fault.pointer, "message": fault.message}
            for fault in refused.faults
        ],
    }


def example_answer(call: Call) -> Answer:
    """The first success that the operation documents: its first example, else one made from its
    schema.
    """
    assert call.operation is not None
    for status, response in sorted(call.operation.responses.items()):
        if status.startswith("2"):
            number = 200 if status == "2XX" else int(status)
            content = response.get("content")
            if content is None:
                return Answer(number, None)
            for media, node in content.items():
                value = _value(node) if is_json(media) else None
                if value is not None:
                    return Answer(number, serialise(value))
    message = "the request is valid; its document has no success to answer with"
    return Answer(501, {"status": 501, "code": "stub.no-example", "message": message, "faults": []})


def _value(media: Node) -> JSON:
    shown = example_value.shown(media)
    if shown:
        return shown[0][1]
    schema = media.get("schema")
    return None if schema is None else example_value.of(schema)
