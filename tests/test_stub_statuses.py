"""Every status that a document states for an operation was really seen on the wire, with a body
that its schema allows. The requests are made of the documents alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.stub import Stub
from tests.stub.app import load_documents
from tests.stub.document import Document, Operation
from tests.stub.sample import FORBIDDEN, Sample, sample
from tests.stub.server import ROOT
from tests.stub.wire import Reply, exchange, field_part, file_part, form, request, violations

DOCUMENTS = load_documents(ROOT)
STATED = [
    (document, operation, status)
    for document in DOCUMENTS
    for operation in document.operations
    for status in operation.statuses()
]


def _malformed(good: Sample) -> Sample:
    """Not what the document says: its body is cut short, or its query wrong where it has none."""
    if good.body is not None:
        return replace(good, body=good.body[:20])
    return replace(good, query=dict.fromkeys(good.query, "-"))


def _elsewhere(good: Sample) -> Sample:
    """The last identifier of its path is another one of the same kind."""
    name, value = list(good.path_values.items())[-1]
    other = value + 1 if isinstance(value, int) else str(value)[:-1] + "0"
    assert other != value
    return replace(good, path_values=good.path_values | {name: other})


def _fault(asked: str) -> Callable[[Sample], Sample]:
    return lambda good: replace(good, headers=good.headers | {"X-Stub-Fault": asked})


WAYS: dict[int, Callable[[Sample], Sample]] = {
    200: lambda good: good,
    201: lambda good: good,
    400: _malformed,
    401: lambda good: good.credential(None),
    403: lambda good: good.credential(FORBIDDEN),
    404: _elsewhere,
    413: lambda good: replace(
        good, headers=good.headers | {"Content-Length": "99999999", "Expect": "100-continue"}
    ),
    415: lambda good: good.content_type("text/x-unknown"),
    429: _fault("rate-limit; retry-after=3"),
    500: _fault("status; status=500"),
}
"""How a good request becomes one that is answered with a status."""

OWN: dict[tuple[str, int], Callable[[Sample], Sample]] = {
    ("inventorum uploadImage", 409): lambda good: replace(
        good,
        body=form(field_part("type", "user"), file_part(good.file or b"", "product_image")),
    ),
}
"""Those that mean something else in every operation."""


def _ask(stub: Stub, made: Sample) -> Reply:
    return exchange(stub.url, request(stub.url + made.target, made.method, made.headers, made.body))


@pytest.mark.parametrize(
    ("document", "operation", "status"),
    [pytest.param(*item, id=f"{item[0].vendor}-{item[1].id}-{item[2]}") for item in STATED],
)
def test_a_stated_status_is_seen(
    stub: Stub, document: Document, operation: Operation, status: int
) -> None:
    own = OWN.get((f"{document.vendor} {operation.id}", status))
    way = own or WAYS.get(status)
    assert way is not None, f"say in WAYS how {operation.id} comes to answer {status}"
    good = sample(document, operation)
    reply = _ask(stub, way(good))
    assert reply.status == status
    assert violations(document.vendor, operation.id, reply) == []
    (entry,) = stub.journal
    assert (entry.operation, entry.status) == (operation.id, status)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda item: item.vendor)
def test_the_documented_rate_leads_to_the_documented_429(document: Document) -> None:
    operation = document.operations[0]
    good = sample(document, operation)
    with Stub(strict=True, rate_limits=True, clock=lambda: 0.0) as stub:
        for _ in range(400):
            reply = _ask(stub, good)
            if reply.status == 429:
                break
    assert reply.status == 429
    assert violations(document.vendor, operation.id, reply) == []
