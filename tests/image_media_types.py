"""The one thing that schemathesis is told besides a document: what an image is.

A document can say that a part is `image/png`, not that its bytes are a PNG. So each of the image
types that the documents name gets a strategy that draws real images. Load it into a run with
`SCHEMATHESIS_HOOKS=tests.image_media_types` from the root of this repository.
"""

from __future__ import annotations

import io

import schemathesis
from hypothesis import strategies as st
from PIL import Image

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/jpg": "JPEG", "image/gif": "GIF"}


def _images(form: str) -> st.SearchStrategy[bytes]:
    def draw(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(buffer, form)
        return buffer.getvalue()

    side, shade = st.integers(1, 40), st.integers(0, 255)
    return st.builds(draw, side, side, st.tuples(shade, shade, shade))


for _media_type, _form in _FORMATS.items():
    schemathesis.openapi.media_type(_media_type, _images(_form))
