"""Connections: made when first used, shared by ``with_options``, closed once and for all."""

from __future__ import annotations

import asyncio
import threading

import httpx2
import pytest
from questionpro_client import AsyncQuestionPro, QuestionPro
from questionpro_client._runtime.credential import Credential
from questionpro_client._runtime.secret import Secret
from questionpro_client._runtime.security import Credentials, SecurityScheme
from questionpro_client.errors import ConfigurationError

from tests.delivery import ok
from tests.recorder import Recorder
from tests.stub import Stub
from tests.stub.pictures import picture
from tests.vendors import PINGONE, QUESTIONPRO, USER

KEY = "test-api-key"


@pytest.mark.parametrize("used", [True, False])
def test_a_closed_client_says_so(used: bool, stub: Stub) -> None:
    qp = QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"])
    if used:
        assert list(qp.images.list(USER)) == []
    qp.close()
    with pytest.raises(ConfigurationError, match="closed"):
        qp.images.upload(user_id=USER, file=picture())
    qp.close()  # twice is fine
    assert stub.images() == []


@pytest.mark.parametrize("used", [True, False])
def test_a_closed_async_client_says_so(used: bool, stub: Stub) -> None:
    async def run() -> None:
        qp = AsyncQuestionPro(api_key=KEY, base_url=stub.urls["questionpro"])
        if used:
            assert [image async for image in qp.images.list(USER)] == []
        await qp.aclose()
        with pytest.raises(ConfigurationError, match="closed"):
            await qp.images.upload(user_id=USER, file=picture())
        await qp.aclose()

    asyncio.run(run())


def test_a_client_that_was_passed_in_stays_open(stub: Stub) -> None:
    with httpx2.Client() as http:
        with QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"], http_client=http) as qp:
            qp.images.upload(user_id=USER, file=picture())
        assert not http.is_closed
        assert http.get(f"{stub.url}/_stub/health").status_code == 200


def test_other_options_share_the_connection() -> None:
    answer = ok(QUESTIONPRO)
    with (
        Recorder(answer, answer) as server,
        QuestionPro(api_key="one", base_url=server.url) as first,
    ):
        first.images.upload(user_id=USER, file=b"x")
        first.with_options(api_key="two", timeout=5).images.upload(user_id=USER, file=b"x")
        assert [request.header("api-key") for request in server.requests] == ["one", "two"]
        assert {request.connection for request in server.requests} == {1}


def test_closing_either_client_closes_both(stub: Stub) -> None:
    first = QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"])
    with first.with_options(max_retries=0) as second:
        assert list(second.images.list(USER)) == []
    with pytest.raises(ConfigurationError, match="closed"):
        list(first.images.list(USER))


def test_a_client_serves_many_threads(stub: Stub) -> None:
    pictures = [picture(width=number + 1) for number in range(16)]
    failures: list[BaseException] = []
    with QuestionPro(api_key=KEY, base_url=stub.urls["questionpro"]) as qp:

        def work(content: bytes) -> None:
            try:
                qp.images.upload(user_id=USER, file=content)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(content,)) for content in pictures]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert sorted(stub.content(image) for image in stub.images()) == sorted(pictures)


def test_threads_may_change_options_of_one_client() -> None:
    """Each request carries what its own thread asked for, over connections that all share."""
    answer = ok(QUESTIONPRO)
    names = [f"key-{number}" for number in range(16)]
    failures: list[BaseException] = []
    together = threading.Barrier(len(names))
    with (
        Recorder(*[answer] * (3 * len(names))) as server,
        QuestionPro(api_key="shared", base_url=f"{server.url}/shared") as qp,
    ):

        def work(name: str) -> None:
            try:
                together.wait()
                twin = qp.with_options(api_key=name, base_url=f"{server.url}/{name}")
                for client in (twin, qp, twin.with_options(max_retries=0)):
                    client.images.upload(user_id=USER, file=b"x")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    sent = [
        (request.target.split("/")[1], request.header("api-key")) for request in server.requests
    ]
    assert sorted(map(str, sent)) == sorted(
        str((name, name)) for name in [*names * 2, *["shared"] * len(names)]
    )


def test_a_credential_is_sent_where_it_is_optional() -> None:
    scheme = SecurityScheme("api_key", "header", "api-key")
    having = Credentials({"key": scheme}, {"api_key": Credential("api_key=", Secret("k"))})
    lacking = Credentials({"key": scheme}, {})
    assert [found for found, _ in having.choose([(), ("key",)])] == [scheme]
    assert lacking.choose([(), ("key",)]) == []
    assert lacking.choose([]) == []
    with pytest.raises(ConfigurationError, match="api_key"):
        lacking.choose([("key",)])


def test_pingone_closes_too(stub: Stub) -> None:
    client = PINGONE.client("sync", stub.urls["pingone"])
    client.close()
    with pytest.raises(PINGONE.errors.ConfigurationError, match="closed"):
        client.images.create(environment_id="x", image=b"x")
