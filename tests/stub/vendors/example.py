"""A vendor that nobody has written a module for: checked requests, answers from the document's
examples and schemas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ..checks.body import File
from ..checks.rate_limit import Rate
from ..checks.validation import Schemas
from ..document import Document, Node, is_json
from ..json_values import JSON, JSONObject, serialise
from ..pictures import FORMATS, picture
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
        self._schemas = Schemas(document)

    def handlers(self) -> Mapping[str, Handler]:
        return {operation.id: self.answer for operation in self._document.operations}

    def answer(self, call: Call) -> Answer:
        """The first success that the operation documents: its first example that is valid, else one
        made from its schema. Where it documents no success, a redirection, or what it documents of
        all other answers, or nothing.
        """
        return _answer(self._schemas, call)

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        """The stub's own error, or what the document says of this status with the message in it."""
        documented = call.operation.json_answer(status) if call.operation else None
        made = _value(self._schemas, documented[1]) if documented else None
        if not isinstance(made, dict) or documented is None:
            return problem(refused, status)
        schema = documented[1].get("schema")
        return _told(made, schema, refused.message, status) if schema else made

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


def _answer(schemas: Schemas, call: Call) -> Answer:
    operation = call.operation
    assert operation is not None
    known = sorted(operation.responses.items())
    successes = [item for item in known if item[0].startswith("2")]
    successes += [item for item in known if item[0].startswith("3")]
    if not successes:
        successes = [item for item in known if item[0] == "default"]
    for status, response in successes:
        number = int(status) if status.isdecimal() else 300 if status.startswith("3") else 200
        headers = tuple(_headers(schemas, response, number))
        content = response.get("content")
        if content is None or operation.method == "HEAD" or number in (204, 205, 304):
            return Answer(number, None, headers)
        media, node = min(content.items(), key=lambda item: not is_json(item[0]))
        body, concrete = _body(schemas, media, node)
        return Answer(number, body, headers, media_type=concrete)
    return Answer(204, None)  # nothing is said of success, and so nothing can be wrong with it


def _body(schemas: Schemas, media: str, node: Node) -> tuple[bytes, str]:
    """A body of a media type, and which one it is where the document leaves that open."""
    value = _value(schemas, node)
    if is_json(media):
        return serialise(value), media
    essence = media.partition(";")[0].strip().lower()
    main = essence.partition("/")[0]
    if isinstance(value, str) and (main == "text" or "example" in _keys(node)):
        return value.encode(), _CONCRETE.get(essence, media)
    if essence in ("*/*", "application/*") and not isinstance(value, str | None):
        return serialise(value), "application/json"
    if main == "image":
        form = _FORMS.get(essence, "PNG")
        return picture(form), FORMATS[form]
    if main == "text":
        return b"text", _CONCRETE.get(essence, media)
    return b"content", _CONCRETE.get(essence, media)


_FORMS = {media_type: form for form, media_type in FORMATS.items()}
_CONCRETE = {"*/*": "application/octet-stream", "text/*": "text/plain; charset=utf-8"}
_CONCRETE["application/*"] = "application/octet-stream"


def _keys(node: Node) -> set[str]:
    return set(node.value) if isinstance(node.value, dict) else set()


def _headers(schemas: Schemas, response: Node, status: int) -> Iterator[tuple[str, str]]:
    described = response.get("headers")
    for name, header in described.items() if described else ():
        if name.lower() in ("content-type", "content-length"):
            continue
        if header.flag("required") or (status // 100 == 3 and name.lower() == "location"):
            value = _value(schemas, header)
            if name.lower() == "location" and value in (None, "text"):
                value = "/"
            text = value if isinstance(value, str) else serialise(value).decode()
            yield name, re.sub(r"[^\x21-\x7e]", "?", text)


def _value(schemas: Schemas, media: Node) -> JSON:
    """An example, the first that is as its schema says: documents show others, too."""
    examples = [value for _, value in example_value.shown(media)]
    schema = media.get("schema")
    if schema is None:
        return examples[0] if examples else None
    # what is shown may be wrong; what is made may be, where the schema has words that are not read
    made = [*examples, example_value.of(schema)]
    valid = (value for value in made if not schemas.faults(schema, value, "body", answer=True))
    return _received(schema, next(valid, made[0]))


def _received(schema: Node, value: JSON) -> JSON:
    """The value without what is `writeOnly`."""
    if isinstance(value, list):
        item = schema.get("items")
        return value if item is None else [_received(item, one) for one in value]
    if not isinstance(value, dict):
        return value
    known = schema.properties()
    return {
        name: _received(known[name], member) if name in known else member
        for name, member in value.items()
        if name not in known or not known[name].flag("writeOnly")
    }


# Members of an error that tell people what is wrong.
_MESSAGES = ("message", "detail", "title", "error", "description", "error_description")
_CLOSED = ("enum", "const", "pattern", "format", "maxLength")


def _told(made: JSONObject, schema: Node, message: str, status: int) -> JSONObject:
    """An error body with the message and the status where it has a place for them."""
    told = dict(made)
    properties = schema.properties()
    for name, value in made.items():
        described = properties.get(name)
        if described is None or set(_CLOSED) & _keys(described):
            continue
        if isinstance(value, dict):
            told[name] = _told(value, described, message, status)
        elif name in _MESSAGES and isinstance(value, str):
            told[name] = message
        elif name in ("status", "statusCode") and type(value) is int:
            told[name] = status
    return told
