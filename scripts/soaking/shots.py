"""Which requests a soak sends: good ones made of the documents, and bent ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.stub.document import Document, Operation
from tests.stub.pictures import FORMATS, picture
from tests.stub.sample import FORBIDDEN, Sample, sample
from tests.stub.wire import request

ONE_IN = 20
"""One request in so many is malformed."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One request. `bent` names what is wrong with it, "" if nothing is; `data` are its bytes,
    after which a malformed one may have to be closed for the server to see its end.
    """

    number: int
    sample: Sample
    bent: str
    data: bytes


def shot(
    number: int, seed: int, operations: Sequence[tuple[Document, Operation]], url: str
) -> Shot:
    """The request of this number: the same for the same seed."""
    dice = random.Random(f"{seed}/{number}")
    document, operation = dice.choice(operations)
    good = sample(document, operation, *_picture(dice))
    if number % ONE_IN:
        return Shot(number, good, "", bytes_of(good, url))
    name = dice.choice(sorted(_BENDS))
    return Shot(number, good, name, _BENDS[name](good, url, dice))


def _picture(dice: random.Random) -> tuple[bytes, str]:
    """An image of a random format, size and colour."""
    form = dice.choice(sorted(FORMATS))
    colour = f"#{dice.randrange(1 << 24):06x}"
    data = picture(form, dice.randint(1, 60), dice.randint(1, 60), colour=colour)
    return data, FORMATS[form]


def bytes_of(made: Sample, url: str) -> bytes:
    """A request as it goes over the wire."""
    return request(url + made.target, made.method, made.headers, made.body)


def _headers(made: Sample, **changed: str) -> Sample:
    return replace(
        made, headers=made.headers | {k.replace("_", "-"): v for k, v in changed.items()}
    )


def _cut(made: Sample, url: str, dice: random.Random) -> bytes:
    data = bytes_of(made, url)
    return data[: dice.randrange(1, len(data))]


def _noise(made: Sample, url: str, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randint(1, 2000)) + b"\r\n\r\n"


def _header_line(made: Sample, url: str, dice: random.Random) -> bytes:
    line = dice.choice([b"no colon", b" : x", b"a b: c", b"x\x00: y", b": empty"])
    return bytes_of(made, url).replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)


def _chunks(made: Sample, url: str, dice: random.Random) -> bytes:
    size = dice.choice([b"xyz", b"-1", b"0x5", b"5;" + b"a" * 9000, b"ffffffffffffffffff"])
    chunked = _headers(replace(made, body=None), Transfer_Encoding="chunked")
    return bytes_of(chunked, url) + size + b"\r\nhello\r\n0\r\n\r\n"


def _body(made: Sample, url: str, dice: random.Random) -> bytes:
    """A body that is no JSON, no form and no image; without one, an unreadable query."""
    if made.body is None:
        return bytes_of(replace(made, query=dict.fromkeys(made.query, "-")), url)
    # Not 0x89 or 0xFF or G: such bytes might be an image after all.
    return bytes_of(replace(made, body=b"!" + dice.randbytes(dice.randint(0, 3000))), url)


def _path(made: Sample, url: str, dice: random.Random) -> bytes:
    tail = dice.choice(["/x", "%00", "/..", "//", "?%ff=%", "%2f", "\xe9", "a" * 9000])
    target = made.target.partition("?")[0] + tail
    data = bytes_of(made, url)
    method, _, rest = data.split(b" ", 2)
    # Without credentials: some of these addresses mean the operation all the same.
    bare = b"\r\n".join(
        line for line in rest.split(b"\r\n") if not line.lower().startswith((b"api-key", b"auth"))
    )
    return b" ".join([method, target.encode("latin-1"), bare])


_BENDS: dict[str, Callable[[Sample, str, random.Random], bytes]] = {
    "cut": _cut,
    "noise": _noise,
    "header line": _header_line,
    "chunks": _chunks,
    "body": _body,
    "path": _path,
    "no credential": lambda made, url, dice: bytes_of(made.credential(None), url),
    "forbidden": lambda made, url, dice: bytes_of(made.credential(FORBIDDEN), url),
    "method": lambda made, url, dice: (
        dice.choice([b"BREW", b"get", b"DELETE", b"P" * 500]) + b" /" + bytes_of(made, url)
    ),
    "length": lambda made, url, dice: bytes_of(
        _headers(made, Content_Length=dice.choice(["-1", "1e3", "99999999999", "5, 6", "x"])), url
    ),
    "no content type": lambda made, url, dice: bytes_of(
        _headers(replace(made, body=made.body or b"x"), Content_Type=dice.choice(["", "a/b", "/"]))
        if made.body
        else made.credential("wrong"),
        url,
    ),
}
"""What can be wrong with a request, however it was made."""
