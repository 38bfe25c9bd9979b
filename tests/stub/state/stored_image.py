"""An image that is stored, as it is served."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.responses import JSONResponse, Response, StreamingResponse

from ..refusal import Reason, Refused
from ..request import Request
from ..vendors.example import problem
from .store import Store

PICTURES = "/_stub/picture"
"""Before an image's own path: the same for the stub's pages, without an entry in the journal that
they show.
"""


def answer(store: Store, request: Request, path: str) -> Response:
    """The image that is served at a path, or why there is none."""
    image = store.image_at(unquote(path, errors="replace"))
    if image is None:
        return refusal_response(Refused(Reason.ROUTE, "there is nothing at this address"))
    if request.method not in ("GET", "HEAD"):
        return refusal_response(
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
    # Small pieces at a time: an image may be larger than one wants to hold in memory.
    return StreamingResponse(store.pieces(image.seq), headers=headers)


def refusal_response(refused: Refused) -> Response:
    """A refusal in the stub's own words."""
    status = refused.reason.statuses[0]
    return JSONResponse(problem(refused, status), status, headers=dict(refused.headers))
