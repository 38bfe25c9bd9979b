"""The three clients as the tests drive them: what differs between vendors, said once.

Importing this imports the generated clients; conftest.py has put them on sys.path.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import inventorum_client
import pingone_client
import pytest
import questionpro_client
from inventorum_client.api.images import upload_image as inventorum_upload
from pingone_client.api.images import create_image as pingone_create
from questionpro_client.api.images import upload_image as questionpro_upload

from tests.stub.wire import ENVIRONMENT, SURVEY, USER

SECRET = "s3cret/key+of=tests"
"""A credential with characters that URLs and JSON escape."""


@dataclass(frozen=True, repr=False)
class Vendor:
    """A vendor's client and one upload with it.

    Attributes:
        name: the vendor.
        package: its client package.
        sync, asynchronous: its two client classes.
        option: the keyword of the credential; ``variable`` is its environment variable.
        header, prefix: where the credential goes.
        path: the path of the upload below the server URL.
        stub_secret: the credential that the stub knows.
        upload: uploads an image with either client; keywords are options of the call.
        module: the upload in openapi-python-client's own style.
        arguments: the arguments of that function for a file.
        success: a documented answer to the upload, and its status.
        refusal: a documented error body whose sentence is "Nope".
        part: the name of the file part; None for a raw body.
    """

    name: str
    package: ModuleType
    sync: Any
    asynchronous: Any
    option: str
    variable: str
    header: str
    prefix: str
    path: str
    stub_secret: str
    upload: Callable[..., Any]
    module: Any
    arguments: Callable[[Any], dict[str, Any]]
    status: int
    success: dict[str, Any]
    refusal: dict[str, Any]
    part: str | None

    def __repr__(self) -> str:
        return self.name

    @property
    def errors(self) -> Any:
        return self.package.errors

    def answer(self) -> bytes:
        return json.dumps(self.success).encode()

    def client(self, mode: str, base_url: str | None, **options: Any) -> Any:
        """A client of this vendor; ``options`` replace the test credential."""
        kind = self.sync if mode == "sync" else self.asynchronous
        return kind(**{self.option: SECRET, "base_url": base_url, **options})


def call(client: Any, use: Callable[[Any], Any], pool: Any = None) -> Any:
    """Use a client once and close it, in an event loop of its own if it is async.

    ``pool`` is an HTTP client that was passed to it; it is closed too.
    """
    if not hasattr(client, "aclose"):
        with client, pool or nullcontext():
            return use(client)

    async def run() -> Any:
        async with client, pool or nullcontext():
            result = use(client)
            return await result if inspect.isawaitable(result) else result

    return asyncio.run(run())


def upload(vendor: Vendor, mode: str, base_url: str | None, content: Any, **options: Any) -> Any:
    """Upload with a new client."""
    client = vendor.client(mode, base_url, **options)
    return call(client, lambda c: vendor.upload(c, content), options.get("http_client"))


def failure(
    vendor: Vendor, mode: str, base_url: str | None, content: Any = b"x", **options: Any
) -> Any:
    """The error that an upload ends with."""
    try:
        value = upload(vendor, mode, base_url, content, **options)
    except vendor.errors.APIError as error:
        return error
    raise AssertionError(f"the upload went well: {value!r}")


def _questionpro_arguments(file: Any) -> dict[str, Any]:
    form = questionpro_client.models.UploadImageForm(file=file)
    return {"user_id": USER, "body": form}


def _inventorum_arguments(file: Any) -> dict[str, Any]:
    kind = inventorum_client.models.ImageType.PRODUCT
    form = inventorum_client.models.UploadImageForm(type=kind, image=file)
    return {"body": form, "x_api_version": 12}


def _pingone_arguments(file: Any) -> dict[str, Any]:
    return {"environment_id": ENVIRONMENT, "body": file}


QUESTIONPRO = Vendor(
    name="questionpro",
    package=questionpro_client,
    sync=questionpro_client.QuestionPro,
    asynchronous=questionpro_client.AsyncQuestionPro,
    option="api_key",
    variable="QUESTIONPRO_API_KEY",
    header="api-key",
    prefix="",
    path=f"/users/{USER}/images",
    stub_secret="test-api-key",
    upload=lambda client, file, **extras: client.images.upload(user_id=USER, file=file, **extras),
    module=questionpro_upload,
    arguments=_questionpro_arguments,
    status=200,
    success={"response": {"imageID": 7, "imageURL": "https://example.com/7.png", "size": "18 Kb"}},
    refusal={
        "response": {
            "error": {
                "docs": "www.questionpro.com/api/error-codes.html",
                "resourceUrl": f"https://example.com/?apiKey={SECRET}",
                "name": "Refused",
                "message": "Nope",
                "httpStatusCode": 400,
                "id": "1000",
            }
        }
    },
    part="file",
)

INVENTORUM = Vendor(
    name="inventorum",
    package=inventorum_client,
    sync=inventorum_client.Inventorum,
    asynchronous=inventorum_client.AsyncInventorum,
    option="token",
    variable="INVENTORUM_TOKEN",
    header="Authorization",
    prefix="Bearer ",
    path="/images/",
    stub_secret="test-token",
    upload=lambda client, file, **extras: client.images.upload(
        image=file, type="product", **extras
    ),
    module=inventorum_upload,
    arguments=_inventorum_arguments,
    status=200,
    success={
        "id": 7,
        "urls": dict.fromkeys(
            ("ipad", "thumb", "image", "ipad_retina", "ebay", "thumb_retina", "original"),
            "https://example.com/7.png",
        ),
        "type": 0,
        "new": True,
    },
    refusal={"error": {"key": "refused", "description": "Nope"}},
    part="image",
)

PINGONE = Vendor(
    name="pingone",
    package=pingone_client,
    sync=pingone_client.PingOne,
    asynchronous=pingone_client.AsyncPingOne,
    option="token",
    variable="PINGONE_TOKEN",
    header="Authorization",
    prefix="Bearer ",
    path=f"/environments/{ENVIRONMENT}/images",
    stub_secret="test-token",
    upload=lambda client, file, **extras: client.images.create(
        environment_id=ENVIRONMENT, image=file, **extras
    ),
    module=pingone_create,
    arguments=_pingone_arguments,
    status=201,
    success={
        "_links": {
            "self": {"href": "https://example.com/7"},
            "environment": {"href": "https://example.com/e"},
        },
        "id": "7",
        "environment": {"id": ENVIRONMENT},
        "createdAt": "2020-02-27T19:49:36.457Z",
        "targets": {
            "original": {
                "id": "original",
                "href": "https://example.com/8.png",
                "type": "png",
                "width": 3,
                "height": 2,
            }
        },
    },
    refusal={"id": "9", "code": "INVALID_DATA", "message": "Nope"},
    part=None,
)

VENDORS = (QUESTIONPRO, INVENTORUM, PINGONE)

every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=str)
form_vendor = pytest.mark.parametrize("vendor", [QUESTIONPRO, INVENTORUM], ids=str)

__all__ = [
    "ENVIRONMENT",
    "INVENTORUM",
    "PINGONE",
    "QUESTIONPRO",
    "SECRET",
    "SURVEY",
    "USER",
    "VENDORS",
    "Vendor",
    "call",
    "every_vendor",
    "failure",
    "form_vendor",
    "upload",
]
