"""What is uploaded is in the list: at once, first, as its answer said, until it is forgotten."""

from __future__ import annotations

from scripts.fuzzing import media
from scripts.fuzzing.bench import Bench, NotApplicable
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.facts import value
from scripts.fuzzing.paged import Listing, lists_of
from scripts.openapi.json_value import is_object


def the_newest_is_listed_first(bench: Bench) -> None:
    """An upload is in the list at once: in the totals, and first where the list is newest first."""
    pairs = [(view, listing) for view in bench.uploads for listing in lists_of(bench, view)]
    if not pairs:
        raise NotApplicable("no list shows what is uploaded")
    for view, listing in pairs:
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        form = media.form_of(draft.file_type)
        # More than one: a list of one is in every order.
        for colour in range(3):
            file = media.make(form, 30 + 40 * colour, 20, "RGB", colour) if form else None
            _judge_newest(bench, listing, draft.with_file(file.data) if file else draft)


def _judge_newest(bench: Bench, listing: Listing, draft: Draft) -> None:
    before = listing.page(1)
    exchange, answer = bench.accepted(draft)
    after = listing.page(1)
    bench.judged()
    if before.total is not None and after.total != before.total + 1:
        bench.found(
            listing.view,
            "the total does not grow by one with an upload",
            expected=str(before.total + 1),
            got=str(after.total),
            exchanges=(before.exchange, exchange, after.exchange),
        )
    own = bench.facts.find(draft.view, exchange.status, "id")
    given = value(answer, own[0].path) if own else None
    if given is None:
        return
    ids = listing.all_ids()
    if given not in ids:
        bench.found(
            listing.view,
            "an upload is not in the list",
            expected=f"{given!r} in the list",
            got=f"{len(ids)} others",
            exchanges=(exchange, after.exchange),
        )
    elif listing.newest_first and after.ids[:1] != [given]:
        bench.found(
            listing.view,
            "the newest upload is not the first in the list",
            expected=repr(given),
            got=f"{after.ids[:3]!r}",
            exchanges=(exchange, after.exchange),
        )
    if listing.newest_first and after.ids[1:2] != before.ids[:1]:
        bench.found(
            listing.view,
            "what was first in the list is not second after an upload",
            expected=f"{before.ids[:1]!r}",
            got=f"{after.ids[1:2]!r}",
            exchanges=(before.exchange, exchange, after.exchange),
        )
    said = {f.path[-1]: value(answer, f.path) for f in bench.facts.of(draft.view, exchange.status)}
    items = [item for item, id_ in zip(after.items, after.ids, strict=True) if id_ == given]
    for name, told in said.items():
        for item in items:
            if is_object(item) and name in item and item[name] != told:
                bench.found(
                    listing.view,
                    f"the list shows another {name} than the upload's answer",
                    expected=repr(told),
                    got=repr(item[name]),
                    exchanges=(exchange, after.exchange),
                )


def a_reset_forgets(bench: Bench) -> None:
    """After a reset there is what was made since, and nothing of before."""
    if not bench.target.ours:
        raise NotApplicable("the server cannot be told to forget")
    pairs = [(view, listing) for view in bench.uploads for listing in lists_of(bench, view)]
    if not pairs:
        raise NotApplicable("no list shows what is uploaded")
    for view, listing in pairs:
        draft = next(draft for draft in bench.drafts(view) if draft.file is not None)
        form = media.form_of(draft.file_type)
        # The second file is another one in the place of the first.
        for least in (1, 40_000):
            bench.target.reset()
            empty = listing.page(1)
            bench.judged()
            if empty.items or empty.total not in (None, 0):
                bench.found(
                    listing.view,
                    "a reset leaves things in the list",
                    expected="an empty list",
                    got=f"{len(empty.items)} items, {empty.total} in all",
                    exchanges=(empty.exchange,),
                )
            file = media.large(draft.file_type, least) if form else None
            _judge_newest(bench, listing, draft.with_file(file.data) if file else draft)


CHECKS = [
    Check("the newest is listed first", the_newest_is_listed_first, kept=True),
    Check("a reset forgets", a_reset_forgets, kept=True),
]
