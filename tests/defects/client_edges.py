"""A client that is right but at an edge: at the end of a chunk, with the second attempt, west of
Greenwich.
"""

from __future__ import annotations

from tests.defects.defect import Defect
from tests.defects.patch import runtime

DEFECTS = [
    Defect(
        "last-byte-of-whole-chunks-lost",
        "client requests",
        "client",
        "Bytes in memory that fill whole chunks of 256 KiB lose the last of them.",
        "hidden",
        runtime(
            "source:BytesSource.chunks",
            (
                "yield bytes(view[start : start + CHUNK])",
                "yield bytes(view[start : start + CHUNK - (start + CHUNK == len(view))])",
            ),
        ),
    ),
    Defect(
        "last-byte-of-handle-lost",
        "client requests",
        "client",
        "An open file that fills whole chunks of 256 KiB is sent without its last byte.",
        "hidden",
        runtime(
            "handle:HandleSource.chunks",
            (
                "yield chunk",
                "after = read(self._handle, 1)\n"
                "                self._handle.seek(-len(after), 1)\n"
                "                yield chunk if after or len(chunk) < CHUNK else chunk[:-1]",
            ),
        ),
    ),
    Defect(
        "offset-sign-lost",
        "client decoding",
        "client",
        "A time west of Greenwich is read as one east of it.",
        "hidden",
        runtime(
            "timestamp:Timestamp.parse",
            ('-offset if match[9] == "-" else offset', "offset"),
        ),
    ),
    Defect(
        "fraction-misread",
        "client decoding",
        "client",
        "The milliseconds of a time are read as microseconds.",
        "hidden",
        runtime("timestamp:Timestamp.parse", ('.ljust(6, "0")', '.rjust(6, "0")')),
    ),
    Defect(
        "retry-after-date-ignored",
        "retries",
        "client",
        "A Retry-After that is a date is passed over.",
        "hidden",
        runtime(
            "retry:retry_after_seconds",
            ("date = parsedate_to_datetime(text)", "raise ValueError(text)"),
        ),
    ),
    Defect(
        "key-lost-on-retry",
        "retries",
        "client",
        "What is sent again is sent without credentials.",
        "subtle",
        runtime("exchange:exchange", ("yield Pause(wait)", "yield Pause(wait); send.placed = []")),
    ),
    Defect(
        "relative-redirect-from-root",
        "redirects",
        "client",
        "A relative Location is read as if it began at the root of the server.",
        "hidden",
        runtime(
            "exchange:_joined",
            ("urljoin(url, location.strip())", "urljoin(urljoin(url, '/'), location.strip())"),
        ),
    ),
    Defect(
        "redirect-fragment-sent",
        "redirects",
        "client",
        "The fragment of a Location is sent as a part of the path.",
        "hidden",
        runtime(
            "exchange:_joined",
            (
                "urldefrag(urljoin(url, location.strip())).url",
                "urljoin(url, location.strip()).replace('#', '%23')",
            ),
        ),
    ),
]
