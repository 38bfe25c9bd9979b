"""PingOne: images of an environment, uploaded as raw bodies, as its page shows it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime

from . import filename, header_value
from .document import Document
from .header_value import InvalidHeader
from .json_values import JSON, JSONObject
from .refusal import Reason, Refused
from .store import Draft, NewImage, Store
from .vendor import Answer, Call, Handler, identity

ENVIRONMENT = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"

# Codes that the platform documents; any other begins with `stub.` because the vendor's is not
# known.
_CODES: dict[Reason, tuple[str, str]] = {
    Reason.PARAMETER: ("INVALID_DATA", ""),
    Reason.BODY: ("INVALID_DATA", ""),
    Reason.SYNTAX: ("INVALID_DATA", ""),
    Reason.IMAGE: ("INVALID_DATA", ""),
    Reason.MEDIA_TYPE: ("INVALID_REQUEST", ""),
    Reason.MISMATCH: ("INVALID_REQUEST", ""),
    Reason.CREDENTIALS: ("ACCESS_FAILED", "INVALID_TOKEN"),
    Reason.FORBIDDEN: ("ACCESS_FAILED", "INSUFFICIENT_PERMISSIONS"),
    Reason.UNKNOWN_ID: ("NOT_FOUND", ""),
    Reason.ROUTE: ("NOT_FOUND", ""),
    Reason.DEFECT: ("UNEXPECTED_ERROR", ""),
}


class PingOne:
    name = "pingone"

    def __init__(self, document: Document, store: Store) -> None:
        self._store = store
        self._errors = itertools.count(1)

    def handlers(self) -> Mapping[str, Handler]:
        return {"createImage": self.create_image}

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        code, detail = _CODES.get(refused.reason, (f"stub.{refused.code}", ""))
        details: list[JSON] = [
            {
                "code": "stub." + refused.reason.label,
                "target": fault.pointer or fault.place,
                "message": fault.message,
            }
            for fault in refused.faults
        ]
        if detail:
            details.append({"code": detail, "message": refused.message})
        return {
            "id": identity(self.name, "error", next(self._errors)),
            "code": code,
            "message": refused.message,
            "details": details,
        }

    def create_image(self, call: Call) -> Answer:
        environment = str(call.parameters["envID"])
        if environment != ENVIRONMENT:
            raise Refused(Reason.UNKNOWN_ID, "no such environment")
        uploaded = _filename(call)
        facts = call.file.facts
        data = call.file.data
        assert facts is not None

        def name(draft: Draft) -> NewImage:
            image = identity(self.name, "image", draft.number)
            folder = f"/environments/{environment}/images"
            stem = filename.stem(uploaded, image)
            path = f"{folder}/{stem}.{facts.extension}"
            if draft.taken(path):
                path = f"{folder}/{stem}-{image}.{facts.extension}"
            return NewImage(
                id=image,
                owner=environment,
                filename=uploaded,
                content_type=facts.media_type,
                format=facts.format,
                width=facts.width,
                height=facts.height,
                data=data,
                paths=[path],
                details={"path": path},
            )

        stored = self._store.add_image(self.name, name)
        base = f"{call.origin}{call.prefix}/environments/{environment}"
        return Answer(
            201,
            {
                "_links": {
                    "self": {"href": f"{base}/images/{stored.id}"},
                    "environment": {"href": base},
                },
                "id": stored.id,
                "targets": {
                    "original": {
                        "id": "original",
                        "width": stored.width,
                        "height": stored.height,
                        "type": facts.extension,
                        "href": f"{call.origin}{stored.details['path']}",
                    }
                },
                "environment": {"id": environment},
                "createdAt": _rfc3339(stored.created_at),
            },
        )


def _filename(call: Call) -> str | None:
    """The name in Content-Disposition; one that cannot be read names nothing (RFC 6266, 4)."""
    text = call.parameters.get("content-disposition")
    if not isinstance(text, str):
        return None
    try:
        return header_value.parse(text).filename
    except InvalidHeader:
        return None


def _rfc3339(moment: datetime) -> str:
    """UTC with milliseconds: `2020-02-27T19:49:36.457Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
