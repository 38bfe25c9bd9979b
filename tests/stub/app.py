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
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .body import Limits
from .document import Document, DocumentError, load
from .example import Example, problem
from .inventorum import Inventorum
from .pingone import PingOne
from .questionpro import QuestionPro
from .refusal import ClientGone, Reason, Refused
from .service import Service
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


def make_app(
    documents: Sequence[Document], store: Store, bound: str, limits: Limits, strict: bool
) -> Starlette:
    """The stub as an ASGI application. `bound` is the origin for requests that name no usable
    one.
    """
    origin = Origin(documents, store, bound, limits, strict)
    app = Starlette(
        routes=[Route("/_stub/health", origin.health)],
        exception_handlers={Exception: origin.defect},
    )
    # Not a route: vendors' paths are matched undecoded, and by their documents.
    app.router.default = origin
    return app


class Origin:
    """Sends each request to its vendor, or to the stored file that it asks for."""

    def __init__(
        self, documents: Sequence[Document], store: Store, bound: str, limits: Limits, strict: bool
    ) -> None:
        self._store = store
        self._bound = bound
        services = [
            Service(document, VENDORS.get(document.vendor, Example), store, limits, strict)
            for document in documents
        ]
        # The longest server path first: `/a/api/v2` before `/a`.
        self._services = sorted(services, key=lambda service: -len(service.document.prefix))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # no WebSocket endpoint exists
            return
        request = Request(scope, receive)
        path = _raw_path(scope)
        service = self._service(path)
        try:
            if service is not None and (service.document.prefix or service.match(path)):
                response = await service.respond(request, path, self._origin(request))
            else:
                response = await self._file(request, path)
        except ClientGone:
            return
        await response(scope, receive, send)

    async def health(self, request: Request) -> Response:
        vendors = {
            service.document.vendor: {
                "url": self._origin(request) + service.document.prefix,
                "operations": [operation.id for operation in service.document.operations],
            }
            for service in self._services
        }
        return JSONResponse({"status": "ok", "vendors": dict(sorted(vendors.items()))})

    async def defect(self, request: Request, error: Exception) -> Response:
        """A defect of the stub: the vendor's 500 to the client; the server logs the traceback."""
        path = _raw_path(request.scope)
        service = self._service(path)
        if service is not None and service.document.prefix:
            return service.defect(request, path, self._origin(request))
        return _refused(Refused(Reason.DEFECT, "the stub failed"))

    def _service(self, path: str) -> Service | None:
        owners = [service for service in self._services if service.owns(path)]
        return next(
            (service for service in owners if service.match(path)), owners[0] if owners else None
        )

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

    def _origin(self, request: Request) -> str:
        """The origin by which the client calls the stub, if its Host header can be one; else the
        bound address.
        """
        hosts = request.headers.getlist("host")
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None or int(match["port"] or 0) > 65535:
            return self._bound
        return f"http://{hosts[0]}"


def _raw_path(scope: Scope) -> str:
    """The path as sent, still percent-encoded; of an absolute-form target (a proxy's) only its
    path.
    """
    raw: bytes = scope.get("raw_path") or b"/"
    path = raw.decode("latin-1")
    if not path.startswith("/"):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def _refused(refused: Refused) -> Response:
    status = refused.reason.statuses[0]
    return JSONResponse(problem(refused, status), status, headers=dict(refused.headers))
