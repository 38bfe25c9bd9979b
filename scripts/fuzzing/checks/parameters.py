"""Parameters: documented bounds are exact, defaults are true, spellings are equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.fuzzing.bench import Bench, NotApplicable, decoded, refused, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.checks.json_bodies import leaves
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.parameter_text import spelt_out, text
from scripts.openapi.operations import OperationView, resolve


def _parameters(bench: Bench) -> Iterator[tuple[OperationView, Draft, str, str, dict[str, Any]]]:
    for view in bench.each(bench.views):
        drafts = bench.drafts(view)
        for parameter in view.parameters if drafts else ():
            schema = resolve(bench.target.document, parameter.get("schema", {}))
            if parameter["in"] != "cookie":
                yield view, drafts[0], str(parameter["in"]), str(parameter["name"]), schema


def bounds_are_exact(bench: Bench) -> None:
    """A parameter's documented least and largest values are taken, those beyond are refused."""
    applied = False
    for view, plain, place, name, schema in _parameters(bench):
        for key, step in (("minimum", -1), ("maximum", 1)):
            bound = schema.get(key)
            if not isinstance(bound, int) or isinstance(bound, bool):
                continue
            applied = True
            for draft in bench.drafts(view):
                if draft.parameter(place, name) == str(bound):
                    plain = draft  # the form that goes with this value
            exchange = bench.send(plain.with_parameter(place, name, str(bound)))
            bench.judged()
            if not 200 <= exchange.status < 300 and place != "path":
                bench.found(
                    view,
                    f"the {key} of {name} is refused",
                    expected=f"2xx for {bound}",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
            for beyond in (bound + step, bound + 1000 * step):
                exchange = bench.send(plain.with_parameter(place, name, str(beyond)))
                bench.judged()
                if not refused(exchange):
                    bench.found(
                        view,
                        f"a value beyond the {key} of {name} is not refused",
                        expected=f"4xx for {beyond}",
                        got=shown(exchange),
                        exchanges=(exchange,),
                    )
    if not applied:
        raise NotApplicable("no parameter has documented bounds")


def defaults_are_true(bench: Bench) -> None:
    """A parameter that is left out means its documented default."""
    applied = False
    for view, draft, place, name, schema in _parameters(bench):
        default = schema.get("default")
        if default is None or place == "path" or view.method != "get":
            continue
        applied = True
        # Between two of the other: what changes of itself meanwhile differs in those.
        given = bench.send(draft.with_parameter(place, name, text(default)))
        without = bench.send(draft.with_parameter(place, name, None))
        again = bench.send(draft.with_parameter(place, name, text(default)))
        bench.judged()
        first, second, third = (leaves(decoded(e)) for e in (without, given, again))
        links = {at for at, v in second.items() if isinstance(v, str) and "://" in v}
        stable = {at for at in second if second[at] == third.get(at)} - links
        wrong = next((at for at in stable if first.get(at) != second[at]), None)
        if without.status != given.status or wrong is not None:
            bench.found(
                view,
                f"{name} left out is not its default",
                expected=f"as with {name}={text(default)}: "
                + (shown(given, 80) if wrong is None else f"{wrong} {second[wrong]!r}"),
                got=shown(without, 80) if wrong is None else repr(first.get(wrong)),
                exchanges=(given, without),
            )
    if not applied:
        raise NotApplicable("no parameter of a GET has a default")


_NO_INTEGERS = (
    "x",
    "1x",
    "1.5",
    "0x10",
    "--1",
    "1 2",
    "1;2",
    "1,2",
    "true",
    "null",
    "1e",
    "%",
    "\x00",
)
# What Python's int() takes, and JSON Schema does not.
_ONLY_PYTHON = ("1_0", "\u0661", "+1", " 1", "1 ", "\uff11", "")


def no_integers_are_refused(bench: Bench) -> None:
    """Text where the document says integer is refused."""
    applied = False
    for view, draft, place, name, schema in _parameters(bench):
        if schema.get("type") != "integer":
            continue
        applied = True
        wrong = [*_NO_INTEGERS, *(_ONLY_PYTHON if bench.target.ours else ())]
        for value in wrong:
            if (place == "header" and not _fits_header(value)) or (place == "path" and not value):
                continue
            exchange = bench.send(draft.with_parameter(place, name, value))
            bench.judged()
            if not refused(exchange):
                bench.found(
                    view,
                    f"{name} that is no integer is not refused",
                    expected=f"4xx for {value!r}",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
    if not applied:
        raise NotApplicable("no parameter is an integer")


def _fits_header(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip() and bool(value)


def values_of_any_kind_do_no_harm(bench: Bench) -> None:
    """Unicode, percent signs, long values and huge numbers are answered, never a failure."""
    values = (
        "größe",
        "日本語",
        "🦊",
        "%",
        "%zz",
        "%00",
        "a/b",
        "a\\b",
        "../..",
        "a?b#c",
        "a&b=c+d",
        "\r\nX-Injected: 1",
        "x" * 3000,
        "9" * 30,
        "-" + "9" * 30,
        str(2**31),
        str(2**63),
        str(2**64),
        "1e309",
    )
    for view, draft, place, name, _ in _parameters(bench):
        for value in values:
            if place == "header" and not _fits_header(value):
                continue
            exchange = bench.send(draft.with_parameter(place, name, value))
            bench.judged()
            injected = exchange.answer is not None and exchange.answer.header("X-Injected")
            if exchange.status == 0 or exchange.status >= 500 or injected:
                bench.found(
                    view,
                    f"a value of {name} makes the server fail",
                    expected="2xx or 4xx",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )


def escapes_mean_the_same(bench: Bench) -> None:
    """A percent-encoded letter is that letter (RFC 3986, 6.2.2.2)."""
    if not bench.target.ours:
        raise NotApplicable("asked only of the stub: many servers do not decode paths")
    for view, draft, place, name, _ in _parameters(bench):
        known = draft.parameter(place, name)
        if place == "header" or not known:
            continue
        request = draft.with_parameter(place, name, spelt_out(known)).request(bench.target)
        exchange = bench.send(request, view)
        bench.judged()
        if not 200 <= exchange.status < 300:
            bench.found(
                view,
                f"{name} with escaped letters is another {name}",
                expected="2xx",
                got=shown(exchange),
                exchanges=(exchange,),
            )


CHECKS = [
    Check("bounds are exact", bounds_are_exact, writes=False),
    Check("defaults are true", defaults_are_true, writes=False),
    Check("what is no integer is refused", no_integers_are_refused, writes=False),
    Check("values of any kind do no harm", values_of_any_kind_do_no_harm, writes=False),
    Check("escapes mean the same", escapes_mean_the_same, writes=False),
]
