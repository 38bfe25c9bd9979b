# Copied by scripts/codegen.py from overrides/runtime/display.py; do not edit.
"""Texts that an API writes for people to read → values.

The texts stay what they are; these functions tell what they mean. None of them raises on a text:
one of another form means nothing here. None depends on the locale.
"""

from __future__ import annotations

import datetime
import re

_SIZE = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))? ?([KMGT]?)B", re.ASCII | re.IGNORECASE)
_POWERS = ("", "K", "M", "G", "T")

_TIME = re.compile(
    r"(\d{1,2}) ([A-Z]{3}), (\d{4}) (\d{1,2}):(\d\d):(\d\d) ([AP]M) ([A-Z]{1,5})",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

# Hours from UTC as RFC 5322, section 4.3, fixes them; elsewhere CST is China's, too. Of all other
# names nobody says which zone they mean: IST is India's, Israel's and Ireland's.
_ZONES = {
    **dict.fromkeys(("UT", "UTC", "GMT"), 0),
    **dict.fromkeys(("EDT",), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST",), -8),
}


def display_size(text: object) -> range | None:
    """The numbers of bytes that a size like ``18 Kb`` or ``1.5 Mb`` may stand for.

    How the size was rounded (up, down, to the nearest) and whether its unit counts 1000 or 1024 is
    unknown, so the range covers all of it: ``18 Kb`` is ``range(17001, 19456)``.

    Returns:
        None where the text has another form.
    """
    match = _SIZE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    decimals = match[2] or ""
    number, scale = int(match[1] + decimals), 10 ** len(decimals)
    power = _POWERS.index(match[3].upper())
    if power == 0:
        return None if decimals else range(number, number + 1)
    # the last digit may be one too high or one too low, the bounds themselves excluded
    first = (number - 1) * 1000**power // scale + 1
    end = -(-(number + 1) * 1024**power // scale)
    return range(max(first, 0), end)


def display_time(text: object) -> datetime.datetime | None:
    """The moment that a text like ``05 Oct, 2020 02:51:51 PM PDT`` names.

    Returns:
        An aware datetime for UTC, GMT and the zones of the United States that RFC 5322 defines
        (``PDT`` is 7 hours behind UTC); a naive one for any other short name, which is ambiguous;
        None where the text has another form or is no date.
    """
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[2].upper() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
    if not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if match[7].upper() == "PM" else 0)
    name = match[8].upper()
    zone = None
    if name in _ZONES:
        zone = datetime.timezone(datetime.timedelta(hours=_ZONES[name]), name)
    try:
        month = _MONTHS.index(match[2].upper()) + 1
        return datetime.datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:  # 31 February
        return None
