"""PingOne: images of an environment, uploaded as raw bodies, as its page shows it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from ..checks import header_value
from ..checks.body import File
from ..checks.header_value import InvalidHeader
from ..checks.images import ImageFacts
from ..checks.rate_limit import Rate
from ..document import Document
from ..json_values import JSON, JSONObject
from ..refusal import Reason, Refused
from ..state.store import Draft, NewImage, Store, StoredImage
from . import filename
from .profile import Difference, Profile, Side
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
    Reason.RATE_LIMIT: ("REQUEST_LIMITED", ""),
    Reason.DEFECT: ("UNEXPECTED_ERROR", ""),
}


def _as_uploaded(image: str, name: str | None, facts: ImageFacts) -> tuple[str, str]:
    return facts.extension, filename.stem(name, image)


def _as_png(image: str, name: str | None, facts: ImageFacts) -> tuple[str, str]:
    return "png", f"{image}_original"


STORED_FILE: Difference[Callable[[str, str | None, ImageFacts], tuple[str, str]]] = Difference(
    id="pingone-stored-file",
    operation="createImage",
    what="type of targets.original, and the name of the file in its href",
    documented=Side("both as uploaded", _as_uploaded),
    # Whether the bytes are a PNG then is not known: the stub serves what was uploaded, as what it
    # is.
    observed=Side("png and `<id>_original.png`, for JPEG and GIF uploads too", _as_png),
    source="pingidentity/terraform-provider-pingone, resource_image_test.go and its log in #868",
)
ERROR_ID: Difference[tuple[int, ...]] = Difference(
    id="pingone-error-id",
    operation="*",
    what="id of the errors with status 403 and 429",
    documented=Side("there, as in every other error", ()),
    observed=Side("left out: the vendor says that it may be missing there", (403, 429)),
    source="the vendor's page of error codes",
)


class PingOne:
    name: ClassVar[str] = "pingone"

    rate: ClassVar[Rate | None] = Rate(100, 1, "address", tells_when=True)
    differences: ClassVar[tuple[Difference[Any], ...]] = (STORED_FILE, ERROR_ID)

    def __init__(self, document: Document, store: Store, profile: Profile) -> None:
        self._store = store
        self._profile = profile
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
        error: JSONObject = {
            "id": identity(self.name, "error", next(self._errors)),
            "code": code,
            "message": refused.message,
            "details": details,
        }
        if status in self._profile.of(ERROR_ID):
            del error["id"]
        return error

    def recast(self, refused: Refused) -> Refused:
        return refused

    def elsewhere(self, call: Call) -> Answer | None:
        return None

    def keep(self, owner: str | None, file: File) -> StoredImage:
        if owner not in (None, ENVIRONMENT):
            raise Refused(Reason.UNKNOWN_ID, "no such environment")
        facts = file.facts
        assert facts is not None

        def name(draft: Draft) -> NewImage:
            image = identity(self.name, "image", draft.number)
            folder = f"/environments/{ENVIRONMENT}/images"
            kind, stem = self._profile.of(STORED_FILE)(image, file.filename, facts)
            path = f"{folder}/{stem}.{kind}"
            if draft.taken(path):
                path = f"{folder}/{stem}-{image}.{kind}"
            return NewImage(
                id=image,
                owner=ENVIRONMENT,
                filename=file.filename,
                content_type=facts.media_type,
                format=facts.format,
                width=facts.width,
                height=facts.height,
                data=file.data,
                paths=[path],
                details={"type": kind},
            )

        return self._store.add_image(self.name, name)

    def create_image(self, call: Call) -> Answer:
        environment = str(call.parameters["envID"])
        if environment != ENVIRONMENT:
            raise Refused(Reason.UNKNOWN_ID, "no such environment")
        stored = self.keep(environment, replace(call.file, filename=_filename(call)))
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
                        "type": stored.details["type"],
                        "href": f"{call.origin}{stored.path}",
                    }
                },
                "environment": {"id": environment},
                "createdAt": _rfc3339(stored.created_at),
            },
            stored=stored,
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
