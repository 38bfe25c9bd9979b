"""All vendors on one origin, the stored images at their addresses, and the stub's own addresses
under /_stub/.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from .checks.body import Limits
from .checks.rate_limit import RateLimits
from .control.control import Control
from .control.desk import State
from .control.faults import Faults
from .control.journal import Journal
from .control.redaction import Redactor
from .document import Document, load
from .document_file import DocumentError
from .refusal import ClientGone, Reason, Refused
from .request import Request
from .routes import Match, check_apart
from .service import Service
from .state import stored_image
from .state.store import Store
from .state.stored_image import refusal_response
from .vendors.example import Example
from .vendors.inventorum import Inventorum
from .vendors.pingone import PingOne
from .vendors.profile import Profile
from .vendors.questionpro import QuestionPro
from .vendors.vendor import Vendor

VENDORS: dict[str, type[Vendor]] = {
    vendor.name: vendor for vendor in (QuestionPro, Inventorum, PingOne)
}


PATHS = 512
"""Paths whose routing is remembered. A path is at most 8 KiB, see request_head.py."""


def load_documents(root: Path) -> list[Document]:
    """Every `generated/<vendor>/openapi.yaml` under `root`. Raises DocumentError if there is
    none.
    """
    folder = root / "generated"
    files = sorted(folder.glob("*/openapi.yaml"))
    if not files:
        raise DocumentError(
            f"{folder} holds no <vendor>/openapi.yaml; run scripts/codegen.py to generate them."
        )
    return [load(file, file.parent.name) for file in files]


def make_app(
    documents: Sequence[Document],
    store: Store,
    bound: str,
    limits: Limits,
    *,
    strict: bool,
    profile: str,
    rate_limits: RateLimits,
    journal: int,
) -> Control:
    """The stub as an ASGI application. `bound` is the origin for requests that name no usable
    one, `journal` the number of requests that are kept. Raises DocumentError, UnknownProfile.
    """
    check_apart(documents)
    operations = {item.vendor: [one.id for one in item.operations] for item in documents}
    state = State(
        store,
        Journal(Redactor(documents), journal),
        Faults(operations),
        Profile(profile),
        rate_limits,
    )
    return Control(Origin(documents, state, bound, limits, strict), state, bound, limits)


class Origin:
    """Sends each request to its vendor, or to the stored file that it asks for."""

    def __init__(
        self, documents: Sequence[Document], state: State, bound: str, limits: Limits, strict: bool
    ) -> None:
        self._store = state.store
        self._bound = bound
        services = [
            Service(
                document,
                VENDORS.get(document.vendor, Example),
                state.store,
                limits,
                strict,
                state.profile,
                state.rate_limits,
            )
            for document in documents
        ]
        # The longest server path first: `/a/api/v2` before `/a`.
        self.services = sorted(services, key=lambda service: -len(service.document.prefix))
        self.find = lru_cache(PATHS)(self._found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, self._bound)
        service, match = self.find(request.path)
        answer: ASGIApp
        try:
            if service is not None and (service.document.prefix or match):
                answer = await service.respond(request, match)
            elif request.malformed is not None:
                answer = refusal_response(request.malformed)
            else:
                answer = stored_image.answer(self._store, request, request.path)
            await answer(scope, receive, send)
        except ClientGone:
            raise
        except Exception:
            # A defect of the stub: the vendor's 500 to the client; the server logs the traceback.
            await self._defect(request, service)(scope, receive, send)
            raise

    def _defect(self, request: Request, service: Service | None) -> ASGIApp:
        if service is not None and service.document.prefix:
            return service.defect(request)
        return refusal_response(Refused(Reason.DEFECT, "the stub failed"))

    def _found(self, path: str) -> tuple[Service | None, Match | None]:
        """The vendor that a path belongs to, and what it has there."""
        owners = [service for service in self.services if service.owns(path)]
        for service in owners:
            match = service.match(path)
            if match is not None:
                return service, match
        return (owners[0] if owners else None), None
