"""One vendor, served: every check in the order of a careful server, then the vendor's behaviour.

Order: address 404, method 405, credentials 401 and 403, content type 415, stated length 413,
parameters 400, body 400, and only then what the vendor's module knows (404 for an unknown id, 400
for what a schema cannot say). Nothing about a resource shows before the credentials are right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from . import body, parameters, redaction, security
from .body import Expected, Limits
from .document import Document, Operation
from .journal import SCOPE_KEY, Entry
from .json_values import serialise
from .multipart import Part
from .parameters import UnreadableQuery
from .profile import Profile
from .rate_limit import RateLimits
from .refusal import Fault, Reason, Refused
from .routes import Match, Routes
from .store import Store
from .validation import Schemas
from .vendor import Answer, Call, Vendor

_INLINE = 128 * 1024
"""Bodies up to this size are decoded and stored on the event loop: under a millisecond, less than a
thread costs.
"""


class WrongAnswer(Exception):
    """The stub was about to answer what its own document does not allow (only checked with
    `strict`).
    """


class Service:
    """Serves one document with one vendor's behaviour."""

    def __init__(
        self,
        document: Document,
        vendor: type[Vendor],
        store: Store,
        limits: Limits,
        strict: bool,
        profile: Profile,
        rate_limits: RateLimits,
    ) -> None:
        self.document = document
        self.vendor = vendor(document, store, profile)
        self._rate_limits = rate_limits
        self._key_names = redaction.query_names(document)
        self._handlers = self.vendor.handlers()
        self._routes = Routes(document.operations)
        self._schemas = Schemas(document)
        for operation in document.operations:
            self._schemas.check(operation)
        self._store = store
        self._limits = limits
        self._strict = strict

    def match(self, path: str) -> Match | None:
        """The operations at a raw path of this origin; None if the vendor has nothing there."""
        return self._routes.match(path.removeprefix(self.document.prefix))

    def owns(self, path: str) -> bool:
        """Whether the path lies under this vendor's server path."""
        return path == self.document.prefix or path.startswith(self.document.prefix + "/")

    async def respond(self, request: Request, path: str, origin: str) -> Response:
        """The answer to a request, refusals included. Raises ClientGone, and whatever is a defect
        of the stub.
        """
        call = self._call(request, path, origin)
        entry: Entry = request.scope[SCOPE_KEY]
        entry.vendor = self.document.vendor
        try:
            answer = await self._answer(request, path, call)
            entry.image = answer.stored
        except Refused as refused:
            answer = self.refuse(refused, call)
            entry.refusal, entry.errors = refused.code, refused.faults
        if call.operation is not None:
            entry.operation = call.operation.id
        if self._strict:
            self._check(answer, call.operation)
        return response(answer)

    def defect(self, request: Request, path: str, origin: str) -> Response:
        """The vendor's 500, for when `respond` raised."""
        return response(
            self.refuse(
                Refused(Reason.DEFECT, "the stub failed"), self._call(request, path, origin)
            )
        )

    def error_body(self, refused: Refused, status: int, request: Request, origin: str) -> bytes:
        """The body of the vendor's error with any status, for a fault that was asked for."""
        path = raw_path(request.scope)
        call = self._call(request, path, origin)
        match = self.match(path)
        call.operation = match.operations.get(request.method) if match else None
        return serialise(self.vendor.refusal(refused, status, call))

    def refuse(self, refused: Refused, call: Call) -> Answer:
        """The vendor's error answer, with the best status that the operation documents."""
        statuses = refused.reason.statuses
        documented = [
            s for s in statuses if call.operation is not None and call.operation.documents(s)
        ]
        status = (documented or statuses)[0]
        return Answer(status, self.vendor.refusal(refused, status, call), refused.headers)

    def _call(self, request: Request, path: str, origin: str) -> Call:
        query = request.scope["query_string"].decode("latin-1")
        url = f"{origin}{path}"
        client = request.client.host if request.client else "127.0.0.1"
        if not query:
            return Call(origin, self.document.prefix, url, url, client)
        shown = _printable(redaction.query(query, self._key_names))
        sent = _printable(query)
        return Call(origin, self.document.prefix, f"{url}?{shown}", f"{url}?{sent}", client)

    async def _answer(self, request: Request, path: str, call: Call) -> Answer:
        rate = self.vendor.rate
        self._rate_limits.admit(self.document.vendor, rate, "address", call.client)
        match = self.match(path)
        if match is None:
            elsewhere = self.vendor.elsewhere(call)
            if elsewhere is None:
                raise Refused(Reason.ROUTE, "there is nothing at this address")
            return elsewhere
        operation = match.operations.get(request.method)
        if operation is None:
            raise Refused(
                Reason.METHOD,
                f"{request.method[:20]} is not allowed here",
                headers=[("Allow", ", ".join(sorted(match.operations)))],
            )
        call.operation = operation
        headers = _headers(request)
        cookies = cookie_parser(headers.get("cookie", ""))
        query, unreadable = _query(request)
        key = security.check(operation, headers, query, cookies)
        self._rate_limits.admit(self.document.vendor, rate, "key", key)
        expected = self._expected(request, operation)
        decoded, faults = parameters.read(
            operation,
            self._schemas,
            path=match.parameters,
            query=query,
            headers=headers,
            cookies=cookies,
        )
        call.parameters = decoded
        faults = [*unreadable, *faults]
        if faults:
            raise Refused(Reason.PARAMETER, str(faults[0]), faults=faults)
        read: bytes | list[Part] = b""
        if expected is not None:
            pieces = body.stream(request.receive, expected.limit, self._limits.idle)
            read = await body.read(expected, pieces)
        size = len(read) if isinstance(read, bytes) else sum(len(part.data) for part in read)
        if size > _INLINE or (expected is not None and not self._store.in_memory):
            return await run_in_threadpool(self._act, call, operation, expected, read)
        return self._act(call, operation, expected, read)

    def _act(
        self, call: Call, operation: Operation, expected: Expected | None, read: bytes | list[Part]
    ) -> Answer:
        if expected is not None:
            call.body = body.decode(expected, read, self._schemas)
        return self._handlers[operation.id](call)

    def _expected(self, request: Request, operation: Operation) -> Expected | None:
        """What the body has to be; None if there is to be none. Refuses by content type and stated
        length.
        """
        if not operation.media:
            return None
        types = request.headers.getlist("content-type")
        length = request.headers.get("content-length", "")
        chunked = "transfer-encoding" in request.headers
        if not types and not chunked and length in ("", "0"):
            if operation.body_required:
                message = "a body is required, but none is sent"
                raise Refused(Reason.BODY, message, faults=[Fault("body", "", message)])
            return None
        expected = body.expect(
            operation, types, request.headers.getlist("content-encoding"), self._limits
        )
        if length.isdecimal() and int(length) > expected.limit:
            raise body.too_large(expected.limit)
        return expected

    def _check(self, answer: Answer, operation: Operation | None) -> None:
        if operation is None:
            return
        where = f"{operation.method} {operation.template} {answer.status}"
        if not operation.documents(answer.status):
            raise WrongAnswer(f"{where}: the document does not state this status")
        schema = operation.response_schema(answer.status)
        faults = self._schemas.faults(schema, answer.body, "body") if schema else []
        if faults:
            raise WrongAnswer(f"{where}: {'; '.join(map(str, faults))}")


def _headers(request: Request) -> dict[str, str]:
    """Headers by lower-case name; a repeated one is joined as RFC 9110 says."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _query(request: Request) -> tuple[Sequence[tuple[str, str]], list[Fault]]:
    try:
        return parameters.parse_query(request.scope["query_string"]), []
    except UnreadableQuery as error:
        return [], [Fault("query", "", str(error))]


def _printable(query: str) -> str:
    """A query may hold anything; a URL in an answer is ASCII without controls."""
    return re.sub(r"[^\x21-\x7e]", "?", query)


def raw_path(scope: Scope) -> str:
    """The path as sent, still percent-encoded; of an absolute-form target (a proxy's) only its
    path.
    """
    raw: bytes = scope.get("raw_path") or b"/"
    path = raw.decode("latin-1")
    if not path.startswith("/"):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def response(answer: Answer) -> Response:
    """An answer as HTTP."""
    content = b"" if answer.body is None else serialise(answer.body)
    result = Response(
        content, answer.status, media_type=None if answer.body is None else "application/json"
    )
    for name, value in answer.headers:
        result.headers.append(name, value)
    return result
