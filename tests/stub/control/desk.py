"""The stub's own addresses under /_stub/: how a test sees what happened, and says what shall."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from .. import json_values
from ..checks import body
from ..checks.body import Limits
from ..checks.parameters import UnreadableQuery, parse_query
from ..checks.rate_limit import RateLimits
from ..document import Document
from ..json_values import JSON, InvalidJSON, JSONObject
from ..pages import index_page, journal_page, page, reference_page
from ..refusal import Fault, Reason, Refused
from ..request import Request
from ..state import stored_image
from ..state.store import Store, StoredImage
from ..state.stored_image import PICTURES, refusal_response
from ..vendors.profile import PROFILES, Profile, UnknownProfile, listed
from ..vendors.vendor import Vendor
from . import seed
from .faults import KINDS, Faults, InvalidFault
from .journal import MOST_ENTRIES, Journal, Selection

ROOT = "/_stub"

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class State:
    """All that a stub remembers."""

    store: Store
    journal: Journal
    faults: Faults
    profile: Profile
    rate_limits: RateLimits

    def reset(self) -> None:
        """Nothing asked for or counted, the profile of the start. What is stored stays."""
        self.journal.clear()
        self.faults.clear()
        self.profile.reset()
        self.rate_limits.reset()


@dataclass(frozen=True, slots=True)
class Served:
    """A vendor as the desk needs it."""

    document: Document
    vendor: Vendor


class Desk:
    """An ASGI application for all paths under /_stub."""

    def __init__(
        self,
        state: State,
        served: Sequence[Served],
        limits: Limits,
        bound: str,
    ) -> None:
        self._state = state
        self._served = {item.document.vendor: item for item in served}
        self._limits = limits
        self._bound = bound
        self._addresses: Mapping[str, tuple[str, Mapping[str, Handler]]] = {
            "/": ("these addresses; as a page for who accepts HTML", {"GET": self._index}),
            "/docs": (
                "the API reference as a page, to try every operation out",
                {"GET": self._reference},
            ),
            "/health": ("whether the stub runs, and what it serves", {"GET": self._health}),
            "/requests": (
                "the requests that came in, oldest first; ?vendor= ?operation= ?status=404 or 4xx"
                " ?limit=; as a page for who accepts HTML",
                {"GET": self._requests, "DELETE": self._forget_requests},
            ),
            "/journal": ("the same as a page", {"GET": self._page}),
            "/faults": (
                "faults: POST asks for one, GET tells which were delivered, DELETE clears",
                {"GET": self._faults, "POST": self._queue, "DELETE": self._forget_faults},
            ),
            "/profile": (
                'where vendors differ from their pages; PUT {"profile": "observed"} switches',
                {"GET": self._profile, "PUT": self._switch, "POST": self._switch},
            ),
            "/reset": ("POST: as just started", {"POST": self._reset}),
            "/seed": (
                'POST {"vendor": …, "images": 10}: images that nobody has to upload',
                {"POST": self._seed},
            ),
            "/icon.svg": ("the icon of the pages", {"GET": self._icon}),
        }
        self._reference_page = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, self._bound)
        try:
            response = await self._answer(request)
        except Refused as refused:
            response = refusal_response(refused)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.malformed is not None:
            raise request.malformed
        # A page on another site could send a form here from the user's own browser.
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refused(Reason.FORBIDDEN, "another site's page may not call this")
        if request.path.startswith(PICTURES + "/"):
            path = request.path.removeprefix(PICTURES)
            return stored_image.answer(self._state.store, request, path)
        found = self._addresses.get(request.path.removeprefix(ROOT) or "/")
        if found is None:
            raise Refused(Reason.ROUTE, f"there is nothing at this address; GET {ROOT}/ lists them")
        methods = found[1]
        handler = methods.get("GET" if request.method == "HEAD" else request.method)
        if handler is None:
            allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else [])])
            raise Refused(
                Reason.METHOD, f"only {allowed} are allowed here", headers=[("Allow", allowed)]
            )
        return await handler(request)

    async def _index(self, request: Request) -> Response:
        told = [
            (ROOT + path, does, list(methods)) for path, (does, methods) in self._addresses.items()
        ]
        addresses: JSONObject = {
            address: {"methods": [*methods], "does": does} for address, does, methods in told
        }
        if _wants_page(request):
            documents = [item.document for _, item in sorted(self._served.items())]
            shown = index_page.render(request.origin, documents, told)
            return HTMLResponse(shown, headers=index_page.HEADERS | {"Vary": "Accept"})
        return JSONResponse({"addresses": addresses}, headers={"Vary": "Accept"})

    async def _reference(self, request: Request) -> Response:
        if not self._reference_page:  # documents don't change while the stub runs
            documents = [item.document for _, item in sorted(self._served.items())]
            self._reference_page = reference_page.render(documents)
        return HTMLResponse(self._reference_page, headers=reference_page.HEADERS)

    async def _icon(self, request: Request) -> Response:
        return Response(page.ICON, media_type="image/svg+xml", headers=page.headers())

    async def _health(self, request: Request) -> Response:
        origin = request.origin
        vendors = {
            name: {
                "url": origin + item.document.prefix,
                "operations": [operation.id for operation in item.document.operations],
            }
            for name, item in sorted(self._served.items())
        }
        return JSONResponse({"status": "ok", "vendors": vendors})

    async def _requests(self, request: Request) -> Response:
        if _wants_page(request):
            return await self._page(request)
        journal = self._state.journal
        shown = journal.shown(_selection(request, self._served))
        answer: JSONObject = {
            "requests": [entry.json() for entry in shown],
            "total": journal.total,
            "dropped": journal.dropped,
        }
        return JSONResponse(answer, headers={"Vary": "Accept", "Cache-Control": "no-store"})

    async def _page(self, request: Request) -> Response:
        journal = self._state.journal
        shown = journal.shown(_selection(request, self._served))
        page = journal_page.render(shown, journal.total, journal.dropped)
        return HTMLResponse(page, headers=journal_page.HEADERS | {"Vary": "Accept"})

    async def _forget_requests(self, request: Request) -> Response:
        self._state.journal.clear()
        return Response(status_code=204)

    async def _faults(self, request: Request) -> Response:
        kinds: JSONObject = {
            name: {
                "does": kind.does,
                "parameters": ["after", "latency", *kind.parameters],
                "after": list(kind.stages),
            }
            for name, kind in KINDS.items()
        }
        tickets: list[JSON] = [ticket.json() for ticket in self._state.faults.tickets()]
        return JSONResponse({"faults": tickets, "scenarios": kinds})

    async def _queue(self, request: Request) -> Response:
        try:
            ticket = self._state.faults.queue(await self._object(request))
        except InvalidFault as error:
            raise _wrong(error.pointer, str(error), "bad-fault") from error
        return JSONResponse(ticket.json(), 201)

    async def _forget_faults(self, request: Request) -> Response:
        self._state.faults.clear()
        return Response(status_code=204)

    async def _profile(self, request: Request) -> Response:
        differences: list[JSON] = [
            listed(name, difference)
            for name, item in sorted(self._served.items())
            for difference in item.vendor.differences
        ]
        profiles: list[JSON] = list(PROFILES)
        return JSONResponse(
            {
                "profile": self._state.profile.name,
                "profiles": profiles,
                "differences": differences,
            }
        )

    async def _switch(self, request: Request) -> Response:
        given = await self._object(request)
        name = given.get("profile")
        try:
            if not isinstance(name, str) or len(given) != 1:
                raise UnknownProfile('Send {"profile": "…"} and nothing else.')
            self._state.profile.name = name
        except UnknownProfile as error:
            raise _wrong("/profile", str(error), "bad-profile") from error
        return await self._profile(request)

    async def _reset(self, request: Request) -> Response:
        await run_in_threadpool(self._state.store.reset)
        self._state.reset()
        return Response(status_code=204)

    async def _seed(self, request: Request) -> Response:
        kept = await run_in_threadpool(self.seed, await self._object(request))
        images: list[JSON] = [
            {"id": image.id, "url": request.origin + image.path, "sha256": image.sha256}
            for image in kept
        ]
        return JSONResponse({"images": images}, 201)

    def seed(self, wanted: JSONObject) -> list[StoredImage]:
        """Keep the images that a description asks for. Raises Refused."""
        unknown = set(wanted) - {"vendor", "owner", "images"}
        if unknown:
            raise _wrong(f"/{min(unknown)[:40]}", "is not known; remove it", "bad-seed")
        name, owner = wanted.get("vendor"), wanted.get("owner")
        item = self._served.get(name) if isinstance(name, str) else None
        if item is None:
            known = ", ".join(sorted(self._served))
            raise _wrong("/vendor", f"has to be one of {known}", "bad-seed")
        if owner is not None and not isinstance(owner, str):
            raise _wrong("/owner", "has to be a text", "bad-seed")
        images = seed.plan(wanted.get("images"))
        return seed.keep(self._state.store, item.vendor, owner, images)

    async def _object(self, request: Request) -> JSONObject:
        """The JSON object in a request's body. Raises Refused."""
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise Refused(Reason.MEDIA_TYPE, "send JSON, with Content-Type: application/json")
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._limits.body:
            raise body.too_large(self._limits.body)
        data = bytearray()
        async for piece in body.Pieces(request.receive, self._limits.body):
            data += piece
        try:
            value = json_values.parse(bytes(data))
        except InvalidJSON as error:
            raise _wrong("", str(error), "malformed-json") from error
        if not isinstance(value, dict):
            raise _wrong("", "has to be a JSON object", "malformed-json")
        return value


def _wants_page(request: Request) -> bool:
    """Whether a browser asks; whoever would take JSON too gets JSON."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and "application/json" not in accepted


def _wrong(pointer: str, message: str, code: str) -> Refused:
    fault = Fault("body", pointer, message)
    return Refused(Reason.BODY, str(fault), faults=[fault], code=code)


def _selection(request: Request, served: Mapping[str, Served]) -> Selection:
    """What the query of a request wants to see. Raises Refused."""
    try:
        fields = parse_query(request.query)
    except UnreadableQuery as error:
        raise Refused(Reason.PARAMETER, f"the query is unreadable: {error}") from error
    operations = {item.id for one in served.values() for item in one.document.operations}
    checks: Mapping[str, tuple[Callable[[str], bool], str]] = {
        "vendor": (served.__contains__, f"one of {', '.join(sorted(served))}"),
        "operation": (operations.__contains__, f"one of {', '.join(sorted(operations))}"),
        "status": (
            lambda text: re.fullmatch("[1-5](?:[0-9]{2}|xx)", text) is not None,
            "a status, or a class of them as 4xx",
        ),
        "limit": (
            lambda text: (
                re.fullmatch("[0-9]{1,4}", text) is not None and 1 <= int(text) <= MOST_ENTRIES
            ),
            f"a number from 1 to {MOST_ENTRIES}",
        ),
    }
    wanted: dict[str, str] = {}
    for name, value in fields:
        if name not in checks or name in wanted:
            known = ", ".join(checks)
            raise _bad_query(name[:40], f"is not known or given twice; there are {known}")
        fits, expected = checks[name]
        if not fits(value):
            raise _bad_query(name, f"has to be {expected}")
        wanted[name] = value
    limit = int(wanted.pop("limit", MOST_ENTRIES))
    return Selection(**wanted, limit=limit)


def _bad_query(name: str, message: str) -> Refused:
    fault = Fault("query", name, message)
    return Refused(Reason.PARAMETER, str(fault), faults=[fault])
