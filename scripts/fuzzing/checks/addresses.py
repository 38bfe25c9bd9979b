"""Methods and paths: only the documented ones lead somewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from scripts.fuzzing.bench import Bench, NotApplicable, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.exchange import Exchange, Request
from scripts.openapi.operations import OperationView, operations

_METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "FUZZ")


def other_methods_do_nothing(bench: Bench) -> None:
    """A method that the document does not have is refused; the stub's 405 lists those it has."""
    documented: dict[str, set[str]] = {}
    # all of them: also those that no good request is known of, or that a reading run may not call
    for view in operations(bench.target.document):
        documented.setdefault(view.path, set()).add(view.method.upper())
    for view in bench.each({view.path: view for view in bench.views}.values()):
        known = documented[view.path]
        request = bench.drafts(view)[0].request(bench.target)
        for method in _METHODS:
            reads = method in ("OPTIONS", "HEAD")
            if method in known or (bench.target.read_only and not reads):
                continue
            exchange = bench.send(replace(request, method=method, body=None))
            bench.judged()
            answer = exchange.answer
            if answer is not None and 400 <= answer.status < 500:
                allowed = {m.strip() for m in (answer.header("Allow") or "").split(",")}
                if bench.target.ours and answer.status == 405 and not known <= allowed:
                    bench.found(
                        f"{method} {view.path}",
                        "Allow does not list the documented methods",
                        expected=", ".join(sorted(known)),
                        got=answer.header("Allow") or "no Allow",
                        exchanges=(exchange,),
                    )
                if not bench.target.ours or answer.status == 405:
                    continue
            if reads and (exchange.status < 400 and exchange.status):
                continue  # RFC 9110 lets every server answer these
            if exchange.status == 501 and not bench.target.ours:
                continue
            bench.found(
                f"{method} {view.path}",
                "a method that is not documented is not refused",
                expected="405",
                got=shown(exchange),
                exchanges=(exchange,),
            )


def other_paths_lead_nowhere(bench: Bench) -> None:
    """Paths that nearly are a documented one do nothing."""
    if not bench.target.ours:
        raise NotApplicable(
            "asked only of the stub: other servers may have more than is documented"
        )
    for view in bench.each(bench.views):
        request = bench.drafts(view)[0].request(bench.target)
        base, _, query = request.url.partition("?")
        rest = base.removeprefix(bench.target.base_url)
        others = (
            base.rstrip("/") if base.endswith("/") else base + "/",
            base + "x",
            base + "/..",
            base.rstrip("/") + "%2F",
            bench.target.base_url + "/" + rest,
            bench.target.base_url + rest.upper(),
            bench.target.base_url + "/.." + rest,
            base + ";x=1",
        )
        for url in others:
            if url == base or (not bench.target.keeps and _a_value(bench, view, url)):
                continue
            asked = replace(request, url=f"{url}?{query}" if query else url)
            exchange = bench.send(asked)
            bench.judged()
            circle = _circle(bench, asked, exchange)
            if circle is not None:
                bench.found(
                    view,
                    "a redirect leads to itself",
                    expected=f"4xx, or a redirect elsewhere, for {_shown(bench, url)}",
                    got=shown(circle),
                    exchanges=(exchange, circle),
                )
            if exchange.status == 0 or exchange.status >= 500 or 200 <= exchange.status < 300:
                bench.found(
                    view,
                    "a path that is not documented leads to the operation",
                    expected=f"4xx or a redirect for {_shown(bench, url)}",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )


def _shown(bench: Bench, url: str) -> str:
    return url.removeprefix(bench.target.base_url)


def _circle(bench: Bench, asked: Request, exchange: Exchange) -> Exchange | None:
    """The answer at the place that a redirect leads to, where that leads to the same place again;
    the place may lose the query on the way.
    """
    place = _place(asked, exchange)
    if not place or urlsplit(place).netloc != urlsplit(asked.url).netloc:
        return None
    there = replace(asked, url=place)
    again = bench.send(there)
    return again if _place(there, again) == place else None


def _place(asked: Request, exchange: Exchange) -> str:
    """Where an answer redirects to; nothing if it does not."""
    if exchange.answer is None or not 300 <= exchange.status < 400:
        return ""
    return urljoin(asked.url, exchange.answer.header("Location") or "")


def _a_value(bench: Bench, view: OperationView, url: str) -> bool:
    """Whether another path is a documented one too, of this method, with other values in it: all
    of them have an example.
    """
    path = url.removeprefix(bench.target.base_url)
    return any(
        re.fullmatch(_VALUES.sub(_ANY, re.escape(other.path)), path)
        for other in operations(bench.target.document)
        if other.method == view.method and "{" in other.path
    )


_VALUES = re.compile(r"\\\{.*?\\\}")  # as re.escape writes them
_ANY = "[^/]+"


CHECKS = [
    Check("other methods do nothing", other_methods_do_nothing, writes=False),
    Check("other paths lead nowhere", other_paths_lead_nowhere, writes=False),
]
