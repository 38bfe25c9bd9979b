"""What a refusal has to say of credentials, and what nobody may be shown of them."""

from __future__ import annotations

import json
from dataclasses import asdict

from scripts.fuzzing.bench import Bench, NotApplicable, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.credentials import Scheme, present
from scripts.fuzzing.exchange import Exchange, Request
from scripts.openapi.operations import OperationView

_WRONG = "wrong-credential-4711"


def _guarded(bench: Bench) -> list[tuple[OperationView, list[Scheme]]]:
    """The operations that nobody may call without credentials, with the schemes that open them."""
    found: list[tuple[OperationView, list[Scheme]]] = []
    for view in bench.each(bench.views):
        alternatives = bench.target.alternatives(view)
        if alternatives and all(alternatives) and bench.drafts(view):
            schemes = {scheme.name: scheme for each in alternatives for scheme in each}
            found.append((view, list(schemes.values())))
    if not found:
        raise NotApplicable("no operation asks for credentials")
    return found


def missing_credentials_are_401(bench: Bench) -> None:
    """Missing and unknown credentials get the documented 401, with the challenge that RFC 9110
    (11.6.1) wants of it; 403 is for those that are known.
    """
    applied = False
    for view, schemes in _guarded(bench):
        if "401" not in view.operation.get("responses", {}):
            continue
        applied = True
        unsigned = bench.drafts(view)[0].request(bench.target, signed=False)
        requests = {"no credentials": unsigned}
        for scheme in schemes:
            requests[f"an unknown one in {scheme.place} {scheme.field}"] = present(
                unsigned, scheme, scheme.text(_WRONG)
            )
        for what, request in requests.items():
            exchange = bench.send(request, view)
            bench.judged()
            if exchange.status == 403:
                bench.found(
                    view,
                    "missing or unknown credentials are forbidden instead of asked for",
                    expected=f"the documented 401 for {what}",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
            if exchange.status == 401:
                _judge_challenge(bench, view, schemes, exchange)
    if not applied:
        raise NotApplicable("no operation documents a 401")


def _judge_challenge(
    bench: Bench, view: OperationView, schemes: list[Scheme], exchange: Exchange
) -> None:
    # Keys under names of their own have no registered scheme that a challenge could name.
    wanted = {s.prefix.strip() for s in schemes if s.prefix and s.field == "Authorization"}
    challenges = exchange.answer.all("WWW-Authenticate") if exchange.answer else []
    if wanted and not any(
        challenge.strip().lower().startswith(name.lower())
        for challenge in challenges
        for name in wanted
    ):
        bench.found(
            view,
            "a 401 does not say how to authenticate",
            expected=f"WWW-Authenticate: {', '.join(sorted(wanted))}",
            got=", ".join(challenges) or "no WWW-Authenticate",
            exchanges=(exchange,),
        )


def refusals_repeat_no_credential(bench: Bench) -> None:
    """An answer does not repeat the credential that it refuses: a wrong one may be another's."""
    for view, schemes in _guarded(bench):
        unsigned = bench.drafts(view)[0].request(bench.target, signed=False)
        for scheme in schemes:
            for value in (_WRONG, bench.target.forbidden.get(scheme.name, _WRONG)):
                request = present(unsigned, scheme, scheme.text(value))
                for asked in (request, *_broken(request)):
                    # what is broken is no request for this operation: its answers are not meant
                    exchange = bench.send(asked, view if asked is request else None)
                    bench.judged()
                    if _repeats(exchange, value):
                        bench.found(
                            view,
                            "an answer repeats the credential that was sent",
                            expected=f"nothing of {scheme.place} {scheme.field}",
                            got=shown(exchange, 400),
                            exchanges=(exchange,),
                        )


def _broken(request: Request) -> list[Request]:
    """The request in forms that are refused for something else."""
    path, mark, query = request.url.partition("?")
    return [
        Request("PATCH", request.url, request.headers, request.body),
        Request(request.method, f"{path}/nowhere{mark}{query}", request.headers, request.body),
    ]


def _repeats(exchange: Exchange, value: str) -> bool:
    answer = exchange.answer
    if answer is None:
        return False
    texts = [answer.body, *(text.encode("latin-1", "replace") for _, text in answer.headers)]
    return any(value.encode() in text for text in texts)


def the_journal_shows_no_credential(bench: Bench) -> None:
    """What our stub keeps of requests, for people to look at, holds no credential."""
    stub = bench.target.stub
    if stub is None:
        raise NotApplicable("only our own server shows what it keeps of requests")
    for view, schemes in _guarded(bench):
        draft = bench.drafts(view)[0]
        unsigned = draft.request(bench.target, signed=False)
        for scheme in schemes:
            value = bench.target.credentials.values.get(scheme.name)
            if value is None:
                continue
            exchange = bench.send(present(unsigned, scheme, scheme.text(value)), view)
            bench.judged()
            kept = json.dumps(asdict(stub.journal[-1]))
            if value in kept:
                bench.found(
                    view,
                    "the journal shows a credential",
                    expected=f"nothing of {scheme.place} {scheme.field}",
                    got=bench.target.redaction.text(kept)[:400],
                    exchanges=(exchange,),
                )


CHECKS = [
    Check("missing credentials are a 401", missing_credentials_are_401, writes=False),
    Check("refusals repeat no credential", refusals_repeat_no_credential, writes=False),
    Check("the journal shows no credential", the_journal_shows_no_credential, writes=False),
]
