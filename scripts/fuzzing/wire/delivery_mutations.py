"""How requests come: in pieces, slowly, cut off, or one behind the other."""

from __future__ import annotations

from scripts.fuzzing.wire.draft import Draft
from scripts.fuzzing.wire.mutation import Change, Table

DELIVERY = Table("delivery")

MOST_PACKETS = 400


@DELIVERY.add("split")
def _split(draft: Draft, change: Change) -> None:
    data = draft.copy().render()
    count = change.rng.choice([1, 1, 2, 5, 20])
    draft.delivery.cuts = tuple(sorted(change.rng.randrange(len(data) + 1) for _ in range(count)))


@DELIVERY.add("one-byte-per-packet")
def _bytewise(draft: Draft, change: Change) -> None:
    data = draft.copy().render()
    # Mostly a part of the request: a thousand packets take as long as fifty other cases.
    count = change.rng.choice([50, 50, 50, MOST_PACKETS])
    start = change.rng.choice([1, max(1, change.rng.randrange(len(data) + 1) - count)])
    draft.delivery.cuts = tuple(range(start, min(len(data), start + count)))


@DELIVERY.add("split-within-line-ends")
def _between(draft: Draft, change: Change) -> None:
    data = draft.copy().render()[:100_000]
    ends = [at + 1 for at in range(len(data)) if data[at : at + 2] == b"\r\n"]
    draft.delivery.cuts = tuple(ends[:MOST_PACKETS])


@DELIVERY.add("head-and-body-apart")
def _apart(draft: Draft, change: Change) -> None:
    end = draft.copy().render().find(b"\r\n\r\n")
    draft.delivery.cuts = (end + 4,) if end >= 0 else ()


@DELIVERY.add("slow")
def _slow(draft: Draft, change: Change) -> None:
    data = draft.copy().render()
    count = change.rng.choice([1, 3, 10])
    draft.delivery.cuts = tuple(sorted(change.rng.randrange(len(data) + 1) for _ in range(count)))
    draft.delivery.pause = change.rng.choice([0.02, 0.05, 0.3 / count])


@DELIVERY.add("slow-head")
def _slow_head(draft: Draft, change: Change) -> None:
    draft.delivery.cuts = tuple(range(1, 13))
    draft.delivery.pause = 0.02


def _cut(draft: Draft, change: Change, end: str) -> None:
    data = draft.copy().render()
    draft.cut = change.rng.randrange(1, max(2, len(data)))
    draft.delivery.end = end
    draft.delivery.cuts = tuple(at for at in draft.delivery.cuts if at < draft.cut)


@DELIVERY.add("cut-off")
def _cut_fin(draft: Draft, change: Change) -> None:
    _cut(draft, change, "fin")


@DELIVERY.add("cut-off-without-end")
def _cut_open(draft: Draft, change: Change) -> None:
    _cut(draft, change, "wait")


@DELIVERY.add("cut-off-by-reset")
def _cut_reset(draft: Draft, change: Change) -> None:
    _cut(draft, change, "rst")


@DELIVERY.add("cut-off-by-close")
def _cut_close(draft: Draft, change: Change) -> None:
    _cut(draft, change, "close")


@DELIVERY.add("half-closed")
def _half_closed(draft: Draft, change: Change) -> None:
    draft.delivery.end = "fin"


@DELIVERY.add("reset")
def _reset(draft: Draft, change: Change) -> None:
    draft.delivery.end = "rst"


@DELIVERY.add("nothing")
def _nothing(draft: Draft, change: Change) -> None:
    draft.cut = 0
    draft.delivery.cuts = ()
    draft.delivery.end = change.rng.choice(["fin", "close"])


@DELIVERY.add("request-behind-it")
def _behind(draft: Draft, change: Change) -> None:
    draft.after += change.other


@DELIVERY.add("request-before-it")
def _before(draft: Draft, change: Change) -> None:
    draft.before = change.other + draft.before


@DELIVERY.add("many-requests-behind-it")
def _many_behind(draft: Draft, change: Change) -> None:
    draft.after += change.other * change.rng.choice([2, 3, 10])


@DELIVERY.add("junk-behind-it")
def _junk(draft: Draft, change: Change) -> None:
    draft.after += change.rng.choice(
        [b"\r\n", b"junk", b"\x00", b"\r\n\r\njunk\r\n\r\n", b"HTTP/1.1"]
    )


@DELIVERY.add("request-behind-one-that-closes")
def _behind_close(draft: Draft, change: Change) -> None:
    draft.lines.append(b"Connection: close")
    draft.after += change.other


@DELIVERY.add("half-a-request-behind-it")
def _half_behind(draft: Draft, change: Change) -> None:
    draft.after += change.other[: change.rng.randrange(1, len(change.other))]
