"""Who may call: missing, wrong and misplaced credentials are refused alike, before all else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import islice

from scripts.fuzzing.bench import Bench, NotApplicable, decoded, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.credentials import Scheme, present
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.exchange import Exchange, Request
from scripts.fuzzing.state import state, unchanged
from scripts.openapi.json_value import is_object
from scripts.openapi.operations import OperationView

_WRONG = "wrong-credential-4711"
_PLAINEST = 2
"""Of the intruders, those that come first: nobody, and anybody."""


def _guarded(bench: Bench) -> list[OperationView]:
    found = [
        view
        for view in bench.views
        if bench.target.alternatives(view) and all(bench.target.alternatives(view))
    ]
    if not found:
        raise NotApplicable("no operation asks for credentials")
    return found


def _intruders(
    bench: Bench, request: Request, view: OperationView
) -> Iterator[tuple[str, Request]]:
    """An unsigned request with every kind of credential that opens nothing."""
    yield "no credentials", request
    for scheme in _schemes(bench, view):
        where = f"in {scheme.place} {scheme.field}"
        for what, text in _wrong_texts(bench, scheme, _schemes(bench, view)):
            yield f"{what} {where}", present(request, scheme, text)
    for scheme in _schemes(bench, view):
        value = bench.target.credentials.values.get(scheme.name)
        if value is None:
            continue
        for what, other in _misplaced(bench, view, scheme, value):
            yield what, present(request, other, other.text(value))


def _schemes(bench: Bench, view: OperationView) -> list[Scheme]:
    found = {s.name: s for a in bench.target.alternatives(view) for s in a}
    return list(found.values())


def _wrong_texts(bench: Bench, scheme: Scheme, others: list[Scheme]) -> Iterator[tuple[str, str]]:
    yield "a wrong credential", scheme.text(_WRONG)
    yield "an empty credential", scheme.prefix.strip()
    value = bench.target.credentials.values.get(scheme.name)
    if value is None:
        return
    yield "a credential with a letter more", scheme.text(value + "x")
    if not scheme.prefix.lower().startswith("basic"):  # the name of a user may be any
        yield "a credential with a letter before", scheme.text("x" + value)
    yield "a credential with a letter less", scheme.text(value[:-1])
    yield "the beginning of a credential", scheme.text(value[:4])
    if value.swapcase() != value:
        yield "a credential in the other case", scheme.text(value.swapcase())
    yield "a credential twice", scheme.text(f"{value},{value}")
    yield "a pattern", scheme.text("*")
    if scheme.prefix:
        yield "a credential without its scheme", value
        basic = base64.b64encode(f"user:{value}".encode()).decode()
        if not any(one.prefix.lower().startswith("basic") for one in others):
            yield "a credential under the scheme Basic", f"Basic {basic}"
            yield "a credential under an unknown scheme", f"Token {value}"


def _misplaced(
    bench: Bench, view: OperationView, scheme: Scheme, value: str
) -> Iterator[tuple[str, Scheme]]:
    """Places of other documents, where this one does not look."""
    places = {(s.place, s.field.lower()) for s in _schemes(bench, view)}
    for place, field in (
        ("query", "access_token"),
        ("query", "token"),
        ("query", "api_key"),
        ("header", "X-Api-Key"),
        ("header", "X-Auth-Token"),
        ("cookie", "session"),
        ("cookie", scheme.field),
        ("query", scheme.field),
        ("header", scheme.field),
    ):
        if (place, field.lower()) not in places:
            yield f"the right credential in {place} {field}", Scheme("", place, field, "", "")


def strangers_are_refused(bench: Bench) -> None:
    """No operation does anything for a request without valid credentials."""
    guarded = _guarded(bench)
    # Every operation has been asked by someone before one is asked by everyone.
    for first, last in ((0, _PLAINEST), (_PLAINEST, None)):
        for view in bench.each(guarded):
            _judge_strangers(bench, view, first, last)


def _judge_strangers(bench: Bench, view: OperationView, begin: int, end: int | None) -> None:
    plain = bench.drafts(view)[0]
    draft = bench.fresh(plain) or plain
    unsigned = draft.request(bench.target, signed=False)
    first: Exchange | None = None
    before = state(bench, view)
    for what, request in islice(_intruders(bench, unsigned, view), begin, end):
        exchange = bench.send(request, view)
        bench.judged()
        if exchange.status not in (401, 403):
            bench.found(
                view,
                "a request without valid credentials is not refused as such",
                expected=f"401 for {what}",
                got=shown(exchange),
                exchanges=(exchange,),
                signature="accepted" if exchange.status < 400 else "other refusal",
            )
            continue
        first = first or exchange
        if bench.target.ours and _outline(exchange) != _outline(first):
            bench.found(
                view,
                "wrong credentials are refused unlike missing ones",
                expected=_outline(first),
                got=f"{_outline(exchange)} for {what}",
                exchanges=(first, exchange),
            )
    if first is not None:
        unchanged(bench, view, first, before)


def refusal_comes_first(bench: Bench) -> None:
    """A stranger learns nothing: not whether a thing exists, nor what is wrong with a request."""
    for view in bench.each(_guarded(bench)):
        draft = bench.drafts(view)[0]
        for what, changed in _broken(bench, draft):
            exchange = bench.send(changed.request(bench.target, signed=False), view)
            bench.judged()
            if exchange.status not in (401, 403):
                bench.found(
                    view,
                    "a stranger is told something else before that credentials are missing",
                    expected=f"401 for {what} without credentials",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )


def _broken(bench: Bench, draft: Draft) -> Iterator[tuple[str, Draft]]:
    for name, value in draft.path.items():
        yield f"an unknown {name}", draft.with_path(name, _other(bench, value))
        if bench.target.ours:  # elsewhere a path that fits no pattern may be no path at all
            yield f"a {name} that cannot be", draft.with_path(name, "no such thing!")
    for parameter in draft.view.parameters:
        if parameter["in"] in ("query", "header"):
            yield (
                f"a bad {parameter['name']}",
                draft.with_parameter(parameter["in"], str(parameter["name"]), "-1x"),
            )
    if draft.content_type is not None:
        from dataclasses import replace

        for what, kind, data in (
            ("an empty body", draft.content_type, b""),
            ("a body of another type", "text/csv", b"a;b"),
            ("a body that cannot be read", draft.content_type, b"\x00\xff{"),
        ):
            yield what, replace(draft, raw=data, parts=None, content_type=kind)


def _other(bench: Bench, value: object) -> object:
    """An id that is not known; elsewhere one that nobody has, should the door be open."""
    if not bench.target.ours:
        return 10**15 + 7 if isinstance(value, int) else f"{value}-no-such"
    return value + 1 if isinstance(value, int) else f"{value}x"


def every_place_opens(bench: Bench) -> None:
    """Each documented alternative of credentials opens the operation by itself."""
    applied = False
    for view in bench.each(_guarded(bench)):
        draft = bench.fresh(bench.drafts(view)[0]) or bench.drafts(view)[0]
        unsigned = draft.request(bench.target, signed=False)
        for alternative in bench.target.alternatives(view):
            if any(s.name not in bench.target.credentials.values for s in alternative):
                continue
            applied = True
            for what, request in _spelt(bench, unsigned, alternative):
                exchange = bench.send(request, view)
                bench.judged()
                if exchange.status in (401, 403):
                    bench.found(
                        view,
                        "a documented credential is refused",
                        expected=f"2xx with {what}",
                        got=shown(exchange),
                        exchanges=(exchange,),
                    )
    if not applied:
        raise NotApplicable("no credentials are known; see --auth-from-env")


def _spelt(
    bench: Bench, request: Request, alternative: list[Scheme]
) -> Iterator[tuple[str, Request]]:
    names = ", ".join(scheme.name for scheme in alternative)
    yield names, bench.target.credentials.sign(request, alternative)
    if not bench.target.ours:
        return  # servers that are stricter than RFC 9110 are common, and it is seldom their point
    for scheme in alternative:
        value = bench.target.credentials.values[scheme.name]
        others = [other for other in alternative if other is not scheme]
        signed = bench.target.credentials.sign(request, others)
        if scheme.place == "header":
            yield (
                f"{names}, its header's name in capitals",
                signed.with_header(scheme.field.upper(), scheme.text(value)),
            )
        if scheme.prefix:
            yield (
                f"{names}, its scheme in small letters",
                present(
                    signed,
                    scheme,
                    scheme.text(value).replace(scheme.prefix, scheme.prefix.lower(), 1),
                ),
            )


def the_forbidden_are_forbidden(bench: Bench) -> None:
    """Credentials that are known and may do nothing get a 403, as documented."""
    if not bench.target.forbidden:
        raise NotApplicable("no credentials are known that may do nothing")
    for view in bench.each(_guarded(bench)):
        unsigned = bench.drafts(view)[0].request(bench.target, signed=False)
        pairs = [(a, s) for a in bench.target.alternatives(view) for s in a]
        for alternative, scheme in pairs:
            value = bench.target.forbidden.get(scheme.name)
            if value is None:
                continue
            others = [other for other in alternative if other is not scheme]
            signed = bench.target.credentials.sign(unsigned, others)
            before = state(bench, view)
            exchange = bench.send(present(signed, scheme, scheme.text(value)), view)
            bench.judged()
            unchanged(bench, view, exchange, before)
            if exchange.status != 403:
                bench.found(
                    view,
                    "credentials without the right are not forbidden",
                    expected="403",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )


def _outline(exchange: Exchange) -> str:
    """A refusal without what differs from one to the next."""
    answer = decoded(exchange)
    keys = ", ".join(_keys(answer))
    challenge = exchange.answer.header("WWW-Authenticate") if exchange.answer else None
    return f"{exchange.status} {{{keys}}} challenge {challenge}"


def _keys(value: object, at: str = "") -> Iterator[str]:
    if is_object(value):
        for key in sorted(value):
            yield from _keys(value[key], f"{at}/{key}")
    else:
        yield at


CHECKS = [
    Check("strangers are refused", strangers_are_refused, writes=False),
    Check("refusal of strangers comes first", refusal_comes_first, writes=False),
    Check("every documented credential opens", every_place_opens, writes=False),
    Check("the forbidden are forbidden", the_forbidden_are_forbidden, writes=False),
]
