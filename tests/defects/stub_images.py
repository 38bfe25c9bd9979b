"""The stub says what is not so of an image, takes what is none, or serves other bytes."""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import Patch, edit

_SIZE = "tests.stub.vendors.questionpro:display_size"
_READ = "tests.stub.checks.images:read"
_HEADER = (
    'raise NotAnImage(f"the header of the {found.name.upper()} image cannot be read") from error'
)


def _read(*changes: tuple[str, str]) -> Patch:
    return edit(_READ, *changes)


DEFECTS = [
    Defect(
        "size-in-kilobits",
        "sizes",
        "stub",
        "The size of an image is told in bits and called bytes.",
        "plain",
        edit(
            _SIZE,
            (
                "kilobytes = max(1, round(count / 1024))",
                "count *= 8\n    kilobytes = max(1, round(count / 1024))",
            ),
        ),
    ),
    Defect(
        "size-as-base64",
        "sizes",
        "stub",
        "The size of an image is that of its Base64, a third more.",
        "subtle",
        edit(
            _SIZE,
            (
                "kilobytes = max(1, round(count / 1024))",
                "count = -(-count // 3) * 4\n    kilobytes = max(1, round(count / 1024))",
            ),
        ),
    ),
    Defect(
        "size-megabytes-mixed",
        "sizes",
        "stub",
        "From 1 Mb on, the size is told in thousands of Kb twice over: 1.5 Mb become 1536 Mb.",
        "hidden",
        edit(_SIZE, ('f"{count / 1024 / 1024:.1f}"', 'f"{count / 1024:.1f}"')),
    ),
    Defect(
        "size-megabytes-cut",
        "sizes",
        "stub",
        "From 1 Mb on, the size is cut to whole megabytes but never below 2.",
        "hidden",
        edit(_SIZE, ('f"{count / 1024 / 1024:.1f}"', 'f"{max(2, count // 1024 // 1024)}"')),
    ),
    Defect(
        "size-in-hundreds",
        "sizes",
        "stub",
        "The size is rounded up to hundreds of Kb.",
        "subtle",
        edit(_SIZE, ("max(1, round(count / 1024))", "-(-count // 102400) * 100")),
    ),
    Defect(
        "size-of-two-at-least",
        "sizes",
        "stub",
        "The size is one Kb more than it is from 64 Kb on for each 64 Kb.",
        "hidden",
        edit(_SIZE, ("max(1, round(count / 1024))", "max(1, round(count / 1024 * 65 / 56))")),
    ),
    Defect(
        "width-and-height-swapped",
        "sizes",
        "stub",
        "Width and height change places in the answer.",
        "plain",
        edit(
            "tests.stub.vendors.pingone:PingOne.create_image",
            ('"width": stored.width', '"width": stored.height'),
            ('"height": stored.height', '"height": stored.width'),
        ),
    ),
    Defect(
        "width-one-less",
        "sizes",
        "stub",
        "The width is one pixel less, where there are more than two.",
        "subtle",
        edit(
            "tests.stub.vendors.pingone:PingOne.create_image",
            ('"width": stored.width', '"width": max(stored.width - 1, min(stored.width, 2))'),
        ),
    ),
    Defect(
        "jpeg-swapped",
        "sizes",
        "stub",
        "Width and height change places for JPEG only.",
        "subtle",
        _read(
            (
                "width, height = image.size",
                "width, height = image.size if found.name != 'jpeg' else image.size[::-1]",
            )
        ),
    ),
    Defect(
        "gif-size-of-frame",
        "sizes",
        "stub",
        "A GIF's height is cut to one byte.",
        "hidden",
        _read(
            (
                "width, height = image.size",
                "width, height = image.size\n"
                "            height = height % 256 or height if found.name == 'gif' else height",
            )
        ),
    ),
    Defect(
        "wide-image-clipped",
        "sizes",
        "stub",
        "An image wider than 1000 pixels is said to be 1000 wide.",
        "hidden",
        edit(
            "tests.stub.vendors.pingone:PingOne.create_image",
            ('"width": stored.width', '"width": min(stored.width, 1000)'),
        ),
    ),
    Defect(
        "type-always-png",
        "images",
        "stub",
        "Every image is said to be a png.",
        "subtle",
        edit(
            "tests.stub.vendors.pingone:PingOne.create_image",
            ('"type": stored.details["type"]', '"type": "png"'),
        ),
    ),
    Defect(
        "purpose-one-off",
        "sizes",
        "stub",
        "The number of the last purpose is that of the one before it.",
        "subtle",
        edit(
            "tests.stub.vendors.inventorum:Inventorum.upload_image",
            ('"type": TYPES.index(kind)', '"type": min(TYPES.index(kind), 2)'),
        ),
    ),
    Defect(
        "id-negative-too-long",
        "state",
        "stub",
        "Ids are negative in version 8 too, where the document has them positive.",
        "subtle",
        edit(
            "tests.stub.vendors.inventorum:Inventorum.upload_image",
            (
                'negative = wanted == "product_image"',
                'negative = call.parameters.get("x-api-version", 9) <= 8',
            ),
        ),
    ),
    Defect(
        "id-never-negative",
        "state",
        "stub",
        "Ids are positive in versions up to 7, where the document has them negative.",
        "subtle",
        edit(
            "tests.stub.vendors.inventorum:Inventorum.upload_image",
            ('negative = wanted == "product_image"', "negative = False"),
        ),
    ),
    Defect(
        "magic-first-byte",
        "images",
        "stub",
        "An image is told by its first byte alone, and its size taken for 1 x 1 if unreadable.",
        "subtle",
        _read(
            (
                "if begin.startswith(magic)",
                "if begin[:1] == magic[0][:1]",
            ),
            (_HEADER, "width, height = 1, 1"),
        ),
    ),
    Defect(
        "gif-magic-without-version",
        "images",
        "stub",
        "Whatever begins with GIF is taken for a GIF.",
        "hidden",
        _read(
            (
                "if begin.startswith(magic)",
                "if begin.startswith(magic) or begin[:3] == magic[0][:3] == b'GIF'",
            ),
            (_HEADER, "width, height = 1, 1"),
        ),
    ),
    Defect(
        "cut-image-accepted",
        "images",
        "stub",
        "An image that ends within its header is accepted.",
        "subtle",
        _read((_HEADER, "width, height = 1, 1")),
    ),
    Defect(
        "any-bytes-accepted",
        "images",
        "stub",
        "Bytes that are no image are kept as a PNG.",
        "plain",
        _read(
            (
                'raise NotAnImage(\n            "the file is empty" if not begin',
                'return ImageFacts("png", "image/png", "png", 1, 1)\n'
                '        raise NotAnImage(\n            "the file is empty" if not begin',
            )
        ),
    ),
    Defect(
        "gif-as-png",
        "images",
        "stub",
        "A GIF that is declared to be a PNG is accepted.",
        "subtle",
        edit(
            "tests.stub.checks.body:_image",
            (
                "images.canonical(declared) != facts.media_type:",
                "images.canonical(declared) != facts.media_type and not (\n"
                '        facts.format == "gif" and declared == "image/png"\n    ):',
            ),
        ),
    ),
    Defect(
        "declared-type-not-checked",
        "headers",
        "stub",
        "The declared media type of a file need not be that of its bytes.",
        "subtle",
        edit(
            "tests.stub.checks.body:_image",
            ("if declared is not None and", 'if declared == "" and'),
        ),
    ),
    Defect(
        "alias-refused",
        "headers",
        "stub",
        "The documented image/jpg is refused for JPEG bytes.",
        "subtle",
        edit(
            "tests.stub.checks.images:canonical",
            ("_ALIASES.get(media_type, media_type)", "media_type"),
        ),
    ),
    Defect(
        "bytes-cut-at-64k",
        "state",
        "stub",
        "Of an image larger than 64 KiB, the rest is lost.",
        "hidden",
        edit(
            "tests.stub.state.store:Store.add_image",
            (
                "((seq, part, piece) for part, piece in enumerate(new.data.pieces())),",
                "((seq, part, piece[:65536]) for part, piece in enumerate(new.data.pieces())),",
            ),
        ),
    ),
    Defect(
        "bytes-cut-at-256k",
        "state",
        "stub",
        "Of an image larger than 256 KiB, only the beginning is served.",
        "hidden",
        edit("tests.stub.state.store:Store.pieces", ("part += 1", "return")),
    ),
    Defect(
        "bytes-beyond-1m-repeated",
        "state",
        "stub",
        "Of an image larger than 1 MiB, the last piece is served as the one before it.",
        "hidden",
        edit(
            "tests.stub.state.store:Store.pieces",
            ("(query, (seq, part))", "(query, (seq, part - (part == 4)))"),
            ("part += 1", "part += 1\n            if part > 40:\n                return"),
        ),
    ),
    Defect(
        "one-mebibyte-limit",
        "limits",
        "stub",
        "A body larger than 1 MiB is refused, although 2 MiB are documented.",
        "subtle",
        edit(
            "tests.stub.checks.body:expect",
            ("limit = min(limits.body, longest)", "limit = min(limits.body, 1048576)"),
        ),
    ),
    Defect(
        "limit-one-byte-less",
        "limits",
        "stub",
        "A body of just the largest documented size is refused.",
        "hidden",
        edit(
            "tests.stub.checks.body:expect",
            ("limit = min(limits.body, longest)", "limit = min(limits.body, longest - 1)"),
        ),
    ),
    Defect(
        "limit-one-byte-more",
        "limits",
        "stub",
        "A body may be one byte larger than documented.",
        "hidden",
        edit(
            "tests.stub.checks.body:expect",
            ("limit = min(limits.body, longest)", "limit = min(limits.body, longest + 1)"),
        ),
    ),
    Defect(
        "no-limit-in-chunks",
        "limits",
        "stub",
        "A chunked body may be of any size.",
        "hidden",
        edit(
            "tests.stub.checks.body:Pieces.__anext__",
            ("if self._left < 0:", "if self._left > self._limit:"),
        ),
    ),
    Defect(
        "served-type-always-png",
        "headers",
        "stub",
        "Every image is served as image/png.",
        "subtle",
        edit(
            "tests.stub.state.stored_image:answer",
            ('"Content-Type": image.content_type', '"Content-Type": "image/png"'),
        ),
    ),
    Defect(
        "etag-constant",
        "headers",
        "stub",
        "All images are served with one ETag.",
        "hidden",
        edit(
            "tests.stub.state.stored_image:answer",
            ('"ETag": f\'"{image.sha256}"\'', '"ETag": \'"image"\''),
        ),
    ),
]
