"""Lists of images as JSON text, row by row. A row is written once: an image never changes, nor does
its position.
"""

from __future__ import annotations

from collections.abc import Callable

from ..json_values import JSONObject, serialise
from ..state.store import Store, StoredImage

MOST_ROWS = 16_384
"""Rows that are remembered, about 200 bytes each; beyond it, all are forgotten."""


class ImageRows:
    """The rows of one vendor. `write` makes a row of an image and the origin that it is served
    from.
    """

    def __init__(
        self, store: Store, vendor: str, write: Callable[[StoredImage, str], JSONObject]
    ) -> None:
        self._store = store
        self._vendor = vendor
        self._write = write
        self._rows: dict[tuple[int, str, str, int], bytes] = {}

    def newest(self, owner: str, origin: str, first: int, count: int) -> bytes:
        """`count` rows, newest first, beginning with position `first` and going down, with commas
        between them.
        """
        # A reset begins a new epoch, in which positions are given anew.
        epoch = self._store.epoch
        rows = self._rows
        positions = range(first, max(first - count, 0), -1)
        found = [rows.get((epoch, owner, origin, position)) for position in positions]
        if None in found:
            texts = self._read(epoch, owner, origin, positions)
        else:
            texts = [row for row in found if row is not None]
        return b",".join(texts)

    def _read(self, epoch: int, owner: str, origin: str, positions: range) -> list[bytes]:
        images = self._store.newest_images(self._vendor, owner, positions[0], len(positions))
        texts = [serialise(self._write(image, origin)) for image in images]
        if len(self._rows) + len(texts) > MOST_ROWS:
            self._rows.clear()
        if len(texts) <= MOST_ROWS:
            keys = [(epoch, owner, origin, image.position) for image in images]
            self._rows.update(zip(keys, texts, strict=True))
        return texts
