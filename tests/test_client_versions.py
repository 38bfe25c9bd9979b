"""A client's version chooses the form field; what the document does not list is never sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from inventorum_client import Inventorum
from inventorum_client.api.images import upload_image
from inventorum_client.client import AuthenticatedClient
from inventorum_client.errors import ConfigurationError
from inventorum_client.models import ImageType, UploadImageForm
from inventorum_client.types import File
from questionpro_client.models import CreateResponseRequest, QuestionAnswer

from tests.recorder import Recorder, reply
from tests.vendors import INVENTORUM, QUESTIONPRO, SURVEY, call

REFUSED = reply(400, b"{}")
PNG = b"\x89PNG\r\n\x1a\n"


def refused(mode: str, vendor: Any, use: Any, **options: Any) -> str:
    """The sentence of a call that must end before a connection is made."""
    with Recorder() as server:
        client = vendor.client(mode, server.url, **options)
        with pytest.raises(ValueError) as caught:  # noqa: PT011  of either package; its text is the point
            call(client, use)
        assert server.connections == 0
    return str(caught.value)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (2, "api_version=2 is below 3, the lowest"),
        (0, "below 3"),
        (-(10**30), "below 3"),
        (True, "api_version=True is not an integer"),
        (3.0, "api_version=3.0 is not an integer"),
        (float("nan"), "is not an integer"),
        ("12", "api_version='12' is not an integer"),
    ],
)
def test_a_version_that_is_not_documented_makes_no_client(version: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Inventorum(token="t", api_version=version)
    with Inventorum(token="t") as client, pytest.raises(ConfigurationError, match=said):
        client.with_options(api_version=version)


@pytest.mark.parametrize(
    ("version", "field"),
    [(3, "product_image"), (7, "product_image"), (8, "image"), (12, "image"), (13, "image")],
)
def test_one_argument_goes_into_the_field_of_the_version(
    mode: str, version: int, field: str
) -> None:
    with Recorder(REFUSED) as server:
        client = INVENTORUM.client(mode, server.url, api_version=version)
        with pytest.raises(Exception, match="answered 400"):
            call(client, lambda c: c.images.upload(image=PNG, type="product"))
        request = server.requests[0]
        assert request.header("x-api-version") == str(version)
        assert f'name="{field}"; filename='.encode() in request.body
        assert request.body.count(b"filename=") == 1


@pytest.mark.parametrize("kind", ["other", "", "PRODUCT", ImageType("other"), 0, None, True, []])
def test_a_type_that_is_not_listed_is_refused_with_those_that_are(mode: str, kind: Any) -> None:
    said = refused(mode, INVENTORUM, lambda c: c.images.upload(image=PNG, type=kind))
    assert said.startswith("type=")
    assert "'account', 'category', 'product', 'user'" in said or "'product', 'account'" in said


@pytest.mark.parametrize("kind", ["user", ImageType.USER])
def test_a_type_is_a_member_or_its_text(mode: str, kind: Any) -> None:
    with Recorder(REFUSED) as server:
        client = INVENTORUM.client(mode, server.url)
        with pytest.raises(Exception, match="answered 400"):
            call(client, lambda c: c.images.upload(image=PNG, type=kind))
        assert b"\r\n\r\nuser\r\n" in server.requests[0].body


def test_the_generators_own_style_refuses_it_too() -> None:
    form = UploadImageForm(type=ImageType("other"), image=File(PNG))
    with Recorder() as server:
        client = AuthenticatedClient(base_url=server.url, token="t")
        with pytest.raises(ConfigurationError, match=r"type: .*'other' is none of 'product'"):
            upload_image.sync(client=client, body=form)
        assert server.connections == 0


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"responseSet": 5}, "$.responseSet"),
        ({"responseSet": [{"questionID": "1", "answerValues": []}]}, "$.responseSet[0].questionID"),
        ({"responseSet": [], "duplicate": "no"}, "$.duplicate"),
        (CreateResponseRequest(response_set=[], duplicate=1), "$.duplicate"),  # type: ignore[arg-type]
        (
            CreateResponseRequest([QuestionAnswer(question_id=True, answer_values=[])]),
            "$.responseSet[0].questionID",
        ),
        ([], "$"),
    ],
)
def test_a_body_of_other_types_than_the_document_says_is_not_sent(
    mode: str, body: Any, path: str
) -> None:
    said = refused(mode, QUESTIONPRO, lambda c: c.responses.create(SURVEY, body=body))
    assert f"API document says: {path}: expected" in said


@pytest.mark.parametrize("body", [{"responseSet": [], "later": {"a": [1]}}, {}, {"new": 1.5}])
def test_unknown_and_missing_keys_are_for_the_server_to_judge(mode: str, body: Any) -> None:
    with Recorder(REFUSED) as server:
        client = QUESTIONPRO.client(mode, server.url)
        with pytest.raises(Exception, match="answered 400"):
            call(client, lambda c: c.responses.create(SURVEY, body=body))
        assert json.loads(server.requests[0].body) == body


def test_no_version_is_no_choice(mode: str) -> None:
    with pytest.raises(ConfigurationError, match="api_version=None is no value"):
        INVENTORUM.client(mode, "http://127.0.0.1", api_version=None)
    same = INVENTORUM.client(mode, "http://127.0.0.1", api_version=7).with_options(api_version=None)
    assert same._session.option("api_version") == 7


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"responseSet": [{"answerValues": 5}]}, "$.responseSet[0].answerValues"),
        ({"duplicate": "no"}, "$.duplicate"),
    ],
)
def test_a_wrong_type_is_told_though_a_key_is_missing(mode: str, body: Any, path: str) -> None:
    said = refused(mode, QUESTIONPRO, lambda c: c.responses.create(SURVEY, body=body))
    assert f"API document says: {path}: expected" in said
