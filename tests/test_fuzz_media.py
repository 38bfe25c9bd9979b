"""The files that fuzz.py uploads: real images are real, near ones are not."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from scripts.fuzzing import media

TYPES = ("image/png", "image/jpeg", "image/jpg", "image/gif")


@pytest.mark.parametrize("media_type", TYPES)
def test_valid_files_are_what_they_say(media_type: str) -> None:
    files = [*media.valid(media_type), *media.hostile_content(media_type)]
    files.append(media.large(media_type, 1_200_000))
    assert len({file.data for file in files}) > 12
    assert (1, 1) in {(file.width, file.height) for file in files}
    for file in files:
        with Image.open(io.BytesIO(file.data)) as image:
            assert (image.format, *image.size) == (file.form, file.width, file.height)
            image.load()


@pytest.mark.parametrize("media_type", TYPES)
def test_animations_are_among_them(media_type: str) -> None:
    frames = set[int]()
    for file in media.valid(media_type):
        with Image.open(io.BytesIO(file.data)) as image:
            frames.add(getattr(image, "n_frames", 1))
    assert max(frames) == (1 if "jp" in media_type else 3)


@pytest.mark.parametrize("media_type", TYPES)
@pytest.mark.parametrize("size", [2000, 2001, 2255, 2256, 2257, 60_100, 120_003, 1_048_577])
def test_a_sized_file_has_its_size_and_is_an_image(media_type: str, size: int) -> None:
    file = media.sized(media_type, size)
    assert len(file.data) == size
    with Image.open(io.BytesIO(file.data)) as image:
        image.load()


@pytest.mark.parametrize("media_type", TYPES)
def test_invalid_files_are_no_images_of_the_type(media_type: str) -> None:
    for file in media.invalid(media_type):
        try:
            with Image.open(io.BytesIO(file.data), formats=[media.form_of(media_type)]) as image:
                whole = min(image.size) > 0
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            continue
        assert not whole, file.note
