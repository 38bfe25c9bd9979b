"""Whether refused requests leave something behind, seen in the totals of lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from scripts.fuzzing.wire import answers, reference
from scripts.fuzzing.wire.connection import converse
from scripts.fuzzing.wire.draft import Delivery
from scripts.fuzzing.wire.judge import Violation
from scripts.fuzzing.wire.trial import Range, Result, Shot
from scripts.openapi import pointer
from scripts.openapi.json_value import is_array


@dataclass
class Collection:
    """A list with what fills it: `total` asks for its length, `path` is the raw path of both."""

    label: str
    path: bytes
    question: bytes
    total: str
    items: str
    size: int = 0


@dataclass
class Census:
    """The lengths of all lists that can be filled by another operation at the same address."""

    range: Range
    collections: list[Collection] = field(default_factory=list[Collection])

    @classmethod
    async def taken(cls, range_: Range) -> Census | None:
        """Count everything; None if there is nothing to count."""
        made = cls(range_)
        creating = {g.draft.target.partition(b"?")[0]: g for g in range_.goods if not g.safe}
        for good in range_.goods:
            paging: dict[str, Any] | None = good.view.operation.get("x-pagination")
            path = good.draft.target.partition(b"?")[0]
            if paging is None or path not in creating:
                continue
            # With one item on a page, the number of pages is the number of items.
            total = str(paging.get("total_pages", "")) if paging.get("size") else ""
            collection = Collection(
                creating[path].label,
                path,
                good.draft.copy().render(),
                total,
                str(paging.get("items", "")),
            )
            if await made._length(collection) is not None:
                made.collections.append(collection)
        await made.take()
        return made if made.collections else None

    async def take(self) -> None:
        """Count anew."""
        for collection in self.collections:
            collection.size = await self._length(collection) or 0

    async def _length(self, collection: Collection) -> int | None:
        await self.range.pace()
        reading = reference.read(collection.question)
        conversation = await converse(
            self.range.endpoint, collection.question, Delivery(), reading, None
        )
        read = answers.read(conversation.received, [b"GET"], conversation.ended)
        if not read.final or read.final[0].status != 200:
            return None
        try:
            value = json.loads(read.final[0].body)
            if collection.total:
                found = pointer.resolve(value, collection.total)
                return found if isinstance(found, int) else None
            found = pointer.resolve(value, collection.items)
            return len(found) if is_array(found) else None
        except (ValueError, LookupError):
            return None

    async def surprised(self, results: Iterable[Result]) -> bool:
        """Whether lists grew by more, or less, than was answered with a success; counts anew."""
        known = list(results)
        surprised = False
        for collection in self.collections:
            least, most = self._expected(collection, known)
            before = collection.size
            size = await self._length(collection)
            if size is None:
                continue
            collection.size = size
            if not least <= size - before <= most:
                surprised = True
        return surprised

    def _expected(self, collection: Collection, results: Iterable[Result]) -> tuple[int, int]:
        """By how many items a list grew at least and at most; who reset or left did not see the
        answers that there were.
        """
        least = most = 0
        for result in results:
            requests = result.reading.requests
            for index, request in enumerate(requests):
                if not self._fills(collection, request.method, request.target):
                    continue
                if index < len(result.answers.final):
                    success = 200 <= result.answers.final[index].status < 300
                    least += success
                    most += success
                else:
                    most += 1
        alive = self.range.goods[self.range.alive]
        if not alive.safe and alive.draft.target.partition(b"?")[0] == collection.path:
            most += 1_000_000  # the probes fill it themselves
        return least, most

    def _fills(self, collection: Collection, method: bytes, target: bytes) -> bool:
        view = self.range.contract.view(method, target)
        return view is not None and self.range.target.label(view) == collection.label

    async def changed(self, shot: Shot) -> Violation | None:
        """Try a shot alone; a violation if it is refused and yet changes a list."""
        await self.take()
        before = [collection.size for collection in self.collections]
        result = await self.range.fire(shot, after=False)
        await self.take()
        for collection, size in zip(self.collections, before, strict=True):
            _, most = self._expected(collection, [result])
            if result.refused and collection.size != size and most == 0:
                tail = result.reading.refusal or result.reading.incomplete
                reason = tail.reason if tail else "a request that was refused"
                return Violation(
                    "wire-state", collection.label, reason, f"{size} items, as before",
                    f"{collection.size} items",
                )  # fmt: skip
        return None
