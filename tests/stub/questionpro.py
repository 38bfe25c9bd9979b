"""QuestionPro: the image library of a user and the responses to a survey, as its pages show them.

One user exists and one survey; the survey's questions, answers and texts are those of the
document's own example.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from . import filename
from .document import Document, DocumentError
from .image_rows import ImageRows
from .json_values import JSON, JSONObject, serialise
from .refusal import Fault, Reason, Refused
from .store import Draft, NewImage, Store, StoredImage
from .vendor import Answer, Call, Handler, identity

USER = 1234567
FIRST_IMAGE = 1000001
FIRST_RESPONSE = 12345678
PER_PAGE = 100

# Ids, names and messages of the pages and of the vendor's list of error codes. Any other id begins
# with `stub.` because the vendor's is not known.
_ERRORS: dict[Reason, tuple[str, str]] = {
    Reason.PARAMETER: ("1000", "Invalid URL parameters"),
    Reason.CREDENTIALS: ("1010", "Incorrect API Key"),
    Reason.FORBIDDEN: ("1013", "The user does not have permission to access the resource"),
    Reason.UNKNOWN_ID: ("1040", "The resource that you're trying to access doesn't exist"),
    Reason.ROUTE: ("1040", "The resource that you're trying to access doesn't exist"),
    Reason.DEFECT: ("1026", "We are not able to process your request"),
}
_JSON_ERRORS = {Reason.SYNTAX: "1001", Reason.BODY: "1002"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "CONTENT_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    500: "INTERNAL_SERVER_ERROR",
}


class QuestionPro:
    name = "questionpro"

    def __init__(self, document: Document, store: Store) -> None:
        self._store = store
        self._survey = _example_response(document)
        self._rows = ImageRows(store, self.name, _image)
        self._requests = itertools.count(1)

    def handlers(self) -> Mapping[str, Handler]:
        return {
            "uploadImage": self.upload_image,
            "listImages": self.list_images,
            "createResponse": self.create_response,
        }

    def refusal(self, refused: Refused, status: int, call: Call) -> JSONObject:
        number, message = _ERRORS.get(refused.reason, (f"stub.{refused.code}", refused.message))
        if (
            refused.reason in _JSON_ERRORS
            and call.operation
            and call.operation.id == "createResponse"
        ):
            number = (
                _JSON_ERRORS[refused.reason] if refused.code == refused.reason.label else number
            )
        if status == 400 and message != refused.message:
            message = f"{message}: {refused.message}"
        return {
            "response": {
                "error": {
                    "docs": "www.questionpro.com/api/error-codes.html",
                    "name": _NAMES.get(status, f"HTTP_{status}"),
                    "httpStatusCode": status,
                    "id": number,
                    "message": message,
                    # The vendor echoes the key in the query here; the stub does not.
                    "resourceUrl": call.url,
                }
            }
        }

    def upload_image(self, call: Call) -> Answer:
        user = _user(call)
        file = call.form.files["file"][0]
        facts = file.facts
        assert facts is not None

        def name(draft: Draft) -> NewImage:
            image = FIRST_IMAGE + draft.number - 1
            folder = f"/qp_userimages/sub-3/{user}"
            stem = filename.stem(file.filename, str(image))
            path = f"{folder}/{stem}.{facts.extension}"
            if draft.taken(path):  # two uploads of one name are two images
                path = f"{folder}/{stem}-{image}.{facts.extension}"
            return NewImage(
                id=str(image),
                owner=str(user),
                filename=file.filename,
                content_type=facts.media_type,
                format=facts.format,
                width=facts.width,
                height=facts.height,
                data=file.data,
                paths=[path],
                details={"path": path},
            )

        stored = self._store.add_image(self.name, name)
        return Answer(200, {"response": _image(stored, call.origin)})

    def list_images(self, call: Call) -> Answer:
        user = _user(call)
        page = _number(call.parameters.get("page", 1))
        per_page = _number(call.parameters.get("perPage", PER_PAGE))
        total = self._store.count_images(self.name, str(user))
        pages = -(-total // per_page)
        skipped = (page - 1) * per_page
        # What the vendor answers beyond the last page is not known; an empty list is assumed.
        rows = (
            self._rows.newest(str(user), call.origin, total - skipped, min(per_page, total))
            if skipped < total
            else b""
        )

        def link(number: int) -> str:
            return (
                f"{call.origin}{call.prefix}/users/{user}/images?page={number}&perPage={per_page}"
            )

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
        request = identity(self.name, "request", next(self._requests)).encode()
        return Answer(
            200,
            b'{"response":[%s],"pagination":%s,"requestID":"%s"}'
            % (rows, serialise(pagination), request),
        )

    def create_response(self, call: Call) -> Answer:
        survey = self._survey
        if call.parameters["survey-id"] != survey["surveyID"]:
            raise Refused(Reason.UNKNOWN_ID, "no such survey")
        given = call.json
        answers = self._answers(given["responseSet"])

        def make(number: int) -> JSONObject:
            return {
                "responseID": FIRST_RESPONSE + number - 1,
                "surveyID": survey["surveyID"],
                "surveyName": survey["surveyName"],
                **_respondent(given, survey, call.client),
                "responseSet": answers,
            }

        stored = self._store.add_response(self.name, str(survey["surveyID"]), make)
        return Answer(200, b'{"response":%s}' % stored)

    def _answers(self, given: JSON) -> list[JSON]:
        """The given answers with the survey's texts. Raises Refused if one is not of the survey."""
        assert isinstance(given, list)
        questions = {
            question["questionID"]: question for question in _objects(self._survey["responseSet"])
        }
        result: list[JSON] = []
        for place, item in enumerate(_objects(given)):
            question = questions.get(item["questionID"])
            if question is None:
                raise _unknown(
                    "question", f"/responseSet/{place}/questionID", "no question of this survey"
                )
            options = {option["answerID"]: option for option in _objects(question["answerValues"])}
            values: list[JSON] = []
            for index, answer in enumerate(_objects(item["answerValues"])):
                option = options.get(answer["answerID"])
                if option is None:
                    pointer = f"/responseSet/{place}/answerValues/{index}/answerID"
                    raise _unknown("answer", pointer, "no answer of this question")
                content = option["value"]
                own = answer.get("value", {})
                assert isinstance(content, dict)
                assert isinstance(own, dict)
                values.append({**option, "value": {**content, "text": "", **_known(own, content)}})
            result.append({**question, "answerValues": values})
        return result


def _user(call: Call) -> int:
    user = _number(call.parameters["user-id"])
    if user != USER:
        raise Refused(Reason.UNKNOWN_ID, "no such user")
    return user


def _number(value: JSON) -> int:
    assert isinstance(value, int | float)
    return int(value)


def _objects(value: JSON) -> list[JSONObject]:
    assert isinstance(value, list)
    return [item for item in value if isinstance(item, dict)]


def _known(given: JSONObject, pattern: JSONObject) -> JSONObject:
    """The members of `given` that `pattern` has too."""
    return {key: value for key, value in given.items() if key in pattern}


def _unknown(what: str, pointer: str, message: str) -> Refused:
    fault = Fault("body", pointer, message)
    return Refused(Reason.BODY, str(fault), faults=[fault], code=f"unknown-{what}")


def _image(image: StoredImage, origin: str) -> JSONObject:
    return {
        "imageID": int(image.id),
        "imageURL": f"{origin}{image.details['path']}",
        "size": display_size(image.size),
    }


def display_size(count: int) -> str:
    """A number of bytes as the pages show it: `18 Kb`, `1 Mb`, `1.5 Mb`."""
    kilobytes = max(1, round(count / 1024))
    if kilobytes < 1024:
        return f"{kilobytes} Kb"
    return f"{count / 1024 / 1024:.1f}".removesuffix(".0") + " Mb"


def _respondent(given: JSONObject, survey: JSONObject, client: str) -> JSONObject:
    """What is known of the respondent: what the request says, else what a server could know, else
    nothing.

    What the vendor fills in where a request is silent is not known.
    """
    location: JSONObject = dict.fromkeys(("country", "region", "countryCode"))
    location.update(latitude=0.0, longitude=0.0, radius=0.0)
    own_location = given.get("location", {})
    variables = given.get("customVariables", {})
    assert isinstance(own_location, dict)
    assert isinstance(variables, dict)
    example = survey["customVariables"]
    assert isinstance(example, dict)
    defaults: JSONObject = {
        "ipAddress": client if ":" not in client else "127.0.0.1",  # documented as IPv4
        "timestamp": _timestamp(),
        "location": location,
        "duplicate": False,
        "timeTaken": 0,
        "responseStatus": "Completed",
        "externalReference": "",
        "customVariables": {},
        "language": "English",
        "currentInset": "",
        "operatingSystem": "",
        "osDeviceType": "",
        "browser": "",
    }
    return {
        **defaults,
        **_known(given, defaults),
        "location": {**location, **_known(own_location, location)},
        "customVariables": {**dict.fromkeys(example), **variables},
    }


def _timestamp() -> str:
    # IST is the one of the vendor's zones that knows no daylight saving time.
    now = datetime.now(timezone(timedelta(hours=5, minutes=30)))
    # Not strftime: its names follow the locale, and it takes a tenth of the whole answer's time.
    hour, half = (now.hour - 1) % 12 + 1, "AM" if now.hour < 12 else "PM"
    time = f"{hour:02}:{now.minute:02}:{now.second:02} {half}"
    return f"{now.day:02} {_MONTHS[now.month - 1]}, {now.year} {time} IST"


def _example_response(document: Document) -> JSONObject:
    """The survey response that the document shows as an example: the survey that the stub knows."""
    operation = next((item for item in document.operations if item.id == "createResponse"), None)
    content = (
        operation.responses["200"].get("content")
        if operation and "200" in operation.responses
        else None
    )
    media = content.get("application/json") if content else None
    examples = media.get("examples") if media else None
    for _, example in examples.items() if examples else ():
        value = example.get("value")
        response = value.get("response") if value else None
        if response and isinstance(response.value, dict):
            return response.value
    raise DocumentError(
        f"{document.file}: createResponse shows no example of a 200, which the stub takes its"
        " survey from; add one."
    )
