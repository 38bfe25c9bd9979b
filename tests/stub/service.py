"""One vendor, served: every check in the order of a careful server, then the vendor's behaviour.

Order: address 404, method 405, credentials 401 and 403, content type 415, stated length 413,
parameters 400, body 400, and only then what the vendor's module knows (404 for an unknown id, 400
for what a schema cannot say). Nothing about a resource shows before the credentials are right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from .checks import body, parameters, security
from .checks.body import Expected, Limits
from .checks.multipart import Part
from .checks.parameters import UnreadableQuery
from .checks.rate_limit import RateLimits
from .checks.validation import Schemas
from .control import redaction
from .control.journal import SCOPE_KEY, Entry
from .document import Document, Operation, is_json
from .json_values import parse, serialise
from .refusal import Fault, Reason, Refused
from .request import Request
from .routes import Match, Routes
from .state.spool import Spool
from .state.store import Store
from .vendors.profile import Profile
from .vendors.vendor import Answer, Call, Vendor

CONTENT_TYPES = 64
"""Content-Types whose meaning for an operation is remembered."""

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
        operations = {operation.id: operation for operation in document.operations}

        def expectation(operation: str, content_type: str) -> Expected:
            return body.expect(operations[operation], [content_type], [], limits)

        self._expectation = lru_cache(CONTENT_TYPES)(expectation)

    def match(self, path: str) -> Match | None:
        """The operations at a raw path of this origin; None if the vendor has nothing there."""
        return self._routes.match(path.removeprefix(self.document.prefix))

    def owns(self, path: str) -> bool:
        """Whether the path lies under this vendor's server path."""
        return path == self.document.prefix or path.startswith(self.document.prefix + "/")

    async def respond(self, request: Request, match: Match | None) -> ASGIApp:
        """The answer to a request, refusals included. Raises ClientGone, and whatever is a defect
        of the stub.
        """
        call = self._call(request)
        entry: Entry = request.scope[SCOPE_KEY]
        entry.vendor = self.document.vendor
        try:
            answer = await self._answer(request, match, call)
            entry.image = answer.stored
        except Refused as raised:
            refused = self.vendor.recast(raised)
            answer = self.refuse(refused, call)
            entry.refusal, entry.errors = refused.code, refused.faults
        if call.operation is not None:
            entry.operation = call.operation.id
        if self._strict:
            self._check(answer, call.operation)
        return response(answer)

    def defect(self, request: Request) -> ASGIApp:
        """The vendor's 500, for when `respond` raised."""
        return response(self.refuse(Refused(Reason.DEFECT, "the stub failed"), self._call(request)))

    def error_body(self, refused: Refused, status: int, request: Request) -> bytes:
        """The body of the vendor's error with any status, for a fault that was asked for."""
        call = self._call(request)
        match = self.match(request.path)
        call.operation = match.operations.get(request.method) if match else None
        return serialise(self.vendor.refusal(refused, status, call))

    def refuse(self, refused: Refused, call: Call) -> Answer:
        """The vendor's error answer, with the best status that the operation documents."""
        statuses = refused.reason.statuses
        documented = [
            s for s in statuses if call.operation is not None and call.operation.documents(s)
        ]
        status = (documented or statuses)[0]
        stated = call.operation.json_answer(status) if call.operation is not None else None
        media_type = stated[0] if stated else "application/json"
        error = self.vendor.refusal(refused, status, call)
        return Answer(status, error, refused.headers, media_type=media_type)

    def _call(self, request: Request) -> Call:
        shown = sent = request.origin + request.path
        if request.query:
            query = request.query.decode("latin-1")
            shown += "?" + _printable(redaction.query(query, self._key_names))
            sent += "?" + _printable(query)
        return Call(request.origin, self.document.prefix, shown, sent, request.client)

    async def _answer(self, request: Request, match: Match | None, call: Call) -> Answer:
        if request.malformed is not None:
            call.operation = match.operations.get(request.method) if match else None
            raise request.malformed
        rate = self.vendor.rate
        self._rate_limits.admit(self.document.vendor, rate, "address", call.client)
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
        headers, cookies = request.headers, request.cookies
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
        if expected is None:
            if "content-length" in headers or "transfer-encoding" in headers:
                # It means nothing here, and yet the request is one only if it is whole.
                async for _ in body.Pieces(request.receive, self._limits.body):
                    pass
            return self._handlers[operation.id](call)
        spools: list[Spool] = []
        try:
            pieces = body.Pieces(request.receive, expected.limit)
            read = await body.read(expected, pieces, spools)
            size = sum(map(len, spools))
            if size > _INLINE or not self._store.in_memory:
                return await run_in_threadpool(self._act, call, operation, expected, read)
            return self._act(call, operation, expected, read)
        finally:
            for spool in spools:
                spool.close()

    def _act(
        self, call: Call, operation: Operation, expected: Expected, read: Spool | list[Part]
    ) -> Answer:
        call.body = body.decode(expected, read, self._schemas)
        return self._handlers[operation.id](call)

    def _expected(self, request: Request, operation: Operation) -> Expected | None:
        """What the body has to be; None if there is to be none. Refuses by content type and stated
        length.
        """
        if not operation.media:
            return None
        types = request.all("content-type")
        length = request.headers.get("content-length", "")
        chunked = "transfer-encoding" in request.headers
        if not types and not chunked and length in ("", "0"):
            if operation.body_required:
                message = "a body is required, but none is sent"
                raise Refused(Reason.BODY, message, faults=[Fault("body", "", message)])
            return None
        encodings = request.all("content-encoding")
        if len(types) == 1 and not encodings:
            expected = self._expectation(operation.id, types[0])
        else:
            expected = body.expect(operation, types, encodings, self._limits)
        if length.isdecimal() and int(length) > expected.limit:
            raise body.too_large(expected.limit)
        return expected

    def _check(self, answer: Answer, operation: Operation | None) -> None:
        if operation is None or (answer.status == 204 and not operation.documents_success):
            return
        where = f"{operation.method} {operation.template} {answer.status}"
        if not operation.documents(answer.status):
            raise WrongAnswer(f"{where}: the document does not state this status")
        schema = operation.response_schema(answer.status) if is_json(answer.media_type) else None
        if schema is None:
            return
        body = parse(answer.body) if isinstance(answer.body, bytes) else answer.body
        faults = self._schemas.faults(schema, body, "body", answer=True)
        if faults:
            raise WrongAnswer(f"{where}: {'; '.join(map(str, faults))}")


def _query(request: Request) -> tuple[Sequence[tuple[str, str]], list[Fault]]:
    try:
        return parameters.parse_query(request.query), []
    except UnreadableQuery as error:
        return [], [Fault("query", "", str(error))]


def _printable(query: str) -> str:
    """A query may hold anything; a URL in an answer is ASCII without controls."""
    return re.sub(r"[^\x21-\x7e]", "?", query)


def response(answer: Answer) -> ASGIApp:
    """An answer as HTTP."""
    body = answer.body
    content = b"" if body is None else body if isinstance(body, bytes) else serialise(body)
    fields = [(b"content-length", b"%d" % len(content))]
    if body is not None:
        fields.append((b"content-type", answer.media_type.encode("latin-1")))
    for name, value in answer.headers:
        fields.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    start = {"type": "http.response.start", "status": answer.status, "headers": fields}

    async def send_answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": content})

    return send_answer
