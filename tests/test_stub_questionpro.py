"""QuestionPro's behaviour: the library, its pages, and survey responses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.stub import Stub
from tests.stub.document import load
from tests.stub.pictures import FORMATS, picture
from tests.stub.server import ROOT
from tests.stub.vendors.questionpro import display_size
from tests.stub.wire import (
    API_KEY,
    SURVEY,
    USER,
    Reply,
    exchange,
    file_part,
    form,
    form_type,
    send,
    stored,
    violations,
)

JSON = {"Content-Type": "application/json"}


def images_url(stub: Stub, user: object = USER) -> str:
    return f"{stub.urls['questionpro']}/users/{user}/images"


def upload(stub: Stub, data: bytes, filename: str = "logo.png", media: str = "image/png") -> Reply:
    body = form(file_part(data, filename=filename, media_type=media))
    return send(images_url(stub), "POST", API_KEY | form_type(), body)


def page(stub: Stub, query: str = "") -> Any:
    reply = send(images_url(stub) + query, headers=API_KEY)
    assert reply.status == 200
    assert violations("questionpro", "listImages", reply) == []
    return reply.json


def respond(stub: Stub, body: object, survey: object = SURVEY) -> Reply:
    url = f"{stub.urls['questionpro']}/surveys/{survey}/responses"
    return send(url, "POST", API_KEY | JSON, json.dumps(body).encode())


@pytest.mark.parametrize("form_name", FORMATS)
def test_an_upload_is_kept_and_served(stub: Stub, form_name: str) -> None:
    data = picture(form_name, 5, 7)
    reply = upload(stub, data, "My logo.bin", FORMATS[form_name])
    assert reply.status == 200
    assert violations("questionpro", "uploadImage", reply) == []
    answer = reply.json["response"]
    extension = {"PNG": "png", "JPEG": "jpg", "GIF": "gif"}[form_name]
    assert answer == {
        "imageID": 1000001,
        "imageURL": f"{stub.url}/qp_userimages/sub-3/{USER}/My-logo.{extension}",
        "size": "1 Kb",
    }
    served = send(answer["imageURL"])
    assert (served.status, served.body) == (200, data)
    (image,) = stub.images("questionpro")
    assert (image.width, image.height, image.format) == (5, 7, form_name.lower())
    assert image.filename == "My logo.bin"
    assert stub.stored(image.sha256) == image


def test_ids_go_up_and_names_stay_apart(stub: Stub) -> None:
    answers = [upload(stub, picture(colour=colour)).json["response"] for colour in ("red", "blue")]
    assert [answer["imageID"] for answer in answers] == [1000001, 1000002]
    assert answers[0]["imageURL"] != answers[1]["imageURL"]
    assert send(answers[0]["imageURL"]).body == picture(colour="red")
    assert send(answers[1]["imageURL"]).body == picture(colour="blue")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 Kb"),
        (18 * 1024, "18 Kb"),
        (1023 * 1024 + 511, "1023 Kb"),
        (1024 * 1024 - 1, "1 Mb"),
        (1024 * 1024, "1 Mb"),
        (1572864, "1.5 Mb"),
    ],
)
def test_sizes_read_as_on_the_pages(count: int, text: str) -> None:
    assert display_size(count) == text


def test_an_empty_library(stub: Stub) -> None:
    answer = page(stub)
    assert answer["response"] == []
    assert answer["pagination"] == {
        "perPage": 100,
        "totalItems": 0,
        "currentPage": 1,
        "totalPages": 0,
        "links": {
            "self": f"{images_url(stub)}?page=1&perPage=100",
            "prev": None,
            "next": None,
            "first": None,
            "last": None,
        },
    }


def test_pages_are_newest_first_and_linked(stub: Stub) -> None:
    for _ in range(5):
        upload(stub, picture())

    def link(number: int) -> str:
        return f"{images_url(stub)}?page={number}&perPage=2"

    seen: list[int] = []
    for number in (1, 2, 3):
        answer = page(stub, f"?page={number}&perPage=2")
        seen += [image["imageID"] for image in answer["response"]]
        assert answer["pagination"] == {
            "perPage": 2,
            "totalItems": 5,
            "currentPage": number,
            "totalPages": 3,
            "links": {
                "self": link(number),
                "prev": link(number - 1) if number > 1 else None,
                "next": link(number + 1) if number < 3 else None,
                "first": link(1),
                "last": link(3),
            },
        }
    assert seen == [1000005, 1000004, 1000003, 1000002, 1000001]
    beyond = page(stub, "?page=4&perPage=2")
    assert beyond["response"] == []
    assert beyond["pagination"]["links"]["next"] is None
    huge = page(stub, f"?page={10**30}&perPage={10**30}")
    assert huge["response"] == []
    assert len(page(stub, f"?perPage={10**30}")["response"]) == 5


def test_links_follow_the_host_that_the_client_used(stub: Stub) -> None:
    headers = API_KEY | {"Host": "stub.example:81"}
    body = request_with_host(stub, headers)
    links = body["pagination"]["links"]
    path = f"/a/api/v2/users/{USER}/images?page=1&perPage=100"
    assert links["self"] == f"http://stub.example:81{path}"


def request_with_host(stub: Stub, headers: dict[str, str]) -> Any:
    lines = [f"GET /a/api/v2/users/{USER}/images HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    reply = exchange(stub.url, "\r\n".join([*lines, "", ""]).encode())
    assert reply.status == 200
    return reply.json


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=-1",
        "?perPage=0",
        "?page=x",
        "?page=",
        "?page=1.5",
        "?page=+1",
        "?page=1&page=2",
        "?page=%ff",
        "?perPage=1e3",
        "?page=%00",
        "?page=٣",
        "?" + "&".join(f"x{i}=1" for i in range(300)),
    ],
)
def test_a_wrong_page_is_refused(stub: Stub, query: str) -> None:
    reply = send(images_url(stub) + query.replace("٣", "%D9%A3"), headers=API_KEY)
    assert reply.status == 400
    assert violations("questionpro", "listImages", reply) == []
    error = reply.json["response"]["error"]
    assert (error["id"], error["name"]) == ("1000", "BAD_REQUEST")


@pytest.mark.parametrize(
    ("user", "status"),
    [
        (1, 404),
        (-1, 404),
        (10**30, 404),
        ("0" + str(USER), 400),
        ("abc", 400),
        ("%00", 400),
        ("%ff", 400),
        (f"{USER}%2F..", 400),
        (f"{USER}.0", 400),
        ("9" * 5000, 400),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_user_is_refused(stub: Stub, method: str, user: object, status: int) -> None:
    body = form(file_part(picture())) if method == "POST" else None
    headers = API_KEY | (form_type() if method == "POST" else {})
    reply = send(images_url(stub, user), method, headers, body)
    assert reply.status == status
    operation = "listImages" if method == "GET" else "uploadImage"
    assert violations("questionpro", operation, reply) == []
    assert stored(stub) == (0, 0)


@pytest.mark.parametrize(
    ("data", "media", "status"),
    [
        (b"", "image/png", 400),
        (b"GIF8", "image/gif", 400),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 400),
        (picture("PNG")[:20], "image/png", 400),
        (picture("WEBP"), "image/webp", 415),
        (picture("BMP"), "image/png", 400),
        (picture("PNG"), "image/jpeg", 415),
        (picture("PNG"), "text/html", 415),
        (picture("PNG"), "application/octet-stream", 415),
    ],
)
def test_what_is_no_documented_image_is_refused(
    stub: Stub, data: bytes, media: str, status: int
) -> None:
    reply = upload(stub, data, media=media)
    assert reply.status == status
    assert violations("questionpro", "uploadImage", reply) == []
    assert stored(stub) == (0, 0)


def example(name: str) -> Any:
    document = load(ROOT / "generated" / "questionpro" / "openapi.yaml", "questionpro")
    return document.at(f"#/components/examples/{name}/value").value


def test_the_full_sample_of_the_page_comes_back_as_on_the_page(stub: Stub) -> None:
    reply = respond(stub, example("FullSurveyResponse"))
    assert reply.status == 200
    assert violations("questionpro", "createResponse", reply) == []
    assert reply.json == example("StoredSurveyResponse")
    assert stub.responses() == [reply.json["response"]]


def test_responses_are_all_kept_however_many(stub: Stub) -> None:
    body: dict[str, list[Any]] = {"responseSet": []}
    given: list[Any] = []
    for count in (1, 63, 1, 65):
        given += [respond(stub, body).json["response"] for _ in range(count)]
        assert stub.responses() == given
    respond(stub, body)
    stub.reset()
    assert stub.responses() == []
    assert respond(stub, body).json["response"]["responseID"] == given[0]["responseID"]


def test_the_short_sample_of_the_page_is_filled_up(stub: Stub) -> None:
    reply = respond(stub, example("MinimalSurveyResponse"))
    assert reply.status == 200
    assert violations("questionpro", "createResponse", reply) == []
    answer = reply.json["response"]
    assert answer["responseSet"] == example("StoredSurveyResponse")["response"]["responseSet"]
    assert (answer["surveyID"], answer["surveyName"]) == (SURVEY, "Test Survey")
    assert respond(stub, {"responseSet": []}).json["response"]["responseID"] == 12345679


def test_a_client_cannot_choose_what_the_server_gives(stub: Stub) -> None:
    body = example("MinimalSurveyResponse") | {
        "responseID": 1,
        "surveyID": "x",
        "surveyName": None,
        "language": "Deutsch",
        "customVariables": {"colour": "blue"},
    }
    body["responseSet"][0]["questionText"] = "Another text?"
    answer = respond(stub, body).json["response"]
    assert (answer["responseID"], answer["surveyID"]) == (12345678, SURVEY)
    assert answer["responseSet"][0]["questionText"] == "How often do you conduct surveys?"
    assert answer["language"] == "Deutsch"
    assert answer["customVariables"]["colour"] == "blue"
    assert answer["customVariables"]["custom1"] is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [(1, 123456789), (12345678, 1), (12345678, 100000001), (10**30, 1), (12345678, -(10**30))],
)
def test_answers_that_are_not_of_the_survey_are_refused(
    stub: Stub, question: int, answer: int
) -> None:
    body = {"responseSet": [{"questionID": question, "answerValues": [{"answerID": answer}]}]}
    reply = respond(stub, body)
    assert reply.status == 404
    assert reply.json["response"]["error"]["id"] == "1040"
    assert violations("questionpro", "createResponse", reply) == []
    assert "responseSet/0" in reply.json["response"]["error"]["message"]
    assert stored(stub) == (0, 0)


def test_another_survey_is_not_found(stub: Stub) -> None:
    reply = respond(stub, {"responseSet": []}, survey=1)
    assert reply.status == 404
    assert reply.json["response"]["error"]["id"] == "1040"
    assert violations("questionpro", "createResponse", reply) == []
