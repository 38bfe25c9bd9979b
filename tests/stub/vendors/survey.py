"""The survey that QuestionPro's document shows, and what becomes of a response to it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from ..document import Document
from ..document_file import DocumentError
from ..json_values import JSON, JSONObject
from ..refusal import Fault, Reason, Refused

# IST is the one of the vendor's zones that knows no daylight saving time.
_IST = timezone(timedelta(hours=5, minutes=30))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NOWHERE: JSONObject = {
    "country": None,
    "region": None,
    "countryCode": None,
    "latitude": 0.0,
    "longitude": 0.0,
    "radius": 0.0,
}
_SILENT: JSONObject = {
    "ipAddress": "",
    "timestamp": "",
    "location": _NOWHERE,
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
"""What is said of a respondent of whom nothing is known."""


class Survey:
    """A survey with its questions, answers and texts. Raises DocumentError if the document shows
    none.
    """

    def __init__(self, document: Document) -> None:
        shown = _example_response(document)
        self.id = shown["surveyID"]
        self.name = shown["surveyName"]
        self._questions = _questions(shown)
        variables = shown["customVariables"]
        assert isinstance(variables, dict)
        self._variables: JSONObject = dict.fromkeys(variables)

    def answers(self, given: JSON) -> list[JSON]:
        """The given answers with the survey's texts. Raises Refused if one is not of the survey."""
        assert isinstance(given, list)
        result: list[JSON] = []
        for place, item in enumerate(given):
            assert isinstance(item, dict)
            known = self._questions.get(item["questionID"])
            if known is None:
                raise _unknown(
                    "question", f"/responseSet/{place}/questionID", "no question of this survey"
                )
            question, options = known
            values: list[JSON] = []
            for index, answer in enumerate(_objects(item["answerValues"])):
                option = options.get(answer["answerID"])
                if option is None:
                    pointer = f"/responseSet/{place}/answerValues/{index}/answerID"
                    raise _unknown("answer", pointer, "no answer of this question")
                own = answer.get("value")
                values.append(_filled(option, own) if own else option)
            result.append({**question, "answerValues": values})
        return result

    def respondent(self, given: JSONObject, client: str) -> JSONObject:
        """What is known of the respondent: what the request says, else what a server could know,
        else nothing.

        What the vendor fills in where a request is silent is not known.
        """
        own_location = given.get("location", {})
        variables = given.get("customVariables", {})
        assert isinstance(own_location, dict)
        assert isinstance(variables, dict)
        return {
            **_SILENT,
            "ipAddress": client if ":" not in client else "127.0.0.1",  # documented as IPv4
            "timestamp": _timestamp(int(time.time())),
            **_known(given, _SILENT),
            "location": {**_NOWHERE, **_known(own_location, _NOWHERE)},
            "customVariables": {**self._variables, **variables},
        }


def _questions(survey: JSONObject) -> dict[JSON, tuple[JSONObject, dict[JSON, JSONObject]]]:
    """The questions of a survey by their ids, each with its answers by theirs, no text in them."""
    return {
        question["questionID"]: (
            question,
            {
                option["answerID"]: _filled(option, {"text": ""})
                for option in _objects(question["answerValues"])
            },
        )
        for question in _objects(survey["responseSet"])
    }


def _filled(option: JSONObject, own: JSON) -> JSONObject:
    """An answer of the survey with what a respondent gave for its value."""
    content = option["value"]
    assert isinstance(content, dict)
    assert isinstance(own, dict)
    return {**option, "value": {**content, **_known(own, content)}}


def _objects(value: JSON) -> list[JSONObject]:
    assert isinstance(value, list)
    return [item for item in value if isinstance(item, dict)]


def _known(given: JSONObject, pattern: JSONObject) -> JSONObject:
    """The members of `given` that `pattern` has too."""
    return {key: value for key, value in given.items() if key in pattern}


def _unknown(what: str, pointer: str, message: str) -> Refused:
    """A question or answer that the survey does not have.

    Assumed: what the vendor answers is not known. The body is valid JSON of the right shape, which
    1001 and 1002 (400) deny; that what it refers to does not exist is what 1040 (404) says.
    """
    fault = Fault("body", pointer, message)
    return Refused(Reason.UNKNOWN_ID, str(fault), faults=[fault], code=f"unknown-{what}")


@lru_cache(1)
def _timestamp(second: int) -> str:
    now = datetime.fromtimestamp(second, _IST)
    # Not strftime: its names follow the locale.
    hour, half = (now.hour - 1) % 12 + 1, "AM" if now.hour < 12 else "PM"
    clock = f"{hour:02}:{now.minute:02}:{now.second:02} {half}"
    return f"{now.day:02} {_MONTHS[now.month - 1]}, {now.year} {clock} IST"


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
