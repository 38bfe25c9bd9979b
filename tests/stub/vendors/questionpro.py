"""QuestionPro: the image library of a user and the responses to a survey, as its pages show them.

One user exists and one survey; the survey's questions, answers and texts are those of the
document's own example.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

from ..checks.body import File
from ..checks.rate_limit import Rate
from ..document import Document
from ..json_values import JSON, JSONObject, serialise
from ..refusal import Reason, Refused
from ..state.store import Draft, NewImage, Store, StoredImage
from . import filename
from .image_rows import ImageRows
from .profile import Difference, Profile, Side
from .survey import Survey
from .vendor import Answer, Call, Handler, identity

USER = 1234567
FIRST_IMAGE = 1000001
FIRST_RESPONSE = 12345678
PER_PAGE = 100
_PAGES = 16
"""Pages of the library that are remembered as text."""

# Ids, names and messages of the pages and of the vendor's list of error codes. Any other id begins
# with `stub.` because the vendor's is not known.
_ERRORS: dict[Reason, tuple[str, str]] = {
    Reason.PARAMETER: ("1000", "Invalid URL parameters"),
    Reason.CREDENTIALS: ("1010", "Incorrect API Key"),
    Reason.FORBIDDEN: ("1013", "The user does not have permission to access the resource"),
    Reason.UNKNOWN_ID: ("1040", "The resource that you're trying to access doesn't exist"),
    Reason.ROUTE: ("1040", "The resource that you're trying to access doesn't exist"),
    Reason.RATE_LIMIT: (
        "1013",
        "API call limit exceeded. Please contact your account representative to extend the limits.",
    ),
    Reason.DEFECT: ("1026", "We are not able to process your request"),
}
_JSON_ERRORS = {Reason.SYNTAX: "1001", Reason.BODY: "1002"}
_NAMES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "CONTENT_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
}


def _without_key(call: Call, status: int) -> str:
    return call.url


def _with_key(call: Call, status: int) -> str:
    return call.sent_url if status == 401 else call.url


RATE_ERROR: Difference[tuple[JSON, str]] = Difference(
    id="questionpro-429",
    operation="*",
    what="id and name of the error with status 429",
    documented=Side(
        "as the pages of the operations write errors: a text of digits, a name of the status",
        ("1013", "TOO_MANY_REQUESTS"),
    ),
    observed=Side("the integer 1013 and an empty name", (1013, "")),
    source="questionpro.com/api, the sample of the page of limits (limits.html)",
)
ECHO: Difference[Callable[[Call, int], str]] = Difference(
    id="questionpro-401-echo",
    operation="*",
    what="resourceUrl of the error with status 401 to a request with the key in its query",
    documented=Side("the URL with the key blacked out", _without_key),
    # The echo reaches only who sent the key. Whether a client keeps it out of its own messages
    # and logs shows only where it is echoed.
    observed=Side("the URL with the key in it", _with_key),
    source="questionpro.com/api, the sample of a 401 (error-codes.html)",
)
REQUEST_ID: Difference[bool] = Difference(
    id="questionpro-upload-request-id",
    operation="uploadImage",
    what="requestID in the answer to an upload",
    documented=Side("left out, as the old edition's schema has it", False),
    observed=Side("there", True),
    source="questionpro.com/api/create-image.html, the newest edition",
)


class QuestionPro:
    name: ClassVar[str] = "questionpro"

    rate: ClassVar[Rate | None] = Rate(300, 60, "key", tells_when=False)
    differences: ClassVar[tuple[Difference[Any], ...]] = (RATE_ERROR, ECHO, REQUEST_ID)

    def __init__(self, document: Document, store: Store, profile: Profile) -> None:
        self._store = store
        self._profile = profile
        self._survey = Survey(document)
        self._rows = ImageRows(store, self.name, _image)
        self._page = lru_cache(_PAGES)(self._written_page)
        self._requests = itertools.count(1)

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "uploadImage": self.upload_image,
            "listImages": self.list_images,
            "createResponse": self.create_response,
        }

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        number: JSON
        number, message = _ERRORS.get(refused.reason, (f"stub.{refused.code}", refused.message))
        name = _NAMES.get(status, f"HTTP_{status}")
        if (
            refused.reason in _JSON_ERRORS
            and call.operation
            and call.operation.id == "createResponse"
        ):
            number = (
                _JSON_ERRORS[refused.reason] if refused.code == refused.reason.label else number
            )
        if (status == 400 or refused.faults) and message != refused.message:
            message = f"{message}: {refused.message}"
        if status == 429:
            number, name = self._profile.of(RATE_ERROR)
        return {
            "response": {
                "error": {
                    "docs": "www.questionpro.com/api/error-codes.html",
                    "name": name,
                    "httpStatusCode": status,
                    "id": number,
                    "message": message,
                    "resourceUrl": self._profile.of(ECHO)(call, status),
                }
            }
        }

    def recast(self, refused: Refused) -> Refused:
        return refused

    def elsewhere(self, call: Call) -> Answer | None:
        return None

    def upload_image(self, call: Call) -> Answer:
        stored = self.keep(str(_user(call)), call.form.files["file"][0])
        body: JSONObject = {"response": _image(stored, call.origin)}
        if self._profile.of(REQUEST_ID):
            body["requestID"] = self._request_id()
        return Answer(200, body, stored=stored)

    def keep(self, owner: str | None, file: File) -> StoredImage:
        if owner not in (None, str(USER)):
            raise Refused(Reason.UNKNOWN_ID, "no such user")
        facts = file.facts
        assert facts is not None

        def name(draft: Draft) -> NewImage:
            image = FIRST_IMAGE + draft.number - 1
            folder = f"/qp_userimages/sub-3/{USER}"
            stem = filename.stem(file.filename, str(image))
            path = f"{folder}/{stem}.{facts.extension}"
            if draft.taken(path):  # two uploads of one name are two images
                path = f"{folder}/{stem}-{image}.{facts.extension}"
            return NewImage(
                id=str(image),
                owner=str(USER),
                filename=file.filename,
                content_type=facts.media_type,
                format=facts.format,
                width=facts.width,
                height=facts.height,
                data=file.data,
                paths=[path],
            )

        return self._store.add_image(self.name, name)

    def list_images(self, call: Call) -> Answer:
        user = _user(call)
        page = self._page(
            self._store.epoch,
            f"{call.origin}{call.prefix}",
            call.origin,
            user,
            _number(call.parameters.get("page", 1)),
            _number(call.parameters.get("perPage", PER_PAGE)),
            self._store.count_images(self.name, str(user)),
        )
        return Answer(200, b'%s,"requestID":"%s"}' % (page, self._request_id().encode()))

    def _written_page(
        self, _epoch: int, base: str, origin: str, user: int, page: int, per_page: int, total: int
    ) -> bytes:
        """The answer without its end. Images neither change nor go, except all of them with the
        epoch: what a page says follows from its arguments.
        """
        pages = -(-total // per_page)
        skipped = (page - 1) * per_page
        # What the vendor answers beyond the last page is not known; an empty list is assumed.
        rows = (
            self._rows.newest(str(user), origin, total - skipped, min(per_page, total))
            if skipped < total
            else b""
        )

        def link(number: int) -> str:
            return f"{base}/users/{user}/images?page={number}&perPage={per_page}"

        pagination: JSONObject = {
            "perPage": per_page,
            "totalItems": total,
            "currentPage": page,
            "totalPages": pages,
            "links": {
                "self": link(page),
                "prev": link(min(page - 1, pages)) if page > 1 and pages else None,
                "next": link(page + 1) if page < pages else None,
                "first": link(1) if pages else None,
                "last": link(pages) if pages else None,
            },
        }
        return b'{"response":[%s],"pagination":%s' % (rows, serialise(pagination))

    def _request_id(self) -> str:
        return identity(self.name, "request", next(self._requests))

    def create_response(self, call: Call) -> Answer:
        survey = self._survey
        if call.parameters["survey-id"] != survey.id:
            raise Refused(Reason.UNKNOWN_ID, "no such survey")
        given = call.json
        answers = survey.answers(given["responseSet"])

        def make(number: int) -> bytes:
            rest: JSONObject = {
                "responseID": FIRST_RESPONSE + number - 1,
                "surveyID": survey.id,
                "surveyName": survey.name,
                **survey.respondent(given, call.client),
            }
            return serialise(rest)[:-1] + b',"responseSet":[' + answers + b"]}"

        stored = self._store.add_response(self.name, str(survey.id), make)
        return Answer(200, b'{"response":%s}' % stored)


def _user(call: Call) -> int:
    user = _number(call.parameters["user-id"])
    if user != USER:
        raise Refused(Reason.UNKNOWN_ID, "no such user")
    return user


def _number(value: JSON) -> int:
    assert isinstance(value, int | float)
    return int(value)


def _image(image: StoredImage, origin: str) -> JSONObject:
    return {
        "imageID": int(image.id),
        "imageURL": f"{origin}{image.path}",
        "size": display_size(image.size),
    }


def display_size(count: int) -> str:
    """A number of bytes as the pages show it: `18 Kb`, `1 Mb`, `1.5 Mb`."""
    kilobytes = max(1, round(count / 1024))
    if kilobytes < 1024:
        return f"{kilobytes} Kb"
    return f"{count / 1024 / 1024:.1f}".removesuffix(".0") + " Mb"
