"""Many at once: everything that was accepted is there, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, NotApplicable, decoded, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.checks.stored_files import judge_upload
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.exchange import Exchange
from scripts.fuzzing.facts import value
from scripts.fuzzing.paged import lists_of

_THREADS = 8
_EACH = 4


def parallel_requests_are_all_kept(bench: Bench) -> None:
    """Requests in parallel are all accepted, have ids of their own, and are all listed and served
    as sent.
    """
    makers = [view for view in bench.views if view.method == "post" and bench.drafts(view)]
    if not makers:
        raise NotApplicable("no operation makes anything")
    if bench.target.pace.limited:
        raise NotApplicable("a rate limit is kept")
    for view in makers:
        plain = bench.drafts(view)[0]
        drafts: list[tuple[Draft, media.File | None]] = []
        form = media.form_of(plain.file_type) if plain.file is not None else ""
        for number in range(_THREADS * _EACH):
            if form:
                file = media.make(form, number + 1, 5, "RGB", number)
                drafts.append((plain.with_file(file.data), file))
            else:
                drafts.append((plain, None))
        with ThreadPoolExecutor(_THREADS) as pool:
            exchanges = list(pool.map(bench.send, [draft for draft, _ in drafts]))
        bench.judged(len(exchanges))
        _judge(bench, drafts, exchanges)


def _judge(
    bench: Bench, drafts: list[tuple[Draft, media.File | None]], exchanges: list[Exchange]
) -> None:
    view = drafts[0][0].view
    seen: dict[str, Exchange] = {}
    for (draft, file), exchange in zip(drafts, exchanges, strict=True):
        if exchange.status == 429 and not bench.target.ours:
            continue
        if not 200 <= exchange.status < 300:
            bench.found(
                view,
                "a good request is refused among others",
                expected="2xx",
                got=shown(exchange),
                exchanges=(exchange,),
            )
            continue
        for fact in bench.facts.find(view, exchange.status, "id")[:1]:
            key = repr(value(decoded(exchange), fact.path))
            if key in seen:
                bench.found(
                    view,
                    "two requests at once get one id",
                    expected="an id of its own",
                    got=key,
                    exchanges=(seen[key], exchange),
                )
            seen[key] = exchange
        if file is not None:
            judge_upload(bench, view, draft, file, exchange)
    for listing in lists_of(bench, view):
        listed = {repr(id_) for id_ in listing.all_ids()}
        missing = set(seen) - listed
        if missing:
            bench.found(
                listing.view,
                "what was made among others is not in the list",
                expected=f"{len(seen)} more in the list",
                got=f"{len(missing)} of them missing",
                exchanges=(seen[min(missing)],),
            )


CHECKS = [Check("parallel requests are all kept", parallel_requests_are_all_kept, kept=True)]
