"""What stands before the vendors: every request is noted, gets its fault if one is asked for, and
those to /_stub/ go to the desk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from ..checks.body import Limits
from ..http.request_head import RequestHead
from ..json_values import serialise
from ..refusal import Fault, Reason, Refused
from ..request import Request
from ..service import Service
from ..vendors.example import problem
from .desk import ROOT, Desk, Served, State
from .fault_delivery import Delivery
from .faults import HEADER, Faults, InvalidFault, Ticket, from_header
from .journal import SCOPE_KEY, Recording

if TYPE_CHECKING:
    from ..app import Origin

_ROOT = ROOT.encode()
_FAULT = HEADER.decode()
_REASONS = {
    400: Reason.PARAMETER,
    401: Reason.CREDENTIALS,
    403: Reason.FORBIDDEN,
    404: Reason.UNKNOWN_ID,
    408: Reason.TIMEOUT,
    413: Reason.TOO_LARGE,
    415: Reason.MEDIA_TYPE,
    429: Reason.RATE_LIMIT,
    500: Reason.DEFECT,
}


class Control:
    """The whole stub as an ASGI application."""

    def __init__(self, origin: Origin, state: State, bound: str, limits: Limits) -> None:
        self.origin = origin
        self.state = state
        self._bound = bound
        self._limits = limits
        served = [Served(service.document, service.vendor) for service in origin.services]
        self.desk = Desk(state, served, limits, bound)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: bytes = scope["raw_path"]
        if path.startswith(_ROOT) and path[len(_ROOT) :][:1] in (b"", b"/"):
            await self.desk(scope, receive, send)
            return
        entry = scope[SCOPE_KEY] = self.state.journal.open(scope)
        recording = Recording(entry, receive, send)
        try:
            head: RequestHead = scope["extensions"]["stub.head"]
            if _FAULT in head.headers or self.state.faults.waiting:
                await self._faulty(scope, recording)
            else:
                await self.origin(scope, recording.receive, recording.send)
        finally:
            recording.close()

    async def _faulty(self, scope: Scope, recording: Recording) -> None:
        asked = [value for name, value in scope["headers"] if name == HEADER]
        service, match = self.origin.find(scope["raw_path"].decode("ascii"))
        operation = match.operations.get(scope["method"]) if match else None
        entry = recording.entry
        if service is not None:
            entry.vendor = service.document.vendor
            entry.operation = operation.id if operation else ""
        try:
            ticket = self._ticket(self.state.faults, asked, entry.vendor, entry.operation)
        except InvalidFault as error:
            fault = Fault("header", "X-Stub-Fault", f"{error.pointer.lstrip('/')}: {error}")
            refused = Refused(Reason.PARAMETER, str(fault), faults=[fault], code="bad-fault")
            entry.refusal, entry.errors = refused.code, refused.faults
            response = JSONResponse(problem(refused, 400), 400)
            await response(scope, recording.receive, recording.send)
            return
        if ticket is None:
            await self.origin(scope, recording.receive, recording.send)
            return
        entry.fault, entry.delivered = str(ticket.scenario), False

        async def process(receive: Receive, send: Send) -> None:
            await self.origin(scope, receive, send)

        def refusal(status: int) -> bytes:
            request = Request(scope, recording.receive, self._bound)
            return _error_body(service, request, status)

        def count() -> None:
            ticket.delivered += 1
            entry.delivered = True

        delivery = Delivery(
            ticket.scenario,
            scope["extensions"]["stub.wire"],
            recording.receive,
            recording.send,
            process=process,
            refusal=refusal,
            close=recording.close,
        )
        await delivery.run(count)

    @staticmethod
    def _ticket(faults: Faults, asked: list[bytes], vendor: str, operation: str) -> Ticket | None:
        """The fault of a request: its own, or the next one that waits for its like."""
        if asked:
            return faults.asked_by_header(from_header(asked))
        return faults.take(vendor, operation)


def _error_body(service: Service | None, request: Request, status: int) -> bytes:
    """The vendor's error body of a status; the stub's own where no vendor is."""
    reason = _REASONS.get(status, Reason.ASKED_FOR)
    refused = Refused(reason, "a fault that was asked for")
    if service is None:
        return serialise(problem(refused, status))
    return service.error_body(refused, status, request)
