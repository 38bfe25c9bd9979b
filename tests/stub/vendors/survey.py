"""The survey that QuestionPro's document shows, and what becomes of a response to it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from ..document import Document
from ..document_file import DocumentError
from ..json_values import JSON, JSONObject, serialise
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
_HOLE = "\0 what comes here \0"
"""No text of a document."""


class _Option:
    """An answer that may be given, as JSON; `silent` is one to which a respondent adds nothing."""

    def __init__(self, shown: JSONObject) -> None:
        content = shown["value"]
        assert isinstance(content, dict)
        self._content: JSONObject = {**content, "text": ""}
        self._before, self._behind = _around(shown, "value")
        self.silent = self.filled({})

    def filled(self, own: JSON) -> bytes:
        """The answer with what a respondent gives for its value."""
        assert isinstance(own, dict)
        return self._before + serialise(_over(self._content, own)) + self._behind


class _Question:
    """A question as JSON, up to the answers that are given to it and behind them; the answers that
    may be given, by their ids.
    """

    def __init__(self, shown: JSONObject) -> None:
        before, behind = _around(shown, "answerValues")
        self.before, self.behind = before + b"[", b"]" + behind
        self.options = {
            option["answerID"]: _Option(option) for option in _objects(shown["answerValues"])
        }


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

    def answers(self, given: JSON) -> bytes:
        """The given answers with the survey's texts, as JSON that lacks its brackets. Raises
        Refused if one is not of the survey.
        """
        assert isinstance(given, list)
        result: list[bytes] = []
        for place, item in enumerate(given):
            assert isinstance(item, dict)
            known = self._questions.get(item["questionID"])
            if known is None:
                raise _unknown(
                    "question", f"/responseSet/{place}/questionID", "no question of this survey"
                )
            values: list[bytes] = []
            for index, answer in enumerate(_objects(item["answerValues"])):
                option = known.options.get(answer["answerID"])
                if option is None:
                    pointer = f"/responseSet/{place}/answerValues/{index}/answerID"
                    raise _unknown("answer", pointer, "no answer of this question")
                own = answer.get("value")
                values.append(option.filled(own) if own else option.silent)
            result.append(known.before + b",".join(values) + known.behind)
        return b",".join(result)

    def respondent(self, given: JSONObject, client: str) -> JSONObject:
        """What is known of the respondent: what the request says, else what a server could know,
        else nothing.

        What the vendor fills in where a request is silent is not known.
        """
        own_location = given.get("location", {})
        variables = given.get("customVariables", {})
        assert isinstance(own_location, dict)
        assert isinstance(variables, dict)
        known: JSONObject = {
            **_SILENT,
            "ipAddress": client if ":" not in client else "127.0.0.1",  # documented as IPv4
            "timestamp": _timestamp(int(time.time())),
        }
        return {
            **_over(known, given),
            "location": _over(_NOWHERE, own_location),
            "customVariables": {**self._variables, **variables},
        }


def _questions(survey: JSONObject) -> dict[JSON, _Question]:
    """The questions of a survey by their ids."""
    return {
        question["questionID"]: _Question(question) for question in _objects(survey["responseSet"])
    }


def _around(shown: JSONObject, name: str) -> tuple[bytes, bytes]:
    """The JSON of an object up to the value of one of its members, and from its end on."""
    before, _, behind = serialise({**shown, name: _HOLE}).partition(serialise(_HOLE))
    return before, behind


def _objects(value: JSON) -> list[JSONObject]:
    assert isinstance(value, list)
    objects: list[Any] = value  # what the schema says
    return objects


def _over(known: JSONObject, given: JSONObject) -> JSONObject:
    """What is known, with the values that `given` has for it."""
    both = {**known, **given}
    if len(both) == len(known):
        return both
    return {**known, **{key: value for key, value in given.items() if key in known}}


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
