"""JSON bodies: the same value in another spelling means the same, what is no JSON is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema_rs

from scripts.fuzzing.bench import Bench, NotApplicable, decoded, refused, shown
from scripts.fuzzing.checks import Check
from scripts.fuzzing.draft import Draft
from scripts.fuzzing.facts import value
from scripts.fuzzing.state import state
from scripts.openapi.json_value import is_array, is_object
from scripts.openapi.operations import media_kind, resolve


def _drafts(bench: Bench) -> Iterator[Draft]:
    """The good requests with a body of JSON. Raises NotApplicable when there is none."""
    if not any(_is_json(draft) for view in bench.views for draft in bench.drafts(view)):
        raise NotApplicable("no operation takes JSON")
    for view in bench.each(bench.views):
        yield from (draft for draft in bench.drafts(view) if _is_json(draft))


def _is_json(draft: Draft) -> bool:
    return bool(draft.content_type) and media_kind(draft.content_type or "") == "json"


def _raw(draft: Draft, text: str | bytes) -> Draft:
    return replace(
        draft, raw=text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    )


def spellings_mean_the_same(bench: Bench) -> None:
    """White space, order of keys and escapes change nothing."""
    for draft in _drafts(bench):
        first, answer = bench.accepted(draft)
        _, again = bench.accepted(draft)
        stable = {at: v for at, v in leaves(again).items() if leaves(answer).get(at) == v}
        for what, text in _same(draft.json):
            exchange = bench.send(_raw(draft, text))
            bench.judged()
            if exchange.status != first.status:
                bench.found(
                    draft.view,
                    f"JSON with {what} is refused",
                    expected=str(first.status),
                    got=shown(exchange),
                    exchanges=(first, exchange),
                )
                continue
            got = leaves(decoded(exchange))
            if any(got.get(at, _NONE) != v for at, v in stable.items()):
                # What has changed of itself meanwhile, a time, proves nothing.
                now = leaves(bench.accepted(draft)[1])
                stable = {at: v for at, v in stable.items() if now.get(at, _NONE) == v}
            wrong = next((at for at, v in stable.items() if got.get(at, _NONE) != v), None)
            if wrong is not None:
                bench.found(
                    draft.view,
                    f"JSON with {what} means something else",
                    expected=f"{wrong} {stable[wrong]!r}",
                    got=repr(got.get(wrong)),
                    exchanges=(first, exchange),
                )


_NONE = object()


def leaves(value: Any, at: str = "") -> dict[str, Any]:
    """The texts, numbers, booleans and nulls of a JSON value by their pointers."""
    if is_object(value):
        return {k: v for key, item in value.items() for k, v in leaves(item, f"{at}/{key}").items()}
    if is_array(value):
        return {k: v for i, item in enumerate(value) for k, v in leaves(item, f"{at}/{i}").items()}
    return {at: value}


def _same(value: Any) -> Iterator[tuple[str, str]]:
    yield "no white space", json.dumps(value, separators=(",", ":"))
    yield (
        "much white space",
        " \r\n\t" + json.dumps(value, indent=4).replace("\n", "\r\n\t ") + "\n",
    )
    yield "its keys in another order", json.dumps(_reversed(value))
    yield "letters written out", json.dumps(value, ensure_ascii=False)
    yield "every letter escaped", _escaped(value)


def _reversed(value: Any) -> Any:
    if is_object(value):
        return {key: _reversed(item) for key, item in reversed(value.items())}
    return [_reversed(item) for item in value] if is_array(value) else value


def _escaped(value: Any) -> str:
    if is_object(value):
        return "{" + ",".join(f"{_escaped(k)}:{_escaped(v)}" for k, v in value.items()) + "}"
    if is_array(value):
        return "[" + ",".join(map(_escaped, value)) + "]"
    if isinstance(value, str):
        units = value.encode("utf-16-be", "surrogatepass")
        return '"' + "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2)) + '"'
    return json.dumps(value)


def texts_come_back(bench: Bench) -> None:
    """Texts outside of ASCII are kept as they are, where an answer repeats them (`x-same-as`)."""
    applied = False
    texts = (
        "größe",
        "日本語",
        "🦊 fox",
        'quote" \\ back',
        "a\nb\tc",
        "\u0000",
        "",
        " x ",
        "\u2028</script>",
        "e\u0301 \ufb01 \u212b",  # other letters once they are normalised
        "a\r\nb\r",
        "long " * 700,
    )
    for draft in _drafts(bench):
        for fact in bench.facts.of(draft.view, 200):
            if not fact.meaning.startswith("same-as body./"):
                continue
            name = fact.meaning.removeprefix("same-as body./")
            kind = fact.schema.get("type")
            if "/" in name or kind != "string" or "format" in fact.schema or "enum" in fact.schema:
                continue
            applied = True
            for text in texts:
                if len(text) > fact.schema.get("maxLength", len(text)):
                    continue
                changed = replace(draft, json={**draft.json, name: text})
                exchange = bench.send(changed)
                bench.judged()
                given = value(decoded(exchange), fact.path)
                if not 200 <= exchange.status < 300 or given != text:
                    bench.found(
                        draft.view,
                        f"{fact.pointer} does not keep a text",
                        expected=repr(text),
                        got=repr(given) if exchange.status < 300 else shown(exchange),
                        exchanges=(exchange,),
                    )
    if not applied:
        raise NotApplicable("no answer repeats a text of its request")


def numbers_come_back(bench: Bench) -> None:
    """A number that is accepted is kept to its last digit, where an answer repeats it."""
    applied = False
    for draft in _drafts(bench):
        for fact in bench.facts.of(draft.view, 200):
            name = fact.meaning.removeprefix("same-as body./")
            kind = fact.schema.get("type")
            if name == fact.meaning or "/" in name or kind not in ("integer", "number"):
                continue
            applied = True
            for number in (0, 1, 2**31 - 1, 2**53 + 1, 10**18 + 1, *_FRACTIONS[kind]):
                exchange = bench.send(replace(draft, json={**draft.json, name: number}))
                bench.judged()
                given = value(decoded(exchange), fact.path)
                if 200 <= exchange.status < 300 and (given != number or isinstance(given, bool)):
                    bench.found(
                        draft.view,
                        f"{fact.pointer} does not keep a number",
                        expected=repr(number),
                        got=repr(given),
                        exchanges=(exchange,),
                    )
    if not applied:
        raise NotApplicable("no answer repeats a number of its request")


_FRACTIONS = {"integer": (), "number": (0.1, -1.5, 1e-7, 12345.678901234567)}


def what_is_no_json_is_refused(bench: Bench) -> None:
    """A body that RFC 8259 does not allow is refused and stores nothing; none is a failure."""
    for draft in _drafts(bench):
        before = state(bench, draft.view)
        for what, text in _wrong(draft.json, bench.target.ours):
            if _allowed(bench, draft, text):
                continue
            exchange = bench.send(_raw(draft, text))
            bench.judged()
            if not refused(exchange):
                bench.found(
                    draft.view,
                    f"JSON with {what} is not refused",
                    expected="4xx",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )
            after = state(bench, draft.view)
            if exchange.status >= 400 and after != before:
                bench.found(
                    draft.view,
                    "a refused JSON body changes state",
                    expected=str(before)[:150],
                    got=str(after)[:150],
                    exchanges=(exchange,),
                )
            before = after


def _allowed(bench: Bench, draft: Draft, text: str | bytes) -> bool:
    """Whether a text is JSON, and what the document takes: of a text, a text around it is one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    body = resolve(bench.target.document, draft.view.operation["requestBody"])
    schema = body["content"].get(draft.content_type, {}).get("schema", {})
    if not is_object(schema):
        return schema is True
    components = bench.target.document.get("components", {})
    validator = jsonschema_rs.Draft202012Validator({**schema, "components": components})
    # JSON's own rules are stricter than Python's reader: those are for the server to know
    return (
        isinstance(text, str)
        and text == text.strip()
        and _plain(text)
        and validator.is_valid(value)
    )


def _plain(text: str) -> bool:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        return False
    return not any(word in text for word in ("NaN", "Infinity"))


def _wrong(value: Any, strict: bool) -> Iterator[tuple[str, str | bytes]]:
    text = json.dumps(value)
    yield "a brace missing at its end", text[:-1]
    yield "something behind its end", text + "x"
    yield "a second value behind it", text + text
    if '"' in text:
        yield "single quotes", text.replace('"', "'")
    yield "nothing but white space", "  \n"
    yield "a list around it", f"[{text}]"
    yield "a text around it", json.dumps(text)
    yield "null for it", "null"
    yield "ten thousand opening brackets", "[" * 10000
    if not strict:
        return
    yield "a byte order mark", b"\xef\xbb\xbf" + text.encode()
    yield "bytes that are no UTF-8", text.encode()[:-1] + b',"x":"\xff\xfe"}'
    yield "a comma before its end", text[:-1] + ",}"
    yield "a comment", "/* x */" + text
    yield "UTF-16", text.encode("utf-16")
    yield "a form feed as white space", "\x0c" + text
    if is_object(value) and value:
        key = json.dumps(next(iter(value)))
        for bad in (
            "NaN",
            "Infinity",
            "-Infinity",
            "01",
            "1.",
            ".5",
            "+1",
            "0x1",
            "True",
            "undefined",
        ):
            yield f"the value {bad}", text[:-1] + f',"surplus":{bad}}}'
        yield "a key twice", text[:-1] + f",{key}:{json.dumps(value[next(iter(value))])}}}"
        yield "a line end within a text", text[:-1] + ',"surplus":"a\nb"}'


def numbers_of_any_size_do_no_harm(bench: Bench) -> None:
    """Huge numbers, long texts and deep values are answered, never a failure."""
    for draft in _drafts(bench):
        if not is_object(draft.json):
            continue
        for what, changed in _extremes(draft.json):
            exchange = bench.send(_raw(draft, changed))
            bench.judged()
            if exchange.status == 0 or exchange.status >= 500:
                bench.found(
                    draft.view,
                    f"JSON with {what} makes the server fail",
                    expected="2xx or 4xx",
                    got=shown(exchange),
                    exchanges=(exchange,),
                )


def _extremes(value: Any) -> Iterator[tuple[str, str]]:
    text = json.dumps(value)
    for name, number in (
        ("2**53+1", str(2**53 + 1)),
        ("2**63", str(2**63)),
        ("2**64", str(2**64)),
        ("400 digits", "9" * 400),
        ("5000 digits", "9" * 5000),
        ("1e400", "1e400"),
        ("-0.0", "-0.0"),
    ):
        for at, leaf in leaves(value).items():
            if isinstance(leaf, int | float) and not isinstance(leaf, bool):
                yield (
                    f"a number of {name}",
                    json.dumps(_replaced(value, at, "@@")).replace('"@@"', number),
                )
                break
        yield f"a surplus number of {name}", text[:-1] + f',"surplus":{number}}}'
    yield "a long text", text[:-1] + ',"surplus":"' + "x" * 300_000 + '"}'
    yield "half a surrogate pair", text[:-1] + ',"surplus":"\\ud800"}'
    yield "a NUL in a key", text[:-1] + ',"sur\\u0000plus":1}'
    yield "deep nesting", text[:-1] + ',"surplus":' + "[" * 400 + "]" * 400 + "}"


def _replaced(value: Any, at: str, new: Any, here: str = "") -> Any:
    if here == at:
        return new
    if is_object(value):
        return {k: _replaced(v, at, new, f"{here}/{k}") for k, v in value.items()}
    if is_array(value):
        return [_replaced(v, at, new, f"{here}/{i}") for i, v in enumerate(value)]
    return value


CHECKS = [
    Check("spellings of JSON mean the same", spellings_mean_the_same),
    Check("texts come back", texts_come_back, kept=True),
    Check("numbers come back", numbers_come_back, kept=True),
    Check("what is no JSON is refused", what_is_no_json_is_refused),
    Check("numbers of any size do no harm", numbers_of_any_size_do_no_harm),
]
