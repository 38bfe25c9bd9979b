"""All five operations against the stub: what is answered, what is stored, what is refused."""

from __future__ import annotations

import asyncio
import hashlib
from http import HTTPStatus
from typing import Any

import httpx2
import pytest
from inventorum_client.models import ImageType
from questionpro_client.api.images import list_images
from questionpro_client.api.responses import create_response
from questionpro_client.models import (
    CreateResponseRequest,
    ErrorResult,
    ImagePage,
    QuestionAnswer,
    QuestionAnswerContent,
    QuestionAnswerValue,
)

from tests.recorder import Recorder, raw, reply
from tests.stub import Stub
from tests.stub.pictures import FORMATS, picture
from tests.vendors import (
    ENVIRONMENT,
    INVENTORUM,
    PINGONE,
    QUESTIONPRO,
    SURVEY,
    USER,
    Vendor,
    call,
    every_vendor,
    failure,
    upload,
)

every_form = pytest.mark.parametrize("form", FORMATS)
own_style = pytest.mark.parametrize(
    "function", ["sync", "sync_detailed", "asyncio", "asyncio_detailed"]
)

ANSWERS: dict[str, Any] = {
    "responseSet": [
        {"questionID": 12345678, "answerValues": [{"answerID": 123456789}]},
        {
            "questionID": 12345679,
            "answerValues": [{"answerID": 100000001, "value": {"text": "Zoë \U0001f41f"}}],
        },
    ]
}


def model() -> CreateResponseRequest:
    """The same answers as a model."""
    text = QuestionAnswerContent(text="Zoë \U0001f41f")
    return CreateResponseRequest(
        response_set=[
            QuestionAnswer(12345678, [QuestionAnswerValue(123456789)]),
            QuestionAnswer(12345679, [QuestionAnswerValue(100000001, value=text)]),
        ]
    )


def client(stub: Stub, vendor: Vendor, mode: str, **options: Any) -> Any:
    options = {vendor.option: vendor.stub_secret, **options}
    return vendor.client(mode, stub.urls[vendor.name], **options)


def assert_stored(stub: Stub, data: bytes, form: str, url: str) -> None:
    """The one stored image is these bytes, and the URL in the answer leads to them."""
    stored = stub.stored(hashlib.sha256(data).hexdigest())
    assert stored is not None
    assert stub.images() == [stored]
    assert stub.content(stored) == data
    assert (stored.width, stored.height, stored.format) == (5, 4, form.lower())
    assert stored.content_type == FORMATS[form]
    assert httpx2.get(url).content == data


# --- the client objects


@every_form
def test_questionpro_images_upload(stub: Stub, mode: str, form: str) -> None:
    data = picture(form, 5, 4)
    result = call(
        client(stub, QUESTIONPRO, mode), lambda c: c.images.upload(user_id=USER, file=data)
    )
    assert_stored(stub, data, form, result.response.image_url)
    assert str(result.response.image_id) == stub.images()[0].id


@every_form
def test_inventorum_images_upload(stub: Stub, mode: str, form: str) -> None:
    data = picture(form, 5, 4)
    result = call(
        client(stub, INVENTORUM, mode), lambda c: c.images.upload(image=data, type="user")
    )
    assert_stored(stub, data, form, result.urls.original)
    assert (result.type, result.new) == (2, True)


@pytest.mark.parametrize("version", [3, 7, 8, 12])
def test_inventorum_takes_every_version(stub: Stub, mode: str, version: int) -> None:
    data = picture("PNG", 5, 4)
    result = call(
        client(stub, INVENTORUM, mode, api_version=version),
        lambda c: c.images.upload(image=data, type=ImageType.ACCOUNT),
    )
    assert_stored(stub, data, "PNG", result.urls.original)
    assert (result.id < 0) == (version <= 7)


@every_form
def test_pingone_images_create(stub: Stub, mode: str, form: str) -> None:
    data = picture(form, 5, 4)
    result = call(
        client(stub, PINGONE, mode),
        lambda c: c.images.create(environment_id=ENVIRONMENT, image=data),
    )
    assert_stored(stub, data, form, result.targets.original.href)
    assert (result.targets.original.width, result.targets.original.height) == (5, 4)
    assert result.created_at.utcoffset() is not None


def test_questionpro_images_list(stub: Stub, mode: str) -> None:
    for width in (1, 2, 3):
        upload(
            QUESTIONPRO,
            "sync",
            stub.urls["questionpro"],
            picture("PNG", width),
            api_key="test-api-key",
        )

    def use(c: Any) -> Any:
        pager = c.images.list(user_id=USER, per_page=2)
        if mode == "sync":
            return list(pager), list(pager.pages())

        async def walk() -> Any:
            return [item async for item in pager], [page async for page in pager.pages()]

        return walk()

    items, pages = call(client(stub, QUESTIONPRO, mode), use)
    assert [str(item.image_id) for item in items] == [image.id for image in stub.images()][::-1]
    assert [len(page.response) for page in pages] == [2, 1]


@pytest.mark.parametrize("body", [ANSWERS, model()], ids=["mapping", "model"])
def test_questionpro_responses_create(stub: Stub, mode: str, body: Any) -> None:
    result = call(
        client(stub, QUESTIONPRO, mode),
        lambda c: c.responses.create(survey_id=SURVEY, body=body),
    )
    assert stub.responses() == [result.to_dict()["response"]]
    assert result.response.response_set[1].answer_values[0].value.text == "Zoë \U0001f41f"


# --- openapi-python-client's own style


def in_own_style(stub: Stub, vendor: Vendor, module: Any, function: str, **arguments: Any) -> Any:
    """The parsed answer of one of the four functions."""
    low_level = vendor.package.AuthenticatedClient(stub.urls[vendor.name], vendor.stub_secret)
    if function.startswith("sync"):
        with low_level:
            result = getattr(module, function)(client=low_level, **arguments)
    else:

        async def run() -> Any:
            async with low_level:
                return await getattr(module, function)(client=low_level, **arguments)

        result = asyncio.run(run())
    if function.endswith("detailed"):
        assert isinstance(result.status_code, HTTPStatus)
        assert result.headers["content-type"].startswith("application/json")
        return result.parsed
    return result


@every_vendor
@own_style
def test_own_style_uploads(stub: Stub, vendor: Vendor, function: str) -> None:
    data = picture("GIF", 5, 4)
    arguments = vendor.arguments(vendor.package.File(data, "a.gif"))
    result = in_own_style(stub, vendor, vendor.module, function, **arguments)
    url = {
        "questionpro": lambda: result.response.image_url,
        "inventorum": lambda: result.urls.original,
        "pingone": lambda: result.targets.original.href,
    }[vendor.name]()
    assert_stored(stub, data, "GIF", url)


@own_style
def test_own_style_lists(stub: Stub, function: str) -> None:
    page = in_own_style(stub, QUESTIONPRO, list_images, function, user_id=USER, page=1, per_page=5)
    assert isinstance(page, ImagePage)
    assert (page.response, page.pagination.per_page) == ([], 5)


@own_style
def test_own_style_creates_a_response(stub: Stub, function: str) -> None:
    result = in_own_style(
        stub, QUESTIONPRO, create_response, function, survey_id=SURVEY, body=model()
    )
    assert stub.responses() == [result.to_dict()["response"]]


@own_style
def test_own_style_returns_a_refusal(stub: Stub, function: str) -> None:
    result = in_own_style(stub, QUESTIONPRO, list_images, function, user_id=USER + 1)
    assert isinstance(result, ErrorResult)
    assert str(result.response.error.id) == "1040"


# --- refusals


def refuse(stub: Stub, vendor: Vendor, mode: str, what: str) -> Any:
    """The error of a request that the stub refuses; it must not have stored anything."""
    options: dict[str, Any] = {vendor.option: vendor.stub_secret}
    kind = "api-key" if vendor is QUESTIONPRO else "token"
    content: Any = picture("PNG")
    if what == "unknown credential":
        options[vendor.option] = "not-a-key-of-the-stub"
    elif what == "forbidden":
        options[vendor.option] = f"forbidden-{kind}"
    elif what == "no image":
        content = ("a.png", b"\x89PNG\r\n\x1a\n but no more")
    elif what == "no such file type":
        content = ("a.txt", b"text", "text/plain")
    error = failure(vendor, mode, stub.urls[vendor.name], content, **options)
    assert stub.images() == []
    return error


@every_vendor
@pytest.mark.parametrize(
    ("what", "status", "name"),
    [
        ("unknown credential", 401, "AuthenticationError"),
        ("forbidden", 403, "PermissionDeniedError"),
        ("no image", 400, "BadRequestError"),
    ],
)
def test_a_refusal_is_an_error_and_stores_nothing(
    stub: Stub, vendor: Vendor, mode: str, what: str, status: int, name: str
) -> None:
    error = refuse(stub, vendor, mode, what)
    assert type(error) is getattr(vendor.errors, name)
    assert error.status_code == status
    assert type(error.parsed) is vendor.module.OPERATION.answers[str(status)].type
    assert error.parsed.to_dict()
    assert "not-a-key-of-the-stub" not in f"{error!r} {error.parsed!r} {error.body!r} {error.url}"


@every_vendor
def test_a_wrong_file_type_is_refused(stub: Stub, vendor: Vendor, mode: str) -> None:
    error = refuse(stub, vendor, mode, "no such file type")
    assert error.status_code in (400, 415)
    assert error.parsed is not None


def test_an_unknown_user_is_not_found(stub: Stub, mode: str) -> None:
    with pytest.raises(QUESTIONPRO.errors.NotFoundError) as caught:
        call(client(stub, QUESTIONPRO, mode), lambda c: c.images.upload(1, file=picture()))
    assert isinstance(caught.value.parsed, ErrorResult)
    assert stub.images() == []


def test_an_unknown_environment_is_not_found(stub: Stub, mode: str) -> None:
    with pytest.raises(PINGONE.errors.NotFoundError) as caught:
        call(
            client(stub, PINGONE, mode),
            lambda c: c.images.create(environment_id=ENVIRONMENT[:-1] + "0", image=picture("PNG")),
        )
    assert caught.value.parsed.code == "NOT_FOUND"
    assert stub.images() == []


def test_an_unknown_survey_is_not_found(stub: Stub, mode: str) -> None:
    with pytest.raises(QUESTIONPRO.errors.NotFoundError):
        call(client(stub, QUESTIONPRO, mode), lambda c: c.responses.create(1, body=ANSWERS))
    assert stub.responses() == []


@pytest.mark.parametrize("user", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(stub: Stub, mode: str, user: str) -> None:
    with pytest.raises(QUESTIONPRO.errors.ConfigurationError):
        call(client(stub, QUESTIONPRO, mode), lambda c: c.images.upload(user, file=b"x"))


def test_an_id_stays_one_path_segment(mode: str) -> None:
    with Recorder(raw(b"")) as server:
        call_failing(PINGONE.client(mode, server.url, max_retries=0), "../../x?y#z%2f")
    assert server.only.target == "/environments/..%2F..%2Fx%3Fy%23z%252f/images"


def call_failing(pingone: Any, environment: str) -> None:
    with pytest.raises(PINGONE.errors.APIConnectionError):
        call(pingone, lambda c: c.images.create(environment_id=environment, image=b"x"))


# --- servers


@every_vendor
def test_base_url_replaces_the_whole_server_url(vendor: Vendor, mode: str) -> None:
    for suffix in ("", "/", "/some/path", "/some/path/"):
        with Recorder(raw(b"")) as server:
            failure(vendor, mode, server.url + suffix, max_retries=0)
        assert server.only.target == suffix.rstrip("/") + vendor.path


@pytest.mark.parametrize(
    ("vendor", "options", "url"),
    [
        (QUESTIONPRO, {}, "https://api.questionpro.com/a/api/v2"),
        (QUESTIONPRO, {"datacenter": "eu"}, "https://api.questionpro.eu/a/api/v2"),
        (QUESTIONPRO, {"datacenter": "ae"}, "https://api.questionpro.ae/a/api/v2"),
        (INVENTORUM, {}, "https://app.inventorum.com/api"),
        (PINGONE, {}, "https://api.pingone.com/v1"),
        (PINGONE, {"region": "com.au"}, "https://api.pingone.com.au/v1"),
        (PINGONE, {"region": "asia"}, "https://api.pingone.asia/v1"),
    ],
    ids=str,
)
def test_the_documents_servers_are_asked(
    vendor: Vendor, mode: str, options: dict[str, str], url: str
) -> None:
    """A proxy sees the host that is asked for, the error tells the whole URL."""
    with Recorder(raw(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")) as server:
        kind = httpx2.Client if mode == "sync" else httpx2.AsyncClient
        http = kind(proxy=server.url)
        error = failure(vendor, mode, None, http_client=http, max_retries=0, **options)
    assert server.only.line == f"CONNECT {httpx2.URL(url).host}:443 HTTP/1.1"
    assert f"POST {url}{vendor.path} " in str(error)


def test_with_options_moves_to_another_server() -> None:
    eu = QUESTIONPRO.sync(api_key="k", datacenter="eu")
    assert "questionpro.eu/" in repr(eu.with_options(timeout=5))
    assert "questionpro.ca/" in repr(eu.with_options(datacenter="ca"))
    fixed = eu.with_options(base_url="http://127.0.0.1:1/x")
    assert "'http://127.0.0.1:1/x'" in repr(fixed.with_options(max_retries=0))
    assert "questionpro.eu/" in repr(eu)


@every_vendor
def test_with_options_shares_the_connection(vendor: Vendor, mode: str, stub: Stub) -> None:
    with Recorder(reply(409), reply(409)) as server:

        def use(c: Any) -> Any:
            twin = c.with_options(**{vendor.option: "another"})
            if mode == "sync":
                for each in (c, twin):
                    with pytest.raises(vendor.errors.ConflictError):
                        vendor.upload(each, b"x")
                return None

            async def both() -> None:
                for each in (c, twin):
                    with pytest.raises(vendor.errors.ConflictError):
                        await vendor.upload(each, b"x")

            return both()

        call(vendor.client(mode, server.url), use)
    first, second = server.requests
    assert first.connection == second.connection
    assert first.header(vendor.header) != second.header(vendor.header)
    assert second.header(vendor.header) == f"{vendor.prefix}another"
