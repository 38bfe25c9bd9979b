"""All vendors on one origin, the stored images at their addresses, and the stub's own addresses
under /_stub/.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from .body import Limits
from .control import Control
from .desk import State
from .document import Document, DocumentError, load
from .example import Example, problem
from .faults import Faults
from .inventorum import Inventorum
from .journal import Journal
from .pingone import PingOne
from .profile import Profile
from .questionpro import QuestionPro
from .rate_limit import RateLimits
from .redaction import Redactor
from .refusal import ClientGone, Reason, Refused
from .service import Service, raw_path
from .store import Store
from .vendor import Vendor

VENDORS: dict[str, type[Vendor]] = {
    vendor.name: vendor for vendor in (QuestionPro, Inventorum, PingOne)
}

_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
)


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


def make_app(control: Control) -> Starlette:
    """The stub as an ASGI application."""
    app = Starlette(exception_handlers={Exception: control.origin.defect})
    # Not a route: vendors' paths are matched undecoded, and by their documents.
    app.router.default = control
    return app


def make_control(
    documents: Sequence[Document],
    store: Store,
    bound: str,
    limits: Limits,
    *,
    strict: bool,
    profile: str,
    rate_limits: RateLimits,
) -> Control:
    """All vendors with what a test may ask of the stub. `bound` is the origin for requests that
    name no usable one. Raises DocumentError, UnknownProfile.
    """
    operations = {item.vendor: [one.id for one in item.operations] for item in documents}
    state = State(
        store, Journal(Redactor(documents)), Faults(operations), Profile(profile), rate_limits
    )
    return Control(Origin(documents, state, bound, limits, strict), state, limits)


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # no WebSocket endpoint exists
            return
        request = Request(scope, receive)
        path = raw_path(scope)
        service = self.service(path)
        try:
            if service is not None:
                response = await service.respond(request, path, self.named(request))
            else:
                response = await self._file(request, path)
        except ClientGone:
            return
        await response(scope, receive, send)

    async def defect(self, request: Request, error: Exception) -> Response:
        """A defect of the stub: the vendor's 500 to the client; the server logs the traceback."""
        path = raw_path(request.scope)
        service = self.service(path)
        if service is not None:
            return service.defect(request, path, self.named(request))
        return _refused(Refused(Reason.DEFECT, "the stub failed"))

    def service(self, path: str) -> Service | None:
        """The vendor that answers at a path. One without a path of its own only where it has an
        operation: all else may be a stored file.
        """
        owners = [service for service in self.services if service.owns(path)]
        first = next((service for service in owners if service.document.prefix), None)
        return next((service for service in owners if service.match(path)), first)

    async def _file(self, request: Request, path: str) -> Response:
        image = self._store.image_at(unquote(path, errors="replace"))
        if image is None:
            return _refused(Refused(Reason.ROUTE, "there is nothing at this address"))
        if request.method not in ("GET", "HEAD"):
            return _refused(
                Refused(
                    Reason.METHOD,
                    "only GET and HEAD are allowed here",
                    headers=[("Allow", "GET, HEAD")],
                )
            )
        headers = {
            "ETag": f'"{image.sha256}"',
            "Cache-Control": "no-cache",
            # Whatever the bytes are besides an image, no browser shall take them for a page or a
            # script.
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        headers |= {"Content-Type": image.content_type, "Content-Length": str(image.size)}
        if request.method == "HEAD":
            return Response(headers=headers)
        return Response(await run_in_threadpool(self._store.content, image.seq), headers=headers)

    def named(self, request: Request) -> str:
        """The origin by which the client calls the stub, if its Host header can be one; else the
        bound address.
        """
        hosts = request.headers.getlist("host")
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None or int(match["port"] or 0) > 65535:
            return self._bound
        return f"http://{hosts[0]}"


def _refused(refused: Refused) -> Response:
    status = refused.reason.statuses[0]
    return JSONResponse(problem(refused, status), status, headers=dict(refused.headers))
