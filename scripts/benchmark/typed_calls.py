"""Generated clients: ours and those of two stock generators."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from typing import Any

from .peers import OTHER_GENERATOR, OTHER_PACKAGE, OURS, STOCK, STOCK_PACKAGE, module
from .subject import KEY, LIST_BASE, SURVEY, USER
from .work import Order, Work, WrongAnswer, demand, in_loop, repeated

Check = Callable[[Any], None]


def _page_check(order: Order) -> Check:
    expected = [image["imageID"] for image in order.content().pages[order.size]["response"]]
    first = True

    def check(page: Any) -> None:
        nonlocal first
        if len(page.response) != order.size:
            raise WrongAnswer(f"{len(page.response)} images instead of {order.size}")
        if first:
            demand([image.image_id for image in page.response], expected, "the list")
            first = False

    return check


def _survey_check(order: Order) -> Check:
    expected = order.content().survey["response"]["responseID"]

    def check(result: Any) -> None:
        if result.response.response_id != expected:
            raise WrongAnswer(f"response {result.response.response_id} instead of {expected}")

    return check


@contextmanager
def _ours(order: Order, check: Check) -> Generator[Work]:
    from questionpro_client import QuestionPro

    question = order.content().question
    with QuestionPro(api_key=KEY, base_url=order.url + LIST_BASE) as client:
        if order.case == "list":
            images, size = client.images, order.size
            yield repeated(lambda: check(images.list(USER, per_page=size).first_page))
        else:
            responses = client.responses
            yield repeated(lambda: check(responses.create(SURVEY, body=question)))


@asynccontextmanager
async def _ours_async(order: Order, check: Check) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    from questionpro_client import AsyncQuestionPro

    question = order.content().question
    async with _http_client(order.variant) as given:
        options: dict[str, Any] = {} if given is None else {"http_client": given}
        async with AsyncQuestionPro(
            api_key=KEY, base_url=order.url + LIST_BASE, **options
        ) as client:

            async def listed() -> None:
                check(await client.images.list(USER, per_page=order.size).first_page)

            async def created() -> None:
                check(await client.responses.create(SURVEY, body=question))

            yield listed if order.case == "list" else created


@asynccontextmanager
async def _http_client(variant: str) -> AsyncGenerator[Any]:
    if variant:
        async with module(variant).ClientSession() as session:
            yield session
    else:
        yield None


def _stock_arguments(order: Order) -> tuple[Any, tuple[int], dict[str, Any]]:
    """The operation's module, and how it is called."""
    if order.case == "list":
        operation = module(f"{STOCK_PACKAGE}.api.images.list_images")
        return operation, (USER,), {"per_page": order.size}
    operation = module(f"{STOCK_PACKAGE}.api.responses.create_response")
    body = module(f"{STOCK_PACKAGE}.models").CreateResponseRequest
    return operation, (SURVEY,), {"body": body.from_dict(order.content().question)}


def _stock_client(order: Order) -> Any:
    # the generator's own name of the header is Authorization, with a prefix
    return module(STOCK_PACKAGE).AuthenticatedClient(
        base_url=order.url + LIST_BASE, token=KEY, prefix="", auth_header_name="api-key"
    )


@contextmanager
def _stock(order: Order, check: Check) -> Generator[Work]:
    operation, where, keywords = _stock_arguments(order)
    with _stock_client(order) as client:
        yield repeated(lambda: check(operation.sync(*where, client=client, **keywords)))


@asynccontextmanager
async def _stock_async(order: Order, check: Check) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    operation, where, keywords = _stock_arguments(order)
    async with _stock_client(order) as client:

        async def once() -> None:
            check(await operation.asyncio(*where, client=client, **keywords))

        yield once


@contextmanager
def _other(order: Order, check: Check) -> Generator[Work]:
    package = module(OTHER_PACKAGE)
    settings = package.Configuration(
        host=order.url + LIST_BASE, api_key={"apiKeyHeader": KEY}, ignore_operation_servers=True
    )
    with package.ApiClient(settings) as client:
        if order.case == "list":
            images = package.ImagesApi(client)
            yield repeated(lambda: check(images.list_images(USER, page=1, per_page=order.size)))
        else:
            responses = package.ResponsesApi(client)
            body = package.CreateResponseRequest.from_dict(order.content().question)
            yield repeated(lambda: check(responses.create_response(SURVEY, body)))


SYNC = {OURS: _ours, STOCK: _stock, OTHER_GENERATOR: _other}
ASYNC = {OURS: _ours_async, STOCK: _stock_async}


def calling(order: Order) -> AbstractContextManager[Work]:
    """List images or create a survey response."""
    check = _page_check(order) if order.case == "list" else _survey_check(order)
    if order.mode == "sync":
        return SYNC[order.peer](order, check)
    return in_loop(ASYNC[order.peer](order, check), order.tasks)
