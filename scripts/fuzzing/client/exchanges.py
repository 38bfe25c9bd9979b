"""What a client does beyond one request and one answer: repeat, follow, wait, keep quiet."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from scripts.fuzzing.budget import Budget
from scripts.fuzzing.client.caller import Caller, calling
from scripts.fuzzing.client.case import (
    Came,
    Case,
    Verdicts,
    body_of,
    boundary_of,
    file_as,
    message,
    wrong_if,
)
from scripts.fuzzing.client.documented import documented
from scripts.fuzzing.client.package import PICTURE, Bound, Package, is_file
from scripts.fuzzing.client.raw_server import RawServer
from scripts.fuzzing.sample import sample
from scripts.openapi.operations import media_kind

IDEMPOTENT = frozenset({"get", "head", "put", "delete", "options"})
"""Methods that may be sent again whatever became of the first time, RFC 9110 (9.2.2)."""

_BUSY = (429, 503)
_MODES = ("sync", "async")
_MOST_REDIRECTS = 50
_HEADER, _QUERY = ("X-Fuzz-Extra", "given 1"), ("fuzz-extra", "a b&c=d")
_TIMES = 2
_SIZES = (1 << 16, 1 << 17, 1 << 18, 1 << 19, (1 << 19) + 1)
"""Bytes: files are read in pieces of a power of two."""

_LOCATIONS = ("elsewhere", "../elsewhere", "?again=1", "/else/where#part", "//{host}/elsewhere")


class Exchanges:
    """Runs the cases of a package against servers of its own."""

    def __init__(self, package: Package, budget: Budget) -> None:
        self._package = package
        self._budget = budget

    def verdicts(self) -> Verdicts:
        """Every case with what came of it and what is wrong with that."""
        with (
            RawServer() as server,
            RawServer() as other,
            calling(self._package, server.url) as caller,
        ):
            for index, bound in enumerate(self._package.bound):
                answer = self._success(bound)
                if answer is None or not self._taken(caller, server, bound, answer):
                    continue  # how the answer is read is judged by others
                for mode in _MODES:
                    if self._budget.spent:
                        return
                    yield from self._extras(caller, server, bound, mode, answer)
                    yield from self._busy(caller, server, bound, mode, answer)
                    yield from self._large(caller, server, bound, mode, answer)
                    yield from self._boundaries(caller, server, bound, mode, answer)
                    yield from self._limits(caller, server, bound, mode)
                    yield from self._lost(caller, server, bound, mode, answer)
                    yield from self._redirected(caller, server, other, bound, mode, answer)
                    if index == 0:
                        yield from self._waits(caller, server, bound, mode, answer)

    # --- one case -----------------------------------------------------------------------------

    def _came(self, caller: Caller, server: RawServer, case: Case) -> Came:
        server.queue[:] = [(answer, not answer) for answer in case.queue]
        server.answer, server.close = case.last, not case.last
        server.arrived.clear()
        error: Exception | None = None
        started = time.monotonic()
        try:
            caller.call(case.mode, case.bound, case.given(), **dict(case.options))
        except Exception as raised:  # whatever a client lets out is looked at
            error = raised
        return Came(error, list(server.arrived), time.monotonic() - started)

    def _taken(self, caller: Caller, server: RawServer, bound: Bound, answer: bytes) -> bool:
        case = Case(bound, "sync", "as documented", (), answer, self._given(bound))
        return self._came(caller, server, case).error is None

    def _success(self, bound: Bound) -> bytes | None:
        """The first documented success of an operation, as bytes."""
        for said in documented(self._package, bound):
            if not said.status.startswith("2") or not said.status.isdecimal():
                continue
            if said.kind == "none":
                return message(int(said.status), b"")
            if said.kind == "json":
                value = sample(self._package.document, said.schema)
                return message(int(said.status), json.dumps(value).encode(), said.media)
            return message(int(said.status), b"text", said.media)
        return None

    def _given(
        self, bound: Bound, form: str | bytes = "bytes", *, data: bytes = PICTURE, **more: Any
    ) -> Callable[[], dict[str, Any]]:
        """Arguments made anew for each call, a file in this form."""

        def make() -> dict[str, Any]:
            given = {**self._package.minimal(bound), **more}
            for place in bound.places:
                raw = {media_kind(media) for media in place.media} == {"raw"}
                if place.argument in given and (is_file(place.schema) or raw):
                    given[place.argument] = file_as(form, data)
            return given

        return make

    def _sends_file(self, bound: Bound) -> bool:
        needed = self._package.minimal(bound)
        return any(
            place.argument in needed
            and (is_file(place.schema) or {media_kind(m) for m in place.media} == {"raw"})
            for place in bound.places
        )

    # --- what has to come of it ---------------------------------------------------------------

    def _extras(
        self, caller: Caller, server: RawServer, bound: Bound, mode: str, answer: bytes
    ) -> Verdicts:
        """What a caller adds to one call is sent with it."""
        more: dict[str, Any] = {}
        if "extra_headers" in bound.takes:
            more["extra_headers"] = dict([_HEADER])
        if "extra_query" in bound.takes:
            more["extra_query"] = dict([_QUERY])
        case = Case(bound, mode, "extras", (), answer, self._given(bound, **more))
        came = self._came(caller, server, case)
        missing: list[str] = []
        for one in came.arrived[:1]:
            if "extra_headers" in more and one.header(_HEADER[0]) != _HEADER[1]:
                missing.append(": ".join(_HEADER))
            query = parse_qs(urlsplit(one.target).query)
            if "extra_query" in more and query.get(_QUERY[0]) != [_QUERY[1]]:
                missing.append("=".join(_QUERY))
        yield case, came, wrong_if(
            not came.arrived or bool(missing),
            "additions of a call",
            "what a caller adds to one call is not sent",
            f"a request with {more}",
            came,
        )  # fmt: skip

    def _busy(
        self, caller: Caller, server: RawServer, bound: Bound, mode: str, answer: bytes
    ) -> Verdicts:
        """What a server did not process is sent again, and whole."""
        file = self._sends_file(bound)
        for form in ("bytes", "handle", "pieces", "once") if file else ("bytes",):
            for status in _BUSY:
                case = Case(
                    bound, mode, f"{status} first, file as {form}",
                    (message(status, b"", more="Retry-After: 0\r\n"),), answer,
                    self._given(bound, form), (("max_retries", _TIMES),),
                )  # fmt: skip
                came = self._came(caller, server, case)
                if form != "once":
                    yield case, came, wrong_if(
                        came.error is not None or len(came.arrived) != 2,
                        "repetitions",
                        f"a request that was answered {status} with Retry-After: 0 is not repeated",
                        "a second request, and its answer",
                        came,
                    )  # fmt: skip
                known = [self._package.betrayed(one.raw.decode("latin-1")) for one in came.arrived]
                yield case, came, wrong_if(
                    len(set(map(bool, known))) > 1,
                    "repetitions are signed",
                    "a repeated request has no credentials, or the first had none",
                    "the same credentials each time",
                    came,
                )  # fmt: skip
                bodies = [body_of(one) for one in came.arrived]
                lost = file and any(PICTURE not in body for body in bodies)
                yield case, came, wrong_if(
                    lost or any(body != bodies[0] for body in bodies),
                    "repetitions are whole",
                    "a repeated request has another body than the first",
                    "the same body each time",
                    came,
                )  # fmt: skip

    def _large(
        self, caller: Caller, server: RawServer, bound: Bound, mode: str, answer: bytes
    ) -> Verdicts:
        """A file is sent whole, also where it just fills the pieces that it is read in."""
        if not self._sends_file(bound):
            return
        for form in ("bytes", "handle", "pieces", "once"):
            for size in _SIZES:
                data = PICTURE.ljust(size - 1, b"\x5a") + b"\xa5"
                given = self._given(bound, form, data=data)
                case = Case(bound, mode, f"{size} bytes as {form}", (), answer, given)
                came = self._came(caller, server, case)
                yield case, came, wrong_if(
                    came.error is not None or any(data not in one.body for one in came.arrived),
                    "large files are whole",
                    "a large file is not sent whole",
                    f"{size} bytes as they are",
                    came,
                )  # fmt: skip

    def _boundaries(
        self, caller: Caller, server: RawServer, bound: Bound, mode: str, answer: bytes
    ) -> Verdicts:
        """A file with the boundary of an earlier form in it is sent whole, not as two parts."""
        if not self._sends_file(bound):
            return
        case = Case(bound, mode, "a form", (), answer, self._given(bound))
        came = self._came(caller, server, case)
        earlier = boundary_of(came.arrived[0]) if came.arrived else b""
        if not earlier:
            return
        hostile = PICTURE + b"\r\n--" + earlier + b"\r\n\r\n"
        case = Case(bound, mode, "a boundary in a file", (), answer, self._given(bound, hostile))
        came = self._came(caller, server, case)
        yield case, came, wrong_if(
            any(boundary_of(one) in hostile for one in came.arrived),
            "boundaries are not in files",
            "the boundary of a form is in its file",
            "a boundary that the file does not hold",
            came,
        )  # fmt: skip

    def _limits(self, caller: Caller, server: RawServer, bound: Bound, mode: str) -> Verdicts:
        """`max_retries` is how often; an error tells how often it was."""
        for most in (0, 1, 2):
            busy = message(503, b"", more="Retry-After: 0\r\n")
            options = (("max_retries", most),)
            case = Case(bound, mode, "always 503", (), busy, self._given(bound), options)
            came = self._came(caller, server, case)
            yield case, came, wrong_if(
                len(came.arrived) != most + 1 or came.error is None,
                "number of repetitions",
                "a request is not repeated as often as max_retries says",
                f"{most + 1} requests, then an error",
                came,
            )  # fmt: skip
            told = getattr(came.error, "attempts", None)
            yield case, came, wrong_if(
                isinstance(told, int) and told != len(came.arrived),
                "number of attempts",
                "an error tells another number of attempts than there were",
                f"attempts = {len(came.arrived)}, not {told}",
                came,
            )  # fmt: skip

    def _lost(
        self, caller: Caller, server: RawServer, bound: Bound, mode: str, answer: bytes
    ) -> Verdicts:
        """A request without an answer may have been processed: only what does no harm twice is
        sent again.
        """
        options = (("max_retries", 1),)
        case = Case(bound, mode, "hung up on", (b"",), answer, self._given(bound), options)
        came = self._came(caller, server, case)
        wanted = 2 if bound.view.method in IDEMPOTENT else 1
        yield case, came, wrong_if(
            len(came.arrived) != wanted or (came.error is None) is not (wanted == 2),
            "repetitions without an answer",
            "a request without an answer is not repeated" if wanted == 2
            else "a request that may have been processed is sent again",
            f"{wanted} requests",
            came,
        )  # fmt: skip

    def _waits(
        self, caller: Caller, server: RawServer, bound: Bound, mode: str, answer: bytes
    ) -> Verdicts:
        # a date has no fractions of a second: this one is between one and two seconds from now
        date = formatdate(int(time.time()) + 2, usegmt=True)
        told = "1" if mode == _MODES[0] else date
        busy = message(429, b"", more=f"Retry-After: {told}\r\n")
        options = (("max_retries", 1),)
        case = Case(
            bound, mode, f"429, Retry-After: {told}", (busy,), answer, self._given(bound), options
        )
        came = self._came(caller, server, case)
        yield case, came, wrong_if(
            came.seconds < 0.9,
            "Retry-After is kept",
            "a request is repeated before the time that Retry-After names",
            "a second of waiting",
            came,
        )  # fmt: skip

    def _redirected(
        self,
        caller: Caller,
        server: RawServer,
        other: RawServer,
        bound: Bound,
        mode: str,
        answer: bytes,
    ) -> Verdicts:
        more: dict[str, Any] = {}
        if "extra_headers" in bound.takes:
            more["extra_headers"] = dict([_HEADER])
        for status in (301, 302, 303, 307, 308):
            away = message(status, b"", more=f"Location: {other.url}/elsewhere\r\n")
            other.answer = answer
            other.arrived.clear()
            case = Case(bound, mode, f"{status} away", (away,), answer, self._given(bound, **more))
            came = self._came(caller, server, case)
            came.arrived += other.arrived
            told = [
                one
                for one in other.arrived
                if one.header(_HEADER[0]) or self._package.betrayed(one.raw.decode("latin-1"))
            ]
            yield case, came, wrong_if(
                bool(told),
                "redirects away tell nothing",
                "a redirect to another origin takes credentials or the caller's headers along",
                "a request without them, or none",
                came,
            )  # fmt: skip
            back = message(status, b"", more=f"Location: {server.url}/elsewhere\r\n")
            case = Case(bound, mode, f"{status} within", (back,), answer, self._given(bound))
            came = self._came(caller, server, case)
            if len(came.arrived) < 2:
                continue  # a client may refuse to follow
            first, second = came.arrived[:2]
            same = (second.method, body_of(second)) == (first.method, body_of(first))
            read = (second.method, second.body) == ("GET", b"")
            reading = first.method in ("GET", "HEAD")
            yield case, came, wrong_if(
                not (same if status in (307, 308) or reading else read),
                "redirects within",
                f"a {status} is followed with another request than browsers send",
                "the same method and body" if status in (307, 308) else "GET, without a body",
                came,
            )  # fmt: skip
        for place in _LOCATIONS:
            location = place.replace("{host}", urlsplit(server.url).netloc)
            near = message(307, b"", more=f"Location: {location}\r\n")
            case = Case(bound, mode, f"to {place}", (near,), answer, self._given(bound))
            came = self._came(caller, server, case)
            if len(came.arrived) < 2:
                continue  # a client may refuse to follow
            first, second = came.arrived[:2]
            wanted = urlsplit(urldefrag(urljoin(server.url + first.target, location)).url)
            got = urlsplit(second.target)
            yield case, came, wrong_if(
                got.path != wanted.path or ("?" in place and wanted.query not in got.query),
                "redirects lead where they say",
                "a Location that is a reference is followed to another place (RFC 3986, 5.2)",
                f"{wanted.path} for Location: {place}",
                came,
            )  # fmt: skip
        circle = message(307, b"", more=f"Location: {server.url}/round\r\n")
        case = Case(bound, mode, "a circle", (), circle, self._given(bound))
        came = self._came(caller, server, case)
        yield case, came, wrong_if(
            len(came.arrived) > _MOST_REDIRECTS
            or not isinstance(came.error, self._package.errors.APIError),
            "redirects end",
            "redirects in a circle are followed without an end",
            f"an error after {_MOST_REDIRECTS} requests at most",
            came,
        )  # fmt: skip
