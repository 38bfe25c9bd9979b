"""What the stub reads as JSON, beside a slow and plain reader of its own."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import pytest

from tests.stub.json_values import InvalidJSON, parse

pytestmark = pytest.mark.generator

REPEATED = [
    b'{"a":1,"a":2}',
    b'{"a":1,"b":2,"a":1}',
    b'[{"x":{"a":[],"a":[]}}]',
    b'{"a":":","a":""}',
    b'{"a:":1,"a:":2}',
    b'{"a":1,"a":":"}',
    b'{"a":1,"a":"::"}',
    rb'{"a":1,"a":"\u003a"}',
    rb'{"a":1,"\u0061":":"}',
    '{"é":1,"é":":"}'.encode(),
]
PIECES = [
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b'"a"', b'"b"', b'"a":', b'":"', b" ", b"\n"),
    *(b"0", b"-0", b"-", b"1e5", b"1E999", b"1.5", b"01", b".5", b"18446744073709551616", b"NaN"),
    *(b"true", b"null", b"Infinity", b"\\", rb"\u003a", rb"\ud800", rb"\/", b"\xff", b"\x00"),
    *("é".encode(), b"\x7f", b"\xef\xbb\xbf", b"9" * 400, b"[" * 101, b'{"a":1,"a":1}'),
]
TEXTS = [
    b'{"a": [1, 2.5, {"b": "x:y", "c": null}], "d": {"a": true, "e": ""}}',
    b'[{"a": 1}, {"a": 2}, {"b": {"a": "http://h:1/"}}]',
]


def _slowly(data: bytes) -> Any:
    """The value, or ValueError: every key, number and string looked at one by one."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("repeated")
        return dict(pairs)

    def number(text: str) -> float:
        if not math.isfinite(float(text)):
            raise ValueError("too large")
        return float(text)

    def constant(name: str) -> float:
        raise ValueError(name)

    value = json.JSONDecoder(
        object_pairs_hook=members, parse_float=number, parse_constant=constant
    ).decode(data.decode())
    json.dumps(value, ensure_ascii=False).encode()
    return value


@pytest.mark.parametrize("data", REPEATED)
def test_a_repeated_key_is_refused_whatever_else_is_there(data: bytes) -> None:
    with pytest.raises(InvalidJSON, match="a key is repeated"):
        parse(data)


@pytest.mark.parametrize(
    "text", ['{"a":"b:c"}', '{"a:b":1}', '[":",":"]', r'{"a":"\u003a"}', '"é:"']
)
def test_a_colon_within_a_text_is_no_key(text: str) -> None:
    assert parse(text.encode()) == json.loads(text)


def test_bent_texts_are_read_as_a_plain_reader_reads_them() -> None:
    chance = random.Random(5)
    read = refused = 0
    for _ in range(6000):
        data = chance.choice(TEXTS)
        for _ in range(chance.randint(0, 3)):
            start = chance.randrange(len(data) + 1)
            end = start + chance.choice((0, 0, 1, 3))
            data = data[:start] + chance.choice(PIECES) + data[end:]
        try:
            wanted = json.dumps(_slowly(data))
        except ValueError:
            refused += 1
            with pytest.raises(InvalidJSON):
                parse(data)
            continue
        if wanted.count("[") + wanted.count("{") <= 100:
            read += 1
            assert json.dumps(parse(data)) == wanted, data
    assert min(read, refused) > 500
