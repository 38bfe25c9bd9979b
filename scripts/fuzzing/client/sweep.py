"""Answers that are one step from an example of the document, all of them: what chance may miss."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scripts.fuzzing.client.answers import Documented, Scripted
from scripts.fuzzing.client.package import Bound, Package
from scripts.fuzzing.draft import sample
from scripts.fuzzing.json_changes import changes


def swept(package: Package, bound: Bound, answers: list[Documented]) -> Iterator[Scripted]:
    """The documented answers of an operation, as they are and with one place changed."""
    for number, said in enumerate(answers):
        if said.kind != "json" or not said.status.isdecimal():
            continue
        good = sample(package.document, said.schema)
        yield _case(bound, said, good, "sync")
        # Refusals share their schema: one of them is enough.
        if said.status.startswith("2") or number == 1:
            for index, (_, _, value) in enumerate(changes(good)):
                yield _case(bound, said, value, "async" if index % 8 == 7 else "sync")


def _case(bound: Bound, said: Documented, value: object, mode: str) -> Scripted:
    status, content = int(said.status), json.dumps(value).encode()
    head = (
        f"HTTP/1.1 {status} Documented\r\nContent-Type: {said.media}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return Scripted(
        bound, mode, False, status, content, head.encode() + content, True, False, said
    )  # fmt: skip
