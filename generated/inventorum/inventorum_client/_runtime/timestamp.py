# Copied by scripts/codegen.py from overrides/runtime/timestamp.py; do not edit.
"""Dates with time as RFC 3339 writes them, kept to the letter."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any, Self

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))",
    re.ASCII,
)

_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Timestamp(datetime.datetime):
    """An aware :class:`datetime.datetime` that remembers the text it came from.

    The text is what goes back to the server, so ``…36.457Z`` does not become ``…36.457000Z``. A
    leap second (``:60``), which Python cannot hold, reads as the last microsecond before it.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an RFC 3339 ``date-time``, lower-case ``t`` and ``z`` included.

        Raises:
            ValueError: the text is something else, a time without offset for example.
        """
        match = _RFC3339.fullmatch(text)
        if match is None:
            raise ValueError("expected an RFC 3339 date-time like 2020-02-27T19:49:36Z")
        year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
        microsecond = int((match[7] or "0").ljust(6, "0")[:6])
        if second == 60:
            second, microsecond = 59, 999999
        zone = datetime.UTC
        if match[8] is None:
            offset = datetime.timedelta(hours=int(match[10]), minutes=int(match[11]))
            zone = datetime.timezone(-offset if match[9] == "-" else offset)
        value = cls(year, month, day, hour, minute, second, microsecond, tzinfo=zone)
        value.text = text
        return value

    def __reduce_ex__(self, protocol: Any) -> tuple[Callable[[str], Self], tuple[str]]:
        return type(self).parse, (to_rfc3339(self),)


def full_date(text: str) -> datetime.date:
    """Read an RFC 3339 ``full-date``; Python itself reads ``20200227`` and ``2020-W09-4`` too.

    Raises:
        ValueError: the text is something else.
    """
    if _FULL_DATE.fullmatch(text) is None:
        raise ValueError("expected an RFC 3339 date like 2020-02-27")
    return datetime.date.fromisoformat(text)


def to_rfc3339(value: datetime.datetime) -> str:
    """The text of a date with time: the original one of a :class:`Timestamp`, else ISO 8601 with Z.

    Raises:
        ValueError: the value has no time zone.
    """
    text = getattr(value, "text", None)
    if isinstance(text, str):
        return text
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(
            f"{value!r} has no time zone, which RFC 3339 requires: pass an aware datetime, "
            "for example with tzinfo=datetime.timezone.utc"
        )
    if offset % datetime.timedelta(minutes=1):  # local mean time; RFC 3339 has no seconds here
        value = value.astimezone(datetime.UTC)
    text = value.isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
