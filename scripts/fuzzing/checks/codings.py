"""Content codings of requests: a server undoes one or says that it does not."""

from __future__ import annotations

from scripts.fuzzing.bench import Bench, NotApplicable, refused, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.state import state


def wrong_codings_are_refused(bench: Bench) -> None:
    """A body that is not coded as its Content-Encoding says is refused and stores nothing: who
    takes it has not looked (RFC 9110, 8.4).
    """
    if not bench.target.ours:
        raise NotApplicable("asked only of the stub: many servers do not look at it")
    applied = False
    for view in bench.each(bench.views):
        for draft in [draft for draft in bench.drafts(view) if draft.content_type][:1]:
            applied = True
            before = state(bench, view)
            for coding in ("gzip", "deflate", "br", "no-such-coding"):
                request = draft.request(bench.target).with_header("Content-Encoding", coding)
                exchange = bench.send(request, view)
                bench.judged()
                after = state(bench, view)
                if not refused(exchange) or after != before:
                    bench.found(
                        view,
                        "a body that is not coded as it says is taken",
                        expected=f"415 or 400 for a plain body with Content-Encoding: {coding}",
                        got=shown(exchange),
                        exchanges=(exchange,),
                    )
                before = after
    if not applied:
        raise NotApplicable("no operation takes a body")


CHECKS = [Check("wrong codings are refused", wrong_codings_are_refused)]
