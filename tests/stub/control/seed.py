"""State that a test wants to begin with: images that nobody had to upload."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from ..checks import images
from ..checks.body import File
from ..checks.images import NotAnImage
from ..json_values import JSON, JSONObject
from ..refusal import Fault, Reason, Refused
from ..state.spool import Spool
from ..state.store import Store, StoredImage
from ..vendors.vendor import Vendor

MOST_IMAGES = 100_000

_FORMATS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif"}
_LARGEST = 4096


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image to keep: the bytes given, or a picture that is drawn. Width and height are in
    pixels.
    """

    filename: str
    form: str = "PNG"
    width: int = 3
    height: int = 2
    colour: int = 0
    data: bytes | None = None


def plan(value: JSON) -> Sequence[Wanted]:
    """What `images` of a seed asks for: a number of pictures, or a list that describes each. Raises
    Refused.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= MOST_IMAGES:
            raise _wrong("/images", f"has to be from 1 to {MOST_IMAGES}")
        return [_drawn(number) for number in range(1, value + 1)]
    if isinstance(value, list) and 1 <= len(value) <= MOST_IMAGES:
        return [_described(item, index) for index, item in enumerate(value)]
    raise _wrong("/images", "has to be a number of images, or a list with an object for each")


def keep(
    store: Store, vendor: Vendor, owner: str | None, wanted: Sequence[Wanted]
) -> list[StoredImage]:
    """Keep all of them, or none. Raises Refused."""
    with store.batch():
        return [vendor.keep(owner, file) for file in _files(wanted)]


def _files(wanted: Sequence[Wanted]) -> Iterator[File]:
    for index, image in enumerate(wanted):
        data = _draw(image) if image.data is None else image.data
        try:
            facts = images.read(data)
        except NotAnImage as error:
            raise _wrong(f"/images/{index}/data", str(error)) from error
        spool = Spool()
        try:
            spool.write(data)
            yield File("", image.filename, facts.media_type, spool, facts)
        finally:
            spool.close()


def _drawn(number: int) -> Wanted:
    """The picture of a number, the same every time."""
    form = list(_FORMATS)[number % len(_FORMATS)]
    return Wanted(
        f"seed-{number:05}.{_FORMATS[form]}", form, 1 + number % 97, 1 + number // 97 % 89, number
    )


def _described(value: JSON, index: int) -> Wanted:
    place = f"/images/{index}"
    if not isinstance(value, dict):
        raise _wrong(place, "has to be an object")
    unknown = set(value) - {"filename", "format", "width", "height", "data"}
    if unknown:
        raise _wrong(f"{place}/{min(unknown)[:40]}", "is not known; remove it")
    filename = value.get("filename", f"seed-{index + 1:05}")
    if not isinstance(filename, str):
        raise _wrong(f"{place}/filename", "has to be a text")
    if "data" in value:
        return Wanted(filename, data=_bytes(value["data"], f"{place}/data"))
    form = value.get("format", "PNG")
    if not isinstance(form, str) or form not in _FORMATS:
        raise _wrong(f"{place}/format", f"has to be one of {', '.join(_FORMATS)}")
    width, height = (_pixels(value, name, place) for name in ("width", "height"))
    return Wanted(filename, form, width, height, index + 1)


def _pixels(value: JSONObject, name: str, place: str) -> int:
    number = value.get(name, 3)
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _LARGEST:
        raise _wrong(f"{place}/{name}", f"has to be a number of pixels from 1 to {_LARGEST}")
    return number


def _bytes(value: JSON, place: str) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "!", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong(place, "has to be the file in Base64") from error


def _draw(wanted: Wanted) -> bytes:
    colour = tuple(wanted.colour * 40503 >> shift & 255 for shift in (16, 8, 0))
    buffer = io.BytesIO()
    Image.new("RGB", (wanted.width, wanted.height), colour).save(buffer, wanted.form)
    return buffer.getvalue()


def _wrong(pointer: str, message: str) -> Refused:
    return Refused(
        Reason.BODY,
        f"{pointer}: {message}",
        faults=[Fault("body", pointer, message)],
        code="bad-seed",
    )
